"""Writes golden.safetensors and schedules.json beside this file: what PyTorch's optimizers, its gradient clipping and the schedules of
Hugging Face transformers give.

    python generate.py

Made with Python 3.11, torch 2.13.0 (CPU), transformers 5.18.0, safetensors 0.8.0. Running it again with these versions gives the same
files on a processor with AVX-512; on others some last bits may differ.

Three parameters, weight (5, 7), bias (7) and long (1, 37), start from torch.manual_seed(4) and take 10 steps along gradients that are drawn
beforehand. golden.safetensors holds `start.PARAMETER`, `gradients.STEP.PARAMETER`, and for each case `CASE.STEP.PARAMETER`, the parameter
after that step (STEP from 0). Odd steps have half the rate of even ones. Clipping: `clip.MOST.PARAMETER`, the gradients of step 0 clipped
to a norm of MOST, and `clip.MOST.norm` the norm before.

schedules.json: for each case its arguments and the factor of the learning rate at steps 0 to 20.
"""
import hashlib
import json
from pathlib import Path

import safetensors.torch
import torch
import transformers

HERE = Path(__file__).parent
STEPS = 10
RATE = 0.05

torch.manual_seed(4)
SHAPES = {"weight": (5, 7), "bias": (7,), "long": (1, 37)}
START = {name: torch.randn(shape) for name, shape in SHAPES.items()}
GRADIENTS = [{name: torch.randn(shape) * (0.1 + step) for name, shape in SHAPES.items()} for step in range(STEPS)]

SINGLE = {"foreach": False}
CASES = {
    "sgd": lambda p: torch.optim.SGD(p, lr=RATE, **SINGLE),
    "sgd_decay": lambda p: torch.optim.SGD(p, lr=RATE, weight_decay=0.1, **SINGLE),
    "sgd_momentum": lambda p: torch.optim.SGD(p, lr=RATE, momentum=0.9, weight_decay=0.1, **SINGLE),
    "sgd_nesterov": lambda p: torch.optim.SGD(p, lr=RATE, momentum=0.8, nesterov=True, weight_decay=0.01, **SINGLE),
    "adam": lambda p: torch.optim.Adam(p, lr=RATE, **SINGLE),
    "adam_decay": lambda p: torch.optim.Adam(p, lr=RATE, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1, **SINGLE),
    "adamw": lambda p: torch.optim.AdamW(p, lr=RATE, **SINGLE),
    "adamw_betas": lambda p: torch.optim.AdamW(p, lr=RATE, betas=(0.85, 0.98), eps=1e-5, weight_decay=0.2, **SINGLE),
    "adamw_spared": lambda p: torch.optim.AdamW(
        [{"params": [t for t in p if t.dim() > 1], "weight_decay": 0.3}, {"params": [t for t in p if t.dim() == 1], "weight_decay": 0.0}],
        lr=RATE, **SINGLE),
}

SCHEDULES = [
    {"decay": "CONSTANT", "warmUp": 0, "steps": 0},
    {"decay": "CONSTANT", "warmUp": 7, "steps": 0},
    {"decay": "LINEAR", "warmUp": 0, "steps": 20},
    {"decay": "LINEAR", "warmUp": 3, "steps": 17},
    {"decay": "LINEAR", "warmUp": 5, "steps": 5},
    {"decay": "COSINE", "warmUp": 0, "steps": 20},
    {"decay": "COSINE", "warmUp": 6, "steps": 20},
]


def run(case):
    parameters = {name: torch.nn.Parameter(start.clone()) for name, start in START.items()}
    optimizer = CASES[case](list(parameters.values()))
    tensors = {}
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = RATE if step % 2 == 0 else RATE / 2
        for name, parameter in parameters.items():
            parameter.grad = GRADIENTS[step][name].clone()
        optimizer.step()
        for name, parameter in parameters.items():
            tensors[f"{case}.{step}.{name}"] = parameter.detach().clone()
    return tensors


def clip(most):
    parameters = {name: torch.nn.Parameter(start.clone()) for name, start in START.items()}
    for name, parameter in parameters.items():
        parameter.grad = GRADIENTS[0][name].clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters.values(), most)
    return {f"clip.{most}.norm": norm.reshape(1)} | {f"clip.{most}.{name}": p.grad for name, p in parameters.items()}


def factors(schedule):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    warm_up, steps = schedule["warmUp"], schedule["steps"]
    made = {
        "CONSTANT": lambda: transformers.get_constant_schedule_with_warmup(optimizer, warm_up),
        "LINEAR": lambda: transformers.get_linear_schedule_with_warmup(optimizer, warm_up, steps),
        "COSINE": lambda: transformers.get_cosine_schedule_with_warmup(optimizer, warm_up, steps),
    }[schedule["decay"]]()
    values = []
    for _ in range(21):
        values.append(made.get_last_lr()[0])
        optimizer.step()
        made.step()
    return values


tensors = {f"start.{name}": start for name, start in START.items()}
for step, gradients in enumerate(GRADIENTS):
    tensors |= {f"gradients.{step}.{name}": gradient for name, gradient in gradients.items()}
for case in CASES:
    tensors |= run(case)
for most in (0.5, 100.0):
    tensors |= clip(most)
safetensors.torch.save_file(tensors, HERE / "golden.safetensors")
(HERE / "schedules.json").write_text(
    "[\n" + ",\n".join(json.dumps(schedule | {"factors": factors(schedule)}) for schedule in SCHEDULES) + "\n]\n")
(HERE / "SHA256SUMS").write_text("".join(
    f"{hashlib.sha256((HERE / name).read_bytes()).hexdigest()}  {name}\n" for name in ("golden.safetensors", "schedules.json")))
