"""Writes the texts that spaCy pipelines are measured with, once: `python texts.py FOLDER CHECKOUT`.

Documents of the EWT test set, and its short sentences for asking one at a time. Where the corpora do not lie beside the
checkout, the slice that the parity pipelines were trained on stands in. Texts of a given size for services are always of that
slice.
"""

import json
import pathlib
import sys

SINGLE = 300
# A short text: a query, a title, a message.
WORDS = range(3, 13)
# What a service is asked: so many texts of each size in bytes.
SIZED = 12
SIZES = (16, 200, 2_000)


def sized(documents, size):
    """Texts of `size` bytes or a few less: running text, cut between words."""
    running = " ".join(" ".join(document.split()) for document in documents).encode()
    found = []
    for _ in range(SIZED):
        end = running.rindex(b" ", 0, size + 1)
        found.append(running[:end].decode())
        running = running[end + 1 :]
    return found


def main():
    folder, checkout = map(pathlib.Path, sys.argv[1:])
    sys.path.insert(0, str(checkout / "tests" / "reference"))
    import spacy_corpus

    data = checkout.parent / "shared" / "data"
    found = spacy_corpus.documents(data, "test") if data.exists() else spacy_corpus.documents()
    short = [sentence for sentences in found for sentence in sentences if len(sentence["words"]) in WORDS]
    step = max(1, len(short) // SINGLE)
    texts = {
        "batch": [spacy_corpus.text(sentences) for sentences in found],
        "single": [spacy_corpus.text([sentence]) for sentence in short[::step][:SINGLE]],
        "sized": {size: sized(map(spacy_corpus.text, spacy_corpus.documents()), size) for size in SIZES},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "texts-spacy.json").write_text(json.dumps(texts))


if __name__ == "__main__":
    main()
