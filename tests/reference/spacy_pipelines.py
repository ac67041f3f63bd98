"""The spaCy pipelines of the parity cases: what each is made of and why it exists. `spacy_models.py` trains them.

Every component, architecture and option that Spanlet says it answers alike stands in at least one of them.
"""

import dataclasses
import pkgutil
from typing import Any, Callable

import spacy
import spacy.lang
from spacy.tokenizer import Tokenizer

import spacy_patterns

NORMAL = ["NORM", "PREFIX", "SUFFIX", "SHAPE"]


def embedding(width=12, attrs=NORMAL, rows=(60, 30, 40, 30), static=False):
    return {"@architectures": "spacy.MultiHashEmbed.v2", "width": width, "attrs": list(attrs), "rows": list(rows)[: len(attrs)] + [30] * (len(attrs) - len(rows)), "include_static_vectors": static}


def characters(width=12, static=False, feature="LOWER", nM=6, nC=5):
    return {"@architectures": "spacy.CharacterEmbed.v2", "width": width, "rows": 60, "nM": nM, "nC": nC, "feature": feature, "include_static_vectors": static}


def maxout(width=12, depth=2, window=1, pieces=3):
    return {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": width, "depth": depth, "window_size": window, "maxout_pieces": pieces}


def mish(width=12, depth=2, window=1):
    return {"@architectures": "spacy.MishWindowEncoder.v2", "width": width, "depth": depth, "window_size": window}


def tok2vec(embed=None, encode=None):
    return {"@architectures": "spacy.Tok2Vec.v2", "embed": embed or embedding(), "encode": encode or maxout()}


def convolutional(static=False):
    return {"@architectures": "spacy.HashEmbedCNN.v2", "width": 12, "depth": 2, "embed_size": 60, "window_size": 1, "maxout_pieces": 3, "subword_features": True, "pretrained_vectors": static}


def listener(upstream="*", width=12):
    return {"@architectures": "spacy.Tok2VecListener.v1", "width": width, "upstream": upstream}


def tagged(source=None, normalize=False):
    return {"@architectures": "spacy.Tagger.v2", "normalize": normalize, "tok2vec": source or tok2vec()}


def moved(state, source=None, extra=False, hidden=16, pieces=2, upper=True):
    return {"@architectures": "spacy.TransitionBasedParser.v2", "state_type": state, "extra_state_tokens": extra, "hidden_width": hidden, "maxout_pieces": pieces, "use_upper": upper, "tok2vec": source or tok2vec()}


@dataclasses.dataclass
class Component:
    """One component: its factory, its name where that is another, its settings, and what `initialize` is given."""

    factory: str
    model: dict | None = None
    name: str = ""
    settings: dict = dataclasses.field(default_factory=dict)
    # What to do with the component before training: its patterns, its lookups.
    fill: Callable[[Any, Any], None] | None = None


@dataclasses.dataclass
class Pipeline:
    """One pipeline. `form` is how it is stored: `tar.gz`, `zip`, `whl` or `folder`."""

    name: str
    why: str
    components: list[Component]
    lang: str = "en"
    form: str = "tar.gz"
    vectors: str = ""
    lexeme_norms: bool = False
    text: str = "slice"
    epochs: int = 8
    rate: float = 0.01
    disabled: tuple[str, ...] = ()
    # Components whose listener is replaced by a copy of the shared tok2vec.
    replaced: tuple[str, ...] = ()
    tokenizer: Callable[[Any], None] | None = None
    meta: dict = dataclasses.field(default_factory=dict)

    @property
    def file_name(self):
        return self.name if self.form == "folder" else f"{self.name}.{self.form}"


def tagger(source=None, normalize=False, **other):
    return Component("tagger", tagged(source, normalize), **other)


def morphologizer(source=None, **other):
    return Component("morphologizer", tagged(source), **other)


def parser(source=None, extra=False, pieces=2, upper=True, hidden=16, min_action_freq=1, **other):
    return Component("parser", moved("parser", source, extra, hidden, pieces, upper), settings={"min_action_freq": min_action_freq}, **other)


def ner(source=None, extra=False, pieces=2, upper=True, hidden=16, **other):
    return Component("ner", moved("ner", source, extra, hidden, pieces, upper), **other)


def senter(source=None, **other):
    return Component("senter", tagged(source), **other)


def edit_trees(backoff="orth", top_k=1, overwrite=False, source=None, **other):
    return Component("trainable_lemmatizer", tagged(source), settings={"backoff": backoff, "top_k": top_k, "min_tree_freq": 2, "overwrite": overwrite}, **other)


def lemmatizer(mode, overwrite=False, **other):
    return Component("lemmatizer", settings={"mode": mode, "overwrite": overwrite}, fill=spacy_patterns.lookups, **other)


def attribute_ruler(patterns, **other):
    return Component("attribute_ruler", fill=lambda nlp, pipe: pipe.initialize(None, nlp=nlp, patterns=patterns), **other)


def shared(embed=None, encode=None, **other):
    return Component("tok2vec", tok2vec(embed, encode), **other)


SENTENCIZER = Component("sentencizer")

PIPELINES = [
    # Embeddings and encoders, under a tagger.
    Pipeline("tagger", "the usual embedding and encoder, an own tok2vec", [tagger()]),
    Pipeline("tagger-normalized", "scores that go through softmax", [tagger(normalize=True)]),
    Pipeline("embed-orth-lower-spacy", "embedded attributes that depend on case and on the space after a token", [tagger(tok2vec(embedding(attrs=["ORTH", "LOWER", "SPACY"])))]),
    Pipeline("embed-flags", "embedded attributes that are numbers: length and flags", [tagger(tok2vec(embedding(attrs=["NORM", "LENGTH", "IS_ALPHA", "IS_TITLE", "LIKE_NUM", "IS_PUNCT", "IS_STOP", "IS_SPACE"])))]),
    Pipeline("embed-more-flags", "the remaining flags of a word", [tagger(tok2vec(embedding(attrs=["SUFFIX", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_BRACKET", "IS_QUOTE", "IS_CURRENCY", "LIKE_URL", "LIKE_EMAIL", "IS_LEFT_PUNCT", "IS_RIGHT_PUNCT"], rows=(60,) + (12,) * 11)))]),
    Pipeline("embed-characters", "characters and the lower-cased word", [tagger(tok2vec(characters()))]),
    Pipeline("embed-characters-vectors-mish", "characters, static vectors, Mish", [tagger(tok2vec(characters(static=True, feature="NORM"), mish()))], vectors="default"),
    Pipeline("embed-vectors", "static vectors; several words share a row", [tagger(tok2vec(embedding(static=True)))], vectors="default"),
    Pipeline("embed-vectors-lower", "static vectors found by the lower-cased word", [tagger(tok2vec(embedding(static=True)))], vectors="lower"),
    Pipeline("embed-vectors-floret", "static vectors made of hashed n-grams", [tagger(tok2vec(embedding(static=True)))], vectors="floret"),
    Pipeline("embed-cnn", "HashEmbedCNN, and normalised by a long name", [tagger(convolutional(), name="my tagger-2")]),
    Pipeline("embed-cnn-vectors", "HashEmbedCNN with static vectors", [tagger(convolutional(static=True))], vectors="default"),
    Pipeline("encode-window-2", "a window of two tokens either side, three layers of two pieces", [tagger(tok2vec(encode=maxout(depth=3, window=2, pieces=2)))]),
    Pipeline("encode-one-piece", "a window of three, one layer of one piece", [tagger(tok2vec(encode=maxout(depth=1, window=3, pieces=1)))]),
    Pipeline("encode-mish", "the Mish encoder, which has no padding", [tagger(tok2vec(encode=mish(depth=3)))]),
    Pipeline("encode-width-18", "a width that is no multiple of a vector register, depth four", [tagger(tok2vec(embedding(18), maxout(18, depth=4)))]),
    # The other components that classify tokens.
    Pipeline("morphologizer", "parts of speech and features", [morphologizer()], form="zip"),
    Pipeline("morphologizer-twice", "a second morphologizer extends the features of the first and overwrites", [morphologizer(), morphologizer(tok2vec(embedding(attrs=["SUFFIX", "SHAPE"])), name="morphologizer_again", settings={"extend": True, "overwrite": True})]),
    Pipeline("morphologizer-keeps", "a second morphologizer that neither extends nor overwrites", [attribute_ruler(spacy_patterns.BY_TEXT), morphologizer(settings={"extend": False, "overwrite": False})]),
    Pipeline("morphologizer-extends", "a morphologizer extends, without overwriting, what rules set", [attribute_ruler(spacy_patterns.BY_TEXT), morphologizer(settings={"extend": True, "overwrite": False})]),
    Pipeline("senter", "sentence starts from a classifier", [senter()]),
    Pipeline("senter-overwrites", "a senter after a sentencizer, overwriting", [SENTENCIZER, senter(settings={"overwrite": True})]),
    Pipeline("senter-keeps", "a senter after a sentencizer, not overwriting", [SENTENCIZER, senter(settings={"overwrite": False})]),
    Pipeline("sentencizer", "sentences end at the usual marks of all scripts", [SENTENCIZER], lang="xx", form="folder"),
    Pipeline("sentencizer-marks", "own marks, overwriting a senter", [senter(), Component("sentencizer", settings={"punct_chars": [";", "…", "🏁", ","], "overwrite": True})]),
    Pipeline("edit-trees-orth", "a tree that does not apply leaves the word", [edit_trees()]),
    Pipeline("edit-trees-null", "a tree that does not apply leaves nothing", [edit_trees(backoff=None)]),
    Pipeline("edit-trees-top-3", "the first of three trees that applies", [edit_trees(top_k=3)]),
    Pipeline("edit-trees-top-3-null", "the first of three trees that applies, else nothing", [edit_trees(backoff=None, top_k=3)]),
    Pipeline("edit-trees-lower", "backs off to the lower-cased word, and overwrites rules", [attribute_ruler(spacy_patterns.BY_TEXT), edit_trees(backoff="lower", overwrite=True)]),
    # Rules.
    Pipeline("lemmatizer-lookup", "lemmas from a table of words", [lemmatizer("lookup")]),
    Pipeline("lemmatizer-rule", "English lemma rules, with parts of speech and features from a morphologizer", [morphologizer(), lemmatizer("rule")], lexeme_norms=True),
    Pipeline("lemmatizer-rule-generic", "lemma rules of a language without a lemmatizer of its own", [morphologizer(), lemmatizer("rule")], lang="sv"),
    Pipeline("lemmatizer-overwrites", "lemma rules over an edit-tree lemmatizer's answers, overwriting", [morphologizer(), edit_trees(), lemmatizer("rule", overwrite=True)]),
    Pipeline("lemmatizer-keeps", "lemma lookups where an edit-tree lemmatizer gave nothing", [edit_trees(backoff=None), lemmatizer("lookup")]),
    Pipeline("attribute-ruler-tags", "a tag map, as English pipelines have", [tagger(), attribute_ruler(spacy_patterns.TAG_MAP)]),
    Pipeline("attribute-ruler-text", "patterns over text, shape, flags and every operator", [attribute_ruler(spacy_patterns.BY_TEXT + spacy_patterns.OPERATORS)]),
    Pipeline("attribute-ruler-layers", "patterns over what earlier components said: tags, features, labels, entities, sentences", [shared(), tagger(listener()), morphologizer(listener()), parser(listener()), ner(listener()), attribute_ruler(spacy_patterns.BY_LAYER)], epochs=12),
    # Transition systems.
    Pipeline("parser", "eight features, an upper layer, decorated labels for crossing arcs", [parser()], epochs=12),
    Pipeline("parser-13", "thirteen features", [parser(extra=True)]),
    Pipeline("parser-13-no-upper", "thirteen features, no upper layer", [parser(extra=True, upper=False, pieces=1, min_action_freq=6)], epochs=24, rate=0.005),
    Pipeline("parser-upper-1", "an upper layer over one piece", [parser(pieces=1)]),
    Pipeline("parser-upper-3", "an upper layer over three pieces, width 20", [parser(pieces=3, hidden=20)]),
    Pipeline("parser-no-upper-1", "no upper layer, one piece", [parser(upper=False, pieces=1, min_action_freq=6)], epochs=24, rate=0.003),
    Pipeline("parser-no-upper-2", "no upper layer, two pieces", [parser(upper=False, pieces=2, min_action_freq=6)]),
    Pipeline("parser-no-upper-3", "no upper layer, three pieces", [parser(upper=False, pieces=3, min_action_freq=12)]),
    Pipeline("parser-after-sentencizer", "a parser between sentence boundaries that a sentencizer set", [SENTENCIZER, parser()]),
    Pipeline("parser-after-senter", "a parser between sentence boundaries that a senter set", [senter(), parser()]),
    Pipeline("parser-mish-characters", "a parser over characters and Mish", [parser(tok2vec(characters(), mish()))]),
    Pipeline("ner", "three features, an upper layer", [ner()], epochs=30),
    Pipeline("ner-6", "six features", [ner(extra=True)], epochs=30),
    Pipeline("ner-6-no-upper", "six features, no upper layer", [ner(extra=True, upper=False, pieces=3)], epochs=30, rate=0.003),
    Pipeline("ner-upper-1", "an upper layer over one piece", [ner(pieces=1)], epochs=30),
    Pipeline("ner-upper-3", "an upper layer over three pieces", [ner(pieces=3)], epochs=30),
    Pipeline("ner-no-upper-1", "no upper layer, one piece", [ner(upper=False, pieces=1)], epochs=30, rate=0.003),
    Pipeline("ner-no-upper-2", "no upper layer, two pieces", [ner(upper=False, pieces=2)], epochs=30),
    Pipeline("ner-after-parser", "entities do not cross the parser's sentences", [parser(), ner()], epochs=12),
    Pipeline("ner-twice", "a second NER finds its entities around those of the first", [ner(), ner(tok2vec(embedding(attrs=["SUFFIX", "SHAPE"])), name="ner_again")], epochs=15),
    # Whole pipelines.
    Pipeline(
        "sm", "as en_core_web_sm is made: listeners, a tag map, lemma rules, a senter switched off, an NER of its own; labels that give noun chunks",
        [
            shared(), tagger(listener()), parser(listener()), senter(), attribute_ruler(spacy_patterns.TAG_MAP + spacy_patterns.EXCEPTIONS), lemmatizer("rule"),
            ner(tok2vec()),
        ],
        text="renamed", lexeme_norms=True, disabled=("senter",), form="whl", epochs=14,
    ),
    Pipeline(
        "md", "as en_core_web_md is made: the same over static vectors",
        [
            shared(embedding(static=True)), tagger(listener()), parser(listener()), attribute_ruler(spacy_patterns.TAG_MAP), lemmatizer("rule"),
            ner(tok2vec(embedding(static=True))),
        ],
        text="renamed", lexeme_norms=True, vectors="default", epochs=12,
    ),
    Pipeline("shared", "every trained component listens to one tok2vec, as the default `en` is made", [shared(), tagger(listener()), morphologizer(listener()), edit_trees(source=listener()), parser(listener()), ner(listener())], epochs=24),
    Pipeline("shared-two", "two tok2vec components, each before its listeners, which name theirs", [shared(), tagger(listener("tok2vec")), shared(embedding(8, attrs=["LOWER", "SHAPE"]), maxout(8, depth=1), name="second"), morphologizer(listener("second", width=8)), ner(listener("second", width=8))]),
    Pipeline("shared-two-first", "two tok2vec components before all listeners: whatever they name, spaCy hands them the last one's vectors", [shared(), shared(embedding(attrs=["LOWER", "SHAPE"]), name="second"), tagger(listener("tok2vec")), morphologizer(listener("second"))]),
    Pipeline("replaced-listeners", "a tok2vec copied into the components that listened to it, whose layers keep their old names", [shared(), tagger(listener()), ner(listener()), senter(listener())], epochs=12, replaced=("tagger", "ner")),
    Pipeline("disabled-tagger", "a component that is stored and not run", [tagger(), morphologizer()], disabled=("tagger",)),
    Pipeline("disabled-tok2vec", "listeners whose tok2vec is not run get zeros", [shared(), tagger(listener()), morphologizer()], disabled=("tok2vec",)),
    Pipeline("brands", "a custom NER with one label and a name of its own", [ner(name="ner")], text="brands", epochs=25),
    Pipeline("brands-xx", "a custom NER in the language without rules", [ner(tok2vec(encode=maxout(depth=4)), name="brand finder")], lang="xx", text="brands", epochs=25, form="zip"),
    Pipeline("german", "another language's tokenizer and stop words under trained components", [tagger(), ner(extra=True)], lang="de", epochs=10),
    Pipeline("tokenizer-own", "own infixes and special cases, no URL match, no token match, every special case looked for", [tagger()], tokenizer=spacy_patterns.own_tokenizer),
    Pipeline("blank", "a tokenizer alone", [], lang="en", form="zip"),
]

# Of the sizes that people train; too large to commit, trained by the full comparison.
LARGE = [
    Pipeline("large-shared", "the default sizes of `spacy init config`, every component listening", [shared(embedding(96, rows=(2000, 500, 1000, 1000)), maxout(96, depth=4)), tagger(listener(width=96)), morphologizer(listener(width=96)), edit_trees(source=listener(width=96), top_k=3), parser(listener(width=96), hidden=64), ner(listener(width=96), hidden=64)], rate=0.002),
    Pipeline("large-characters", "characters, Mish, a wide parser", [parser(tok2vec(characters(64, nM=16, nC=8), mish(64, depth=3)), hidden=48, pieces=3), ner(tok2vec(characters(64, nM=16, nC=8), maxout(64, depth=3)), extra=True, hidden=48)], rate=0.002),
    Pipeline("large-md", "static vectors under every component, a tag map", [shared(embedding(64, static=True, rows=(1000, 500, 500, 500)), maxout(64, depth=4)), tagger(listener(width=64)), parser(listener(width=64), hidden=64), attribute_ruler(spacy_patterns.TAG_MAP + spacy_patterns.EXCEPTIONS), ner(tok2vec(embedding(64, static=True), maxout(64, depth=4)), hidden=64)], vectors="default", text="renamed", rate=0.002),
    # Small enough for the sample that the checks run.
    Pipeline("fresh", "trained when the comparison runs", [shared(embedding(24), maxout(24)), tagger(listener(width=24)), edit_trees(source=listener(width=24)), parser(listener(width=24)), ner(listener(width=24))], epochs=4),
]


def plain_languages():
    """Every language whose blank pipeline has the plain tokenizer and needs nothing that is not installed."""
    found = []
    for module in pkgutil.iter_modules(spacy.lang.__path__):
        # These have tokenizers of their own.
        if module.ispkg and module.name not in ("ja", "ko", "th", "vi", "zh"):
            if type(spacy.blank(module.name).tokenizer) is Tokenizer:
                found.append(module.name)
    return found
