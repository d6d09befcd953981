"""BYOL's two views by torchvision's transforms; the peer of bench/our_augment.ts.

    python torch_augment.py '{"batchSize": 8, …}' tensors|channels-last|pillow|pillow-blur

From uint8 tensors, channels first or last in memory, or from Pillow's images; `pillow-blur` also blurs with Pillow's own filter, which is
faster than torchvision's, as the code of MoCo and BYOL's reimplementations does.
"""

import json
import platform
import random
import sys
import time

import PIL
import torch
import torchvision
from PIL import ImageFilter
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F

from torch_layers import check_vectors, noise

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
NAMES = {
    "tensors": "torchvision, tensors",
    "channels-last": "torchvision, tensors with channels last",
    "pillow": "torchvision, Pillow",
    "pillow-blur": "torchvision, Pillow and its blur",
}


class PillowBlur:
    def __call__(self, image):
        return image.filter(ImageFilter.GaussianBlur(random.uniform(0.1, 2.0)))


def make_view(size, kind, blur, solarize):
    blurred = PillowBlur() if kind == "pillow-blur" else v2.GaussianBlur(max(3, 2 * (size // 20) + 1), (0.1, 2.0))
    return v2.Compose(
        [
            v2.RandomResizedCrop(size, scale=(0.08, 1), interpolation=v2.InterpolationMode.BICUBIC, antialias=True),
            v2.RandomHorizontalFlip(0.5),
            v2.RandomApply([v2.ColorJitter(0.4, 0.4, 0.2, 0.1)], 0.8),
            v2.RandomGrayscale(0.2),
            v2.RandomApply([blurred], blur),
            v2.RandomSolarize(128, solarize),
            *([v2.ToImage()] if kind.startswith("pillow") else []),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(MEAN, STD),
        ]
    )


def make_image(setup, key):
    values = noise((setup["height"], setup["width"], 3), key)
    return (128 * (values + 1)).to(torch.uint8)  # [H, W, C]


def as_kind(image, kind):
    if kind.startswith("pillow"):
        return F.to_pil_image(image.permute(2, 0, 1))
    channels_first = image.permute(2, 0, 1)
    return channels_first if kind == "channels-last" else channels_first.contiguous()


def fixed_view(image, size):
    """One view with nothing drawn, on floats, where nothing is rounded."""
    x = image.permute(2, 0, 1).float() / 255
    height, width = x.shape[1:]
    x = F.resized_crop(x, 3, 5, height - 10, width - 20, [size, size], v2.InterpolationMode.BICUBIC, antialias=True).clamp(0, 1)
    x = F.adjust_hue(F.adjust_brightness(F.horizontal_flip(x), 1.2), 0.05)
    x = F.normalize(F.gaussian_blur(x, [23, 23], [1.1, 1.1]), MEAN, STD)
    return x.permute(1, 2, 0)


def measure(images, views, count):
    milliseconds, cpu_milliseconds = [], []
    for _ in range(count):
        start, cpu_start = time.perf_counter(), time.process_time()
        for view in views:
            torch.stack([view(image) for image in images])
        milliseconds.append(1000 * (time.perf_counter() - start))
        cpu_milliseconds.append(1000 * (time.process_time() - cpu_start))
    return {"milliseconds": milliseconds, "cpuMilliseconds": cpu_milliseconds}


def main():
    setup, kind = json.loads(sys.argv[1]), sys.argv[2]
    torch.set_num_threads(1)
    torch.manual_seed(0)
    pixels = [make_image(setup, key) for key in range(setup["batchSize"])]
    images = [as_kind(image, kind) for image in pixels]
    views = [make_view(setup["size"], kind, 1.0, 0.0), make_view(setup["size"], kind, 0.1, 0.2)]
    for line in sys.stdin:
        request = json.loads(line)
        if request["ask"] == "versions":
            detail = f"torchvision {torchvision.__version__}, Pillow {PIL.__version__}, Python {platform.python_version()}"
            answer = {"name": NAMES[kind], "detail": detail}
        elif request["ask"] == "check":
            answer = check_vectors(None, fixed_view(pixels[0], setup["size"]))
        else:
            answer = measure(images, views, request["steps"])
        print(json.dumps(answer), flush=True)


main()
