"""Writes what PyTorch computes of layers, losses and pooling heads, forward, backward and over ten steps of training.

    python generate.py

Made with Python 3.11, numpy 2.4.6, torch 2.13.0, safetensors 0.8.0. Running it again with these versions reproduces SHA256SUMS.

PyTorch computes in float64 from inputs and parameters that are exact in float32, and the results are rounded to float32 where they are
stored: what a comparison finds is the error of the float32 arithmetic under test. Texts are padded here, and the rows of padding hold
large numbers: where they took part, everything would be off. Hidden states and their gradients are stored ragged, (R, C).

Inputs that are not stored are closed forms, exact in float32 and the same in every language: see `closed_form`.
"""
import hashlib
import math
import zlib
from pathlib import Path

import numpy
import safetensors.torch
import torch
from torch import nn
from torch.nn import functional

from heads import HEADS, Head, finalizer32, seed_guide_heads

HERE = Path(__file__).parent
VERSIONS = f"torch {torch.__version__}, numpy {numpy.__version__}"
SEED = 21
LENGTHS = (3, 1, 9, 2, 7)
LAYERS, WIDTH = 5, 24
STEPS = 10


def closed_form(name, *shape, scale=1.0):
    """Element i is scale * (the upper 24 bits of murmur3's finaliser of (crc32(name) + i) as a fraction of 2^23, minus 1)."""
    x = finalizer32((numpy.arange(math.prod(shape), dtype=numpy.uint64) + zlib.crc32(name.encode())).astype(numpy.uint32))
    values = (x >> numpy.uint32(8)).astype(numpy.float32) / numpy.float32(1 << 23) - numpy.float32(1)
    return torch.from_numpy(values * numpy.float32(scale)).reshape(shape).double()


def save(name, tensors):
    tensors = {key: (value.float() if value.is_floating_point() else value).detach().contiguous() for key, value in tensors.items()}
    for key, value in tensors.items():
        assert value.isfinite().all(), key
    safetensors.torch.save_file(tensors, HERE / name, {"made_with": VERSIONS})


# ---- heads -------------------------------------------------------------------------------------------------------------------------

def pad(rows, lengths, layer):
    """(R, C) to (B, T, C), with large numbers where there is no token."""
    padded = closed_form(f"padding.{layer}", len(lengths), max(lengths), rows.shape[1], scale=50.0)
    start = 0
    for text, length in enumerate(lengths):
        padded[text, :length] = rows[start:start + length]
        start += length
    return padded


def mask_of(lengths):
    return torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]


LOSSES = {
    "regression": (1, lambda logits, targets: functional.mse_loss(logits, targets)),
    "classification": (3, lambda logits, targets: functional.cross_entropy(logits, targets[:, 0].long())),
}

OPTIMIZERS = {
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=2e-3, weight_decay=0.01),
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=5e-3, momentum=0.9, weight_decay=1e-3),
}


def heads():
    random = numpy.random.default_rng(SEED)

    def normal(*shape):
        return torch.from_numpy(random.standard_normal(shape).astype(numpy.float32)).double()

    rows = sum(LENGTHS)
    states = [normal(rows, WIDTH) for _ in range(LAYERS + 1)]
    targets = {"regression": normal(len(LENGTHS), 1), "classification": torch.tensor([[0.0], [2.0], [1.0], [2.0], [0.0]]).double()}
    tensors = {"lengths": torch.tensor(LENGTHS)}
    tensors |= {f"hidden_states.{layer}": state for layer, state in enumerate(states)}
    tensors |= {f"targets.{task}": value for task, value in targets.items()}
    worst = {}
    for spec, pooling in HEADS.items():
        for task, (outputs, loss) in LOSSES.items():
            head = Head(pooling(LAYERS, WIDTH), outputs).double()
            initial = {}
            for name, parameter in head.named_parameters():
                if name.endswith("layer_weights"):
                    initial[name] = (1 + 0.3 * normal(*parameter.shape)).float().double()
                else:
                    initial[name] = (normal(*parameter.shape) / math.sqrt(parameter.shape[-1])).float().double()
            found = train(head, initial, states, targets[task], loss, torch.float64)
            rough = train(head, initial, states, targets[task], loss, torch.float32)
            tensors |= {f"{spec}/{task}/parameters/{name}": value for name, value in initial.items()}
            tensors |= {f"{spec}/{task}/{key}": value for key, value in found.items()}
            for key, value in found.items():
                kind = key.split("/")[0] + ("" if "optimizer" not in key else "/" + key.split("/")[2])
                error = float((rough[key].double() - value).abs().max() / value.abs().max().clamp(min=1e-6))
                worst[kind] = max(worst.get(kind, 0.0), error)
    save("heads.safetensors", tensors)
    print("heads: PyTorch in float32 differs from float64, as a part of the tensor's largest element, by")
    for kind, error in worst.items():
        print(f"  {kind}: {error:.1e}")


