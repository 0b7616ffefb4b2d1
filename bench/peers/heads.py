"""Steps of training pooling heads on a frozen encoder's hidden states, as a stopwatch.

    python heads.py [--threads N] [--texts 64] [--tokens 40] [--layers 12] [--width 768]

Prints `ready` and its versions. Then every line is a job. `SPEC loss` answers the loss before training. `SPEC FORM N` answers the
nanoseconds of a step, the mean of N: forward, backward, AdamW. SPEC is a Lanepool spec below. FORM is `guide`, as guides to pooling write
it (with padding masked), or `lean`, by hand for a batch without padding, which reads no more than it must. Hidden states need no gradient.
Where AdamW is faster in its fused form than in its foreach form, or the other way round, each head gets the faster.

Element i of layer l's states is cos(i + l), of the n-th parameter cos(2i + n) / sqrt(columns), of the targets cos(i). Layer weights are 1.

Made with Python 3.11, torch 2.13.0.
"""
import argparse
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional


def cosines(start, *shape, step=1):
    index = step * numpy.arange(numpy.prod(shape), dtype=numpy.float64) + start
    return torch.from_numpy(numpy.cos(index).astype(numpy.float32)).reshape(shape)


class Fixed(nn.Module):
    """Without parameters: one function for each form."""

    def __init__(self, dimension, lean, guide=None):
        super().__init__()
        self.dimension, self.lean, self.guide = dimension, lean, guide or lean

    def forward(self, h, mask, form):
        return (self.lean if form == "lean" else self.guide)(h, mask)


class Lstm(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.lstm = nn.LSTM(width, hidden, batch_first=True)
        self.dropout = nn.Dropout(0.1)
        self.dimension = hidden

    def forward(self, h, mask, form):
        out, _ = self.lstm(torch.stack([layer[:, 0] for layer in h[1:]], dim=1))
        return self.dropout(out[:, -1])


class Weighted(nn.Module):
    def __init__(self, layers, width, start):
        super().__init__()
        self.start = start
        self.layer_weights = nn.Parameter(torch.ones(layers + 1 - start))
        self.dimension = width

    def forward(self, h, mask, form):
        w = self.layer_weights
        if form == "lean":
            return torch.tensordot(w, h[self.start:, :, 0], 1) / w.sum()
        chosen = h[self.start:]
        factor = w.unsqueeze(-1).unsqueeze(-1).unsqueeze(-1).expand(chosen.size())
        return ((factor * chosen).sum(dim=0) / w.sum())[:, 0]


class Attention(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.attention = nn.Sequential(nn.Linear(width, hidden), nn.Tanh(), nn.Linear(hidden, 1))
        self.dimension = width

    def forward(self, h, mask, form):
        scores = self.attention(h[-1])
        if form == "guide":
            scores = scores.masked_fill(~mask[..., None], -torch.inf)
        weights = torch.softmax(scores, dim=1)
        if form == "guide":
            return torch.sum(weights * h[-1], dim=1)
        return torch.bmm(weights.transpose(1, 2), h[-1])[:, 0]


def masked_mean(h, mask):
    expanded = mask.unsqueeze(-1).expand(h[-1].size()).float()
    return torch.sum(h[-1] * expanded, 1) / torch.clamp(expanded.sum(1), min=1e-9)


def masked_max(h, mask):
    return torch.max(h[-1].masked_fill(~mask.unsqueeze(-1), -torch.inf), 1)[0]


def poolings(layers, width):
    return {
        "cls": Fixed(width, lambda h, m: h[-1][:, 0]),
        "mean": Fixed(width, lambda h, m: h[-1].mean(1), masked_mean),
        "max": Fixed(width, lambda h, m: h[-1].amax(1), masked_max),
        "mean-max": Fixed(2 * width, lambda h, m: torch.cat((h[-1].mean(1), h[-1].amax(1)), 1),
                          lambda h, m: torch.cat((masked_mean(h, m), masked_max(h, m)), 1)),
        "concat(layers=-1..-4,of=cls)": Fixed(4 * width, lambda h, m: torch.cat([h[-i][:, 0] for i in range(1, 5)], -1),
                                              lambda h, m: torch.cat([h[-i] for i in range(1, 5)], -1)[:, 0]),
        "lstm(hidden=256)": Lstm(width, 256),
        "weighted(start=4,of=cls)": Weighted(layers, width, 4),
        "attention(hidden=512)": Attention(width, 512),
    }


class Trained:
    """A head, and its optimizer in the form that is faster here."""

    def __init__(self, pooling, states, mask, targets):
        self.pooling, self.linear = pooling, nn.Linear(pooling.dimension, 1)
        self.states, self.mask, self.targets = states, mask, targets
        self.parameters = [*pooling.parameters(), *self.linear.parameters()]
        with torch.no_grad():
            for n, parameter in enumerate(self.parameters):
                if parameter is not getattr(pooling, "layer_weights", None):
                    parameter.copy_(cosines(n, *parameter.shape, step=2) / parameter.shape[-1] ** 0.5)
            pooling.eval()
            self.first_loss = self.loss("guide").item()
            pooling.train()
        forms = [torch.optim.AdamW(self.parameters, lr=1e-4, **{form: True}) for form in ("fused", "foreach")]
        times = []
        for self.optimizer in forms:
            self.steps("lean", 5)
            times.append(self.steps("lean", 20))
        self.optimizer = forms[times.index(min(times))]

    def loss(self, form):
        return functional.mse_loss(self.linear(self.pooling(self.states, self.mask, form)), self.targets)

    def steps(self, form, count):
        start = time.perf_counter_ns()
        for _ in range(count):
            self.optimizer.zero_grad()
            self.loss(form).backward()
            self.optimizer.step()
        return (time.perf_counter_ns() - start) / count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--texts", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=40)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--width", type=int, default=768)
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    states = torch.stack([cosines(layer, args.texts, args.tokens, args.width) for layer in range(args.layers + 1)])
    mask = torch.ones(args.texts, args.tokens, dtype=torch.bool)
    targets = cosines(0, args.texts, 1)
    heads = {}
    made = poolings(args.layers, args.width)
    print(f"ready torch {torch.__version__}", flush=True)

    for line in sys.stdin:
        spec, form, *count = line.split()
        if spec not in heads:
            heads[spec] = Trained(made[spec], states, mask, targets)
        print(heads[spec].first_loss if form == "loss" else heads[spec].steps(form, int(count[0])), flush=True)


if __name__ == "__main__":
    main()
