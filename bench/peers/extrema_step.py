"""ExtreMA's training step in eager PyTorch, the peer of bench/extrema_step.ts.

    python extrema_step.py '{"config": {...}, "image": {...}}' [--compile]

Reads a request per line and answers each with a line of JSON; bench/_contender.ts says which. Parameters have the
names of our encoders, weights are [out, in] as PyTorch has them.
"""

import argparse
import json
import math
import os
import platform
import sys
import time

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

    def forward(self, x, scales):  # [B, N, D]; [2, B, 1, 1] or None
        if scales is None:
            x = x + self.attn(self.norm1(x))
            return x + self.mlp(self.norm2(x))
        x = torch.addcmul(x, self.attn(self.norm1(x)), scales[0])
        return torch.addcmul(x, self.mlp(self.norm2(x)), scales[1])


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


def sin_cos_positions(rows, columns, dim):  # [N, D]: column before row, sines before cosines
    omega = 10000 ** (-torch.arange(dim // 4, dtype=torch.float64) / (dim // 4))
    h, w = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    angles = [p.reshape(-1, 1).double() * omega for p in (w, h)]
    return torch.cat([f(a) for a in angles for f in (torch.sin, torch.cos)], 1).float()


class PatchEmbed(nn.Module):
    def __init__(self, patch_dim, dim):
        super().__init__()
        self.proj = nn.Linear(patch_dim, dim)


class Encoder(nn.Module):
    def __init__(self, sizes, image):
        super().__init__()
        dim, hidden_dim = sizes["dim"], int(sizes["mlpRatio"] * sizes["dim"])
        self.patch_size = sizes["patchSize"]
        rows, columns = image["height"] // self.patch_size, image["width"] // self.patch_size
        self.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, dim))
        self.pos_embed = nn.Parameter(sin_cos_positions(rows, columns, dim)[None], requires_grad=False)
        self.patch_embed = PatchEmbed(self.patch_size**2 * image["channels"], dim)
        self.blocks = nn.ModuleList(Block(dim, sizes["numHeads"], hidden_dim) for _ in range(sizes["depth"]))
        self.blocks_token = nn.ModuleList(
            ClassAttentionBlock(dim, sizes["numHeads"], hidden_dim, sizes["layerScaleInit"])
            for _ in range(sizes["numClassBlocks"])
        )
        self.norm = nn.LayerNorm(dim, eps=1e-6)

    def forward(self, images, keep=None, scales=None):  # [B, H, W, C], [K·B, V], one [2, K·B, 1, 1] a block
        batch, height, width, channels = images.shape
        p = self.patch_size
        patches = images.view(batch, height // p, p, width // p, p * channels).transpose(2, 3)
        patches = patches.reshape(batch, -1, p * p * channels)  # [B, N, P]
        positions = self.pos_embed
        if keep is not None:
            rows, visible = keep.shape
            sample = torch.arange(rows).remainder(batch)[:, None] * patches.shape[1]
            patches = patches.flatten(0, 1).index_select(0, (keep + sample).flatten()).view(rows, visible, -1)
            positions = positions[0].index_select(0, keep.flatten()).view(rows, visible, -1)
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


class TrainingStep:
    def __init__(self, config, image, compiled):
        self.config, self.image = config, image
        torch.manual_seed(config["seed"])
        self.student, self.teacher = Branch(config, image, True), Branch(config, image, False)
        self.teacher.load_state_dict(self.student.state_dict(), strict=False)  # all but the predictor
        self.teacher.requires_grad_(False)
        student = dict(self.student.named_parameters())
        self.teacher_parameters = list(self.teacher.parameters())
        self.followed = [student[name].detach() for name, _ in self.teacher.named_parameters()]
        trained = {name: p for name, p in student.items() if p.requires_grad}
        decays = {name: p.ndim > 1 and name != "cls_token" for name, p in trained.items()}
        settings, batch = config["optimizer"], config["schedule"]["batchSize"]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for name, p in trained.items() if decays[name]], "weight_decay": settings["weightDecay"]},
                {"params": [p for name, p in trained.items() if not decays[name]], "weight_decay": 0.0},
            ],
            lr=settings["learningRate"] * batch / 256,
            betas=(settings["beta1"], settings["beta2"]),
            eps=settings["epsilon"],
            fused=True,
        )
        shape = (batch, image["height"], image["width"], image["channels"])
        self.student_images, self.teacher_images = noise(shape, 0), noise(shape, 1)
        self.loss_of = torch.compile(self.loss) if compiled else self.loss

    def draw_masks(self):  # [K·B, V], mask-major
        masks, batch = self.config["masks"], self.config["schedule"]["batchSize"]
        tokens, count = self.student.pos_embed.shape[1], masks["numMasks"]
        visible = math.floor(tokens * (1 - masks["ratio"]))
        if masks["kind"] == "independent":
            return torch.rand(count * batch, tokens).argsort(1)[:, :visible]
        order = torch.rand(batch, tokens).argsort(1)[:, : count * visible]
        return order.view(batch, count, visible).transpose(0, 1).reshape(count * batch, visible)

    def draw_drop_path(self, rows):  # what each block multiplies each sample's two branches with
        rate, depth = self.config["encoder"]["dropPathRate"], self.config["encoder"]["depth"]
        rates = [rate * i / max(depth - 1, 1) for i in range(depth)]
        return [(torch.rand(2, rows, 1, 1) >= r).float() / (1 - r) if r > 0 else None for r in rates]

    def loss(self, keep, scales):
        with torch.no_grad():
            target = F.normalize(self.teacher(self.teacher_images), dim=1)  # [B, P]
        pred = F.normalize(self.student(self.student_images, keep, scales), dim=1)  # [K·B, P]
        return (pred.view(-1, *target.shape) - target).square().sum(-1).mean()

    def take(self, keep=None, before_update=lambda: None):
        keep = self.draw_masks() if keep is None else keep
        loss = self.loss_of(keep, self.draw_drop_path(keep.shape[0]))
        loss.backward()
        before_update()
        self.optimizer.step()
        torch._foreach_lerp_(self.teacher_parameters, self.followed, 1 - self.config["schedule"]["momentum"])
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()


