"""The transformer models of the parity cases: what each is made of and why it exists. `transformer_models.py` makes them.

Every family, task, export and kind of weights that Spanlet says it answers alike stands in at least one of them.
"""

import dataclasses

import transformers

TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]
CLASSES = ["negative", "neutral", "positive"]
TASKS = {"ner": "token-classification", "classes": "text-classification", "vectors": "feature-extraction"}


@dataclasses.dataclass(frozen=True)
class Family:
    """A kind of encoder. `names` are what its configuration calls width, layers, heads and the wider layer between;
    `reserved` is how many of its positions no token takes."""

    config: type
    names: tuple = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
    reserved: int = 0
    settings: dict = dataclasses.field(default_factory=dict)

    def configuration(self, case, tokenizer):
        special = {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ("pad", "bos", "eos")}
        special = {name: value for name, value in special.items() if value is not None}
        labels = {"id2label": dict(enumerate(case.labels)), "label2id": {label: at for at, label in enumerate(case.labels)}} if case.labels else {}
        sizes = dict(zip(self.names, (case.width, case.layers, case.heads, case.between)))
        positions = {"max_position_embeddings": case.positions + self.reserved}
        return self.config(vocab_size=len(tokenizer), **sizes, **positions, **special, **labels, **self.settings, **case.settings)


FAMILIES = {
    "bert": Family(transformers.BertConfig),
    "bert-cased": Family(transformers.BertConfig),
    "distilbert": Family(transformers.DistilBertConfig, names=("dim", "n_layers", "n_heads", "hidden_dim")),
    "roberta": Family(transformers.RobertaConfig, reserved=2, settings={"type_vocab_size": 1, "layer_norm_eps": 1e-5}),
    "xlm-roberta": Family(transformers.XLMRobertaConfig, reserved=2, settings={"type_vocab_size": 1, "layer_norm_eps": 1e-5}),
    "mpnet": Family(transformers.MPNetConfig, reserved=2),
    "albert": Family(transformers.AlbertConfig, settings={
        "embedding_size": 8, "num_hidden_groups": 1, "inner_group_num": 1, "hidden_act": "gelu_new"}),
    "electra": Family(transformers.ElectraConfig, settings={"embedding_size": 8}),
    "deberta-v3": Family(transformers.DebertaV2Config, settings={
        "type_vocab_size": 0, "relative_attention": True, "position_buckets": 16, "norm_rel_ebd": "layer_norm",
        "share_att_key": True, "pos_att_type": ["p2c", "c2p"], "position_biased_input": False,
        "max_relative_positions": -1, "layer_norm_eps": 1e-7}),
}


@dataclasses.dataclass(frozen=True)
class Case:
    """One model. `limit` is what its tokenizer says of the longest text, `positions` how far its table goes; `opset` None
    is what the exporter takes by itself; `weights` is a function's name in `transformer_weights.py`; `modules` are those of
    sentence-transformers: pooling, whether the vector gets length 1, and a longest text of its own. `form` is a function's
    name in `transformer_models.py` that changes the directory."""

    name: str
    family: str
    task: str
    why: str
    labels: tuple = ()
    tokenizer: str = ""
    limit: int | None = 96
    positions: int = 96
    width: int = 16
    layers: int = 2
    heads: int = 2
    between: int = 40
    attention: str = "eager"
    opset: int | None = 14
    weights: str = ""
    form: str = ""
    modules: dict | None = None
    settings: dict = dataclasses.field(default_factory=dict)


def ner(name, why, family=None, labels=TAGS, **rest):
    return Case(f"{name}-ner", family or name, "ner", why, tuple(labels), **rest)


def classes(name, why, family=None, labels=CLASSES, **rest):
    return Case(f"{name}-classes", family or name, "classes", why, tuple(labels), **rest)


def vectors(name, why, family=None, pooling=None, normalize=True, length=None, **rest):
    modules = dict(pooling=pooling, normalize=normalize, length=length) if pooling else None
    return Case(f"{name}-vectors", family or name, "vectors", why, modules=modules, **rest)


