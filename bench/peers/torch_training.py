"""A training step of one network with one loss, and how two sides of it are compared."""

import math

import torch
from torch import nn

from torch_layers import count, fill


def norm_of(tensors):
    return math.sqrt(sum(t.double().square().sum().item() for t in tensors))


class Training:
    """Loss, gradients, AdamW with MAE's settings; a step says what its loss is."""

    def __init__(self, network, compiled):
        self.network = network
        self.trained = [p for p in network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in self.trained if p.ndim > 1], "weight_decay": 0.05},
                {"params": [p for p in self.trained if p.ndim <= 1], "weight_decay": 0.0},
            ],
            lr=1e-4,
            betas=(0.9, 0.95),
            eps=1e-8,
            fused=True,
        )
        self.loss_of = torch.compile(self.loss) if compiled else self.loss

    def prepare(self, indices):
        """What a step draws: anew, or as the indices say."""
        return ()

    def take(self, indices=None, before_update=lambda: None):
        loss = self.loss_of(*self.prepare(indices))
        loss.backward()
        before_update()
        self.update()
        return loss.item()

    def update(self):
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def fill(self):
        fill(self.network, 100)

    def counts(self):  # trained, and what follows it
        return [count(self.network), 0]

    def check(self, indices):
        """Results of the first steps from given parameters."""
        self.fill()
        norms = []

        def measure():
            norms.append(norm_of(p.grad for p in self.trained))

        losses = [self.take(torch.tensor(step), measure) for step in indices]
        return {
            "number of parameters": self.counts(),
            f"loss of {len(indices)} steps": losses,
            f"norm of all gradients in {len(indices)} steps": norms,
        }


class Network(nn.Module):
    """Modules and parameters by name, without a forward pass of its own."""

    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
