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


CURATED = "spacy-curated-transformers."


def curated(kind, pieces, window, stride, pieces_known=spacy_encoders.PIECES):
    """A transformer of spacy-curated-transformers, of the sizes of the tiny encoders; `curated_loaders` says whence."""
    sizes = spacy_encoders.SIZES
    model = {
        "@architectures": f"{CURATED}{kind}Transformer.v1", "vocab_size": pieces_known, "hidden_width": sizes["hidden_size"],
        "intermediate_width": sizes["intermediate_size"], "num_attention_heads": sizes["num_attention_heads"],
        "num_hidden_layers": sizes["num_hidden_layers"], "attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0,
        "piece_encoder": {"@architectures": f"{CURATED}{pieces}.v1"},
        "with_spans": {"@architectures": f"{CURATED}WithStridedSpans.v1", "window": window, "stride": stride, "batch_size": 384},
    }
    return Component("curated_transformer", model, name="transformer")


def curated_loaders(folder):
    """What `initialize` is told of a curated transformer: it is the same encoder, in another library."""
    loader = lambda kind, **settings: {"@model_loaders": f"{CURATED}{kind}.v1", **settings}
    pieces = loader("HFPieceEncoderLoader", name=str(folder))
    if (folder / "merges.txt").exists():
        pieces = loader("ByteBpeLoader", vocab_path=str(folder / "vocab.json"), merges_path=str(folder / "merges.txt"))
    return {"piecer_loader": pieces, "encoder_loader": loader("HFTransformerEncoderLoader", name=str(folder))}


def encoded(_folder, component):
    """The component, once its encoder has been made."""
    return component


def curated_listener(reduced="mean"):
    return {"@architectures": f"{CURATED}LastTransformerLayerListener.v1", "width": spacy_encoders.WIDTH, "pooling": pooling(reduced), "upstream": "*", "grad_factor": 1.0}


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
    # What `initialize` is told of the transformer.
    loaders: Callable | None = None
    # Components whose listener is replaced by a copy of the transformer, which is then removed.
    replaced: tuple[str, ...] = ()
    # Learns only from what holds names, so that few steps teach it to find some.
    with_names: bool = False


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
        "bert-cut", "whole texts with more pieces than the tokenizer's limit, so that tokens are left without pieces; sums of rows",
        lambda folder: [transformer(spacy_encoders.bert(folder, max_length=40), spans(WHOLE)), tagger(listener("sum")), ner(listener("sum"))],
        epochs=30,
    ),
    Pipeline(
        "roberta-sentences", "byte pairs, encoded sentence by sentence; a whole text of white space has no piece",
        lambda folder: [SENTENCIZER, transformer(spacy_encoders.roberta(folder), spans(SENTENCES)), tagger(listener()), ner(listener())],
        epochs=30,
    ),
    Pipeline(
        "roberta-own", "a transformer in each head, which `nlp.replace_listeners` put there; pieces hold the space before them, and so are two tokens'",
        lambda folder: [transformer(spacy_encoders.roberta(folder, trim_offsets=False), spans(STRIDED, window=40, stride=30)), tagger(listener("max")), ner(listener("last"))],
        epochs=30, replaced=("tagger", "ner"),
    ),
    Pipeline(
        "curated-roberta", "as en_core_web_trf is made: byte pairs token by token, windows of pieces whose overlaps are averaged",
        lambda folder: [
            encoded(spacy_encoders.roberta(folder), curated("Roberta", "ByteBpeEncoder", window=20, stride=15)),
            tagger(curated_listener()), parser(curated_listener()), ner(curated_listener()),
        ],
        epochs=20, loaders=curated_loaders,
    ),
    Pipeline(
        "curated-bert", "word pieces token by token, of which an unknown rest leaves what came before it",
        lambda folder: [
            encoded(spacy_encoders.bert(folder, lowercase=False), curated("Bert", "BertWordpieceEncoder", window=128, stride=96)),
            tagger(curated_listener()), ner(curated_listener("sum")),
        ],
        epochs=30, loaders=curated_loaders,
    ),
    Pipeline(
        "roberta-first", "rows of first pieces, of a transformer that a tagger was trained with alone",
        lambda folder: [tagger(own(spacy_encoders.roberta(folder, trim_offsets=False), spans(STRIDED, window=128, stride=96), "first"))],
    ),
]

# Enough word pieces to know many words by.
PIECES = 2000
# Trained on what holds names in the whole training part, for the comparison alone.
LARGE = [
    Pipeline(
        "large-bert-ner", "an entity recogniser over a BERT, as spacy-transformers trains one",
        lambda folder: [transformer(spacy_encoders.bert(folder, lowercase=False, pieces=PIECES), spans(STRIDED, window=128, stride=96)), ner(listener())],
        epochs=3, with_names=True,
    ),
    Pipeline(
        "large-curated-roberta-ner", "the same over a RoBERTa of spacy-curated-transformers",
        lambda folder: [encoded(spacy_encoders.roberta(folder, pieces=PIECES), curated("Roberta", "ByteBpeEncoder", window=128, stride=96, pieces_known=PIECES)), ner(curated_listener())],
        epochs=3, loaders=curated_loaders, with_names=True,
    ),
]
