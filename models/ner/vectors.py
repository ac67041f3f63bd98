"""How far the vectors of rounded weights are from those of the weights in f32, on the test part's sentences.

    python models/ner/vectors.py --data DATA --command target/release/spanlet --component target/component/spanlet.cwasm
        --exact target/ner/export

asks `spanlet run --task embed` with both exports, and prints the least and the mean cosine. Nothing but Python is needed.
"""

import argparse
import json
import math
import pathlib
import subprocess

import corpus

HERE = pathlib.Path(__file__).resolve().parent


def vectors(options, export, texts):
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    command = [options.command, "run", "--component", options.component, "--model", export, "--task", "embed"]
    ran = subprocess.run(list(map(str, command)), input=lines, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line)["vector"] for line in ran.stdout.splitlines()]


def cosine(one, other):
    dot = sum(a * b for a, b in zip(one, other, strict=True))
    return dot / math.sqrt(sum(a * a for a in one) * sum(b * b for b in other))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=pathlib.Path, required=True, help="the folder that holds the corpora")
    options.add_argument("--command", type=pathlib.Path, required=True, help="`spanlet`")
    options.add_argument("--component", type=pathlib.Path, required=True, help="the component that it runs")
    options.add_argument("--exact", type=pathlib.Path, required=True, help="the export in f32, which training leaves")
    options = options.parse_args()
    texts = [sentence["text"] for document in corpus.uner(options.data, "test") for sentence in document]
    pairs = zip(*(vectors(options, export, texts) for export in (options.exact, HERE / "export")), strict=True)
    cosines = [cosine(*pair) for pair in pairs]
    print(f"{len(cosines)} sentences, cosine at least {min(cosines):.4f}, in the mean {sum(cosines) / len(cosines):.4f}")


if __name__ == "__main__":
    main()
