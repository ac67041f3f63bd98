"""A pipeline from nothing to one answer: `python first_answer.py FOLDER < TEXT`. Prints the entities as `doc.to_json()` has them."""

import json
import sys

import one_thread  # noqa: F401
import spacy


def main():
    nlp = spacy.load(sys.argv[1])
    doc = nlp(sys.stdin.readline().removesuffix("\n"))
    ents = [{"start": span.start_char, "end": span.end_char, "label": span.label_} for span in doc.ents]
    print(json.dumps({"ents": ents}), flush=True)


if __name__ == "__main__":
    main()
