"""16 texts "this is a string" to mean vectors as guides to pooling write it, as a stopwatch.

    python seed_guide.py FOLDER [--threads N]

Prints `ready` and its versions once tokenizer and model are loaded. Then every line `max_length` (padding to 256 tokens) or
`longest` (to the longest text) is answered by the nanoseconds of tokenising, the model's forward pass without gradients, and
the mean over the attended tokens. The guides call `batch_encode_plus`, which transformers 5 calls plainly.

Made with Python 3.11, torch 2.13.0, transformers 5.18.0.
"""
import argparse
import sys
import time

import torch
import transformers
from transformers import AutoModel, AutoTokenizer

TEXTS = ["this is a string"] * 16


def mean_pooling(last_hidden_state, attention_mask):
    mask = attention_mask.unsqueeze(-1).expand(last_hidden_state.size()).float()
    return torch.sum(last_hidden_state * mask, 1) / torch.clamp(mask.sum(1), min=1e-9)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(args.folder)
    model = AutoModel.from_pretrained(args.folder)
    print(f"ready torch {torch.__version__} transformers {transformers.__version__}", flush=True)

    for line in sys.stdin:
        start = time.perf_counter_ns()
        features = tokenizer(
            TEXTS, add_special_tokens=True, padding=line.strip(), max_length=256, truncation=True, return_tensors="pt",
            return_attention_mask=True)
        with torch.no_grad():
            outputs = model(features["input_ids"], features["attention_mask"])
            vectors = mean_pooling(outputs[0], features["attention_mask"])
        elapsed = time.perf_counter_ns() - start
        assert vectors.shape[0] == len(TEXTS)
        print(elapsed, flush=True)


if __name__ == "__main__":
    main()
