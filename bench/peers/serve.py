"""One peer as a stopwatch: reads a job a line, runs it, answers the nanoseconds it took.

    python serve.py onnxruntime|pytorch|sentence-transformers FOLDER [--threads N] [--texts FILE]

Prints `ready` and its versions once the model is loaded. Then every line is a job; the end of the input ends the process, a wrong
line ends it with an error. A runner that alternates requests between this process and another compares both under the same
conditions of the machine; warming up is the runner's affair. FOLDER comes from make_checkpoint.py, or is a published model, and for
onnxruntime holds what export_onnx.py writes.

`BxT` (onnxruntime, pytorch): one forward pass over B texts of T random tokens (seed 1). The attention mask is all ones: no padding, so
a peer computes nothing in vain. Timed is the call alone, from the given ids to the last hidden state; tensors are made before.

`guide PADDING` (pytorch): 16 texts "this is a string" to mean vectors as guides to pooling write it: tokenising, the forward pass of
`AutoModel` without gradients, and the mean over the attended tokens. PADDING is `max_length` (to 256 tokens) or `longest`. The guides
call `batch_encode_plus`, which transformers 5 calls plainly.

`texts N` (sentence-transformers): the first N lines of FILE to mean vectors of unit length: `SentenceTransformer.encode` with its own
batches of 32, which it sorts by length. `element I J` answers element J of text I's vector of the last such run.

Made with Python 3.11, torch 2.13.0, transformers 5.18.0, sentence-transformers 6.0.1, onnxruntime 1.30.0.
"""
import argparse
import sys
import time
from pathlib import Path

import numpy

SEED = 1
GUIDE_TEXTS = ["this is a string"] * 16


def timed(run):
    start = time.perf_counter_ns()
    run()
    return time.perf_counter_ns() - start


def random_ids(texts, tokens):
    ids = numpy.random.default_rng(SEED).integers(4, 50_000, (texts, tokens))
    ids[:, 0] = 0
    ids[:, -1] = 2
    return ids


class Shapes:
    """Answers `BxT` by a run of what `prepare(ids)` returns."""

    def __init__(self):
        self.runs = {}

    def answer(self, job):
        if job not in self.runs:
            texts, tokens = map(int, job.split("x"))
            self.runs[job] = self.prepare(random_ids(texts, tokens))
        return timed(self.runs[job])


class OnnxRuntime(Shapes):
    def __init__(self, args):
        import onnxruntime

        super().__init__()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = args.threads
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        # Its workers would otherwise spin for a while after each run, in the other runner's time.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(args.folder / "model.onnx", options, providers=["CPUExecutionProvider"])
        self.versions = f"onnxruntime {onnxruntime.__version__}"

    def prepare(self, ids):
        inputs = {"input_ids": ids, "attention_mask": numpy.ones_like(ids)}
        return lambda: self.session.run(None, inputs)[0]


class PyTorch(Shapes):
    def __init__(self, args):
        import torch
        import transformers

        super().__init__()
        torch.set_num_threads(args.threads)
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        self.torch, self.folder, self.guide = torch, args.folder, None
        self.model = transformers.RobertaModel.from_pretrained(args.folder, add_pooling_layer=False).eval()
        self.versions = f"torch {torch.__version__} transformers {transformers.__version__}"

    def answer(self, job):
        return timed(lambda: self.guides(job.split()[1])) if job.startswith("guide ") else super().answer(job)

    def prepare(self, ids):
        input_ids = self.torch.from_numpy(ids)
        mask = self.torch.ones_like(input_ids)

        def run():
            with self.torch.inference_mode():
                return self.model(input_ids=input_ids, attention_mask=mask).last_hidden_state

        return run

    def guides(self, padding):
        from transformers import AutoModel, AutoTokenizer

        if self.guide is None:  # in the first turn, which is not counted
            self.guide = AutoTokenizer.from_pretrained(self.folder), AutoModel.from_pretrained(self.folder)
        tokenizer, model = self.guide
        features = tokenizer(
            GUIDE_TEXTS, add_special_tokens=True, padding=padding, max_length=256, truncation=True, return_tensors="pt",
            return_attention_mask=True)
        with self.torch.no_grad():
            outputs = model(features["input_ids"], features["attention_mask"])
            vectors = self.mean_pooling(outputs[0], features["attention_mask"])
        assert vectors.shape[0] == len(GUIDE_TEXTS)

    def mean_pooling(self, last_hidden_state, attention_mask):
        mask = attention_mask.unsqueeze(-1).expand(last_hidden_state.size()).float()
        return self.torch.sum(last_hidden_state * mask, 1) / self.torch.clamp(mask.sum(1), min=1e-9)


class SentenceTransformers:
    def __init__(self, args):
        import sentence_transformers
        import torch
        import transformers

        torch.set_num_threads(args.threads)
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        self.model = sentence_transformers.SentenceTransformer(str(args.folder), device="cpu")
        self.texts = args.texts.read_text(encoding="utf-8").splitlines()
        self.versions = f"sentence-transformers {sentence_transformers.__version__} torch {torch.__version__}"

    def answer(self, job):
        kind, *numbers = job.split()
        if kind == "element":
            return self.vectors[int(numbers[0])][int(numbers[1])]
        texts = self.texts[:int(numbers[0])]
        return timed(lambda: self.embed(texts))

    def embed(self, texts):
        self.vectors = self.model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


ENGINES = {"onnxruntime": OnnxRuntime, "pytorch": PyTorch, "sentence-transformers": SentenceTransformers}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--texts", type=Path)
    args = parser.parse_args()

    engine = ENGINES[args.engine](args)
    print("ready", engine.versions, flush=True)
    for line in sys.stdin:
        print(engine.answer(line.strip()), flush=True)


if __name__ == "__main__":
    main()
