"""Pooling heads in PyTorch as they are meant: padding never takes part.

A pooling maps a list of L + 1 hidden states, (B, T, C) each and padded, and a mask (B, T) that is true where there is a token, to
(B, D). Modules' attributes are named as in the guides that heads are trained with, so that state dicts have the same names.
"""
import math

import numpy
import torch
from torch import nn

DROPOUT_SEED = 42


def reduce(h, mask, of):
    m = mask[..., None]
    length = m.sum(1)
    if of == "cls":
        return h[:, 0]
    if of == "last":
        return h[torch.arange(len(h)), length[:, 0] - 1]
    if of == "mean":
        return (h * m).sum(1) / length
    if of == "max":
        return h.masked_fill(~m, -torch.inf).max(1)[0]
    if of == "mean-max":
        return torch.cat((reduce(h, mask, "mean"), reduce(h, mask, "max")), 1)
    if of == "mean-sqrt-len":
        return (h * m).sum(1) / length.to(h.dtype).sqrt()
    if of == "weighted-mean":
        m = m * torch.arange(1, h.shape[1] + 1)[None, :, None]
        return (h * m).sum(1) / m.sum(1)
    raise ValueError(of)


class Reduced(nn.Module):
    def __init__(self, layers, width, of, layer=-1):
        super().__init__()
        self.of, self.layer = of, layer
        self.dimension = width * (2 if of == "mean-max" else 1)

    def forward(self, states, mask):
        return reduce(states[self.layer], mask, self.of)


class Concat(nn.Module):
    def __init__(self, layers, width, which, of):
        super().__init__()
        self.which, self.of = which, of
        self.dimension = width * len(which) * (2 if of == "mean-max" else 1)

    def forward(self, states, mask):
        return torch.cat([reduce(states[layer], mask, self.of) for layer in self.which], -1)


def kept(step, shape, p, seed):
    """What Lanepool's dropout multiplies by at a step of training: 0, or 1 / (1 - p). The documented hash of seed, step and index."""
    def finalizer64(x):
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        x = (x ^ x >> 27) * 0x94D049BB133111EB % 2**64
        return x ^ x >> 31

    keys = finalizer64((finalizer64(seed) + step * 0x9E3779B97F4A7C15) % 2**64)
    index = numpy.arange(math.prod(shape), dtype=numpy.uint32)
    x = finalizer32(finalizer32(index + numpy.uint32(keys % 2**32)) ^ numpy.uint32(keys >> 32)) >> numpy.uint32(8)
    return torch.from_numpy((x >= round(p * 2**24)) / (1 - p)).reshape(shape)


def finalizer32(x):
    """MurmurHash3's."""
    x = (x ^ x >> numpy.uint32(16)) * numpy.uint32(0x85EBCA6B)
    x = (x ^ x >> numpy.uint32(13)) * numpy.uint32(0xC2B2AE35)
    return x ^ x >> numpy.uint32(16)


class Lstm(nn.Module):
    """While training, dropout 0.1 follows, at step `step`; its draws are Lanepool's, since PyTorch's cannot be had elsewhere."""

    def __init__(self, layers, width, hidden, scrambled=False):
        super().__init__()
        self.layers, self.width, self.scrambled = layers, width, scrambled
        self.lstm = nn.LSTM(width, hidden, batch_first=True)
        self.dimension = hidden
        self.step = 0

    def forward(self, states, mask):
        first = [states[layer][:, 0] for layer in range(1, self.layers + 1)]
        if self.scrambled:
            steps = torch.stack(first, dim=-1).view(-1, self.layers, self.width)    # as the code in wide use has it
        else:
            steps = torch.stack(first, dim=1)
        out, _ = self.lstm(steps)
        out = out[:, -1]
        return out * kept(self.step, out.shape, 0.1, DROPOUT_SEED).to(out.dtype) if self.training else out


class Weighted(nn.Module):
    def __init__(self, layers, width, start, of, softmax=False):
        super().__init__()
        self.start, self.of, self.softmax = min(start, layers), of, softmax
        self.layer_weights = nn.Parameter(torch.ones(layers + 1 - self.start))
        self.dimension = width * (2 if of == "mean-max" else 1)

    def forward(self, states, mask):
        w = self.layer_weights
        shares = torch.softmax(w, 0) if self.softmax else w / w.sum()
        return reduce((shares[:, None, None, None] * torch.stack(states[self.start:])).sum(0), mask, self.of)