def noise(shape, key):
    """The numbers of bench/_noise.ts."""
    mask = 0xFFFFFFFF
    h = (torch.arange(math.prod(shape)) + key * 0x9E3779B1) & mask
    h = ((h ^ (h >> 16)) * 0x7FEB352D) & mask
    h = ((h ^ (h >> 15)) * 0x846CA68B) & mask
    h = h ^ (h >> 16)
    return ((h >> 8).float() / 2**23 - 1).view(shape)


@torch.no_grad()
def fill(branch, key):
    """The parameters of fillParameters() in bench/_noise.ts; a weight is filled as our [in, out]."""
    for i, (name, p) in enumerate(sorted(dict(branch.named_parameters()).items())):
        if name == "pos_embed":
            continue
        if p.ndim == 2:
            bound = math.sqrt(6 / sum(p.shape))
            p.copy_((noise(p.shape[::-1], key + i).double() * bound).float().T)
        else:
            one = 1 if p.ndim == 1 and name.endswith("weight") else 0
            p.copy_((one + noise(p.shape, key + i).double() * 0.1).float())


def check(config, image, request):
    """Losses and gradient norms of the first steps from given parameters and masks, drop path off."""
    still = {**config, "encoder": {**config["encoder"], "dropPathRate": 0}}
    step = TrainingStep(still, image, False)
    fill(step.student, 100)
    fill(step.teacher, 10000)
    norms = []

    def measure():
        grads = [p.grad for p in step.student.parameters() if p.requires_grad]
        norms.append(math.sqrt(sum(g.double().square().sum().item() for g in grads)))

    losses = [step.take(torch.tensor(keep).view(-1, request["numVisible"]), measure) for keep in request["keep"]]
    counts = [sum(p.numel() for p in branch.parameters()) for branch in (step.student, step.teacher)]
    return {"losses": losses, "gradientNorms": norms, "numParameters": counts}


def measure_steps(step, count):
    milliseconds, cpu_milliseconds = [], []
    for _ in range(count):
        start, cpu_start = time.perf_counter(), time.process_time()
        step.take()
        milliseconds.append(1000 * (time.perf_counter() - start))
        cpu_milliseconds.append(1000 * (time.process_time() - cpu_start))
    return {"milliseconds": milliseconds, "cpuMilliseconds": cpu_milliseconds}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("setup", type=json.loads)
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args()
    config, image = arguments.setup["config"], arguments.setup["image"]
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count())))
    step = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["ask"] == "versions":
            mode = "compiled" if arguments.compile else "eager"
            answer = {"name": f"PyTorch {torch.__version__}, {mode}", "detail": f"Python {platform.python_version()}"}
        elif request["ask"] == "check":
            answer = check(config, image, request)
        else:
            step = step or TrainingStep(config, image, arguments.compile)
            answer = measure_steps(step, request["steps"])
        print(json.dumps(answer), flush=True)


main()
