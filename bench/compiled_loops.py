#!/usr/bin/env python3
"""What C2 made of the kernels in a process that does real work: its innermost loops with multiply-adds, and what they keep on the stack.

    JDK_JAVA_OPTIONS='-XX:CompileCommand=print,dev.lanepool.kernels.vector.*::*' ./lanepool embed -i TEXT -o OUT.jsonl 2> compiled.txt
    python3 bench/compiled_loops.py compiled.txt

The JVM prints machine code as bytes where it has no disassembler of its own; objdump (binutils) takes them apart. x86-64 only. A tile
that is compiled alone, in a loop of one shape, may come out otherwise than in a process that has seen several.
"""

import re
import subprocess
import sys
import tempfile

LONGEST = 300  # instructions of a loop; longer ones have calls in them


def methods(text):
    """Name and bytes of each method that C2 compiled as a whole."""
    for block in re.split(r"(?=^Compiled method \()", text, flags=re.M):
        head = re.match(r"Compiled method \(c2\)\s+\d+\s+\d+\s+(%?).*?4\s+(\S+)", block)
        code = re.search(r"^\[MachCode\]$(.*?)^\[/MachCode\]$", block, flags=re.M | re.S)
        if head and not head[1] and code:
            pieces = {int(at, 16): bytes.fromhex(re.sub(r"[ |]", "", hexes))
                      for at, hexes in re.findall(r"^\s+0x([0-9a-f]+):\s+([0-9a-f| ]+)$", code[1], flags=re.M)}
            start = min(pieces)
            whole = bytearray(b"\x90" * (max(at + len(piece) for at, piece in pieces.items()) - start))
            for at, piece in pieces.items():
                whole[at - start:at - start + len(piece)] = piece
            yield head[2], bytes(whole)


def instructions(code):
    """Address and text of each instruction."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(code)
        file.flush()
        lines = subprocess.run(
            ["objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--no-show-raw-insn", file.name],
            check=True, capture_output=True, text=True).stdout
    return [(int(at, 16), what) for at, what in re.findall(r"^\s*([0-9a-f]+):\s+(.*)$", lines, flags=re.M)]


def loops(code):
    """The instructions from each backward jump's target to the jump, without those that hold another such loop."""
    listed = instructions(code)
    place = {at: i for i, (at, _) in enumerate(listed)}
    ends = []
    for i, (at, what) in enumerate(listed):
        jump = re.match(r"j\w+\s+0x([0-9a-f]+)$", what)
        if jump and int(jump[1], 16) <= at and int(jump[1], 16) in place:
            ends.append((place[int(jump[1], 16)], i))
    for first, last in ends:
        if last - first < LONGEST and not any(first <= f and l < last for f, l in ends):
            yield [what for _, what in listed[first:last + 1]]


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: compiled_loops.py FILE, what a JVM printed with -XX:CompileCommand=print")
    with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
        compiled = list(methods(file.read()))
    if not compiled:
        sys.exit(f"{sys.argv[1]}: no method that C2 compiled, expected blocks that begin with \"Compiled method (c2)\" and hold [MachCode]")
    print("| method | instructions | multiply-adds | broadcasts | vectors on the stack | others on the stack |\n|---|---|---|---|---|---|")
    for name, code in compiled:
        for loop in loops(code):
            multiply_adds, broadcasts, stack = ([what for what in loop if part in what] for part in ("vfmadd", "vbroadcastss", "[rsp"))
            if multiply_adds:
                vectors = sum(bool(re.search(r"[xyz]mm", what)) for what in stack)
                print(f"| {name.split('.vector.')[-1]} | {len(loop)} | {len(multiply_adds)} | {len(broadcasts)} | {vectors} "
                      f"| {len(stack) - vectors} |")


if __name__ == "__main__":
    main()
