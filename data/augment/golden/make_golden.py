"""Writes golden.json: small images, steps on them, and what torchvision makes of them.

    python make_golden.py

Each step is done by torchvision.transforms.v2.functional on float32 tensors in [0, 1], on uint8 tensors and on Pillow images.
"""

import base64
import json
import pathlib

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import RandAugment
from torchvision.transforms.v2 import functional as F
from torchvision.transforms.v2.functional._geometry import _get_inverse_affine_matrix

FILTERS = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC, "nearest": InterpolationMode.NEAREST}


def make_image(height, width, channels, seed):
    """Gradients, a flat part, noise and pure colours; [C, H, W] uint8."""
    noise = np.random.default_rng(seed).integers(0, 256, (channels, height, width))
    y, x = np.mgrid[0:height, 0:width]
    slope = (255 * (x + 2 * y) / max(1, width + 2 * height - 3)).astype(int)
    image = np.stack([np.roll(slope, 3 * c, 1) for c in range(channels)])
    image = np.where((x + y) % 5 == 0, noise, image)
    image[:, : height // 3, : width // 3] = 90
    image[0, height // 2, :] = 255
    image[-1, height // 2, : width // 2] = 0
    return torch.from_numpy(image.astype(np.uint8))


IMAGES = {
    "colour": make_image(7, 9, 3, 0),
    "grey": make_image(6, 5, 1, 1),
    "pixel": make_image(1, 1, 3, 2),
    "large": make_image(17, 19, 3, 3),
}


def resize(image, filter, height, width, antialias, box=None):
    if box:
        image = F.crop(image, box["top"], box["left"], box["height"], box["width"])
    out = F.resize(image, [height, width], interpolation=FILTERS[filter], antialias=antialias)
    return out.clamp(0, 1) if isinstance(out, torch.Tensor) and out.is_floating_point() else out


def scale_threshold(image, threshold):
    bound = 1.0 if isinstance(image, torch.Tensor) and image.is_floating_point() else 255
    return F.solarize(image, threshold * bound)


OPERATIONS = {
    "resize": resize,
    "flip": lambda image: F.horizontal_flip(image),
    "brightness": lambda image, factor: F.adjust_brightness(image, factor),
    "contrast": lambda image, factor: F.adjust_contrast(image, factor),
    "saturation": lambda image, factor: F.adjust_saturation(image, factor),
    "hue": lambda image, shift: F.adjust_hue(image, shift),
    "grayscale": lambda image: F.rgb_to_grayscale(image, num_output_channels=F.get_num_channels(image)),
    "blur": lambda image, sigma, kernelSize: F.gaussian_blur(image, [kernelSize, kernelSize], [sigma, sigma]),
    "solarize": scale_threshold,
    "posterize": lambda image, bits: F.posterize(image, bits),
    "invert": lambda image: F.invert(image),
    "autocontrast": lambda image: F.autocontrast(image),
    "equalize": lambda image: F.equalize(image),
    "sharpness": lambda image, factor: F.adjust_sharpness(image, factor),
}


def kinds_of(image, change):
    floats = change(F.to_dtype(image, torch.float32, scale=True))
    return {
        "float": encode(floats.permute(1, 2, 0).contiguous().numpy().astype("<f4")),
        "uint8": encode(change(image).permute(1, 2, 0).contiguous().numpy()),
        "pillow": encode(np.asarray(change(F.to_pil_image(image)))),
    }, list(floats.shape[1:])


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def step_case(image, kind, **numbers):
    results, (height, width) = kinds_of(IMAGES[image], lambda image: OPERATIONS[kind](image, **numbers))
    return {"image": image, "step": {"kind": kind, **numbers}, "height": height, "width": width, **results}


def affine_case(image, filter, angle, translate, shear):
    pixels = IMAGES[image]
    matrix = _get_inverse_affine_matrix([0.0, 0.0], angle, translate, 1.0, shear)
    step = {"kind": "affine", "matrix": matrix, "filter": filter, "fill": [0.0] * pixels.shape[0]}
    change = lambda image: F.affine(image, angle, translate, 1.0, shear, interpolation=FILTERS[filter])
    results, (height, width) = kinds_of(pixels, change)
    return {"image": image, "step": step, "height": height, "width": width, **results}


def rand_augment_case(operation, signed_magnitude):
    """A magnitude of 9 in 0…30, to one side or the other, in torchvision's own table."""
    pixels = IMAGES["colour"]
    augment = RandAugment()
    magnitudes, signed = RandAugment._AUGMENTATION_SPACE[operation]
    table = magnitudes(31, *pixels.shape[1:])
    value = float(table[abs(signed_magnitude)]) if table is not None else 0.0
    value *= -1 if signed and signed_magnitude < 0 else 1
    change = lambda image: augment._apply_image_or_video_transform(
        image, operation, value, interpolation=InterpolationMode.NEAREST, fill={type(image): None, torch.Tensor: None}
    )
    results, (height, width) = kinds_of(pixels, change)
    return {"image": "colour", "operation": operation, "magnitude": signed_magnitude, "height": height, "width": width, **results}


def make_cases():
    box = {"top": 1, "left": 2, "height": 5, "width": 6}
    cases = []
    for filter in ["bilinear", "bicubic"]:
        for antialias in [True, False]:
            for height, width in [(3, 4), (5, 6), (11, 9), (1, 1)]:
                cases.append(step_case("colour", "resize", filter=filter, height=height, width=width, antialias=antialias, box=box))
        cases.append(step_case("grey", "resize", filter=filter, height=3, width=8, antialias=True))
        cases.append(step_case("pixel", "resize", filter=filter, height=3, width=2, antialias=True))
    for image in ["colour", "grey", "pixel"]:
        cases += [step_case(image, kind) for kind in ["flip", "invert", "autocontrast", "equalize", "grayscale"]]
        cases += [step_case(image, "brightness", factor=factor) for factor in [0.4, 1.7]]
        cases += [step_case(image, "contrast", factor=factor) for factor in [0.0, 0.4, 1.7]]
        cases += [step_case(image, "saturation", factor=factor) for factor in [0.0, 0.4, 1.7]]
        cases += [step_case(image, "sharpness", factor=factor) for factor in [0.0, 0.4, 1.7]]
        cases += [step_case(image, "hue", shift=shift) for shift in [-0.5, -0.1, 0.03, 0.4]]
        cases += [step_case(image, "solarize", threshold=threshold) for threshold in [128 / 255, 0.5, 0.0]]
        cases += [step_case(image, "posterize", bits=bits) for bits in [1, 4, 7]]
    cases.append(step_case("large", "equalize"))
    for sigma, size in [(0.1, 3), (0.8, 5), (2.0, 13)]:
        cases.append(step_case("colour", "blur", sigma=sigma, kernelSize=size))
    cases.append(step_case("grey", "blur", sigma=1.3, kernelSize=9))
    for filter in ["nearest", "bilinear"]:
        cases.append(affine_case("colour", filter, 17.0, [0, 0], [0.0, 0.0]))
        cases.append(affine_case("grey", filter, -33.0, [1, -2], [10.0, 0.0]))
    for operation in RandAugment._AUGMENTATION_SPACE:
        cases += [rand_augment_case(operation, magnitude) for magnitude in [9, -14]]
    return cases


def main():
    images = {
        name: {"height": image.shape[1], "width": image.shape[2], "channels": image.shape[0], "pixels": encode(image.permute(1, 2, 0).numpy())}
        for name, image in IMAGES.items()
    }
    made_by = f"torchvision {torchvision.__version__}, Pillow {PIL.__version__}"
    lines = ",\n".join(json.dumps(case) for case in make_cases())
    path = pathlib.Path(__file__).with_name("golden.json")
    path.write_text(f'{{"madeBy": {json.dumps(made_by)},\n"images": {json.dumps(images)},\n"cases": [\n{lines}\n]}}\n')


main()
