"""The heads of a comparison trained again in PyTorch, on the same features and folds; and scikit-learn's linear model on `mean`.

    ./lanepool compare subj.csv --json subj.json
    python docs/results/heads.py subj.csv subj.json [--test FILE] [--lanepool ./lanepool] [--features FOLDER] [--scores FILE] [-p SPEC]...

The folds are the JSON's `test_rows`, the rows set aside in each its `dev_rows`. Features are the hidden states that `lanepool
hidden-states` writes of the token ids that `lanepool tokenize` gives; all pooling is done here. FOLDER keeps them for the next run.
Nothing else is shared: initial values, order and optimizer are this script's (torch.optim.LBFGS for linear heads and weighted layers;
AdamW for nn.LSTM and the attention). How long a fit takes and at which rate is as in Lanepool: see its `FitSettings`.

Prints a Markdown table: Lanepool's mean over the folds, its standard error (of a test set: of a share of its rows, or by Fisher's z for a
rank correlation), PyTorch's mean, and the difference in standard errors. Ends with 1 where one differs by more than one, or where
scikit-learn is more than 0.5 points better than Lanepool's `mean`.

Made with Python 3.11, torch 2.13.0, scikit-learn 1.9.1, scipy 1.17.1, safetensors 0.8.0, numpy 2.4.6.
"""
import argparse
import copy
import csv
import json
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegressionCV, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional

COMMAND_BYTES = 400_000  # of token ids on one command line
PENALTIES = (1, 1e-1, 1e-2, 1e-3, 1e-4)
RATE = 5e-4
FALLING_TEXTS = 96_000  # seen at most by a fit whose rate falls


# ---- features ----

def read_column(file, name):
    with open(file, encoding="utf-8", newline="") as rows:
        return [row[name] for row in csv.DictReader(rows)]