def train(head, initial, states, targets, loss, dtype):
    """Logits without dropout, loss and every gradient with that of step 0; ten steps of each optimizer from there, 0 to 9."""
    head = head.to(dtype)
    targets = targets.to(dtype)
    mask = mask_of(LENGTHS)
    padded = [pad(state, LENGTHS, layer).to(dtype).requires_grad_() for layer, state in enumerate(states)]

    head.load_state_dict({name: value.to(dtype) for name, value in initial.items()})
    result = {"logits": head.eval()(padded, mask).detach()}
    head.train().zero_grad()
    head.pooling.step = 0
    value = loss(head(padded, mask), targets)
    value.backward()
    result["loss"] = value.detach().reshape(1)
    result |= {f"gradients/{name}": parameter.grad.clone() for name, parameter in head.named_parameters()}
    for layer, state in enumerate(padded):
        if state.grad is not None:
            assert not state.grad[~mask].any(), "padding took part"
            result[f"state_gradients/{layer}"] = state.grad[mask]

    constant = [state.detach() for state in padded]
    for name, make in OPTIMIZERS.items():
        head.load_state_dict({key: parameter.to(dtype) for key, parameter in initial.items()})
        optimizer = make(head.parameters())
        losses = []
        for head.pooling.step in range(STEPS):
            optimizer.zero_grad()
            value = loss(head(constant, mask), targets)
            value.backward()
            optimizer.step()
            losses.append(value.detach())
        result[f"optimizer/{name}/losses"] = torch.stack(losses)
        result |= {f"optimizer/{name}/parameters/{key}": parameter.detach().clone() for key, parameter in head.named_parameters()}
    return result


def seed_guide():
    """The batch of the widely read guide: 16 equal texts of 6 tokens, padded to 256; 12 layers of 768."""
    texts, tokens, length, layers, width = 16, 6, 256, 12, 768
    mask = (torch.arange(length) < tokens)[None].expand(texts, length)
    states = []
    for layer in range(layers + 1):
        real = closed_form(f"seed-guide/hidden_states.{layer}", tokens, width)
        padding = closed_form(f"seed-guide/padding.{layer}", length - tokens, width, scale=50.0)
        states.append(torch.cat((real, padding))[None].expand(texts, length, width))
    tensors = {}
    with torch.no_grad():
        for spec, pooling in seed_guide_heads().items():
            head = Head(pooling(layers, width), 1).double()
            for name, parameter in head.named_parameters():
                if name.endswith("layer_weights"):
                    value = 1 + closed_form(f"seed-guide/{spec}/{name}", *parameter.shape, scale=0.5)
                else:
                    scale = numpy.float32(1 / math.sqrt(parameter.shape[-1]))
                    value = closed_form(f"seed-guide/{spec}/{name}", *parameter.shape, scale=scale)
                parameter.copy_(value)
            tensors[f"{spec}/logits"] = head.eval()(states, mask)
    save("seed-guide.safetensors", tensors)


# ---- layers ------------------------------------------------------------------------------------------------------------------------

def lstm():
    """K = 7, H = 5. `T.B/sequence`: every output and the last h and c, from an initial state; `T.B/last`: the last output, from zeros."""
    inputs, hidden = 7, 5
    tensors = {}
    for steps in (1, 2, 12, 50):
        for batch in (1, 33):
            layer = nn.LSTM(inputs, hidden).double()
            with torch.no_grad():
                for name, parameter in layer.named_parameters():
                    parameter.copy_(closed_form(f"lstm/{name}", *parameter.shape))
            for kind in ("sequence", "last"):
                case = f"{steps}.{batch}/{kind}"
                x = closed_form(f"lstm/{case}/x", steps, batch, inputs, scale=2.0).requires_grad_()
                state = [closed_form(f"lstm/{case}/{name}", 1, batch, hidden).requires_grad_() for name in ("h0", "c0")]
                y, last = layer(x, state if kind == "sequence" else None)
                outputs = [y, *last] if kind == "sequence" else [y[-1]]
                layer.zero_grad()
                names = ("dy", "dh", "dc")[:len(outputs)]
                torch.autograd.backward(outputs, [closed_form(f"lstm/{case}/{d}", *out.shape) for d, out in zip(names, outputs)])
                tensors[f"{case}/y"] = outputs[0]
                tensors[f"{case}/dx"] = x.grad
                if kind == "sequence":
                    tensors[f"{case}/c"] = last[1][0]
                    tensors[f"{case}/dh0"] = state[0].grad[0]
                    tensors[f"{case}/dc0"] = state[1].grad[0]
                tensors |= {f"{case}/gradients/{name}": parameter.grad.clone() for name, parameter in layer.named_parameters()}
    save("lstm.safetensors", tensors)


