"""Writes random texts and what HF tokenizers makes of them, as JSON lines that TokenizerDifferential compares.

Usage: python generate.py MODEL COUNT SEED OUT.jsonl
MODEL is a folder with tokenizer.json, or with vocab.json and merges.txt, which get RoBERTa's special tokens.
Characters are those assigned in Unicode 14, the version of Python 3.11's unicodedata: later ones split differently
in libraries of different age. README.md names the library versions.
"""

import json
import random
import sys
import unicodedata
from pathlib import Path

from tokenizers import AddedToken, ByteLevelBPETokenizer, Tokenizer, processors

SPACES = [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
RANGES = [(0x61, 0x7A), (0x20, 0x7E), (0x20, 0x7E), (0x00, 0xFF), (0x100, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x590, 0x6FF),
          (0x900, 0xE7F), (0x10A0, 0x1FFF), (0x2000, 0x2BFF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xA000, 0xABFF), (0xAC00, 0xD7A3),
          (0xE000, 0xFFFF), (0x10000, 0x1FFFF), (0x1F300, 0x1FAFF), (0x20000, 0x3FFFF), (0xE0000, 0x10FFFF)]
PIECES = ["<s>", "</s>", "<pad>", "<unk>", "<mask>", " <mask>", "<mask", "< s>", "'s", "'ll", "'RE", "\u2019s", "n't", "\r\n", "1871",
          "3.14", "\U0001F468\u200d\U0001F469\u200d\U0001F467", "\U0001F1EB\U0001F1F7", "\u2764\ufe0f", "http://a.b/c?d=e", "x_y",
          "e\u0301", "\ufb01", "\u1e69", "caf\u00e9", "for (int i = 0; i < n; i++) {", "<html>&nbsp;</html>", "\ufeff", "\u0000"]
WORDS = "the of and harbour keeper's log doesn't mention fog Tokenization ANTIDISESTABLISHMENTARIANISM naive 2026".split()


def assigned(first, last):
    return [chr(c) for c in range(first, last + 1) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]


def text(rng, pools):
    pieces = []
    for _ in range(rng.randint(0, 9)):
        kind = rng.random()
        if kind < 0.35:
            pieces.append(rng.choice(["", " ", " ", "  "]) + rng.choice(WORDS))
        elif kind < 0.5:
            pieces.append(rng.choice(PIECES))
        elif kind < 0.65:
            pieces.append("".join(chr(rng.choice(SPACES)) for _ in range(rng.randint(1, 4))))
        else:
            pool = rng.choice(pools)
            pieces.append("".join(rng.choice(pool) for _ in range(rng.randint(1, 12))))
    joined = "".join(pieces)
    if rng.random() < 0.02:
        joined = joined[:20] * rng.randint(2, 40)
    return unicodedata.normalize(rng.choice(["NFC", "NFD"]), joined) if rng.random() < 0.2 else joined


def load(model):
    if (model / "tokenizer.json").exists():
        tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    else:
        bpe = ByteLevelBPETokenizer.from_file(str(model / "vocab.json"), str(model / "merges.txt"))
        tokenizer = Tokenizer.from_str(bpe.to_str())
        tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True)])
        cls, sep = (("<s>", tokenizer.token_to_id("<s>")), ("</s>", tokenizer.token_to_id("</s>")))
        tokenizer.post_processor = processors.RobertaProcessing(sep, cls, trim_offsets=True, add_prefix_space=False)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def main():
    model, count, seed, out = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    assert unicodedata.unidata_version.startswith("14."), "expected Python 3.11, whose characters are those of Unicode 14"
    rng = random.Random(seed)
    pools = [assigned(*r) for r in RANGES]
    tokenizer = load(model)
    with open(out, "w", encoding="ascii", newline="\n") as lines:
        for i in range(count):
            tokenizer.encode_special_tokens = plain = i % 5 == 4
            t = text(rng, pools)
            e = tokenizer.encode(t)
            lines.write(json.dumps({"text": t, "plain": plain, "ids": e.ids, "offsets": e.offsets}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
