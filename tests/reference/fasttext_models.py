"""Trains the parity models of `tests/cases/fasttext` with the official library and records what it answers.

    python fasttext_models.py [--into ../cases/fasttext] [NAME…]

writes, for every model, `NAME.bin` or `NAME.ftz`, `NAME.toml` (why it exists, how it was made) and `NAME.tsv` (the
answers), and `texts.jsonl`, which they share. The format is described in `../cases/fasttext/README.md`. Training is
deterministic: one thread, fixed seed, pinned library, zeroed memory.
"""

import argparse
import dataclasses
import hashlib
import json
import pathlib
import struct
import tempfile

import fasttext
import numpy

import fasttext_corpus
import fasttext_texts
import zeroed_memory

PREFIX = "__label__"
VERSION_BYTE, LOSS_BYTE = 4, 32
SOFTMAX = 3


def numbered(count, prefix=PREFIX):
    return [f"{prefix}{number}" for number in range(count)]


UNICODE_LABELS = [PREFIX + name for name in "käse crème-brûlée хлеб ψωμί パン 🍞 خبز रोटी e\u0301clair a\u00a0b </s> ß".split(" ")]

CORPORA = {
    "dozen": lambda: fasttext_corpus.labelled(numbered(12), 400, seed=2),
    "one": lambda: fasttext_corpus.labelled(numbered(1), 120, seed=3),
    "tied": lambda: fasttext_corpus.labelled(numbered(21), 420, seed=4, weights="equal"),
    "skewed": lambda: fasttext_corpus.labelled(numbered(24), 600, seed=5, weights=[1.6**n for n in range(24)]),
    "many": lambda: fasttext_corpus.labelled(numbered(300), 900, seed=6, weights="equal"),
    "hashes": lambda: fasttext_corpus.labelled(numbered(12, "#"), 300, seed=7),
    "unicode": lambda: fasttext_corpus.labelled(UNICODE_LABELS, 300, seed=8),
    # Few and long lines, so that the end-of-line token is rarer than any word and `minCount` drops it.
    "long-lines": lambda: fasttext_corpus.labelled(numbered(6), 24, seed=9, vocabulary=40, length=(150, 150), two_labels=0),
    "cooking": fasttext_corpus.cooking,
    "plain": lambda: fasttext_corpus.plain(300, seed=10),
}


@dataclasses.dataclass
class Case:
    """One model. `train` and `quantize` are keyword arguments of the official library."""

    name: str
    why: str
    corpus: str
    train: dict
    quantize: dict | None = None
    unsupervised: bool = False
    label_prefix: str = PREFIX
    # (byte, i32) written over the saved file.
    patch: tuple[int, int] | None = None
    # Whether the weights are replaced by those of `saturated`.
    saturated: bool = False

    @property
    def file_name(self):
        return self.name + (".bin" if self.quantize is None else ".ftz")


