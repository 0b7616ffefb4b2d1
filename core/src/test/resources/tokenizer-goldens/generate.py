"""Writes mini.jsonl: what HF tokenizers makes of texts, with the built-in model's tokenizer.

Usage, from the repository's root, with the library versions that README.md names:
    python core/src/test/resources/tokenizer-goldens/generate.py
"""

import json
import random
import unicodedata
from pathlib import Path

from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[4]
MODEL = ROOT / "default-model/src/main/resources/META-INF/lanepool/mini/tokenizer.json"
SEED = 20261122

SPACES = [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
NO_SPACES = [0x1C, 0x1F, 0x180E, 0x200B, 0x200D, 0x2060, 0xFEFF]

TEXTS = [
    "", " ", "  ", "\n", " \n ", "a", " a", "a ", "this is a string", "Hello world", " Hello world", "Hello  world ", "HELLO WoRlD",
    "The harbour master's log, kept since 1871, doesn't mention fog.", "I'll say we've won; they're late, I'm not, he'd know.",
    "'s't're've'm'll'd", "''s 'S 'RE x'rex '", "rock 'n' roll's", "it\u2019s a curly one",
    "for (int i = 0; i < n; i++) { sum += a[i] * b[i]; } // dot", "def f(x):\n    return x ** 2\n\n\tif True:\r\n\t\tpass\n",
    "SELECT * FROM t WHERE id >= 10 AND name != 'x';", "https://example.org/a/b?c=d&e=%20#frag", "user.name+tag@example.org",
    "C:\\tmp\\x.txt", "3.14159 1,000,000 1e-9 0x1F \u00bd \u00b2 \u2167 \u0663\u0664 \u4e00\u4e8c", "12345678901234567890",
    "a1b2c3 4d 5e", "\U0001F600", "ok \U0001F44D\U0001F3FD!", "\U0001F468\u200d\U0001F469\u200d\U0001F467\u200d\U0001F466 family",
    "\U0001F1EB\U0001F1F7\U0001F1EF\U0001F1F5", "\u2764\ufe0f\u2764 1\ufe0f\u20e3",
    "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "x\U0001F600y\U0001F600",
    "\u6771\u4eac\u306f\u4eca\u65e5\u3082\u6674\u308c\u3067\u3059\u3002", "\u5317\u4eac\u5e02 is \u5317\u4eac",
    "\uc11c\uc6b8\uc740 \ucd94\uc6cc\uc694.", "\U00020000\U0002A6D6", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!",
    "\u0393\u03b5\u03b9\u03ac \u03c3\u03bf\u03c5", "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "\u0645\u0631\u062d\u0628\u0627 \u0661\u0662", "\u0928\u092e\u0938\u094d\u0924\u0947", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
    "caf\u00e9 cafe\u0301 \u00c5ngstr\u00f6m A\u030angstro\u0308m", "\u1e69 s\u0323\u0307 s\u0307\u0323",
    "Z\u0351\u036b\u0343a\u0334\u0300l\u0338g\u0327o\u0321", "\ufb01ne \u01c5 \u02b0", "\x00\x01\x02\x07\x08\x1b\x7f\x80\x9f",
    "a\x00b", "tab\there\x0bvt\x0cff\rcr\r\ncrlf", "\ufeffbom", "soft\u00adhyphen", "\ufffd\ufffe\uffff",
    "\ue000\U000F0000\U0010FFFF", "<s>", "</s>", "<pad>", "<unk>", "<mask>", "a<s>b</s>c", "<s> a </s>", "the <mask> sat",
    "the  \u3000\n<mask>  sat", "<mask><mask> <mask>", "<mask", "<s", "< s>", "<S>", "<<s>>", "<s</s>>", "</s></s>", " </s> ",
    "'<mask>'s", "\u200b<mask>", "\U0001F600 <mask>\U0001F600", "end <mask>",
    "a" * 131,
    "ha" * 120, "antidisestablishmentarianism" * 6, " " * 130, "\t" * 110, "x", "!" * 105, "9" * 107, "\u00e9" * 60, "\u6771" * 45,
    "\U0001F600" * 30, "pneumonoultramicroscopicsilicovolcanoconiosis",
]
PAIRS = [
    ("", ""), ("a", ""), ("", "b"), ("is it cold?", " yes, it is"), ("one two three four five", "six"), ("one", "two three four five six"),
    ("one two three four five", "six seven eight nine ten"), ("\U0001F600 a", "\u6771\u4eac <mask>"), ("a </s>", "</s> b"),
]


def random_text(rng):
    pools = [range(0x20, 0x7F), range(0x00, 0x100), range(0x300, 0x370), range(0x400, 0x500), range(0x4E00, 0x4F00),
             range(0x1F600, 0x1F650), SPACES, NO_SPACES]
    words = "the of and harbour's can't 1871 naive <mask> </s> <s> x_y".split()
    pieces = []
    for _ in range(rng.randint(1, 7)):
        if rng.random() < 0.5:
            pieces.append(rng.choice(["", " ", "  "]) + rng.choice(words))
        else:
            pool = rng.choice(pools)
            pieces.append("".join(chr(rng.choice(pool)) for _ in range(rng.randint(1, 6))))
    return unicodedata.normalize(rng.choice(["NFC", "NFD"]), "".join(pieces)) if rng.random() < 0.3 else "".join(pieces)


def encode(tokenizer, text, pair=None, plain=False, special=True, max_length=None, direction="right"):
    tokenizer.encode_special_tokens = plain
    tokenizer.no_truncation()
    full = len(tokenizer.encode(text, pair, add_special_tokens=special).ids)
    if max_length is not None:
        tokenizer.enable_truncation(max_length, direction=direction)
    e = tokenizer.encode(text, pair, add_special_tokens=special)
    return {"text": text, "pair": pair, "plain": plain, "special": special, "max": max_length, "full": full, "ids": e.ids,
        "offsets": e.offsets, "second": [i for i, s in enumerate(e.sequence_ids) if s == 1]}


def write(name, rows):
    with open(HERE / name, "w", encoding="ascii", newline="\n") as out:
        for row in rows:
            out.write(json.dumps(row, separators=(",", ":")) + "\n")
    print(name, len(rows), "lines")


def main():
    rng = random.Random(SEED)
    tokenizer = Tokenizer.from_file(str(MODEL))
    rows = [encode(tokenizer, text) for text in TEXTS]
    rows += [encode(tokenizer, text, plain=True) for text in TEXTS if "<" in text]
    rows += [encode(tokenizer, text, special=False) for text in TEXTS[:20]]
    rows += [encode(tokenizer, "a%cb%c%cc %c" % (c, c, c, c)) for c in SPACES + NO_SPACES]
    rows += [encode(tokenizer, chr(c) * 3 + "<mask>") for c in SPACES + NO_SPACES]
    for first, second in PAIRS:
        for max_length in (None, 4, 5, 8, 9):
            rows.append(encode(tokenizer, first, second, max_length=max_length))
        rows.append(encode(tokenizer, first, second, special=False, max_length=3))
    rows += [encode(tokenizer, TEXTS[13], max_length=n) for n in (2, 3, 8, 17, 18, 19, 512)]
    for _ in range(150):
        pair = random_text(rng) if rng.random() < 0.3 else None
        rows.append(encode(tokenizer, random_text(rng), pair, rng.random() < 0.2, True, rng.choice([None, None, 5, 8, 13, 20])))
    tokenizer.no_truncation()
    bytes_only = sorted(i for t, i in tokenizer.get_vocab().items() if len(t) == 1)
    for _ in range(120):
        pool = bytes_only if rng.random() < 0.6 else range(tokenizer.get_vocab_size())
        ids = [rng.choice(pool) for _ in range(rng.randint(0, 14))]
        skip = rng.random() < 0.5
        rows.append({"decode": ids, "skip": skip, "text": tokenizer.decode(ids, skip_special_tokens=skip)})
    surrogate = [tokenizer.token_to_id(t) for t in ("\u00ed", "\u0142", "\u0122")]  # ED A0 80
    overlong = [tokenizer.token_to_id(t) for t in ("\u00f0", "\u0122", "\u0122", "\u0122")]  # F0 80 80 80
    cut = [tokenizer.token_to_id(t) for t in ("\u00f0", "\u0141", "\u013a", "!")]  # F0 9F 98, then "!"
    for ids in (surrogate, surrogate + surrogate, overlong, cut, [0, 2, 1, 3, 16383], []):
        for skip in (False, True):
            rows.append({"decode": ids, "skip": skip, "text": tokenizer.decode(ids, skip_special_tokens=skip)})
    write("mini.jsonl", rows)


if __name__ == "__main__":
    main()
