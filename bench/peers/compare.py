"""ONNX Runtime and PyTorch, timed in turns: one JSON line for each engine and shape.

    python compare.py FOLDER [--shapes 1x16,1x128,8x128,1x512] [--threads 2] [--repetitions 11] [--warmups 3]

Each engine is a process of its own (serve.py). They run one after the other, A B A B, so that both meet the same machine; a
row holds the median and the quartiles in milliseconds.
"""
import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

ENGINES = ("onnxruntime", "pytorch")


class Peer:
    def __init__(self, engine, folder, threads):
        command = [sys.executable, str(Path(__file__).with_name("serve.py")), engine, str(folder), "--threads", str(threads)]
        self.engine = engine
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready, _, self.versions = self.answer().partition(" ")
        if ready != "ready":
            raise RuntimeError(f"{engine}: found {ready!r}, expected 'ready'")

    def answer(self):
        line = self.process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"{self.engine}: the process ended early")
        return line

    def milliseconds(self, shape):
        print(shape, file=self.process.stdin, flush=True)
        return int(self.answer()) / 1e6

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shapes", default="1x16,1x128,8x128,1x512")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=11)
    parser.add_argument("--warmups", type=int, default=3)
    args = parser.parse_args()

    peers = [Peer(engine, args.folder, args.threads) for engine in ENGINES]
    for shape in args.shapes.split(","):
        times = {peer: [] for peer in peers}
        for repetition in range(args.warmups + args.repetitions):
            for peer in peers:
                elapsed = peer.milliseconds(shape)
                if repetition >= args.warmups:
                    times[peer].append(elapsed)
        for peer in peers:
            low, middle, high = statistics.quantiles(times[peer], n=4, method="inclusive")
            print(json.dumps({
                "engine": peer.engine, "versions": peer.versions, "shape": shape, "threads": args.threads,
                "repetitions": args.repetitions, "median_ms": round(middle, 3), "quartiles_ms": [round(low, 3), round(high, 3)],
            }), flush=True)
    for peer in peers:
        peer.close()


if __name__ == "__main__":
    main()
