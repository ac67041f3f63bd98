"""Makes the benchmark's models and texts, once: `python train.py FOLDER`.

Invented words, spread as in natural text (the n-th most frequent occurs 1/n times as often as the first), labels spread
likewise; every label has forty words of its own. Deterministic: fixed seeds, one thread, zeroed memory.
"""

import json
import os
import pathlib
import random
import sys

import fasttext

VOCABULARY = 30_000
LINES = 20_000
ASKED = 400
SYLLABLES = "ba be bo cha da de do fa fi ga gra ha he i ka ko la le lo ma me mi na ne no o pa pe po ra re ri sa se so sta ta te ti tro u va we".split()
TRAIN = dict(dim=100, lr=0.5, epoch=5, thread=1, seed=1, verbose=0)
# The size of the label set says which features: words alone, or word pairs in a table of usual size.
FEATURES = {700: dict(wordNgrams=1), 5_000: dict(wordNgrams=2, bucket=200_000)}
QUANTIZE = dict(cutoff=50_000, qnorm=True, dsub=2, thread=1, verbose=0)


class Language:
    """Words, labels and how often each is used."""

    def __init__(self, label_count):
        rng = random.Random(1)
        found = {}
        while len(found) < VOCABULARY:
            found["".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 5)))] = True
        self.words = list(found)
        self.word_weights = self.cumulative([1 / (rank + 2) for rank in range(VOCABULARY)])
        self.labels = [f"__label__topic{number}" for number in range(label_count)]
        self.label_weights = self.cumulative([1 / (rank + 10) ** 0.8 for rank in range(label_count)])
        self.own_words = [rng.choices(self.words, k=40) for _ in range(label_count)]

    @staticmethod
    def cumulative(weights):
        total, sums = 0.0, []
        for weight in weights:
            total += weight
            sums.append(total)
        return sums

    def line(self, rng):
        """A label and a text of 10 to 30 words, half of them the label's own."""
        label = rng.choices(range(len(self.labels)), cum_weights=self.label_weights)[0]
        length = rng.randint(10, 30)
        usual = rng.choices(self.words, cum_weights=self.word_weights, k=length)
        text = [rng.choice(self.own_words[label]) if rng.random() < 0.5 else word for word in usual]
        return self.labels[label], " ".join(text)


def make(folder, label_count):
    language = Language(label_count)
    corpus = folder / f"corpus-{label_count}.txt"
    rng = random.Random(2)
    # Every label at least once, so that all of them are in the models.
    lines = [f"{label} {' '.join(own)}" for label, own in zip(language.labels, language.own_words)]
    lines += [" ".join(language.line(rng)) for _ in range(LINES)]
    corpus.write_text("\n".join(lines) + "\n")
    asked = [language.line(random.Random(number))[1] for number in range(1_000, 1_000 + ASKED)]
    (folder / f"texts-{label_count}.json").write_text(json.dumps(asked))
    for loss in ("softmax", "hs"):
        dense, quantized = folder / f"{loss}-{label_count}.bin", folder / f"{loss}-{label_count}.ftz"
        if dense.exists() and quantized.exists():
            continue
        print(f"training {dense.name}", flush=True)
        model = fasttext.train_supervised(str(corpus), loss=loss, **TRAIN, **FEATURES[label_count])
        model.save_model(str(dense))
        print(f"quantising to {quantized.name}", flush=True)
        model.quantize(str(corpus), **QUANTIZE)
        # Whole or absent, so that an interrupted run is not taken for a finished one.
        model.save_model(str(quantized) + ".part")
        os.rename(str(quantized) + ".part", quantized)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for label_count in FEATURES:
        make(folder, label_count)


if __name__ == "__main__":
    # See `tests/reference/zeroed_memory.py`: without this the library trains on left-over memory.
    if os.environ.get("MALLOC_PERTURB_") != "255":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "MALLOC_PERTURB_": "255"})
    main()