class Attention(nn.Module):
    def __init__(self, layers, width, hidden, layer=-1):
        super().__init__()
        self.layer = layer
        self.attention = nn.Sequential(nn.Linear(width, hidden), nn.Tanh(), nn.Linear(hidden, 1))
        self.dimension = width

    def forward(self, states, mask):
        h = states[self.layer]
        scores = self.attention(h).masked_fill(~mask[..., None], -torch.inf)
        return (torch.softmax(scores, dim=1) * h).sum(1)


class Joined(nn.Module):
    def __init__(self, *parts):
        super().__init__()
        self.parts = nn.ModuleList(parts)
        self.dimension = sum(part.dimension for part in parts)

    def forward(self, states, mask):
        return torch.cat([part(states, mask) for part in self.parts], -1)


class Head(nn.Module):
    def __init__(self, pooling, outputs):
        super().__init__()
        self.pooling = pooling
        self.linear = nn.Linear(pooling.dimension, outputs)

    def forward(self, states, mask):
        return self.linear(self.pooling(states, mask))


LAST_FOUR = (-1, -2, -3, -4)

HEADS = {
    "cls": lambda n, c: Reduced(n, c, "cls"),
    "mean": lambda n, c: Reduced(n, c, "mean"),
    "max": lambda n, c: Reduced(n, c, "max"),
    "mean-max": lambda n, c: Reduced(n, c, "mean-max"),
    "concat(layers=-1..-4,of=cls)": lambda n, c: Concat(n, c, LAST_FOUR, "cls"),
    "lstm(hidden=16)": lambda n, c: Lstm(n, c, 16),
    "weighted(start=2,of=cls)": lambda n, c: Weighted(n, c, 2, "cls"),
    "attention(hidden=16)": lambda n, c: Attention(n, c, 16),
    # what else a spec can say
    "lstm(hidden=16,layout=scrambled)": lambda n, c: Lstm(n, c, 16, scrambled=True),
    "weighted(start=9,of=mean)": lambda n, c: Weighted(n, c, 9, "mean"),
    "weighted(start=0,of=max)": lambda n, c: Weighted(n, c, 0, "max"),
    "weighted(start=1,of=mean,norm=softmax)": lambda n, c: Weighted(n, c, 1, "mean", softmax=True),
    "attention(hidden=7)@3": lambda n, c: Attention(n, c, 7, layer=3),
    "concat(layers=0/3..2,of=mean)": lambda n, c: Concat(n, c, (0, 3, 2), "mean"),
    "concat(layers=-1..-2,of=max)": lambda n, c: Concat(n, c, (-1, -2), "max"),
    "mean-sqrt-len": lambda n, c: Reduced(n, c, "mean-sqrt-len"),
    "weighted-mean@4": lambda n, c: Reduced(n, c, "weighted-mean", 4),
    "last@-2": lambda n, c: Reduced(n, c, "last", -2),
    "cls+mean": lambda n, c: Joined(Reduced(n, c, "cls"), Reduced(n, c, "mean")),
    "mean@2+max": lambda n, c: Joined(Reduced(n, c, "mean", 2), Reduced(n, c, "max")),
    "attention(hidden=5)+cls+weighted(start=3,of=cls)":
        lambda n, c: Joined(Attention(n, c, 5), Reduced(n, c, "cls"), Weighted(n, c, 3, "cls")),
}


def seed_guide_heads():
    """The eight of the guide with its sizes, as they are meant, and the LSTM as it is written."""
    return {
        "cls": HEADS["cls"], "mean": HEADS["mean"], "max": HEADS["max"], "mean-max": HEADS["mean-max"],
        "concat(layers=-1..-4,of=cls)": HEADS["concat(layers=-1..-4,of=cls)"],
        "concat(layers=-1..-4,of=mean)": lambda n, c: Concat(n, c, LAST_FOUR, "mean"),
        "lstm(hidden=256)": lambda n, c: Lstm(n, c, 256),
        "lstm(hidden=256,layout=scrambled)": lambda n, c: Lstm(n, c, 256, scrambled=True),
        "weighted(start=9,of=cls)": lambda n, c: Weighted(n, c, 9, "cls"),
        "attention(hidden=512)": lambda n, c: Attention(n, c, 512),
    }
