"""A transformer's training step on full-length sequences, the peer of bench/steps/transformer.ts."""

import torch.nn.functional as F
from torch import nn

from torch_layers import blocks_of, noise
from torch_training import Network, Training


class TransformerStep(Training):
    def __init__(self, setup, compiled, still):
        super().__init__(Network(blocks=blocks_of(setup), norm=nn.LayerNorm(setup["dim"], eps=1e-6)), compiled)
        shape = (setup["batchSize"], setup["numTokens"], setup["dim"])
        self.tokens, self.targets = noise(shape, 0), noise(shape, 1)

    def loss(self):
        x = self.tokens
        for block in self.network.blocks:
            x = block(x)
        return F.mse_loss(self.network.norm(x), self.targets)
