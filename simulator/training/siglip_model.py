"""The tiny two-tower model: SigLIP's layout, with a small convolutional stem in front of the vision tower."""

import torch
from torch import nn
from torch.nn import functional as F

HIDDEN = 96
TEXT_HIDDEN = 64
PROJECTION = 96
TEXT_POSITIONS = 16


class Attention(nn.Module):
    """Multi-head attention written out, so that the exported graph stays small and plain."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, wanted, given):
        heads, size = self.heads, wanted.shape[-1] // self.heads
        q = self.query(wanted).unflatten(-1, (heads, size)).transpose(1, 2)
        k, v = self.key_value(given).unflatten(-1, (2, heads, size)).unbind(2)
        scores = q @ k.permute(0, 2, 3, 1) * size**-0.5
        mixed = scores.softmax(-1) @ v.transpose(1, 2)
        return self.out(mixed.transpose(1, 2).flatten(2))


def feed_forward(width, inner):
    return nn.Sequential(nn.Linear(width, inner), nn.GELU(approximate="tanh"), nn.Linear(inner, width))


class Layer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.mlp = Attention(width, heads), feed_forward(width, inner)

    def forward(self, x):
        normed = self.norm1(x)
        x = x + self.attention(normed, normed)
        return x + self.mlp(self.norm2(x))


class VisionTower(nn.Module):
    """`pixel_values` [batch, 3, 96, 96] in -1..1 to `pooler_output` [batch, 96]."""

    def __init__(self):
        super().__init__()
        widths = [3, 24, 48, 96]
        stem = []
        for before, after in zip(widths, widths[1:]):
            stem += [nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        self.stem = nn.Sequential(*stem, nn.Conv2d(96, HIDDEN, 3, 2, 1))
        self.position = nn.Parameter(torch.randn(1, 36, HIDDEN) * 0.02)
        self.layers = nn.Sequential(*[Layer(HIDDEN, 4, 192) for _ in range(3)])
        self.norm = nn.LayerNorm(HIDDEN)
        self.probe = nn.Parameter(torch.randn(1, 1, HIDDEN))
        self.pool = Attention(HIDDEN, 4)
        self.pool_norm, self.pool_mlp = nn.LayerNorm(HIDDEN), feed_forward(HIDDEN, 192)

    def forward(self, pixel_values):
        patches = self.stem(pixel_values).flatten(2).transpose(1, 2)
        x = self.norm(self.layers(patches + self.position))
        probe = self.probe.expand(x.shape[0], -1, -1)
        pooled = self.pool(probe, x)
        return (pooled + self.pool_mlp(self.pool_norm(pooled)))[:, 0]


class TextTower(nn.Module):
    """`input_ids` [batch, 16], padded at the end, to `pooler_output` [batch, 96]."""

    def __init__(self, words):
        super().__init__()
        self.word = nn.Embedding(words, TEXT_HIDDEN)
        self.position = nn.Parameter(torch.randn(1, TEXT_POSITIONS, TEXT_HIDDEN) * 0.02)
        self.layers = nn.Sequential(*[Layer(TEXT_HIDDEN, 4, 128) for _ in range(2)])
        self.norm = nn.LayerNorm(TEXT_HIDDEN)
        self.head = nn.Linear(TEXT_HIDDEN, PROJECTION)

    def forward(self, input_ids):
        x = self.norm(self.layers(self.word(input_ids) + self.position))
        return self.head(x[:, -1])


class TinySiglip(nn.Module):
    """Both towers, the sigmoid loss's scale and bias, and a head that only training uses."""

    def __init__(self, words, facts):
        super().__init__()
        self.vision, self.text = VisionTower(), TextTower(words)
        self.scale = nn.Parameter(torch.tensor(10.0).log())
        self.bias = nn.Parameter(torch.tensor(-4.0))
        self.fact_head = nn.Linear(PROJECTION, facts)

    def forward(self, pixels, input_ids):
        image = F.normalize(self.vision(pixels).float(), dim=-1)
        text = F.normalize(self.text(input_ids).float(), dim=-1)
        logits = image @ text.T * self.scale.exp() + self.bias
        return logits, self.fact_head(image * 10)
