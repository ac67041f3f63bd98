"""spaCy behind the benchmark's worker protocol: `python spacy_worker.py MODEL TEXTS`. One thread."""

import json
import pathlib
import sys
import tempfile

import one_thread  # noqa: F401
import protocol
import spacy
from unpack import unpacked


def readable(docs):
    """Every token, sentence and entity as a line, as the bench's own engines write them; a line has no score."""
    return [[[line, 0.0] for line in lines(doc)] for doc in docs]


def lines(doc):
    for token in doc:
        end = token.idx + len(token)
        columns = " ".join([token.tag_, token.pos_, str(token.morph), token.lemma_, token.dep_])
        yield f"{token.idx} {end} {columns} {token.head.i if doc.has_annotation('DEP') else 0}"
    for span in doc.sents if doc.has_annotation("SENT_START") else ():
        yield f"sentence {span.start_char} {span.end_char} "
    for span in doc.ents:
        yield f"entity {span.start_char} {span.end_char} {span.label_}"


def main():
    model, texts = map(pathlib.Path, sys.argv[1:])
    texts = json.loads(texts.read_text())
    ways = {
        "predict": (texts["batch"], lambda nlp, texts: list(nlp.pipe(texts))),
        "single": (texts["single"], lambda nlp, texts: [nlp(text) for text in texts]),
    }
    with tempfile.TemporaryDirectory() as work:
        # spaCy loads directories: an archive is unpacked before the time counts.
        folder = model if model.is_dir() else unpacked(model, work)
        protocol.serve(lambda: spacy.load(folder), ways, readable)


if __name__ == "__main__":
    main()
