"""The full comparison: models trained on the spot, thousands of texts, the official library beside `spanlet run`.

    python compare.py --command target/release/spanlet [--work target/parity] [NAME…]

Prints one line per model and the totals, and writes them to `parity-totals.txt` when every model took part. Labels,
their order and their number must be equal and scores differ by at most 1e-6; the exit status is 1 where they do not.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import fasttext
import numpy

import fasttext_corpus
import fasttext_models
import fasttext_texts
import zeroed_memory
from fasttext_models import Case, numbered

TOLERANCE = 1e-6
# More labels than any model has: how `spanlet run` is asked for all.
ALL = 1_000_000
OPTIONS = [(5, 0.0), (1, 0.0), (-1, 0.05), (5, 0.1)]
TOTALS = pathlib.Path(__file__).parent / "parity-totals.txt"
SHOWN = 3

fasttext_models.CORPORA |= {
    "large": lambda: fasttext_corpus.labelled(numbered(60), 3000, seed=20, vocabulary=2500, length=(4, 20)),
    "large-many": lambda: fasttext_corpus.labelled(numbered(700), 4000, seed=21, vocabulary=2500, length=(4, 20)),
    "large-skewed": lambda: fasttext_corpus.labelled(numbered(90), 3000, seed=22, vocabulary=2500, weights=[1 / (n + 1) for n in range(90)]),
}

# The sizes that people train; the committed cases are small so that they can be committed.
LARGE = [
    Case("large-softmax", "", "large", dict(loss="softmax", dim=100)),
    Case("large-softmax-16", "", "large", dict(loss="softmax", dim=16, wordNgrams=2, bucket=20000)),
    Case("large-softmax-24", "", "large", dict(loss="softmax", dim=24, wordNgrams=3, bucket=20000)),
    Case("large-softmax-25", "", "large", dict(loss="softmax", dim=25, minn=2, maxn=5, bucket=20000)),
    Case("large-softmax-50", "", "large", dict(loss="softmax", dim=50, minn=3, maxn=6, wordNgrams=2, bucket=20000)),
    Case("large-many", "", "large-many", dict(loss="softmax", dim=50, wordNgrams=2, bucket=20000)),
    Case("large-hs", "", "large", dict(loss="hs", dim=100)),
    Case("large-hs-many", "", "large-many", dict(loss="hs", dim=50, wordNgrams=2, bucket=20000)),
    Case("large-hs-skewed", "", "large-skewed", dict(loss="hs", dim=25, minn=3, maxn=6, bucket=20000)),
    Case("large-ns", "", "large", dict(loss="ns", dim=100, wordNgrams=2, bucket=20000)),
    Case("large-ns-many", "", "large-many", dict(loss="ns", dim=50, minn=3, maxn=3, bucket=20000)),
    Case("large-ova", "", "large", dict(loss="ova", dim=100, minn=2, maxn=4, bucket=20000)),
    Case("large-ova-many", "", "large-many", dict(loss="ova", dim=24)),
    Case("large-quantized", "", "large", dict(loss="softmax", dim=100, wordNgrams=2, bucket=20000), dict(dsub=2)),
    Case("large-quantized-qnorm", "", "large", dict(loss="softmax", dim=50, minn=3, maxn=6, bucket=20000), dict(dsub=2, qnorm=True)),
    Case("large-quantized-dsub-3", "", "large", dict(loss="softmax", dim=100, wordNgrams=2, bucket=20000), dict(dsub=3)),
    Case("large-quantized-dsub-4", "", "large", dict(loss="ns", dim=50, wordNgrams=2, bucket=20000), dict(dsub=4, qnorm=True)),
    Case("large-pruned", "", "large", dict(loss="softmax", dim=50, minn=3, maxn=6, wordNgrams=2, bucket=20000), dict(dsub=2, cutoff=5000)),
    Case("large-pruned-retrained", "", "large", dict(loss="softmax", dim=50, wordNgrams=2, bucket=20000), dict(dsub=2, cutoff=5000, retrain=True, qnorm=True)),
    Case("large-pruned-hs", "", "large-skewed", dict(loss="hs", dim=50, minn=2, maxn=5, bucket=20000), dict(dsub=2, cutoff=5000, qnorm=True)),
    Case("large-pruned-ova", "", "large", dict(loss="ova", dim=25, wordNgrams=2, bucket=20000), dict(dsub=2, cutoff=4000)),
    Case("large-qout", "", "large-many", dict(loss="softmax", dim=50, wordNgrams=2, bucket=20000), dict(dsub=2, qout=True)),
    Case("large-qout-hs", "", "large-many", dict(loss="hs", dim=50, wordNgrams=2, bucket=20000), dict(dsub=2, qout=True, qnorm=True)),
    Case("large-qout-ns", "", "large-many", dict(loss="ns", dim=25, wordNgrams=2, bucket=20000), dict(dsub=2, qout=True)),
    Case("large-qout-qnorm", "", "large-many", dict(loss="softmax", dim=100, minn=3, maxn=4, bucket=20000), dict(dsub=2, qout=True, qnorm=True, cutoff=8000, retrain=True)),
    Case("cooking-chars-hs", "", "cooking", dict(loss="hs", dim=50, minn=3, maxn=6, bucket=20000)),
    Case("cooking-bigrams-ova", "", "cooking", dict(loss="ova", dim=50, wordNgrams=2, bucket=20000)),
]


class Comparison:
    """What came of one model: how many answers, how many alike, and the worst score."""

    def __init__(self):
        self.answers = self.labels_differ = self.scores_differ = self.bit_equal = 0
        self.worst = 0.0
        self.shown = []

    def add(self, where, expected, found):
        """Compares one answer: lists of `(label, score)`, or an error's text in place of the found one."""
        self.answers += 1
        if isinstance(found, str) or [label for label, _ in expected] != [label for label, _ in found]:
            self.labels_differ += 1
            self.show(where, expected, found)
            return
        worst = max((abs(a - b) for (_, a), (_, b) in zip(expected, found)), default=0.0)
        self.worst = max(self.worst, worst)
        self.bit_equal += worst == 0.0
        if worst > TOLERANCE:
            self.scores_differ += 1
            self.show(where, expected, found)

    def show(self, where, expected, found):
        if len(self.shown) < SHOWN:
            self.shown.append(f"    {where}\n      expected {expected[:5]}\n      found    {found[:5]}")

    def failed(self):
        return self.labels_differ + self.scores_differ > 0

    def line(self, name):
        return (f"{name:28} answers {self.answers:7}  labels differ {self.labels_differ:5}  scores differ "
                f"{self.scores_differ:5}  bit-equal {self.bit_equal:7}  worst |dp| {self.worst:.1e}")

    def absorb(self, other):
        self.answers += other.answers
        self.labels_differ += other.labels_differ
        self.scores_differ += other.scores_differ
        self.bit_equal += other.bit_equal
        self.worst = max(self.worst, other.worst)


