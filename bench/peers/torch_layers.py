"""What the steps' models are made of. Parameters have the names of our encoders; weights are [out, in] as PyTorch has them."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, dim, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):  # [B, N, D]
        batch, tokens, dim = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, dim))


class Mlp(nn.Module):
    def __init__(self, dim, hidden_dim):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden_dim)
        self.fc2 = nn.Linear(hidden_dim, dim)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, dim, num_heads, hidden_dim):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = SelfAttention(dim, num_heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = Mlp(dim, hidden_dim)

    def forward(self, x, scales=None):  # [B, N, D]; [2, B, 1, 1] or None
        if scales is None:
            x = x + self.attn(self.norm1(x))
            return x + self.mlp(self.norm2(x))
        x = torch.addcmul(x, self.attn(self.norm1(x)), scales[0])
        return torch.addcmul(x, self.mlp(self.norm2(x)), scales[1])


def blocks_of(sizes, mlp_ratio=4):
    dim = sizes["dim"]
    return nn.ModuleList(Block(dim, sizes["numHeads"], int(mlp_ratio * dim)) for _ in range(sizes["depth"]))


def sin_cos_positions(rows, columns, dim):  # [N, D]: column before row, sines before cosines
    omega = 10000 ** (-torch.arange(dim // 4, dtype=torch.float64) / (dim // 4))
    h, w = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    angles = [p.reshape(-1, 1).double() * omega for p in (w, h)]
    return torch.cat([f(a) for a in angles for f in (torch.sin, torch.cos)], 1).float()


def fixed(positions):
    return nn.Parameter(positions, requires_grad=False)


def patchify(images, p):  # [B, H, W, C] → [B, N, p·p·C]
    batch, height, width, channels = images.shape
    patches = images.view(batch, height // p, p, width // p, p * channels).transpose(2, 3)
    return patches.reshape(batch, -1, p * p * channels)


def gather_tokens(tokens, keep):  # [B, N, D], [K·B, V] → [K·B, V, D]
    batch, count, dim = tokens.shape
    rows, visible = keep.shape
    sample = torch.arange(rows).remainder(batch)[:, None] * count
    return tokens.flatten(0, 1).index_select(0, (keep + sample).flatten()).view(rows, visible, dim)


class PatchEmbed(nn.Module):
    def __init__(self, patch_dim, dim):
        super().__init__()
        self.proj = nn.Linear(patch_dim, dim)


class PlainVit(nn.Module):
    """Vision transformer with a class token in front and fixed positions."""

    def __init__(self, image, patch_size, sizes):
        super().__init__()
        dim = sizes["dim"]
        self.patch_size = patch_size
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        rows, columns = image["height"] // patch_size, image["width"] // patch_size
        self.pos_embed = fixed(sin_cos_positions(rows, columns, dim)[None])
        self.patch_embed = PatchEmbed(patch_size**2 * image["channels"], dim)
        self.blocks = blocks_of(sizes)
        self.norm = nn.LayerNorm(dim, eps=1e-6)

    def forward(self, images, keep=None):  # [B, H, W, C], [B, V] → [B, 1 + V, D], without norm
        patches, positions = patchify(images, self.patch_size), self.pos_embed
        if keep is not None:
            patches = gather_tokens(patches, keep)
            positions = positions[0].index_select(0, keep.flatten()).view(*keep.shape, -1)
        x = self.patch_embed.proj(patches) + positions
        x = torch.cat((self.cls_token.expand(x.shape[0], -1, -1), x), 1)
        for block in self.blocks:
            x = block(x)
        return x


def noise(shape, key):
    """The numbers of bench/_noise.ts."""
    mask = 0xFFFFFFFF
    h = (torch.arange(math.prod(shape)) + key * 0x9E3779B1) & mask
    h = ((h ^ (h >> 16)) * 0x7FEB352D) & mask
    h = ((h ^ (h >> 15)) * 0x846CA68B) & mask
    h = h ^ (h >> 16)
    return ((h >> 8).float() / 2**23 - 1).view(shape)


@torch.no_grad()
def fill(module, key):
    """The parameters of fillParameters() in bench/_noise.ts; a weight is filled as our [in, out]."""
    for i, (name, p) in enumerate(sorted(dict(module.named_parameters()).items())):
        if name.endswith("pos_embed"):
            continue
        if p.ndim == 2:
            bound = math.sqrt(6 / sum(p.shape))
            p.copy_((noise(p.shape[::-1], key + i).double() * bound).float().T)
        else:
            one = 1 if p.ndim == 1 and name.endswith("weight") else 0
            p.copy_((one + noise(p.shape, key + i).double() * 0.1).float())


def count(module):
    return sum(p.numel() for p in module.parameters())


def check_vectors(module, vectors):
    """The numbers of checkVectors() in bench/_check_vectors.ts."""
    vectors = vectors.flatten().double()
    norm, product = vectors.norm().item(), (vectors * noise((vectors.numel(),), 2)).sum().item()
    return {
        "number of parameters": [count(module) if module else 0, 0],
        "norm of all vectors": [norm],
        "norm plus product with noise": [norm + product],
    }