def layers():
    tensors = {}

    def case(name, module, x):
        x = x.requires_grad_()
        if isinstance(module, nn.Module):
            module = module.double()
            with torch.no_grad():
                for key, parameter in module.named_parameters():
                    parameter.copy_(closed_form(f"{name}/{key}", *parameter.shape))
        y = module(x)
        y.backward(closed_form(f"{name}/dy", *y.shape))
        tensors[f"{name}/y"] = y
        tensors[f"{name}/dx"] = x.grad
        if isinstance(module, nn.Module):
            tensors.update({f"{name}/gradients/{key}": parameter.grad for key, parameter in module.named_parameters()})

    def softmax(x, lengths=(1, 2, 9, 4, 17)):
        return torch.cat([functional.softmax(part, 0) for part in x.split(lengths)])

    case("linear", nn.Linear(24, 5), closed_form("linear/x", 33, 24, scale=2.0))
    case("linear-1", nn.Linear(13, 1), closed_form("linear-1/x", 1, 13, scale=2.0))
    case("tanh", torch.tanh, closed_form("tanh/x", 7, 37, scale=12.0))
    case("gelu", functional.gelu, closed_form("gelu/x", 7, 37, scale=8.0))
    case("layer-norm", nn.LayerNorm(37, eps=1e-5), closed_form("layer-norm/x", 11, 37, scale=3.0))
    case("layer-norm-eps", nn.LayerNorm(16, eps=1e-3), closed_form("layer-norm-eps/x", 3, 16, scale=0.03125))
    case("softmax", softmax, closed_form("softmax/x", 33, 1, scale=6.0))
    save("layers.safetensors", tensors)


def losses():
    """Mean over the batch, as PyTorch's `reduction="mean"`; `NAME/value` and `NAME/gradient`, with respect to the predictions."""
    tensors = {}

    def case(name, loss, shape, targets, scale=3.0):
        x = closed_form(f"{name}/x", *shape, scale=scale).requires_grad_()
        value = loss(x, targets)
        value.backward()
        tensors[f"{name}/targets"] = targets if targets.dim() == 2 else targets[:, None].double()
        tensors[f"{name}/value"] = value.reshape(1)
        tensors[f"{name}/gradient"] = x.grad

    def entropy(**options):
        return lambda x, y: functional.cross_entropy(x, y, **options)

    weight = closed_form("cross-entropy/class-weights", 4, scale=0.5) + 1
    classes = torch.tensor([0, 3, 1, 1, 2, 0, 3])
    values = closed_form("losses/values", 7, 3, scale=3.0)
    bits = (closed_form("losses/bits", 7, 3) > 0).double()
    for shape in ((7, 1), (7, 3)):
        columns = values[:, :shape[1]].contiguous()
        case(f"mean-squared-error-{shape[1]}", functional.mse_loss, shape, columns)
        for beta in (1.0, 0.25):
            case(f"smooth-l1-{beta}-{shape[1]}", lambda x, y, beta=beta: functional.smooth_l1_loss(x, y, beta=beta), shape, columns)
        case(f"binary-cross-entropy-{shape[1]}", functional.binary_cross_entropy_with_logits, shape, bits[:, :shape[1]].contiguous())
    case("binary-cross-entropy-large", functional.binary_cross_entropy_with_logits, (7, 3), bits, scale=200.0)
    case("cross-entropy", entropy(), (7, 4), classes)
    case("cross-entropy-large", entropy(), (7, 4), classes, scale=200.0)
    case("cross-entropy-smoothing", entropy(label_smoothing=0.1), (7, 4), classes)
    case("cross-entropy-weights", entropy(weight=weight), (7, 4), classes)
    case("cross-entropy-smoothing-weights", entropy(label_smoothing=0.1, weight=weight), (7, 4), classes)
    save("losses.safetensors", tensors)


def main():
    torch.set_num_threads(1)    # sums in one order, whatever the machine
    for write in (heads, seed_guide, lstm, layers, losses):
        write()
    files = sorted(HERE.glob("*.safetensors"))
    (HERE / "SHA256SUMS").write_text("".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in files))
    print(f"{sum(p.stat().st_size for p in files)} bytes in {len(files)} files")


if __name__ == "__main__":
    main()
