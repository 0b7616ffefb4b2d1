"""Eight heads on one data set as guides to pooling train them, to time it: the encoder in the loop, texts padded to 256, nothing cached.

    python docs/results/guide.py MODEL subj.csv --steps 8          # eight steps of each head, and what an epoch would take
    python docs/results/guide.py MODEL subj.csv                    # a whole epoch of each head, and its accuracy on the fold left out

One fold (four fifths of the rows to train on), one epoch, one run a head, in batches of 16 as in the guides. The encoder is frozen, as
there: its forward pass runs without gradients, and only the head's parameters are optimized. MODEL is a checkpoint in Hugging Face layout
with a tokenizer. `--steps` times so many steps of each head after `--warm` others; an epoch is taken to be steps as many as there are
batches, and so for testing. Tokenizing, encoding, the head's step, testing on the fold: everything is in the time but the
loading of the model.

Made with Python 3.11, torch 2.13.0, transformers 5.18.0.
"""
import argparse
import csv
import math
import random
import time

import torch
import transformers
from torch import nn
from transformers import AutoModel, AutoTokenizer


def mean(h, mask):
    expanded = mask.unsqueeze(-1).expand(h[-1].size()).float()
    return torch.sum(h[-1] * expanded, 1) / torch.clamp(expanded.sum(1), min=1e-9)


def maximum(h, mask):
    return torch.max(h[-1].masked_fill(mask.unsqueeze(-1) == 0, -1e9), 1)[0]


class Fixed(nn.Module):
    def __init__(self, dimension, function):
        super().__init__()
        self.dimension, self.function = dimension, function

    def forward(self, h, mask):
        return self.function(h, mask)


class Lstm(nn.Module):
    def __init__(self, width, hidden=256):
        super().__init__()
        self.lstm, self.dropout, self.dimension = nn.LSTM(width, hidden, batch_first=True), nn.Dropout(0.1), hidden

    def forward(self, h, mask):
        out, _ = self.lstm(torch.stack([layer[:, 0] for layer in h[1:]], dim=1))
        return self.dropout(out[:, -1])


class Weighted(nn.Module):
    def __init__(self, layers, width, start=4):
        super().__init__()
        self.start, self.dimension = start, width
        self.layer_weights = nn.Parameter(torch.ones(layers + 1 - start))

    def forward(self, h, mask):
        chosen = torch.stack(h)[self.start:]
        factor = self.layer_weights.unsqueeze(-1).unsqueeze(-1).unsqueeze(-1).expand(chosen.size())
        return ((factor * chosen).sum(dim=0) / self.layer_weights.sum())[:, 0]


class Attention(nn.Module):
    def __init__(self, width, hidden=512):
        super().__init__()
        self.attention, self.dimension = nn.Sequential(nn.Linear(width, hidden), nn.Tanh(), nn.Linear(hidden, 1)), width

    def forward(self, h, mask):
        scores = self.attention(h[-1]).masked_fill(mask.unsqueeze(-1) == 0, -torch.inf)
        return torch.sum(torch.softmax(scores, dim=1) * h[-1], dim=1)


def poolings(layers, width):
    return {
        "cls": Fixed(width, lambda h, m: h[-1][:, 0]),
        "mean": Fixed(width, mean),
        "max": Fixed(width, maximum),
        "mean-max": Fixed(2 * width, lambda h, m: torch.cat((mean(h, m), maximum(h, m)), 1)),
        "concat(layers=-1..-4,of=cls)": Fixed(4 * width, lambda h, m: torch.cat([h[-i] for i in range(1, 5)], -1)[:, 0]),
        "lstm(hidden=256)": Lstm(width),
        "weighted(start=4,of=cls)": Weighted(layers, width),
        "attention(hidden=512)": Attention(width),
    }


class Run:
    """One head beside the encoder."""

    def __init__(self, pooling, encoder, tokenizer, classes, rate):
        self.pooling, self.encoder, self.tokenizer = pooling, encoder, tokenizer
        self.linear = nn.Linear(pooling.dimension, classes)
        self.optimizer = torch.optim.AdamW([*pooling.parameters(), *self.linear.parameters()], lr=rate)

    def logits(self, texts):
        features = self.tokenizer(texts, add_special_tokens=True, padding="max_length", max_length=256, truncation=True,
                                  return_tensors="pt", return_attention_mask=True)
        with torch.no_grad():
            h = self.encoder(features["input_ids"], features["attention_mask"], output_hidden_states=True).hidden_states
        return self.linear(self.pooling(h, features["attention_mask"]))

    def step(self, texts, labels):
        self.optimizer.zero_grad()
        nn.functional.cross_entropy(self.logits(texts), labels).backward()
        self.optimizer.step()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("data", help="a CSV file with the columns text and label")
    parser.add_argument("--steps", type=int, help="time so many of each head; without it a whole epoch runs")
    parser.add_argument("--warm", type=int, default=2, help="steps before the first that is timed")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    encoder = AutoModel.from_pretrained(args.model).eval()
    with open(args.data, encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["label"]) for row in csv.DictReader(file)]
    random.Random(1).shuffle(rows)
    names = sorted({label for _, label in rows})
    held = len(rows) // 5
    test, train = rows[:held], rows[held:]

    def batches(part):
        for at in range(0, len(part), args.batch):
            texts, labels = zip(*part[at:at + args.batch])
            yield list(texts), torch.tensor([names.index(label) for label in labels])

    epoch, tests = math.ceil(len(train) / args.batch), math.ceil(held / args.batch)
    total = 0
    for spec, pooling in poolings(encoder.config.num_hidden_layers, encoder.config.hidden_size).items():
        run = Run(pooling, encoder, tokenizer, len(names), args.rate)
        start, steps = time.perf_counter(), 0
        for step, batch in enumerate(batches(train)):
            if args.steps and step == args.warm:
                start, steps = time.perf_counter(), 0
            run.step(*batch)
            steps += 1
            if args.steps and step + 1 == args.warm + args.steps:
                break
        learnt = time.perf_counter()
        pooling.eval()
        tested, right, rows_tested = 0, 0, 0
        with torch.no_grad():
            for texts, labels in batches(test):
                right += (run.logits(texts).argmax(1) == labels).sum().item()
                rows_tested += len(texts)
                tested += 1
                if tested == args.steps:
                    break
        fitting = (learnt - start) / steps * epoch
        testing = (time.perf_counter() - learnt) / tested * tests
        total += fitting + testing
        print(f"{spec}: {steps} steps, {tested} batches tested; an epoch of {epoch} steps {fitting:.1f} s, the fold's {tests} test batches"
              f" {testing:.1f} s" + ("" if args.steps else f", accuracy {right / rows_tested:.4f}"), flush=True)
    how = " (extrapolated)" if args.steps else ""
    print(f"all: {total:.0f} s{how}; torch {torch.__version__}, transformers {transformers.__version__}")


if __name__ == "__main__":
    main()