CASES = [
    Case("softmax", "the plainest model: words only, softmax", "dozen", dict(loss="softmax", dim=10)),
    Case("softmax-bigrams", "word bigrams share buckets with nothing else", "dozen", dict(loss="softmax", dim=7, wordNgrams=2, bucket=300)),
    Case("softmax-trigrams", "word trigrams; a dimension that fills SIMD lanes", "dozen", dict(loss="softmax", dim=16, wordNgrams=3, bucket=300)),
    Case("softmax-one-bucket", "every n-gram falls into the only bucket", "dozen", dict(loss="softmax", dim=6, wordNgrams=2, bucket=1)),
    Case("softmax-chars-1-1", "single characters, of which a word's first and last are no n-grams", "dozen", dict(loss="softmax", dim=9, minn=1, maxn=1, bucket=200)),
    Case("softmax-chars-0-3", "minn 0 means 1", "dozen", dict(loss="softmax", dim=5, minn=0, maxn=3, bucket=300)),
    Case("softmax-chars-2-5", "character n-grams over several scripts", "dozen", dict(loss="softmax", dim=5, minn=2, maxn=5, bucket=500)),
    Case("softmax-chars-4-2", "minn above maxn gives no n-grams", "dozen", dict(loss="softmax", dim=6, minn=4, maxn=2, bucket=50)),
    Case("softmax-chars-bigrams", "character and word n-grams share the buckets", "dozen", dict(loss="softmax", dim=9, minn=3, maxn=6, wordNgrams=2, bucket=500)),
    Case("softmax-dim-1", "one dimension", "dozen", dict(loss="softmax", dim=1)),
    Case("softmax-one-label", "a single label", "one", dict(loss="softmax", dim=4)),
    Case("softmax-many", "three hundred labels, a dimension one past a SIMD block", "many", dict(loss="softmax", dim=17)),
    Case("hs", "hierarchical softmax", "dozen", dict(loss="hs", dim=10)),
    Case("hs-tied", "labels of equal count: the tree's shape depends on how ties are broken", "tied", dict(loss="hs", dim=8)),
    Case("hs-skewed", "label counts that grow geometrically: a tree almost as deep as a list", "skewed", dict(loss="hs", dim=8)),
    Case("hs-chars-bigrams", "hierarchical softmax with every kind of n-gram", "dozen", dict(loss="hs", dim=6, minn=2, maxn=4, wordNgrams=2, bucket=400)),
    Case("hs-one-label", "a tree of one leaf", "one", dict(loss="hs", dim=4)),
    Case("hs-many", "a tree of three hundred leaves, most of them below the threshold of 1e-5", "many", dict(loss="hs", dim=11)),
    Case("ns", "negative sampling: the tabled sigmoid", "dozen", dict(loss="ns", dim=10, neg=3)),
    Case("ns-chars", "negative sampling with character n-grams", "dozen", dict(loss="ns", dim=12, minn=3, maxn=3, bucket=300)),
    Case("ns-as-softmax", "the loss in the file decides: trained with ns, patched to softmax", "dozen", dict(loss="ns", dim=10), patch=(LOSS_BYTE, SOFTMAX)),
    Case("ova", "one-vs-all: probabilities that do not sum to 1, saturated ones that tie", "dozen", dict(loss="ova", dim=10, lr=1.0, epoch=50)),
    Case("ova-bigrams", "one-vs-all with word bigrams", "dozen", dict(loss="ova", dim=13, wordNgrams=2, bucket=250)),
    Case("ova-many", "three hundred labels, most of them tied", "many", dict(loss="ova", dim=6)),
    Case("version-11", "version 11 of the format: character n-grams are ignored", "dozen", dict(loss="softmax", dim=8, minn=2, maxn=4, bucket=200), patch=(VERSION_BYTE, 11)),
    Case("ova-saturated", "dot products in and about (8, 8.0156), each the greatest of sixteen: certain, as they lie above the sigmoid's table", "many", dict(loss="ova", dim=4), saturated=True),
    Case("ns-saturated", "the same for negative sampling, with few labels", "tied", dict(loss="ns", dim=4), saturated=True),
    Case("version-10", "version 10 of the format: character n-grams are kept", "dozen", dict(loss="softmax", dim=8, minn=2, maxn=4, bucket=200), patch=(VERSION_BYTE, 10)),
    Case("version-11-cbow", "version 11, unsupervised: character n-grams are kept", "plain", dict(model="cbow", dim=4, minn=2, maxn=3, bucket=100), unsupervised=True, patch=(VERSION_BYTE, 11)),
    Case("no-eos", "a vocabulary without the end-of-line token: a text of unknown words has no answer", "long-lines", dict(loss="softmax", dim=5, minCount=30)),
    Case("no-eos-hs", "the same for hierarchical softmax", "long-lines", dict(loss="hs", dim=5, minCount=30)),
    Case("no-eos-bigrams", "without an end-of-line token in the vocabulary its hash still takes part in word n-grams", "long-lines", dict(loss="softmax", dim=5, minCount=30, wordNgrams=2, bucket=60)),
    Case("unicode-labels", "labels in several scripts, one spelled like the end-of-line token", "unicode", dict(loss="softmax", dim=8, minn=1, maxn=3, bucket=200)),
    Case("other-prefix", "trained with `-label #`: the prefix is not stored, the labels are still labels", "hashes", dict(loss="softmax", dim=8, label="#"), label_prefix="#"),
    Case("cooking", "English titles, tags as labels", "cooking", dict(loss="softmax", dim=6)),
    Case("cooking-hs", "English titles, hierarchical softmax", "cooking", dict(loss="hs", dim=6)),
    Case("quantized", "product quantisation in sub-vectors of two", "dozen", dict(loss="softmax", dim=10), dict(dsub=2)),
    Case("quantized-dsub-3", "a last sub-vector of one", "dozen", dict(loss="softmax", dim=10), dict(dsub=3)),
    Case("quantized-dsub-4", "a last sub-vector of two", "dozen", dict(loss="softmax", dim=10), dict(dsub=4)),
    Case("quantized-dsub-16", "one sub-vector, shorter than asked for", "dozen", dict(loss="softmax", dim=10), dict(dsub=16)),
    Case("quantized-qnorm", "norms quantised apart", "dozen", dict(loss="softmax", dim=10, wordNgrams=2, bucket=300), dict(dsub=2, qnorm=True)),
    Case("quantized-ns", "negative sampling, quantised", "dozen", dict(loss="ns", dim=8, minn=3, maxn=4, bucket=300), dict(dsub=2)),
    Case("quantized-ova", "one-vs-all, quantised", "dozen", dict(loss="ova", dim=8, wordNgrams=2, bucket=300), dict(dsub=2, qnorm=True)),
    Case("pruned", "a cutoff: most n-grams are dropped, the rest renumbered", "dozen", dict(loss="softmax", dim=10, wordNgrams=2, minn=2, maxn=3, bucket=400), dict(dsub=2, cutoff=330)),
    Case("pruned-words", "a cutoff with words only: pruned, and no n-gram to keep", "dozen", dict(loss="softmax", dim=10), dict(dsub=2, cutoff=300)),
    Case("pruned-retrained", "a cutoff, then trained again", "dozen", dict(loss="softmax", dim=10, wordNgrams=3, bucket=400), dict(dsub=2, cutoff=350, retrain=True)),
    Case("pruned-hs", "hierarchical softmax, pruned, norms apart", "tied", dict(loss="hs", dim=7, minn=3, maxn=5, bucket=400), dict(dsub=2, cutoff=400, qnorm=True)),
    Case("qout", "the output matrix is quantised too", "many", dict(loss="softmax", dim=10), dict(dsub=2, qout=True)),
    Case("qout-hs", "a quantised output matrix under hierarchical softmax", "many", dict(loss="hs", dim=10), dict(dsub=2, qout=True)),
    Case("qout-ova", "a quantised output matrix under one-vs-all; a last sub-vector of one", "many", dict(loss="ova", dim=7), dict(dsub=3, qout=True)),
    Case("qout-qnorm", "both matrices with norms apart, pruned and retrained", "many", dict(loss="softmax", dim=10, wordNgrams=2, bucket=300), dict(dsub=2, qout=True, qnorm=True, cutoff=500, retrain=True)),
    Case("cbow", "unsupervised: vectors only", "plain", dict(model="cbow", dim=6, minn=2, maxn=4, bucket=200), unsupervised=True),
    Case("skipgram", "unsupervised: vectors only", "plain", dict(model="skipgram", dim=5, minn=3, maxn=6, bucket=200), unsupervised=True),
    Case("skipgram-words", "unsupervised without n-grams: an unknown word has no vector", "plain", dict(model="skipgram", dim=5, minn=0, maxn=0), unsupervised=True),
]


