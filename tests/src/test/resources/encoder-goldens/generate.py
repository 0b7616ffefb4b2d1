"""Writes the tiny random RoBERTa checkpoints beside this file, and what Hugging Face computes from them in float64.

    python generate.py

Seeds are fixed (numpy PCG64, one seed a checkpoint). Made with Python 3.11, numpy 2.4.6, torch 2.13.0,
transformers 5.18.0, safetensors 0.8.0. Running it again with these versions reproduces SHA256SUMS.

Each NAME/ holds config.json, the weights as some checkpoint in the wild has them (prefix, dtype, shards, extra or old
tensor names), and golden.safetensors: for input I the tensors `I.token_ids` (I64, [T]), `I.hidden_states.L` (F64, [T, C],
L = 0 is the embedding output) and, where the checkpoint has a pooler, `I.pooler_output` (F64, [C]). The stored weights are
widened to float64, so that rounding them is no part of the difference; attention is eager, one text at a time, and the
attention mask is all ones: a pad id among the ids is attended.

The weights are drawn so that a trained model's ways are exercised: attention is peaked, GELU curved, layer norm's weights
and biases matter, and small embeddings make the epsilon of layer norm show.
"""
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import ml_dtypes
import numpy
import safetensors.torch
import torch
import transformers

HERE = Path(__file__).parent
VERSIONS = f"torch {torch.__version__}, transformers {transformers.__version__}, numpy {numpy.__version__}"
VOCAB = 101


@dataclass(frozen=True)
class Checkpoint:
    name: str
    seed: int
    hidden: int
    heads: int
    intermediate: int
    layers: int
    max_positions: int
    lengths: tuple
    dtype: torch.dtype = torch.float32
    prefix: str = ""
    pooler: bool = False
    pad: int = 1
    types: int = 1
    eps: float = 1e-5
    embedding_std: float = 1.0
    outliers: bool = False      # two dimensions far from the rest, as in trained models
    gamma_beta: bool = False    # layer norm's parameters under their old names
    buffers: bool = False       # position_ids and token_type_ids, which older versions saved
    extras: tuple = ()          # heads that are no part of the encoder: "lm_head", "classifier"
    shards: int = 1
    f32_norms: bool = False     # layer norms in F32 whatever the dtype of the rest


CHECKPOINTS = [
    Checkpoint("plain", 11, hidden=32, heads=2, intermediate=64, layers=3, max_positions=66, lengths=(1, 2, 3, 7, 17, 33, 64),
               prefix="roberta.", extras=("lm_head",), buffers=True),
    Checkpoint("odd", 12, hidden=80, heads=5, intermediate=203, layers=2, max_positions=40, lengths=(2, 3, 7, 17, 38),
               dtype=torch.bfloat16, pooler=True),
    Checkpoint("one-head", 13, hidden=16, heads=1, intermediate=24, layers=1, max_positions=37, lengths=(2, 3, 7, 17, 33),
               dtype=torch.float16, prefix="model.", pad=3, types=2, eps=1e-12, embedding_std=0.003, extras=("classifier",)),
    Checkpoint("sentence", 14, hidden=24, heads=3, intermediate=40, layers=2, max_positions=50, lengths=(2, 3, 7, 17, 33, 48),
               dtype=torch.float64, prefix="0.auto_model.", pooler=True, gamma_beta=True, buffers=True),
    Checkpoint("shards", 15, hidden=32, heads=4, intermediate=48, layers=2, max_positions=12, lengths=(2, 3, 7, 10),
               dtype=torch.float16, prefix="roberta.", pooler=True, extras=("lm_head", "classifier"), shards=3, f32_norms=True),
    Checkpoint("deep", 16, hidden=16, heads=2, intermediate=32, layers=12, max_positions=36, lengths=(2, 3, 7, 17, 33),
               dtype=torch.bfloat16, embedding_std=0.02, outliers=True),
]


def draw(c, name, shape, random):
    """One parameter in float64, by its name in Hugging Face's RobertaModel."""
    x = random.standard_normal(shape)
    if name.startswith("embeddings.") and "LayerNorm" not in name:
        return x * c.embedding_std
    if name.endswith("LayerNorm.weight"):
        return 1.0 + 0.3 * x
    if name.endswith("bias"):
        x = 0.3 * x
        if c.outliers and name.endswith("LayerNorm.bias"):
            x[3], x[-2] = 10.0, -3.0
        return x
    # Scores with a deviation near 2 make peaked attention; GELU gets inputs across its bend.
    gain = 1.4 if ".query." in name or ".key." in name else 1.5 if ".intermediate." in name else 1.0
    return gain * x / numpy.sqrt(shape[-1])


def stored_dtype(c, name):
    return torch.float32 if c.f32_norms and "LayerNorm" in name else c.dtype


def round_to(x, dtype):
    """To nearest even in one step: by way of float32 there would be two roundings."""
    if dtype == torch.bfloat16:
        return torch.from_numpy(x.astype(ml_dtypes.bfloat16).astype(numpy.float32)).to(dtype)
    return torch.from_numpy(x).to(dtype)


