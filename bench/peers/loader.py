"""PyTorch's side of bench/data.ts: a DataLoader that makes float32 batches of augmented images.

    python loader.py '{"data": "folder", "path": "…", "numWorkers": 2, …}'

Reads a request per line and answers each with a line of JSON; bench/_contender.ts says which. A step is one pass over all images.
With --first it makes one batch, says how long that took since its libraries were loaded, and ends.
"""

import glob
import json
import multiprocessing
import os
import platform
import sys
import time

import numpy as np
import torch
import torchvision
from torchvision import io, transforms as v1
from torchvision.transforms import v2

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


class Identity:
    def __call__(self, x):
        return x


def read_jpeg(path):
    return io.decode_jpeg(io.read_file(path), mode=io.ImageReadMode.RGB)


def decode_bytes(data):
    return io.decode_jpeg(torch.frombuffer(bytearray(data), dtype=torch.uint8), mode=io.ImageReadMode.RGB)


def transform_of(setup):
    """Random-resized crop, flip, float32 in [0, 1], normalized; with "late" the last two are left to whole batches."""
    size = setup["size"]
    if setup["transforms"] == "v1":
        crop = [v1.RandomResizedCrop(size, antialias=True), v1.RandomHorizontalFlip()]
        return v1.Compose([*crop, v1.ToTensor(), v1.Normalize(MEAN, STD)])
    crop = [v2.RandomResizedCrop(size, antialias=True), v2.RandomHorizontalFlip()]
    first = [v2.ToImage()] if setup["decode"] == "pil" else []
    last = [] if setup["late"] else [v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)]
    return v2.Compose([*crop, *first, *last] if first else [*crop, *last])


class Memmap(torch.utils.data.Dataset):
    """Decoded images [N, H, W, 3] of one file of numpy's."""

    def __init__(self, path, transform):
        self.pixels, self.transform = np.load(path, mmap_mode="r"), transform

    def __len__(self):
        return len(self.pixels)

    def __getitem__(self, i):
        return self.transform(torch.from_numpy(self.pixels[i].copy()).permute(2, 0, 1)), i


def loader_of(setup):
    transform, workers = transform_of(setup), setup["numWorkers"]
    options = {"num_workers": workers, "persistent_workers": workers > 0}
    if workers > 0:
        options["prefetch_factor"] = 4
    if setup["data"] == "webdataset":
        import webdataset

        tars = sorted(glob.glob(f"{setup['path']}/*.tar"))
        images = webdataset.WebDataset(tars, shardshuffle=len(tars)).shuffle(256)
        images = images.decode("pil") if setup["decode"] == "pil" else images.map_dict(jpg=decode_bytes)
        images = images.to_tuple("jpg", "cls").map_tuple(transform, Identity()).batched(setup["batchSize"])
        return webdataset.WebLoader(images, batch_size=None, **options)
    if setup["data"] == "memmap":
        images = Memmap(setup["path"], transform)
    elif setup["decode"] == "pil":
        images = torchvision.datasets.ImageFolder(setup["path"], transform)
    else:
        images = torchvision.datasets.ImageFolder(setup["path"], transform, loader=read_jpeg)
    return torch.utils.data.DataLoader(images, batch_size=setup["batchSize"], shuffle=True, **options)


def normalized(batch):
    """What the workers left to do, for a batch at once and in place."""
    if batch.dtype == torch.float32:
        return batch
    mean, std = (255 * torch.tensor(x)[:, None, None] for x in (MEAN, STD))
    return batch.to(torch.float32).sub_(mean).div_(std)


def cpu_seconds():
    """Of this process with all its threads, and of its workers."""
    total = time.process_time()
    for worker in multiprocessing.active_children():
        with open(f"/proc/{worker.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def pass_over(loader, sums=None):
    """Makes all images once, and looks at one number of each batch; adds each batch's moments by channel to `sums`."""
    count = 0
    for batch, *_ in loader:
        batch = normalized(batch)
        count += len(batch)
        batch[-1, -1, -1, -1].item()
        if sums is not None:
            sums += len(batch) * torch.stack([batch.mean((0, 2, 3)), batch.square().mean((0, 2, 3))])
    return count


def main():
    setup = json.loads(sys.argv[1])
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count())))
    if "--first" in sys.argv:
        start = time.perf_counter()
        batch, *_ = next(iter(loader_of(setup)))
        normalized(batch)
        print(json.dumps({"milliseconds": 1000 * (time.perf_counter() - start)}), flush=True)
        os._exit(0)  # the workers have more to do that nobody waits for
    loader = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["ask"] == "versions":
            detail = f"Python {platform.python_version()}, torchvision {torchvision.__version__}"
            if setup["data"] == "webdataset":
                import webdataset

                detail += f", webdataset {webdataset.__version__}"
            answer = {"name": f"PyTorch {torch.__version__}", "detail": detail}
            print(json.dumps(answer), flush=True)
            continue
        loader = loader or loader_of(setup)
        if request["ask"] == "check":
            sums = torch.zeros(2, 3)
            count = pass_over(loader, sums)
            mean = sums[0] / count
            std = (sums[1] / count - mean.square()).sqrt()
            answer = {"images": [count], "mean": mean.tolist(), "std": std.tolist()}
        else:
            milliseconds, cpu_milliseconds = [], []
            for _ in range(request["steps"]):
                start, cpu_start = time.perf_counter(), cpu_seconds()
                pass_over(loader)
                milliseconds.append(1000 * (time.perf_counter() - start))
                cpu_milliseconds.append(1000 * (cpu_seconds() - cpu_start))
            answer = {"milliseconds": milliseconds, "cpuMilliseconds": cpu_milliseconds}
        print(json.dumps(answer), flush=True)


main()