def original(model, texts, k, threshold):
    labels, scores = model.predict(texts, k=k, threshold=threshold)
    for some_labels, some_scores in zip(labels, scores):
        yield [(label, float(numpy.float32(score))) for label, score in zip(some_labels, some_scores)]


def ours(command, model_path, input_path, k, threshold):
    """`spanlet run` prints labels without `__label__`; other prefixes stay."""
    arguments = ["run", "--model", model_path, "-k", ALL if k == -1 else k, "--threshold", threshold, input_path]
    ran = subprocess.run([str(part) for part in [command, *arguments]], stdout=subprocess.PIPE)
    for line in ran.stdout.splitlines():
        answer = json.loads(line)
        if "labels" in answer:
            yield [(one["label"], float(numpy.float32(one["score"]))) for one in answer["labels"]]
        else:
            yield line.decode()


def without_prefix(answer):
    return [(label.removeprefix(fasttext_models.PREFIX), score) for label, score in answer]


def compared(case, command, work, texts, input_path):
    result = Comparison()
    path = fasttext_models.trained(case, work)
    model = fasttext.load_model(str(path))
    for k, threshold in OPTIONS:
        found = list(ours(command, path, input_path, k, threshold))
        if len(found) != len(texts):
            found += ["no line"] * (len(texts) - len(found))
        for number, (expected, answer) in enumerate(zip(original(model, texts, k, threshold), found)):
            where = f"{case.name} k={k} threshold={threshold} text {number}: {texts[number][:60]!r}"
            result.add(where, without_prefix(expected), answer)
    path.unlink()
    return result


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--command", type=pathlib.Path, required=True)
    options.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/parity"))
    options.add_argument("names", nargs="*", help="only these models")
    options = options.parse_args()

    options.work.mkdir(parents=True, exist_ok=True)
    texts = [fasttext_texts.expanded(text) for text in fasttext_texts.texts(scale=6)]
    input_path = options.work / "texts.jsonl"
    input_path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))

    supervised = [case for case in fasttext_models.CASES + LARGE if not case.unsupervised]
    chosen = [case for case in supervised if not options.names or case.name in options.names]
    total, lines = Comparison(), []
    for case in chosen:
        result = compared(case, options.command, options.work, texts, input_path)
        lines.append(result.line(case.name))
        print("\n".join([lines[-1], *result.shown]), flush=True)
        total.absorb(result)
    lines += ["", total.line(f"{len(chosen)} models, {len(texts)} texts")]
    print("\n".join(lines[-2:]))
    if not options.names:
        TOTALS.write_text("\n".join(lines) + "\n")
    sys.exit(total.failed())


if __name__ == "__main__":
    zeroed_memory.require()
    main()
