"""One peer as a stopwatch: reads a shape a line, runs one forward pass, answers the nanoseconds it took.

    python serve.py onnxruntime|pytorch FOLDER [--threads N]

Prints `ready` and its versions once the model is loaded. Then every line `BxT` (B texts of T tokens) is answered by one
integer; the end of the input ends the process. A wrong line ends it with an error. A runner that alternates requests between
this process and another compares both under the same conditions of the machine; warming up is the runner's affair.

The token ids are random (seed 1), the attention mask is all ones: no padding, so a peer computes nothing in vain. Timed is
the call alone, from the given ids to the last hidden state; tensors are made before. FOLDER comes from make_checkpoint.py and,
for onnxruntime, export_onnx.py.

Made with Python 3.11, torch 2.13.0, transformers 5.18.0, onnxruntime 1.30.0.
"""
import argparse
import sys
import time
from pathlib import Path

import numpy

SEED = 1


def onnxruntime_forward(folder, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # Its workers would otherwise spin for a while after each run, in the other runner's time.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])

    def prepare(ids):
        inputs = {"input_ids": ids, "attention_mask": numpy.ones_like(ids)}
        return lambda: session.run(None, inputs)[0]

    return prepare, f"onnxruntime {onnxruntime.__version__}"


def pytorch_forward(folder, threads):
    import torch
    import transformers

    torch.set_num_threads(threads)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    model = transformers.RobertaModel.from_pretrained(folder, add_pooling_layer=False).eval()

    def prepare(ids):
        input_ids = torch.from_numpy(ids)
        mask = torch.ones_like(input_ids)

        def run():
            with torch.inference_mode():
                return model(input_ids=input_ids, attention_mask=mask).last_hidden_state

        return run

    return prepare, f"torch {torch.__version__} transformers {transformers.__version__}"


def random_ids(texts, tokens):
    ids = numpy.random.default_rng(SEED).integers(4, 50_000, (texts, tokens))
    ids[:, 0] = 0
    ids[:, -1] = 2
    return ids


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=("onnxruntime", "pytorch"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()

    engine = onnxruntime_forward if args.engine == "onnxruntime" else pytorch_forward
    prepare, versions = engine(args.folder, args.threads)
    print("ready", versions, flush=True)

    runs = {}
    for line in sys.stdin:
        shape = line.strip()
        if shape not in runs:
            texts, tokens = map(int, shape.split("x"))
            runs[shape] = prepare(random_ids(texts, tokens))
        start = time.perf_counter_ns()
        runs[shape]()
        print(time.perf_counter_ns() - start, flush=True)


if __name__ == "__main__":
    main()