CASES = [
    ner("bert", "BERT, lower-cased; four heads of eight", width=32, heads=4),
    ner("bert-cased", "cased; a width and heads that no SIMD register fits", width=20, heads=5, between=36, limit=48, positions=48),
    ner("distilbert", "DistilBERT: no token types; two heads of sixteen", width=32, limit=40, positions=40),
    ner("roberta", "RoBERTa: byte-level BPE, positions from two", width=32, heads=4, limit=128, positions=128),
    ner("xlm-roberta", "XLM-R: Unigram as published, three layers", width=24, heads=3, layers=3, limit=64, positions=64),
    ner("mpnet", "MPNet: relative positions, a WordPiece vocabulary with the special tokens of RoBERTa", width=24, heads=3),
    ner("albert", "ALBERT: one layer's weights three times, narrow embeddings, tanh GELU", width=24, heads=3, layers=3),
    ner("electra", "ELECTRA: narrow embeddings; labels that do not say where an entity begins", width=24, heads=3,
        labels=["PER", "LOC", "O", "ORG"]),
    ner("deberta-v3", "DeBERTa-v3: attention to relative positions in both directions", width=32, heads=4),

    classes("bert", "BERT's pooler; attention as one operator of the framework", attention="sdpa", opset=None),
    classes("bert-cased", "a width and heads that no SIMD register fits", attention="sdpa", opset=None, width=12, heads=3),
    classes("distilbert", "DistilBERT's head", attention="sdpa", opset=None),
    classes("roberta", "RoBERTa's head; a tokenizer that puts a space before the text", attention="sdpa", opset=None,
            tokenizer="roberta-prefix"),
    classes("xlm-roberta", "XLM-R's head; the tokenizer as it is written today", attention="sdpa", opset=None,
            tokenizer="xlm-roberta-new"),
    classes("mpnet", "MPNet's head", opset=None),
    classes("albert", "ALBERT's pooler", attention="sdpa", opset=None),
    classes("electra", "ELECTRA's head", opset=None),
    classes("deberta-v3", "DeBERTa's pooler", opset=None),

    vectors("bert", "mean and normalised, a longest text of its own, as MiniLM", pooling="mean", length=64),
    vectors("bert-cased", "no modules beside the model", attention="sdpa"),
    vectors("distilbert", "the greatest of each number", pooling="max", normalize=False),
    vectors("roberta", "mean, not normalised", pooling="mean", normalize=False),
    vectors("xlm-roberta", "mean and normalised, as the multilingual models", pooling="mean", attention="sdpa"),
    vectors("mpnet", "mean and normalised, as all-mpnet", pooling="mean"),
    vectors("albert", "mean", pooling="mean", normalize=False),
    vectors("electra", "the first token's vector", pooling="cls", normalize=False),
    vectors("deberta-v3", "the first token's vector, normalised", pooling="cls"),

    ner("opset-11", "an old export", family="distilbert", opset=11, limit=48, positions=48),
    ner("opset-17", "layer normalization as one operator, attention as one of the framework", family="bert", opset=17,
        attention="sdpa", limit=48, positions=48),
    ner("no-limit", "the tokenizer's configuration knows no longest text, the model does", family="roberta", limit=None,
        positions=44),
    ner("half", "16-bit floats inside, 32-bit ones outside", family="distilbert", weights="half", limit=48, positions=48),
    classes("half", "exported from a model of 16-bit floats", family="bert", weights="exported_half", limit=48, positions=48),
    ner("dynamic", "dynamically quantised, signed weights", family="distilbert", weights="dynamic", limit=48, positions=48),
    classes("dynamic", "dynamically quantised, unsigned weights", family="bert", weights="dynamic_unsigned", limit=48, positions=48),
    vectors("dynamic", "dynamically quantised, a scale for each output", family="mpnet", weights="dynamic_channels",
            pooling="mean", limit=48, positions=48),
    ner("eight-bits", "weights in 8 bits and computed with in 32", family="bert", weights="eight_bits", limit=48, positions=48),
    ner("beside", "weights beside the graph, in model.onnx_data", family="distilbert", weights="beside", limit=48, positions=48),

    classes("many-labels", "any number of labels at once: sigmoid", family="distilbert", limit=48, positions=48,
            labels=["toxic", "obscene", "threat", "insult"], settings={"problem_type": "multi_label_classification"}),
    classes("one-label", "one label: sigmoid", family="roberta", limit=48, positions=48, labels=["relevance"]),
    classes("regression", "a number: no function", family="bert", limit=48, positions=48, labels=["stars"],
            settings={"problem_type": "regression"}),
    vectors("fixed-length", "tokenizer.json asks for padding and truncation, which nobody heeds", family="bert", pooling="mean",
            limit=48, positions=48, form="fixed_length"),
    vectors("sentence-output", "the graph gives the sentence's vector beside the tokens'", family="bert", pooling="cls",
            limit=48, positions=48, form="whole_sentence"),
]
