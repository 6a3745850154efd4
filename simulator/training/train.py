"""Trains the tiny SigLIP on images that render-training-set.ts drew. See README.md beside this file."""

import argparse
import json
import math
import pathlib
import time

import numpy as np
import torch
from torch.nn import functional as F

from captions import COLOURS, FACTS, SHAPES, VOCABULARY, caption_batch, facts_of, truth_matrix
from siglip_model import TinySiglip


def read_training_set(directory):
    labels = [json.loads(line) for line in (directory / "labels.jsonl").open()]
    pictures = [
        [(SHAPES.index(o["shape"]), COLOURS.index(o["colour"])) for o in label["objects"]]
        for label in labels
    ]
    images = np.fromfile(directory / "images.u8", np.uint8).reshape(-1, 96, 96, 3)
    assert len(images) == len(pictures), "images and labels must have the same number"
    return images, pictures, np.stack([facts_of(objects) for objects in pictures])


def learning_rate(step, steps, peak, warmup=150):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))))


def prepare(images, random):
    """Bytes to -1..1, channels first; mirrored half of the time (no shape changes its name)."""
    if random.random() < 0.5:
        images = images[:, :, ::-1]
    pixels = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).float()
    return (pixels / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def train(arguments):
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    random = np.random.default_rng(arguments.seed)
    images, pictures, facts = read_training_set(arguments.data)
    model = TinySiglip(len(VOCABULARY), FACTS).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), lr=arguments.lr, weight_decay=0.02)
    order, started = np.array([], np.int64), time.time()
    for step in range(arguments.steps):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, arguments.steps, arguments.lr)
        if len(order) < arguments.batch:
            order = random.permutation(len(images))
        chosen, order = order[: arguments.batch], order[arguments.batch :]
        ids, required = caption_batch([pictures[i] for i in chosen], 2 * arguments.batch, random)
        truth = torch.from_numpy(truth_matrix(facts[chosen], required))
        with torch.autocast("cpu", torch.bfloat16, enabled=arguments.bf16):
            logits, guessed = model(prepare(images[chosen], random), torch.from_numpy(ids))
        contrast = F.binary_cross_entropy_with_logits(logits, truth, reduction="sum") / len(chosen)
        labels = torch.from_numpy(facts[chosen])
        multi_label = F.binary_cross_entropy_with_logits(guessed, labels, reduction="sum") / len(chosen)
        optimiser.zero_grad(set_to_none=True)
        (contrast + arguments.fact_weight * multi_label).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        if step % 100 == 0:
            rate = (step + 1) * arguments.batch / (time.time() - started)
            print(f"{step} contrast {contrast:.3f} labels {multi_label:.3f} {rate:.0f} img/s", flush=True)
        if step % 500 == 499:
            torch.save(model.state_dict(), arguments.out)
    torch.save(model.state_dict(), arguments.out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--steps", type=int, default=2300)
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--fact-weight", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=False)
    train(parser.parse_args())
