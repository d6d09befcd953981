"""Pictures that weigh and decode like photographs, for bench/data.ts; the same ones each time.

    python make_photos.py FOLDER COUNT

Writes FOLDER/photos/train/<class>/00000.jpg, COUNT of them in ten classes, 500 × 375, JPEG of quality 90 with 4:2:0 chroma, about 50 to
100 KB each; FOLDER/webdataset/00000.tar and so on with the same files, 250 a tar; FOLDER/decoded.npy, uint8 [COUNT, 224, 224, 3],
their middles; and FOLDER/start-tars, 1,000 tars of 16 tiny pictures each. What is there already stays. Noise of every wavelength whose strength falls with its
frequency, as that of natural images does (Field, J. Opt. Soc. Am. A 4, 1987), in three correlated channels; in front of it some
shapes with sharp edges; over all of it grain.
"""

import io
import shutil
import sys
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

WIDTH, HEIGHT, QUALITY = 500, 375, 90
NUM_CLASSES, TAR_ROWS, SIDE = 10, 250, 224


def field(prng):
    """Noise [H, W, 3] about 0, a sum of octaves; each channel is mostly what all have in common."""
    total = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    for octave in range(2, 9):
        cells = 2**octave
        grid = prng.standard_normal((cells * 3 // 4, cells, 4), np.float32)
        shared = 0.9 * grid[..., :1] + 0.45 * grid[..., 1:]
        for c in range(3):
            layer = Image.fromarray(shared[..., c]).resize((WIDTH, HEIGHT), Image.BICUBIC)
            total[..., c] += np.asarray(layer) * 0.62**octave
    return total / total.std()


def photo(prng):
    contrast, grain = prng.uniform(35, 60), prng.uniform(4, 11)
    pixels = prng.uniform(80, 170, 3) + contrast * field(prng)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(prng.integers(2, 9)):
        x, y = prng.uniform(0, WIDTH), prng.uniform(0, HEIGHT)
        w, h = prng.uniform(15, 160, 2)
        colour = tuple(int(c) for c in prng.integers(0, 256, 3))
        if prng.random() < 0.5:
            draw.ellipse((x - w / 2, y - h / 2, x + w / 2, y + h / 2), fill=colour)
        else:
            corners = [(x + w * prng.uniform(-1, 1), y + h * prng.uniform(-1, 1)) for _ in range(4)]
            draw.polygon(corners, fill=colour)
    noise = grain * prng.standard_normal((HEIGHT, WIDTH, 1), np.float32)
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


def middle(path):
    """The largest square [SIDE, SIDE, 3] about the middle."""
    left = (WIDTH - HEIGHT) // 2
    square = Image.open(path).crop((left, 0, left + HEIGHT, HEIGHT))
    return np.asarray(square.resize((SIDE, SIDE), Image.BILINEAR))


def add(tar, name, data):
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))


def make_tiny_tars(folder):
    folder.mkdir()
    data = io.BytesIO()
    Image.new("RGB", (32, 32), (90, 120, 150)).save(data, "JPEG")
    for shard in range(1000):
        with tarfile.open(folder / f"{shard:05}.tar", "w") as tar:
            for i in range(16):
                add(tar, f"{i:05}.jpg", data.getvalue())
                add(tar, f"{i:05}.cls", b"0")


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "start-tars").exists():
        make_tiny_tars(folder / "start-tars")
    pixels = folder / "decoded.npy"
    if pixels.exists() and len(np.load(pixels, mmap_mode="r")) == count:
        return
    for old in ("photos", "webdataset", "encoded", "decoded"):
        shutil.rmtree(folder / old, ignore_errors=True)
    decoded = np.lib.format.open_memmap(pixels, "w+", np.uint8, (count, SIDE, SIDE, 3))
    tar = None
    for i in range(count):
        label = i % NUM_CLASSES
        path = folder / "photos" / "train" / f"class{label}" / f"{i:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        photo(np.random.default_rng(i)).save(path, quality=QUALITY)
        decoded[i] = middle(path)
        if i % TAR_ROWS == 0:
            if tar:
                tar.close()
            (folder / "webdataset").mkdir(exist_ok=True)
            tar = tarfile.open(folder / "webdataset" / f"{i // TAR_ROWS:05}.tar", "w")
        add(tar, f"{i:05}.jpg", path.read_bytes())
        add(tar, f"{i:05}.cls", str(label).encode())
    if tar:
        tar.close()


main()
