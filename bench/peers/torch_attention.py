"""Self-attention from fused queries, keys and values, and its gradient; the peer of bench/steps/attention.ts."""

import torch
import torch.nn.functional as F

from torch_layers import check_vectors, noise


class AttentionStep:
    def __init__(self, setup, compiled, still):
        self.shape = (setup["batchSize"], setup["numTokens"], setup["dim"])
        self.num_heads, self.gradient = setup["numHeads"], setup["gradient"]
        self.qkv = noise((*self.shape[:2], 3 * setup["dim"]), 0).requires_grad_(self.gradient)
        self.dy = noise(self.shape, 1)

    def attend(self):
        batch, tokens, dim = self.shape
        q, k, v = self.qkv.view(batch, tokens, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, dim)
        return torch.autograd.grad(y, self.qkv, self.dy)[0] if self.gradient else y

    def run(self):
        with torch.inference_mode(not self.gradient):
            return self.attend()

    def take(self):
        return self.run()[0, 0, 0].item()

    def check(self, indices):
        return check_vectors(None, self.run())
