"""ExtreMA's training step, the peer of bench/steps/extrema.ts."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from torch_layers import Mlp, PatchEmbed, blocks_of, count, fill, fixed, gather_tokens, noise, patchify, sin_cos_positions
from torch_training import Training


class ClassAttention(nn.Module):
    def __init__(self, dim, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.q, self.k, self.v, self.proj = (nn.Linear(dim, dim) for _ in range(4))

    def forward(self, tokens):  # [B, 1 + N, D], the class token first
        batch, _, dim = tokens.shape
        q, k, v = (
            x.view(batch, -1, self.num_heads, dim // self.num_heads).transpose(1, 2)
            for x in (self.q(tokens[:, :1]), self.k(tokens), self.v(tokens))
        )
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, 1, dim))


class ClassAttentionBlock(nn.Module):
    def __init__(self, dim, num_heads, hidden_dim, layer_scale_init):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = ClassAttention(dim, num_heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = Mlp(dim, hidden_dim)
        self.gamma_1 = nn.Parameter(torch.full((dim,), float(layer_scale_init)))
        self.gamma_2 = nn.Parameter(torch.full((dim,), float(layer_scale_init)))

    def forward(self, c, x):  # [B, 1, D], [B, N, D]
        c = torch.addcmul(c, self.attn(self.norm1(torch.cat((c, x), 1))), self.gamma_1)
        return torch.addcmul(c, self.mlp(self.norm2(c)), self.gamma_2)


class Encoder(nn.Module):
    def __init__(self, sizes, image):
        super().__init__()
        dim, hidden_dim = sizes["dim"], int(sizes["mlpRatio"] * sizes["dim"])
        self.patch_size = sizes["patchSize"]
        rows, columns = image["height"] // self.patch_size, image["width"] // self.patch_size
        self.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, dim))
        self.pos_embed = fixed(sin_cos_positions(rows, columns, dim)[None])
        self.patch_embed = PatchEmbed(self.patch_size**2 * image["channels"], dim)
        self.blocks = blocks_of(sizes, sizes["mlpRatio"])
        self.blocks_token = nn.ModuleList(
            ClassAttentionBlock(dim, sizes["numHeads"], hidden_dim, sizes["layerScaleInit"])
            for _ in range(sizes["numClassBlocks"])
        )
        self.norm = nn.LayerNorm(dim, eps=1e-6)

    def forward(self, images, keep=None, scales=None):  # [B, H, W, C], [K·B, V], one [2, K·B, 1, 1] a block
        patches, positions = patchify(images, self.patch_size), self.pos_embed
        if keep is not None:
            patches = gather_tokens(patches, keep)
            positions = positions[0].index_select(0, keep.flatten()).view(*keep.shape, -1)
        x = self.patch_embed.proj(patches) + positions
        for i, block in enumerate(self.blocks):
            x = block(x, scales[i] if scales else None)
        c = self.cls_token.expand(x.shape[0], -1, -1)
        for block in self.blocks_token:
            c = block(c, x)
        return self.norm(c[:, 0])


def head(dims, norm):
    layers = []
    for i in range(len(dims) - 2):
        hidden = dims[i + 1]
        layers += [nn.Linear(dims[i], hidden)]
        layers += [nn.LayerNorm(hidden) if norm == "layer" else nn.BatchNorm1d(hidden, track_running_stats=False)]
        layers += [nn.GELU()]
    return nn.Sequential(*layers, nn.Linear(dims[-2], dims[-1]))


class Branch(Encoder):
    """Encoder, projector and, in the student, predictor."""

    def __init__(self, config, image, is_student):
        super().__init__(config["encoder"], image)
        dim, hidden, out = config["encoder"]["dim"], config["heads"]["hiddenDim"], config["heads"]["outDim"]
        self.head = head([dim, hidden, hidden, out], config["heads"]["norm"])
        self.predictor = nn.Identity()
        if is_student and config["heads"]["usePredictor"]:
            self.predictor = head([out, hidden, out], config["heads"]["norm"])

    def forward(self, *inputs):
        return self.predictor(self.head(super().forward(*inputs)))


class ExtremaStep(Training):
    def __init__(self, setup, compiled, still):
        self.config, image = setup["config"], setup["image"]
        self.drop_path_rate = 0 if still else self.config["encoder"]["dropPathRate"]
        self.student, self.teacher = Branch(self.config, image, True), Branch(self.config, image, False)
        self.teacher.load_state_dict(self.student.state_dict(), strict=False)  # all but the predictor
        self.teacher.requires_grad_(False)
        student = dict(self.student.named_parameters())
        self.teacher_parameters = list(self.teacher.parameters())
        self.followed = [student[name].detach() for name, _ in self.teacher.named_parameters()]
        super().__init__(self.student, compiled)
        settings, self.batch = self.config["optimizer"], self.config["schedule"]["batchSize"]
        trained = {name: p for name, p in student.items() if p.requires_grad}
        decays = {name: p.ndim > 1 and name != "cls_token" for name, p in trained.items()}
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for name, p in trained.items() if decays[name]], "weight_decay": settings["weightDecay"]},
                {"params": [p for name, p in trained.items() if not decays[name]], "weight_decay": 0.0},
            ],
            lr=settings["learningRate"] * self.batch / 256,
            betas=(settings["beta1"], settings["beta2"]),
            eps=settings["epsilon"],
            fused=True,
        )
        shape = (self.batch, image["height"], image["width"], image["channels"])
        self.student_images, self.teacher_images = noise(shape, 0), noise(shape, 1)

    def draw_masks(self):  # [K·B, V], mask-major
        masks, tokens = self.config["masks"], self.student.pos_embed.shape[1]
        visible, count = math.floor(tokens * (1 - masks["ratio"])), masks["numMasks"]
        if masks["kind"] == "independent":
            return torch.rand(count * self.batch, tokens).argsort(1)[:, :visible]
        order = torch.rand(self.batch, tokens).argsort(1)[:, : count * visible]
        return order.view(self.batch, count, visible).transpose(0, 1).reshape(count * self.batch, visible)

    def draw_drop_path(self, rows):  # what each block multiplies each sample's two branches with
        depth = self.config["encoder"]["depth"]
        rates = [self.drop_path_rate * i / max(depth - 1, 1) for i in range(depth)]
        return [(torch.rand(2, rows, 1, 1) >= r).float() / (1 - r) if r > 0 else None for r in rates]

    def prepare(self, indices):
        rows = self.config["masks"]["numMasks"] * self.batch
        keep = self.draw_masks() if indices is None else indices.view(rows, -1)
        return keep, self.draw_drop_path(rows)

    def loss(self, keep, scales):
        with torch.no_grad():
            target = F.normalize(self.teacher(self.teacher_images), dim=1)  # [B, P]
        pred = F.normalize(self.student(self.student_images, keep, scales), dim=1)  # [K·B, P]
        return (pred.view(-1, *target.shape) - target).square().sum(-1).mean()

    def update(self):
        super().update()
        torch._foreach_lerp_(self.teacher_parameters, self.followed, 1 - self.config["schedule"]["momentum"])

    def fill(self):
        fill(self.student, 100)
        fill(self.teacher, 10000)

    def counts(self):
        return [count(self.student), count(self.teacher)]
