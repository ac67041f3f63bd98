"""The pipelines with a transformer: what each is made of and why it exists. `spacy_transformers_models.py` trains them.

Every architecture, span getter and pooling that Spanlet says it answers alike stands in at least one of them.
"""

import dataclasses
from typing import Callable

import spacy_encoders
from spacy_pipelines import SENTENCIZER, Component, edit_trees, moved, tagged

STRIDED, SENTENCES, WHOLE = "strided_spans", "sent_spans", "doc_spans"


def spans(getter, **settings):
    return {"@span_getters": f"spacy-transformers.{getter}.v1", **settings}


def pooling(name):
    return {"@layers": f"reduce_{name}.v1"}


def transformer(folder, get_spans):
    model = {"@architectures": "spacy-transformers.TransformerModel.v3", "name": str(folder), "tokenizer_config": {"use_fast": True}, "get_spans": get_spans}
    return Component("transformer", model)


def listener(reduced="mean", upstream="*"):
    return {"@architectures": "spacy-transformers.TransformerListener.v1", "grad_factor": 1.0, "upstream": upstream, "pooling": pooling(reduced)}


def own(folder, get_spans, reduced="mean"):
    model = transformer(folder, get_spans).model
    return {**model, "@architectures": "spacy-transformers.Tok2VecTransformer.v3", "pooling": pooling(reduced)}


def tagger(source):
    return Component("tagger", tagged(source))


def morphologizer(source):
    return Component("morphologizer", tagged(source))


def parser(source):
    return Component("parser", moved("parser", source))


def ner(source):
    return Component("ner", moved("ner", source))


@dataclasses.dataclass
class Pipeline:
    """One pipeline. `components` is given the folder in which to make an encoder, and gives the components."""

    name: str
    why: str
    components: Callable
    epochs: int = 12
    rate: float = 0.005
    # Components whose listener is replaced by a copy of the transformer, which is then removed.
    replaced: tuple[str, ...] = ()


PIPELINES = [
    Pipeline(
        "bert-ner", "an entity recogniser over an uncased BERT with the usual strides, as SciBERT pipelines are made",
        lambda folder: [transformer(spacy_encoders.bert(folder), spans(STRIDED, window=128, stride=96)), ner(listener())],
        epochs=30,
    ),
    Pipeline(
        "bert-shared", "every head listens to one cased BERT; short windows, so that tokens have pieces of two",
        lambda folder: [
            transformer(spacy_encoders.bert(folder, lowercase=False), spans(STRIDED, window=9, stride=6)),
            tagger(listener()), morphologizer(listener()), edit_trees(source=listener()), parser(listener()), ner(listener()),
        ],
        epochs=20,
    ),
    Pipeline(
        "bert-cut", "stretches with more pieces than the tokenizer's limit, so that tokens are left without pieces; sums of rows",
        lambda folder: [transformer(spacy_encoders.bert(folder, max_length=14), spans(STRIDED, window=16, stride=16)), tagger(listener("sum")), ner(listener("sum"))],
    ),
    Pipeline(
        "roberta-sentences", "byte pairs, encoded sentence by sentence; a whole text of white space has no piece",
        lambda folder: [SENTENCIZER, transformer(spacy_encoders.roberta(folder), spans(SENTENCES)), tagger(listener()), ner(listener())],
    ),
    Pipeline(
        "roberta-own", "a transformer in each head, which `nlp.replace_listeners` put there; pieces hold the space before them, and so are two tokens'",
        lambda folder: [transformer(spacy_encoders.roberta(folder, trim_offsets=False), spans(WHOLE)), tagger(listener("max")), ner(listener("last"))],
        replaced=("tagger", "ner"),
    ),
    Pipeline(
        "roberta-first", "rows of first pieces, of a transformer that a tagger was trained with alone",
        lambda folder: [tagger(own(spacy_encoders.roberta(folder, trim_offsets=False), spans(WHOLE), "first"))],
    ),
]
