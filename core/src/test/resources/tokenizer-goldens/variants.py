"""Writes variants.jsonl: what HF tokenizers makes of texts, with tokenizers that differ in all that their file may say.

Usage, from the repository's root, with the library versions that README.md names:
    python core/src/test/resources/tokenizer-goldens/variants.py
"""

import json
import os
import random

from generate import SPACES, encode, write

os.environ["RAYON_NUM_THREADS"] = "1"  # training goes by the order of threads otherwise

from tokenizers import Tokenizer, models, pre_tokenizers, trainers  # noqa: E402

SEED = 20261127
TOKENIZERS = 50
TEXTS = 9

PIECES = ["the", "harbour", " keeper's", "'S", "\u2019s", "doesn't", "1871", "\u00bd", "\U0001f468\u200d\U0001f469", "e\u0301",
          "\u00e9", "\u6f22\u5b57", "\u0000", "\u0085", "\n", "\r\n", "\t", "_", "-", "\u0120", "\u0120a", "\u010a", "<s>", "</s>",
          "<mask>", " <mask> ", "<pad>", "\U0001f600", "ab", "abc", "b", "\ufffd", "foobar bar"]
ADDED = ["foo", "foobar", "oba", "bar", "ab", " foo", "foo ", "  ", " ", "\n", "\u0120foo", "\u0120", "\u0120a", "\u010a",
         "\u00e9", "e\u0301", "\U0001f600", "[X]", "[X", "X]", "a b", "\u3000", "<s", "s>", "'s", "_", "the", "\t"]


def text(rng, added):
    pieces = []
    for _ in range(rng.choice([0, 1, 2, 3, 5, 8])):
        pieces.append(rng.choice(["", " ", " ", "  ", chr(rng.choice(SPACES))]))
        pieces.append(rng.choice(added) if added and rng.random() < 0.4 else rng.choice(PIECES))
    return "".join(pieces) + rng.choice(["", " ", "\n"])


def trained(rng):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.train_from_iterator([text(rng, ["foo", " foo", "[X]"]) for _ in range(400)], trainers.BpeTrainer(
        vocab_size=330, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    return json.loads(tokenizer.to_str())["model"]


def special(token):
    return {"SpecialToken": {"id": token, "type_id": 0}}


def sequence(name):
    return {"Sequence": {"id": name, "type_id": 0}}


def post_processor(rng, adds_space):
    own = adds_space if rng.random() < 0.8 else not adds_space
    byte_level = {"type": "ByteLevel", "add_prefix_space": own, "trim_offsets": rng.random() < 0.8, "use_regex": True}
    template = {
        "type": "TemplateProcessing",
        "single": rng.choice([[special("<s>"), sequence("A"), special("</s>")], [sequence("A"), special("</s>")]]),
        "pair": [special("<s>"), sequence("A"), special("</s>"), special("</s>"), sequence("B"), special("</s>")],
        "special_tokens": {token: {"id": token, "ids": [i], "tokens": [token]} for i, token in ((0, "<s>"), (2, "</s>"))}}
    roberta = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": rng.random() < 0.8,
               "add_prefix_space": own}
    both = {"type": "Sequence", "processors": [byte_level, template]}
    return rng.choice([None, byte_level, template, both, roberta, roberta, roberta, roberta])


def variant(rng, vocabulary):
    tokens = [{"id": i, "content": token, "single_word": False, "lstrip": token == "<mask>", "rstrip": False, "normalized": False,
               "special": True} for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])]
    size = len(vocabulary)
    for content in rng.sample(ADDED, rng.choice([0, 1, 2, 4, 8])):
        known = vocabulary.get(content)
        tokens.append({"id": size if known is None else known, "content": content, "single_word": rng.random() < 0.25,
                       "lstrip": rng.random() < 0.25, "rstrip": rng.random() < 0.25, "normalized": rng.random() < 0.5,
                       "special": rng.random() < 0.5})
        size += known is None
    adds_space = rng.random() < 0.5
    byte_level = {"type": "ByteLevel", "add_prefix_space": adds_space, "trim_offsets": True, "use_regex": True}
    return {"version": "1.0",
            "truncation": rng.choice([None] + [{"direction": direction, "max_length": 7, "strategy": "LongestFirst", "stride": 0}
                                               for direction in ("Left", "Right", "Left")]),
            "padding": None, "added_tokens": sorted(tokens, key=lambda token: token["id"]), "normalizer": None,
            "pre_tokenizer": byte_level, "post_processor": post_processor(rng, adds_space),
            "decoder": rng.choice([None, byte_level])}


def main():
    rng = random.Random(SEED)
    model = trained(rng)
    lines = [model]
    for _ in range(TOKENIZERS):
        parts = variant(rng, model["vocab"])
        lines.append(parts)
        tokenizer = Tokenizer.from_str(json.dumps(parts | {"model": model}))
        direction = (parts["truncation"] or {"direction": "Right"})["direction"].lower()
        added = [token["content"] for token in parts["added_tokens"]]
        for _ in range(TEXTS):
            pair = text(rng, added) if rng.random() < 0.3 else None
            lines.append(encode(tokenizer, text(rng, added), pair, rng.random() < 0.2, rng.random() < 0.9,
                                rng.choice([None, None, 5, 6, 7, 9, 12]), direction))
    write("variants.jsonl", lines)


if __name__ == "__main__":
    main()