def token_ids(lanepool, file, column, max_tokens):
    out = subprocess.run([lanepool, "tokenize", "-i", file, "--column", column, "--max-length", str(max_tokens)],
                         check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8").stdout
    return [json.loads(line)["ids"] for line in out.split("\n") if line]


def chunks(texts):
    """Texts as arguments, as many together as one command line takes."""
    chunk, size = [], 0
    for ids in texts:
        argument = ",".join(map(str, ids))
        if chunk and size + len(argument) > COMMAND_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(argument)
        size += len(argument) + 16
    yield chunk


class Features:
    """Of all texts: token 0 of every layer (n, L + 1, C), each layer's mean and maximum (the same), the last layer's rows (R, C)."""

    NAMES = ("first", "mean", "maximum", "rows", "lengths")

    def __init__(self, first, mean, maximum, rows, lengths):
        self.first, self.mean, self.maximum, self.rows, self.lengths = first, mean, maximum, rows, lengths
        self.starts = np.concatenate([[0], np.cumsum(lengths)])

    @staticmethod
    def encode(lanepool, texts):
        parts = {name: [] for name in Features.NAMES}
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder, "states.safetensors"))
            for chunk in chunks(texts):
                arguments = [argument for ids in chunk for argument in ("--token-ids", ids)]
                subprocess.run([lanepool, "hidden-states", *arguments, "-o", file], check=True, stderr=subprocess.DEVNULL)
                with safe_open(file, "np") as states:
                    layers = sum(name.startswith("text.0.hidden_states.") for name in states.keys())
                    for text in range(len(chunk)):
                        h = np.stack([states.get_tensor(f"text.{text}.hidden_states.{layer}") for layer in range(layers)])
                        parts["first"].append(h[:, 0])
                        parts["mean"].append(h.mean(1))
                        parts["maximum"].append(h.max(1))
                        parts["rows"].append(h[-1].copy())
                        parts["lengths"].append(h.shape[1])
                print(f"{len(parts['lengths'])} of {len(texts)} texts encoded", file=sys.stderr)
        rows = np.concatenate(parts.pop("rows"))
        return Features(**{name: np.array(part) for name, part in parts.items()}, rows=rows)

    def save(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name in Features.NAMES:
            np.save(folder / f"{name}.npy", getattr(self, name))

    @staticmethod
    def load(folder):
        return Features(*(np.load(folder / f"{name}.npy") for name in Features.NAMES))

    def pooled(self, spec):
        """(n, D) of a pooling without parameters, None of one that has some."""
        last = self.first.shape[1] - 1
        by_name = {"cls": self.first, "mean": self.mean, "max": self.maximum}
        if spec in by_name:
            return by_name[spec][:, last]
        if spec in ("mean-max", "cls+mean"):
            return np.concatenate([by_name[name][:, last] for name in re.split(r"[-+]", spec)], 1)
        concat = re.fullmatch(r"concat\(layers=-1\.\.-(\d+),of=(cls|mean|max)\)", spec)
        if concat:
            return np.concatenate([by_name[concat[2]][:, last - i] for i in range(int(concat[1]))], 1)
        return None


# ---- heads ----

class Task:
    """Labels as numbers, what is lost by an output, and what an output scores. A regression's labels are scaled by the rows trained on."""

    def __init__(self, labels, classification):
        self.classification = classification
        if classification:
            self.names = sorted(set(labels))
            self.y = torch.tensor([self.names.index(label) for label in labels])
        else:
            self.y = torch.tensor([float(label) for label in labels])
        self.outputs = len(self.names) if classification else 1

    def targets(self, rows):
        if self.classification:
            return self.y
        return (self.y - self.y[rows].mean()) / self.y[rows].std(correction=0)

    def loss(self, outputs, targets):
        if self.classification:
            return functional.cross_entropy(outputs, targets)
        return functional.mse_loss(outputs[:, 0], targets)

    def score(self, outputs, rows):
        truth = self.y[rows].numpy()
        if self.classification:
            return (outputs.argmax(1).numpy() == truth).mean()
        return spearmanr(outputs[:, 0].numpy(), truth).statistic


def standardized(x, train):
    """By the rows trained on, summed in double precision, piece by piece since there may be a million."""
    some = np.array_split(train, math.ceil(len(train) / 65536))
    mean = sum(x[rows].sum(0, dtype=np.float64) for rows in some) / len(train)
    deviation = np.sqrt(sum(np.square(x[rows] - mean).sum(0) for rows in some) / len(train))
    result = x - mean.astype(np.float32)
    result /= np.where(deviation > 0, deviation, 1).astype(np.float32)
    return torch.from_numpy(result)


def standardized_steps(x, train):
    """(n, L, C) by each column's mean over all steps and its deviation from each step's own mean: one map must serve all steps."""
    some = x[train].astype(np.float64)
    deviation = np.sqrt(some.var(0).mean(0))
    return torch.from_numpy(((x - some.mean((0, 1))) / np.where(deviation > 0, deviation, 1)).astype(np.float32))


def snapshot(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def minimize(task, head, x, targets, penalty, most):
    """L-BFGS on all these rows, to the minimum or so many iterations."""
    optimizer = torch.optim.LBFGS(head.parameters(), lr=1, max_iter=most, max_eval=10 * most, history_size=100, tolerance_grad=1e-4,
                                  tolerance_change=0, line_search_fn="strong_wolfe")
    out = getattr(head, "out", head)

    def closure():
        optimizer.zero_grad()
        loss = task.loss(head(x), targets) + penalty / 2 * out.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)


class Whole:
    """
    A head with few parameters by L-BFGS: weaker and weaker penalties on the weights' squares until the dev loss has not fallen twice, then
    all rows with the best. `inputs` and `make` give what the head reads and the head to begin with, both from the rows to fit to.
    """

    def __init__(self, task, inputs, make, rows, fit, dev, targets, penalties=PENALTIES, most=500):
        x = inputs(fit)
        self.loss, self.penalty, self.trial, in_vain = math.inf, None, None, 0
        for penalty in penalties:
            head = make(fit)
            minimize(task, head, x[fit], targets[fit], penalty, most)
            with torch.no_grad():
                loss = task.loss(head(x[dev]), targets[dev]).item()
            if loss < self.loss:
                self.loss, self.penalty, self.trial, in_vain = loss, penalty, head, 0
            else:
                in_vain += 1
                if in_vain == 2:
                    break
        self.x = inputs(rows)
        self.head = make(rows)
        minimize(task, self.head, self.x[rows], targets[rows], self.penalty, most)

    def __call__(self, rows):
        return self.head(self.x[rows])


class Lstm(nn.Module):
    """Its last output, then dropout 0.1 while training."""

    def __init__(self, width, hidden, outputs):
        super().__init__()
        self.lstm = nn.LSTM(width, hidden, batch_first=True)
        self.dropout = nn.Dropout(0.1)
        self.out = nn.Linear(hidden, outputs)

    def forward(self, x):
        return self.out(self.dropout(self.lstm(x)[0][:, -1]))


class Weighted(nn.Module):
    """The mixture is standardized as the equal mixture, which is where training begins, with an output layer fitted to that."""

    def __init__(self, layers, even, out):
        super().__init__()
        self.weights = nn.Parameter(torch.ones(layers))
        self.mean, self.deviation = even.mean(0), even.std(0, correction=0)
        self.out = out

    def forward(self, x):
        mixed = torch.tensordot(x, self.weights, ([1], [0])) / self.weights.sum()
        return self.out((mixed - self.mean) / self.deviation)


class Attention(nn.Module):
    """Its mean is standardized as the tokens' even mean, with an output layer fitted to which it begins."""

    def __init__(self, width, hidden, even, out):
        super().__init__()
        self.mean, self.deviation = even.mean(0), even.std(0, correction=0)
        self.attention = nn.Sequential(nn.Linear(width, hidden), nn.Tanh(), nn.Linear(hidden, 1))
        self.out = out

    def forward(self, texts):
        rows, lengths = texts
        scores = torch.split(self.attention(rows)[:, 0], lengths)
        weights = torch.softmax(nn.utils.rnn.pad_sequence(scores, batch_first=True, padding_value=-torch.inf), 1)
        padded = nn.utils.rnn.pad_sequence(torch.split(rows, lengths), batch_first=True)
        return self.out((torch.bmm(weights[:, None], padded)[:, 0] - self.mean) / self.deviation)


def network(task, head, read, fit, dev, targets, args, penalty=0, falling=False):
    """By AdamW on mini-batches at random: the head as made or the epoch with the lowest dev loss. A falling rate takes all its epochs."""
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=args.decay)
    steps = math.ceil(len(fit) / args.batch)
    epochs = max(1, min(args.epochs, FALLING_TEXTS // len(fit))) if falling else args.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / (epochs * steps) if falling else 1)
    best_loss, best, lowest, since = math.inf, None, math.inf, 0
    for epoch in range(epochs + 1):
        head.train()
        for batch in torch.randperm(len(fit)).split(args.batch) if epoch else []:
            rows = fit[batch.numpy()]
            optimizer.zero_grad()
            (task.loss(head(read(rows)), targets[rows]) + penalty / 2 * head.out.weight.square().sum()).backward()
            nn.utils.clip_grad_norm_(head.parameters(), 1)
            optimizer.step()
            schedule.step()
        head.eval()
        with torch.no_grad():
            loss = sum(task.loss(head(read(rows)), targets[rows]).item() * len(rows) for rows in pieces(dev)) / len(dev)
        since = 0 if loss < lowest or epoch < 2 else since + 1
        lowest = min(loss, lowest)
        if loss < best_loss:
            best_loss, best = loss, snapshot(head)
        if since == args.patience and not falling:
            break
    head.load_state_dict(best)
    return lambda rows: torch.cat([head(read(piece)) for piece in pieces(rows)])


def pieces(rows):
    return np.array_split(rows, math.ceil(len(rows) / 256))


def train(task, features, spec, rows, dev, args):
    """A function of rows, from a pooling's spec and the rows to train on, of which some are set aside."""
    torch.manual_seed(args.seed)
    fit = np.setdiff1d(rows, dev)
    targets = task.targets(rows)

    def linear(width):
        return lambda _: nn.Linear(width, task.outputs)

    pooled = features.pooled(spec)
    if pooled is not None:
        return Whole(task, lambda to: standardized(pooled, to), linear(pooled.shape[1]), rows, fit, dev, targets)
    width = features.rows.shape[1]
    if spec == "lstm(hidden=256)":
        x = standardized_steps(features.first[:, 1:], fit)
        return network(task, Lstm(width, 256, task.outputs), lambda r: x[r], fit, dev, targets, args, falling=True)
    if spec == "weighted(start=4,of=cls)":
        x = torch.from_numpy(features.first[:, 4:])
        even = x.mean(1)
        readout = Whole(task, lambda to: standardized(even.numpy(), to), linear(width), rows, fit, dev, targets)

        def make(to):
            return Weighted(x.shape[1], even[to], copy.deepcopy(readout.trial if to is fit else readout.head))

        mixed = Whole(task, lambda _: x, make, rows, fit, dev, targets, [readout.penalty], 200)
        return mixed if mixed.loss < readout.loss else readout
    if spec == "attention(hidden=512)":
        tokens = np.concatenate([np.arange(features.starts[i], features.starts[i + 1]) for i in fit])
        x = standardized(features.rows, tokens)
        starts, lengths = features.starts, features.lengths
        even = torch.from_numpy(np.add.reduceat(x.numpy(), starts[:-1]) / lengths[:, None].astype(np.float32))
        readout = Whole(task, lambda to: standardized(even.numpy(), to), linear(width), rows, fit, dev, targets)
        read = lambda r: (torch.cat([x[starts[i]:starts[i + 1]] for i in r]), [int(lengths[i]) for i in r])  # noqa: E731
        return network(task, Attention(width, 512, even[fit], readout.trial), read, fit, dev, targets, args, readout.penalty)
    raise SystemExit(f"{spec}: no PyTorch form here")


# ---- scikit-learn ----

def scikit(task, x, rows, test):
    """Its own choice of the penalty by cross-validation in the rows to train on."""
    if task.classification:
        model = make_pipeline(StandardScaler(), LogisticRegressionCV(Cs=np.logspace(-4, 1, 6), cv=5, max_iter=2000))
    else:
        model = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-1, 5, 13)))
    model.fit(x[rows], task.y[rows].numpy())
    if task.classification:
        return model.score(x[test], task.y[test].numpy())
    return spearmanr(model.predict(x[test]), task.y[test].numpy()).statistic