def stored_name(c, name):
    if c.gamma_beta:
        name = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    return c.prefix + name


def extra_tensors(c, random):
    """What real checkpoints hold besides the encoder. A reader must not mistake it for the encoder."""
    tensors = {}
    if c.buffers:
        tensors[c.prefix + "embeddings.position_ids"] = torch.arange(c.max_positions)[None]
        tensors[c.prefix + "embeddings.token_type_ids"] = torch.zeros(1, c.max_positions, dtype=torch.int64)
    shapes = {}
    if "lm_head" in c.extras:
        shapes |= {"lm_head.bias": (VOCAB,), "lm_head.dense.weight": (c.hidden, c.hidden), "lm_head.dense.bias": (c.hidden,),
                   "lm_head.layer_norm.weight": (c.hidden,), "lm_head.layer_norm.bias": (c.hidden,)}
    if "classifier" in c.extras:
        shapes |= {"classifier.dense.weight": (c.hidden, c.hidden), "classifier.dense.bias": (c.hidden,),
                   "classifier.out_proj.weight": (2, c.hidden), "classifier.out_proj.bias": (2,)}
    for name, shape in shapes.items():
        tensors[name] = round_to(random.standard_normal(shape), c.dtype)
    return tensors


def save_weights(c, folder, tensors):
    metadata = {"format": "pt"}
    if c.shards == 1:
        safetensors.torch.save_file(tensors, folder / "model.safetensors", metadata)
        return
    names = sorted(tensors)
    weight_map = {}
    for shard in range(c.shards):
        file = f"model-{shard + 1:05d}-of-{c.shards:05d}.safetensors"
        part = names[shard::c.shards]
        safetensors.torch.save_file({name: tensors[name] for name in part}, folder / file, metadata)
        weight_map |= dict.fromkeys(part, file)
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def inputs(c, random):
    """`<s>`, ordinary tokens with repeats and, from 3 tokens on, pad ids among them; the longest fills every position."""
    for length in c.lengths:
        ids = random.integers(4, VOCAB, length)
        longest = length == max(c.lengths)
        if length >= 3 and not longest:
            ids[length // 2] = c.pad
        if length >= 7 and not longest:
            ids[length // 2 + 1] = c.pad
            ids[-2] = c.pad
        if length >= 2:
            ids[-1] = 2
        ids[0] = 0
        yield torch.from_numpy(ids)


def outputs(model, ids):
    with torch.inference_mode():
        return model(input_ids=ids[None], attention_mask=torch.ones_like(ids)[None], output_hidden_states=True)


def write(c):
    folder = HERE / c.name
    folder.mkdir(exist_ok=True)
    random = numpy.random.default_rng(c.seed)
    config = transformers.RobertaConfig(
        vocab_size=VOCAB, hidden_size=c.hidden, num_attention_heads=c.heads, intermediate_size=c.intermediate,
        num_hidden_layers=c.layers, max_position_embeddings=c.max_positions, type_vocab_size=c.types, layer_norm_eps=c.eps,
        pad_token_id=c.pad, attn_implementation="eager")
    model = transformers.RobertaModel(config, add_pooling_layer=c.pooler).double().eval()
    stored = {name: round_to(draw(c, name, tuple(p.shape), random), stored_dtype(c, name))
              for name, p in model.named_parameters()}
    model.load_state_dict({name: tensor.double() for name, tensor in stored.items()}, strict=True)
    single = transformers.RobertaModel(config, add_pooling_layer=c.pooler).eval()
    single.load_state_dict({name: tensor.float() for name, tensor in stored.items()}, strict=True)

    config.save_pretrained(folder)
    with (folder / "config.json").open("a") as file:
        file.write("\n")
    tensors = {stored_name(c, name): tensor for name, tensor in stored.items()}
    save_weights(c, folder, tensors | extra_tensors(c, random))

    golden = {}
    worst = 0.0
    for i, ids in enumerate(inputs(c, random)):
        out = outputs(model, ids)
        rough = outputs(single, ids)
        golden[f"{i}.token_ids"] = ids.contiguous()
        for layer, state in enumerate(out.hidden_states):
            assert state.dtype == torch.float64 and state.isfinite().all()
            golden[f"{i}.hidden_states.{layer}"] = state[0].clone()
            worst = max(worst, float((rough.hidden_states[layer].double() - state).abs().max() / state.abs().max()))
        if c.pooler:
            golden[f"{i}.pooler_output"] = out.pooler_output[0].clone()
    safetensors.torch.save_file(golden, folder / "golden.safetensors", {"made_with": f"{VERSIONS}, seed {c.seed}"})
    print(f"{c.name}: PyTorch in float32 is within {worst:.1e} of the largest activation")


def main():
    torch.set_num_threads(1)    # sums in one order, whatever the machine
    for c in CHECKPOINTS:
        write(c)
    files = sorted(p for p in HERE.glob("*/*") if p.is_file())
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(HERE).as_posix()}\n" for p in files]
    (HERE / "SHA256SUMS").write_text("".join(lines))


if __name__ == "__main__":
    main()
