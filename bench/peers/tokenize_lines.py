"""Hugging Face's tokenizers on one thread, as a stopwatch.

    python tokenize_lines.py FOLDER TEXT [TIMES]

Prints `ready` and its version. Then every line is answered: `cold` by the nanoseconds of encoding all lines of TEXT, TIMES over, with
a tokenizer just made, whose cache of words is empty; `warm` by those with one that has seen them; `count` by the number of tokens of
TEXT once. All lines go in one call, `encode_batch`, as that costs least in Python.

Made with Python 3.11, tokenizers 0.23.2, transformers 5.18.0.
"""
import argparse
import os
import sys
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import tokenizers  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("text", type=Path)
    parser.add_argument("times", type=int, nargs="?", default=1)
    args = parser.parse_args()

    stored = AutoTokenizer.from_pretrained(args.folder).backend_tokenizer.to_str()
    lines = args.text.read_text(encoding="utf-8").splitlines()
    warm = tokenizers.Tokenizer.from_str(stored)
    count = sum(len(encoding.ids) for encoding in warm.encode_batch(lines))
    print(f"ready tokenizers {tokenizers.__version__}", flush=True)

    for line in sys.stdin:
        job = line.strip()
        if job == "count":
            print(count, flush=True)
            continue
        tokenizer = {"cold": lambda: tokenizers.Tokenizer.from_str(stored), "warm": lambda: warm}[job]()
        elapsed = 0
        for _ in range(args.times):
            start = time.perf_counter_ns()
            encodings = tokenizer.encode_batch(lines)
            elapsed += time.perf_counter_ns() - start
            assert len(encodings) == len(lines)
            del encodings  # or the next run would be timed with letting go of them
        print(elapsed, flush=True)


if __name__ == "__main__":
    main()
