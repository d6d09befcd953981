"""PyTorch's side of a comparison, the peer of bench/our_step.ts.

    python torch_step.py '{"step": "extrema", …}' [--compile]

Reads a request per line and answers each with a line of JSON; bench/_contender.ts says which.
"""

import argparse
import json
import os
import platform
import sys
import time

import torch

from torch_attention import AttentionStep
from torch_conv1d import Conv1dStep
from torch_embedding import EmbeddingStep
from torch_extrema import ExtremaStep
from torch_mae import MaeStep
from torch_transformer import TransformerStep

STEPS = {
    "attention": AttentionStep,
    "conv1d": Conv1dStep,
    "embedding": EmbeddingStep,
    "extrema": ExtremaStep,
    "mae": MaeStep,
    "transformer": TransformerStep,
}


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
    setup, build = arguments.setup, STEPS[arguments.setup["step"]]
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count())))
    torch.manual_seed(0)
    step = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["ask"] == "versions":
            mode = "compiled" if arguments.compile else "eager"
            avx512 = " with AVX-512 in MKL" if "LD_PRELOAD" in os.environ else ""
            answer = {
                "name": f"PyTorch {torch.__version__}, {mode}{avx512}",
                "detail": f"Python {platform.python_version()}",
            }
        elif request["ask"] == "check":
            answer = build(setup, False, True).check(request["indices"])
        else:
            step = step or build(setup, arguments.compile, False)
            answer = measure_steps(step, request["steps"])
        print(json.dumps(answer), flush=True)


main()