def standard_error(folds, task, tested):
    if len(folds) > 1:
        return np.std(folds, ddof=1) / math.sqrt(len(folds))
    if task.classification:
        return math.sqrt(folds[0] * (1 - folds[0]) / tested)
    return (1 - folds[0] ** 2) / math.sqrt(tested - 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("compared", help="what compare wrote with --json")
    parser.add_argument("--test", help="the file given to compare as --test")
    parser.add_argument("--text", default="text")
    parser.add_argument("--label", default="label")
    parser.add_argument("--lanepool", default="./lanepool")
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--features", type=Path)
    parser.add_argument("--scores", type=Path, help="keeps PyTorch's scores; a run that was broken off goes on after them")
    parser.add_argument("-p", dest="specs", action="append", help="only this pooling; may be repeated")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--patience", type=int, default=3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--decay", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    compared = json.loads(Path(args.compared).read_text(encoding="utf-8"))
    files = [args.data] + ([args.test] if args.test else [])
    labels = [label for file in files for label in read_column(file, args.label)]
    task = Task(labels, compared["task"] == "classification")
    if args.features and (args.features / "lengths.npy").exists():
        features = Features.load(args.features)
    else:
        ids = [ids for file in files for ids in token_ids(args.lanepool, file, args.text, args.max_tokens)]
        features = Features.encode(args.lanepool, ids)
        if args.features:
            features.save(args.features)
    assert len(features.lengths) == len(labels) == compared["rows"]

    every = np.arange(len(labels))
    folds = [(np.setdiff1d(every, test), np.array(dev), np.array(test)) for dev, test in zip(compared["dev_rows"], compared["test_rows"])]
    metric = "accuracy" if task.classification else "spearman"
    scores = json.loads(args.scores.read_text(encoding="utf-8")) if args.scores and args.scores.exists() else {}
    failed = False
    print(f"| pooling | Lanepool, {metric} | standard error | PyTorch | difference in standard errors |\n|---|--:|--:|--:|--:|", flush=True)
    for result in compared["results"]:
        spec, ours = result["pooling"], result["metrics"][metric]
        error = standard_error(ours["folds"], task, len(folds[0][2]))
        if args.specs is None or spec in args.specs:
            theirs = scores.setdefault(spec, [])
            for rows, dev, test in folds[len(theirs):]:
                head = train(task, features, spec, rows, dev, args)
                with torch.no_grad():
                    theirs.append(float(task.score(head(test), test)))
                if args.scores:
                    args.scores.write_text(json.dumps(scores), encoding="utf-8")
            apart = (np.mean(theirs) - ours["mean"]) / error
            failed |= abs(apart) > 1
            print(f"| `{spec}` | {ours['mean']:.4f} | {error:.4f} | {np.mean(theirs):.4f} | {apart:+.2f} |", flush=True)
            print(f"{spec}: {[round(score, 4) for score in theirs]} to {ours['folds']}", file=sys.stderr)
        if spec == "mean":
            if "scikit-learn" not in scores:
                scores["scikit-learn"] = [float(scikit(task, features.pooled(spec), rows, test)) for rows, _, test in folds]
            mean = np.mean(scores["scikit-learn"])
            failed |= mean - ours["mean"] > 0.005
            name = "LogisticRegressionCV" if task.classification else "RidgeCV"
            apart = (mean - ours["mean"]) / error
            print(f"| `mean`, scikit-learn's {name} | {ours['mean']:.4f} | {error:.4f} | {mean:.4f} | {apart:+.2f} |", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
