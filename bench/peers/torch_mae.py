"""MAE's training step, the peer of bench/steps/mae.ts."""

import torch
import torch.nn.functional as F
from torch import nn

from torch_layers import PlainVit, blocks_of, fixed, gather_tokens, noise, patchify, sin_cos_positions
from torch_training import Network, Training


class MaeStep(Training):
    def __init__(self, setup, compiled, still):
        image, patch_size, dim = setup["image"], setup["patchSize"], setup["decoder"]["dim"]
        rows, columns = image["height"] // patch_size, image["width"] // patch_size
        positions = torch.cat((torch.zeros(1, dim), sin_cos_positions(rows, columns, dim)))[None]
        network = Network(
            encoder=PlainVit(image, patch_size, setup["encoder"]),
            decoder_embed=nn.Linear(setup["encoder"]["dim"], dim),
            mask_token=nn.Parameter(torch.zeros(1, 1, dim)),
            decoder_pos_embed=fixed(positions),
            decoder_blocks=blocks_of(setup["decoder"]),
            decoder_norm=nn.LayerNorm(dim, eps=1e-6),
            decoder_pred=nn.Linear(dim, patch_size**2 * image["channels"]),
        )
        super().__init__(network, compiled)
        self.patch_size = patch_size
        self.batch, self.tokens = setup["batchSize"], rows * columns
        self.visible = int(self.tokens * (1 - setup["maskRatio"]))
        self.images = noise((self.batch, image["height"], image["width"], image["channels"]), 0)

    def prepare(self, indices):
        order = torch.rand(self.batch, self.tokens).argsort(1) if indices is None else indices
        order = order.view(self.batch, self.tokens)  # the first are visible
        restore = torch.zeros(self.batch, 1 + self.tokens, dtype=torch.int64)  # 0 is the mask token
        restore[:, 0] = 1  # the class token
        visible = torch.arange(2, 2 + self.visible).expand(self.batch, -1)
        restore.scatter_(1, 1 + order[:, : self.visible], visible)
        return order[:, : self.visible], order[:, self.visible :], restore

    def loss(self, keep, hidden, restore):  # [B, V], [B, M], [B, 1 + N]
        n = self.network
        visible = n.decoder_embed(n.encoder.norm(n.encoder(self.images, keep)))  # [B, 1 + V, D]
        source = torch.cat((n.mask_token.expand(self.batch, -1, -1), visible), 1)
        x = gather_tokens(source, restore) + n.decoder_pos_embed  # [B, 1 + N, D]
        for block in n.decoder_blocks:
            x = block(x)
        pred = n.decoder_pred(n.decoder_norm(gather_tokens(x, 1 + hidden)))  # [B, M, P]
        target = gather_tokens(patchify(self.images, self.patch_size), hidden)
        variance, mean = torch.var_mean(target, -1, keepdim=True)  # unbiased
        return F.mse_loss(pred, (target - mean) / (variance + 1e-6).sqrt())