def trained(case, folder):
    """Trains `case` and saves it under `folder`; returns the file's path."""
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(CORPORA[case.corpus]()) + "\n", encoding="utf-8")
    fixed = dict(thread=1, verbose=0)
    if case.unsupervised:
        model = fasttext.train_unsupervised(str(corpus), **{"minCount": 1, "epoch": 5, **fixed, **case.train})
    else:
        model = fasttext.train_supervised(str(corpus), **{"lr": 0.5, "epoch": 20, "seed": 1, **fixed, **case.train})
    if case.quantize is not None:
        model.quantize(str(corpus), thread=1, verbose=0, **case.quantize)
    path = folder / case.file_name
    model.save_model(str(path))
    if case.patch:
        patch(path, *case.patch)
    if case.saturated:
        saturate(path)
    return path


def patch(path, byte, value):
    contents = bytearray(path.read_bytes())
    contents[byte : byte + 4] = struct.pack("<i", value)
    path.write_bytes(contents)


def saturate(path):
    """Gives a dense model without n-grams weights whose dot products lie about 8, where the tabled sigmoid ends.

    The first column makes most of a dot product: every word has 1 there, every label its own `base`. The other columns
    add less than 0.01, other for each text.
    """
    model = fasttext.load_model(str(path))
    words, labels, dim = len(model.get_words()), len(model.get_labels()), model.get_dimension()
    rng = numpy.random.default_rng(1)
    inputs = rng.uniform(-1, 1, (words, dim))
    inputs[:, 0] = 1
    outputs = rng.uniform(-0.003, 0.003, (labels, dim))
    # Of sixteen neighbours one lies just above the table, one where it begins, the others are improbable.
    base = rng.uniform(-12, -3, labels)
    base[5::16] = 8.006
    base[7::16] = -8.0
    # One that is certain beside others that are; one sixteen whose greatest is within the table.
    base[40:41] = 9.0
    base[53:54] = 7.98
    outputs[:, 0] = base
    weights = 4 * dim * labels
    contents = bytearray(path.read_bytes())
    contents[-weights:] = outputs.astype("<f4").tobytes()
    header = 1 + 8 + 8
    end = len(contents) - weights - header
    contents[end - 4 * dim * words : end] = inputs.astype("<f4").tobytes()
    path.write_bytes(contents)


