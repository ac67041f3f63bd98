"""What spaCy answers for one text, as columns: a JSON object a text. `../cases/spacy/README.md` has the format."""

import numpy
from spacy.attrs import SENT_START


def answer(nlp, text):
    """Everything that is compared. Alone, because some encoders let the texts of a batch see each other."""
    return columns(nlp(text))


def columns(doc):
    return {
        "start": [token.idx for token in doc],
        "length": [len(token) for token in doc],
        "space": flags(bool(token.whitespace_) for token in doc),
        "stop": flags(token.is_stop for token in doc),
        "tag": strings(token.tag_ for token in doc),
        "pos": strings(token.pos_ for token in doc),
        "morph": strings(str(token.morph) for token in doc),
        "lemma": strings(token.lemma_ for token in doc),
        "dep": strings(token.dep_ for token in doc),
        "head": None if all(token.head.i == token.i for token in doc) else [token.head.i - token.i for token in doc],
        "sent_start": "".join("-0+"[int(value) + 1] for value in doc.to_array([SENT_START]).astype(numpy.int64).ravel()),
        "sents": [[span.start_char, span.end_char] for span in doc.sents] if doc.has_annotation("SENT_START") else None,
        "ents": [[span.start_char, span.end_char, span.label_, span.id_] for span in doc.ents],
        "chunks": chunks(doc),
        "vector": [float(f"{value:.7g}") for value in doc.vector.tolist()],
    }


def flags(values):
    return "".join("01"[value] for value in values)


def strings(values):
    """A column of strings, or null where all are empty."""
    values = list(values)
    return values if any(values) else None


def chunks(doc):
    """Noun chunks, or null where spaCy has none: a language without the rule, a pipeline without a parser."""
    try:
        return [[span.start_char, span.end_char] for span in doc.noun_chunks]
    except (NotImplementedError, ValueError):
        return None
