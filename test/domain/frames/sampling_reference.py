# Prints the sha256 that sampling.test.ts compares with: the four rounding formulas for every
# 1 <= count < total <= 120, as Python and numpy compute them. Ran with Python 3 and numpy 2.
import hashlib
import json

import numpy as np


def segment_mid(total, count):
    segment = float(total - 1) / count
    return [int(segment / 2 + np.round(segment * i)) for i in range(count)]


def slowfast(total, count):
    segment = float(total - 1) / count
    edges = [int(np.round(segment * i)) for i in range(count + 1)]
    return [(edges[i] + edges[i + 1]) // 2 for i in range(count)]


def linspace(total, count):
    return [int(x) for x in np.round(np.linspace(0, total - 1, count))]


def interval(total, count):
    return [i for i in range(total) if i % (total // count) == 0][:count]


every = [
    [formula(total, count) for formula in (segment_mid, slowfast, linspace, interval)]
    for total in range(2, 121)
    for count in range(1, total)
]
print(hashlib.sha256(json.dumps(every, separators=(",", ":")).encode()).hexdigest())
