"""Makes a random checkpoint of roberta-base's shape, as Hugging Face lays one out, to time and to compare with.

    python make_checkpoint.py OUT --tokenizer FOLDER [--seed 1] [--golden]

OUT receives config.json, model.safetensors (F32, prefix `roberta.`, with the language model's head, as the published
checkpoint has it), and vocab.json and merges.txt copied from FOLDER. Weights are wider than the customary 0.02 and the
biases and layer norms are random too, so that attention is peaked and GELU curved, as in a trained model.

--golden also writes OUT/golden_f64.safetensors: for texts of 11, 64 and 300 tokens, `I.token_ids` (I64, [T]) and
`I.hidden_states.L` (F64, [T, C]) for L = 0..12, computed in float64 on the stored weights.

Made with Python 3.11, torch 2.13.0, transformers 5.18.0, safetensors 0.8.0; other versions give other random weights.
"""
import argparse
import shutil
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import RobertaConfig, RobertaForMaskedLM, RobertaModel

GOLDEN_LENGTHS = (11, 64, 300)


def randomize(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(0.0, 0.04, generator=generator)
            if "LayerNorm.weight" in name or "layer_norm.weight" in name:
                parameter.mul_(2.5).add_(1.0)


def random_ids(length, vocab_size, seed):
    """`<s>`, random ordinary tokens, `</s>`: (1, length)."""
    ids = torch.randint(4, vocab_size - 1, (1, length), generator=torch.Generator().manual_seed(seed))
    ids[0, 0] = 0
    ids[0, -1] = 2
    return ids


def write_golden(folder, seed):
    model = RobertaModel.from_pretrained(
        folder, add_pooling_layer=False, dtype=torch.float64, attn_implementation="eager").eval()
    tensors = {}
    with torch.inference_mode():
        for i, length in enumerate(GOLDEN_LENGTHS):
            ids = random_ids(length, model.config.vocab_size, seed + i)
            out = model(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=True)
            tensors[f"{i}.token_ids"] = ids[0].clone()
            for layer, state in enumerate(out.hidden_states):
                assert state.dtype == torch.float64
                tensors[f"{i}.hidden_states.{layer}"] = state[0].clone()
    save_file(tensors, folder / "golden_f64.safetensors", metadata={
        "seed": str(seed), "torch": torch.__version__, "transformers": transformers.__version__})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder with vocab.json and merges.txt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--golden", action="store_true")
    args = parser.parse_args()

    config = RobertaConfig(vocab_size=50265, max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5)
    model = RobertaForMaskedLM(config).eval()
    randomize(model, args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(args.out)
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(args.tokenizer / name, args.out / name)
    if args.golden:
        write_golden(args.out, args.seed)


if __name__ == "__main__":
    main()
