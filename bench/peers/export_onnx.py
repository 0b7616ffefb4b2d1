"""Exports a RoBERTa checkpoint to FOLDER/model.onnx: token ids and attention mask in, the last hidden state out.

    python export_onnx.py FOLDER

Batch and length are dynamic, the weights are inside the file, and there is no pooler. The export is checked against
PyTorch at another shape than the one it was traced with.

Made with Python 3.11, torch 2.13.0, transformers 5.18.0, onnxscript 0.7.2, onnxruntime 1.30.0.
"""
import argparse
from pathlib import Path

import numpy
import onnxruntime
import torch
from transformers import RobertaModel

from make_checkpoint import random_ids


class LastHiddenState(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder

    module = LastHiddenState(RobertaModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager")).eval()
    ids = random_ids(12, module.model.config.vocab_size, seed=1).repeat(2, 1)
    axes = {0: torch.export.Dim("batch", min=1), 1: torch.export.Dim("length", min=2, max=512)}
    torch.onnx.export(
        module, (ids, torch.ones_like(ids)), folder / "model.onnx", dynamo=True, external_data=False,
        input_names=["input_ids", "attention_mask"], output_names=["last_hidden_state"], dynamic_shapes=(axes, axes))

    ids = random_ids(37, module.model.config.vocab_size, seed=2)
    with torch.inference_mode():
        expected = module(ids, torch.ones_like(ids)).numpy()
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    found = session.run(None, {"input_ids": ids.numpy(), "attention_mask": numpy.ones_like(ids.numpy())})[0]
    worst = float(numpy.abs(found - expected).max() / numpy.abs(expected).max())
    print(f"model.onnx against PyTorch: worst difference {worst:.1e} of the largest activation")
    assert worst < 1e-4, worst


if __name__ == "__main__":
    main()