def shortest(value):
    """The shortest decimal that reads back as the same 32-bit float."""
    return str(numpy.float32(value))


def predictions(model, case, texts, chosen, k, threshold):
    """One section: the answer to each chosen text, labels without the model's prefix."""
    yield f"predict k={k} threshold={threshold}"
    for index in chosen:
        labels, scores = model.predict(texts[index], k=k, threshold=threshold)
        fields = [str(index)]
        for label, score in zip(labels, scores):
            assert label.startswith(case.label_prefix)
            fields += [label.removeprefix(case.label_prefix), shortest(score)]
        yield "\t".join(fields)


def vectors(section, function, texts, chosen):
    yield section
    for index in chosen:
        yield "\t".join([str(index)] + [shortest(value) for value in function(texts[index])])


def answers(model, case, texts):
    """The lines of `NAME.tsv`."""
    every = range(len(texts))
    if case.unsupervised:
        yield from vectors("sentence_vector", model.get_sentence_vector, texts, every[::3])
        yield from vectors("word_vector", model.get_word_vector, texts, every[::3])
        return
    yield from predictions(model, case, texts, every, 5, 0.0)
    yield from predictions(model, case, texts, every[::7], 1, 0.0)
    yield from predictions(model, case, texts, every[::40] if len(model.labels) <= 50 else every[::190], -1, 0.0)
    yield from predictions(model, case, texts, every[::5], -1, 0.05)
    yield from predictions(model, case, texts, every[::7], 5, 0.1)
    if case.saturated:
        yield from predictions(model, case, texts, every[::9], -1, 0.9999)
        yield from predictions(model, case, texts, every[::9], 30, 1.0)
    yield from vectors("sentence_vector", model.get_sentence_vector, texts, every[::20])


def described(case, contents):
    """The lines of `NAME.toml`."""
    made = [f"train_{'un' if case.unsupervised else ''}supervised(corpus {case.corpus}, {arguments(case.train)})"]
    if case.quantize is not None:
        made.append(f"quantize({arguments(case.quantize)})")
    if case.patch:
        made.append(f"the i32 at byte {case.patch[0]} set to {case.patch[1]}")
    if case.saturated:
        made.append("saturate()")
    yield f"why = {json.dumps(case.why, ensure_ascii=False)}"
    yield f"made_by = {json.dumps(', then '.join(made), ensure_ascii=False)}"
    yield f'model = "{case.file_name}"'
    yield f'sha256 = "{hashlib.sha256(contents).hexdigest()}"'
    yield f'label_prefix = "{case.label_prefix}"'
    # The library's own order of summation is kept, so answers agree to the last bit but for `exp` and `ln`, whose
    # last bit differs from one C library to the next.
    yield "tolerance = 1e-6"


def arguments(given):
    return ", ".join(f"{name}={value!r}" for name, value in given.items())


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--into", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent / "cases" / "fasttext")
    options.add_argument("names", nargs="*", help="only these models")
    options = options.parse_args()

    as_written = fasttext_texts.texts()
    texts = [fasttext_texts.expanded(text) for text in as_written]
    (options.into / "texts.jsonl").write_text("".join(fasttext_texts.written(text) + "\n" for text in as_written), encoding="utf-8")
    for case in CASES:
        if options.names and case.name not in options.names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = trained(case, pathlib.Path(folder))
            contents = path.read_bytes()
            # Loaded again from the file: that is what is compared, and a model in memory still knows its prefix.
            lines = list(answers(fasttext.load_model(str(path)), case, texts))
        (options.into / case.file_name).write_bytes(contents)
        (options.into / f"{case.name}.toml").write_text("\n".join(described(case, contents)) + "\n", encoding="utf-8")
        (options.into / f"{case.name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{case.name}: {len(contents)} bytes, {len(lines)} lines")


if __name__ == "__main__":
    zeroed_memory.require()
    main()
