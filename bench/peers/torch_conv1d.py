"""Convolution along time and its gradients, channels first as PyTorch has them; the peer of bench/steps/conv1d.ts."""

import torch
import torch.nn.functional as F

from torch_layers import check_vectors, noise


class Conv1dStep:
    def __init__(self, setup, compiled, still):
        batch, time, channels = setup["batchSize"], setup["time"], setup["channels"]
        kernel, groups, self.gradient = setup["kernelSize"], setup["groups"], setup["gradient"]
        padding = kernel // 2 if setup["padding"] == "same" else 0
        self.options = {"stride": setup["stride"], "groups": groups, "padding": padding}
        x = noise((batch, time, channels), 0).transpose(1, 2).contiguous()
        weight = noise((kernel, channels // groups, setup["outChannels"]), 1).permute(2, 1, 0).contiguous()
        self.x, self.weight = x, weight
        self.inputs = [weight, x] if channels > 1 else [weight]
        length = self.convolve().shape[2]
        self.dy = noise((batch, length, setup["outChannels"]), 3).transpose(1, 2).contiguous()
        for tensor in self.inputs:
            tensor.requires_grad_(self.gradient)

    def convolve(self):
        return F.conv1d(self.x, self.weight, **self.options)

    def run(self):
        if self.gradient:
            return torch.autograd.grad(self.convolve(), self.inputs, self.dy)
        with torch.inference_mode():
            return [self.convolve()]

    def take(self):
        return self.run()[0][0, 0, 0].item()

    def check(self, indices):
        results = self.run()
        if self.gradient:
            results = [results[0].permute(2, 1, 0), *(dx.transpose(1, 2) for dx in results[1:])]
        else:
            results = [results[0].transpose(1, 2)]
        return check_vectors(None, torch.cat([result.reshape(-1) for result in results]))
