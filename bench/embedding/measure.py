"""Runs a vision tower in PyTorch (eager) and in ONNX Runtime's Python, one round at a time, for bench:embed.

    python measure.py --model dir [--device cpu|cuda] [--batch n]

Needs torch 2.15, transformers 5.23, onnxruntime (best of the version of the npm package) and numpy. Reads one request a line, answers one
line of JSON: `round torch 3` runs three pictures, in batches, and gives their seconds; `vector torch pixels.f32`
gives the vector of one prepared picture. PyTorch gets the shape of config.json, with the same random
weights where make_model.py wrote the model, else with random ones: speed does not depend on them.
"""

import argparse
import json
import pathlib
import sys
import time

import numpy
import onnxruntime
import torch
import transformers

from make_model import make_tower

parser = argparse.ArgumentParser()
parser.add_argument("--model", type=pathlib.Path, required=True)
parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
parser.add_argument("--batch", type=int, default=1)
options = parser.parse_args()
config = json.loads((options.model / "config.json").read_text())
vision = {key: value for key, value in config["vision_config"].items() if key != "model_type"}
side = vision["image_size"]


def open_torch():
    tower = make_tower(vision, config.get("random_seed", 0), "sdpa").to(options.device)

    def run(pixels):
        with torch.inference_mode():
            return tower(pixel_values=torch.from_numpy(pixels).to(options.device)).pooler_output.cpu().numpy()

    return run


def open_onnxruntime():
    provider = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}[options.device]
    session = onnxruntime.InferenceSession(options.model / "onnx" / "vision_model.onnx", providers=[provider])
    return lambda pixels: session.run(["pooler_output"], {"pixel_values": pixels})[0]


engines = {"torch": open_torch(), "onnxruntime": open_onnxruntime()}
random_pixels = numpy.random.default_rng(1).uniform(-1, 1, (options.batch, 3, side, side)).astype(numpy.float32)


def answer(request):
    kind, engine, argument = request.split(" ", 2)
    run = engines[engine]
    if kind == "vector":
        pixels = numpy.fromfile(argument, numpy.float32).reshape(1, 3, side, side)
        return {"vector": run(pixels)[0].tolist()}
    started = time.perf_counter()
    for _ in range(0, int(argument), options.batch):
        run(random_pixels)
    return {"seconds": time.perf_counter() - started}


for run in engines.values():
    run(random_pixels)
versions = {
    "python": sys.version.split()[0],
    "torch": torch.__version__,
    "transformers": transformers.__version__,
    "onnxruntime": onnxruntime.__version__,
    "torchThreads": torch.get_num_threads(),
    "isSameModel": "random_seed" in config,
}
print(json.dumps(versions), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(line.strip())), flush=True)
