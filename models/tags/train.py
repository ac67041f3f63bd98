"""Trains the `tags` model and measures it.

    python train.py CORPUS_FOLDER [--held-out FILE]

`CORPUS_FOLDER` holds `cooking.stackexchange.txt` and `cooking.stackexchange.id`. Writes `tags.ftz`, `metrics.json` and
`question-ids.txt` beside this script, and the cleaned held-out lines to FILE for checking by other means.
"""

import argparse
import hashlib
import json
import os
import pathlib
import sys
import tempfile

import fasttext

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/reference"))

from cleaning import clean  # noqa: E402

PREFIX = "__label__"
HELD_OUT = 3000
HERE = pathlib.Path(__file__).resolve().parent
# Word vectors from the titles alone, which the classifier starts from: worth about one point of recall.
VECTORS = dict(model="skipgram", epoch=30, ws=8, minCount=1, minn=3, maxn=5, bucket=50_000, thread=1)
TRAIN = dict(loss="softmax", lr=0.5, epoch=25, dim=48, wordNgrams=2, minn=3, maxn=5, bucket=200_000, seed=1, thread=1)
QUANTIZE = dict(cutoff=40_000, qnorm=True, dsub=3, thread=1)


def questions(folder):
    """`(row id, labels, cleaned title)` of every question, ordered by the SHA-256 of the id."""
    ids = (folder / "cooking.stackexchange.id").read_text(encoding="utf-8").split()
    lines = (folder / "cooking.stackexchange.txt").read_text(encoding="utf-8").splitlines()
    assert len(ids) == len(lines)
    found = []
    for row, line in zip(ids, lines):
        words = line.split(" ")
        labels = [word for word in words if word.startswith(PREFIX)]
        title = " ".join(word for word in words if not word.startswith(PREFIX))
        found.append((row, labels, clean(title)))
    return sorted(found, key=lambda question: hashlib.sha256(question[0].encode()).hexdigest())


def write_lines(path, chosen):
    path.write_text("".join(" ".join([*labels, title]) + "\n" for _, labels, title in chosen), encoding="utf-8")


def write_vectors(path, folder, chosen):
    """Word vectors of the chosen titles, in the library's text format."""
    titles = folder / "titles.txt"
    titles.write_text("".join(title + "\n" for _, _, title in chosen), encoding="utf-8")
    model = fasttext.train_unsupervised(str(titles), dim=TRAIN["dim"], verbose=0, **VECTORS)
    lines = [f"{len(model.words)} {TRAIN['dim']}"]
    for word in model.words:
        lines.append(" ".join([word, *(f"{value:.5f}" for value in model.get_word_vector(word))]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def measured(model, held_out):
    """P@1 and R@5 over the held-out questions; labels that training never saw count as missed."""
    first_right = found = wanted = 0
    for _, labels, title in held_out:
        predicted, _ = model.predict(title, k=5)
        first_right += predicted[0] in labels
        found += len(set(predicted) & set(labels))
        wanted += len(labels)
    return {"p_at_1": round(first_right / len(held_out), 4), "r_at_5": round(found / wanted, 4)}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("corpus", type=pathlib.Path)
    options.add_argument("--held-out", type=pathlib.Path)
    options = options.parse_args()

    everything = questions(options.corpus)
    train, held_out = everything[:-HELD_OUT], everything[-HELD_OUT:]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        corpus, vectors = folder / "train.txt", folder / "words.vec"
        write_lines(corpus, train)
        write_vectors(vectors, folder, train)
        model = fasttext.train_supervised(str(corpus), pretrainedVectors=str(vectors), verbose=0, **TRAIN)
        dense = measured(model, held_out)
        model.quantize(str(corpus), verbose=0, **QUANTIZE)
    artifact = HERE / "tags.ftz"
    model.save_model(str(artifact))
    # Read back from the file: that is what ships.
    quantized = measured(fasttext.load_model(str(artifact)), held_out)

    metrics = {
        "train_questions": len(train), "held_out_questions": len(held_out),
        "labels": len(model.labels), "bytes": artifact.stat().st_size,
        "sha256": hashlib.sha256(artifact.read_bytes()).hexdigest(),
        "dense": dense, "quantized": quantized,
        "vectors": VECTORS, "train": TRAIN, "quantize": QUANTIZE,
    }
    (HERE / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    (HERE / "question-ids.txt").write_text((options.corpus / "cooking.stackexchange.id").read_text())
    if options.held_out:
        write_lines(options.held_out, held_out)
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    # With one thread the library leaves most of a new matrix as the allocator gave it; glibc gives zeros when told so,
    # and reads that wish when a process starts. See `tests/reference/zeroed_memory.py`.
    if os.environ.get("MALLOC_PERTURB_") != "255":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "MALLOC_PERTURB_": "255"})
    main()
