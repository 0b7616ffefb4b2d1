"""Writes golden.json: scores, intervals and p-values by scikit-learn and scipy. Run in this folder; README.md has the versions."""
import json
import math
import platform

import numpy
import scipy
import sklearn
from scipy import stats
from sklearn import metrics

rng = numpy.random.default_rng(5)


def classification(name, classes, truth, predicted):
    truth, predicted = [int(t) for t in truth], [int(p) for p in predicted]
    every = list(range(classes))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(truth, predicted, labels=every, zero_division=0)
    return {
        "name": name, "classes": classes, "truth": truth, "predicted": predicted,
        "confusion": metrics.confusion_matrix(truth, predicted, labels=every).tolist(),
        "accuracy": metrics.accuracy_score(truth, predicted),
        "macro_f1": metrics.f1_score(truth, predicted, average="macro", zero_division=0),
        "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(), "support": [int(s) for s in support],
    }


def regression(name, truth, predicted):
    truth, predicted = [float(t) for t in truth], [float(p) for p in predicted]
    return {
        "name": name, "truth": truth, "predicted": predicted,
        "pearson": float(stats.pearsonr(truth, predicted).statistic),
        "spearman": float(stats.spearmanr(truth, predicted).statistic),
        "rmse": float(metrics.root_mean_squared_error(truth, predicted)),
        "r2": float(metrics.r2_score(truth, predicted)),
    }


def summary(values):
    mean, sem, k = numpy.mean(values), stats.sem(values), len(values)
    low, high = stats.t.interval(0.95, k - 1, loc=mean, scale=sem)
    return {"values": list(values), "mean": float(mean), "sd": float(numpy.std(values, ddof=1)), "low": float(low), "high": float(high)}


def corrected(a, b, share):
    difference = numpy.subtract(a, b)
    k = len(difference)
    t = difference.mean() / math.sqrt((1 / k + share) * difference.var(ddof=1))
    return {"a": list(a), "b": list(b), "share": share, "p": float(2 * stats.t.sf(abs(t), k - 1))}


truth = rng.integers(0, 4, 60)
noisy = numpy.where(rng.random(60) < 0.7, truth, rng.integers(0, 4, 60))
x = rng.normal(size=40).round(6)
y = (x + rng.normal(size=40)).round(6)
stars = rng.integers(1, 6, 50)
folds = rng.normal(0.85, 0.02, (2, 10)).round(4)
golden = {
    "versions": {"python": platform.python_version(), "numpy": numpy.__version__, "scipy": scipy.__version__,
                 "scikit-learn": sklearn.__version__},
    "classification": [
        classification("four classes", 4, truth, noisy),
        classification("one class never predicted", 3, [0, 1, 2, 0, 1, 2], [0, 1, 1, 0, 0, 1]),
        classification("one class neither there nor predicted", 3, [0, 2, 2, 0], [0, 2, 0, 0]),
        classification("all wrong", 2, [0, 1], [1, 0]),
    ],
    "regression": [
        regression("normal", x, y),
        regression("many ties", stars, (stars + rng.integers(-1, 2, 50)).clip(1, 5)),
        regression("worse than the mean", x, -y),
        regression("far from zero", x + 1e6, y + 1e6),
    ],
    "summary": [summary(folds[0][:5].tolist()), summary(folds[1].tolist()), summary([0.5, 0.75])],
    "corrected": [
        corrected(folds[0][:5].tolist(), folds[1][:5].tolist(), 0.25),
        corrected(folds[0].tolist(), (folds[0] + 0.03 + 0.01 * folds[1]).round(4).tolist(), 1 / 9),
        corrected([0.9, 0.8], [0.7, 0.75], 1.0),
    ],
}
with open("golden.json", "w", encoding="utf-8") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
