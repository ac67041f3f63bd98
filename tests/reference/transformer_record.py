"""What `transformers`, `sentence-transformers` and onnxruntime answer for an exported model: `../cases/transformer/README.md`
has the format.

The graph runs in onnxruntime; tokens are those of `transformers`, and entities and labels what its pipelines make of the
graph's output. PyTorch is not needed: the pipelines are asked for the steps before and after the model, and arrays stand
for tensors. `transformer_models.py`, which has PyTorch, asks the whole pipelines and sentence-transformers too.
"""

import functools
import json
import pathlib
import types

import numpy
import onnx
import onnxruntime
import transformers
from onnx import TensorProto, numpy_helper
from transformers.pipelines.text_classification import TextClassificationPipeline
from transformers.pipelines.token_classification import AggregationStrategy, TokenClassificationPipeline

STRATEGIES = ["none", "simple", "first", "average", "max"]
FUNCTIONS = ["softmax", "sigmoid", "none"]
# Decimals of what is stored: far below the tolerance of each.
LOGITS, SCORES = 5, 6


class Array(numpy.ndarray):
    """An array that answers what the pipelines ask of a tensor."""

    def numpy(self):
        return numpy.asarray(self)


def tensor(values):
    return numpy.asarray(values).view(Array)


class Original:
    """An exported model as the originals see it."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.folder = folder
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        self.config = transformers.AutoConfig.from_pretrained(folder)
        self.opset, self.is_dynamic, self.session = session(folder / "model.onnx")
        self.inputs = [each.name for each in self.session.get_inputs()]

    @property
    def limit(self):
        """The most tokens of a text: what the tokenizer says, or the positions that the model has."""
        length = self.tokenizer.model_max_length
        if length < 1_000_000:
            return length
        return self.config.max_position_embeddings - (2 if self.config.model_type in ("roberta", "xlm-roberta", "mpnet") else 0)

    def tokens(self, text):
        """All tokens of a text, however long it is."""
        encoded = self.tokenizer(text, return_offsets_mapping=True, return_special_tokens_mask=True, verbose=False)
        return {
            "ids": encoded["input_ids"], "types": encoded.encodings[0].type_ids,
            "offsets": [list(pair) for pair in encoded["offset_mapping"]], "words": encoded.word_ids(),
            "special": "".join(map(str, encoded["special_tokens_mask"])),
        }

    def run(self, encoded, row=0, wanted=0):
        """The graph's output for one row of what a tokenizer gave."""
        given = {name: numpy.asarray(encoded[name][row:row + 1], dtype=numpy.int64) for name in self.inputs}
        return self.session.run(None, given)[wanted].astype(numpy.float32)

    def encoded(self, text, **settings):
        """A text cut to the limit, or with `stride` and `return_overflowing_tokens` in windows."""
        encoded = self.tokenizer(
            text, truncation=True, max_length=self.limit, return_special_tokens_mask=True, return_offsets_mapping=True,
            return_token_type_ids=True, return_overflowing_tokens=bool(settings), verbose=False, **settings)
        return encoded if settings else {name: [values] for name, values in encoded.items()}

    @functools.cached_property
    def token_pipeline(self):
        return bare(TokenClassificationPipeline, self)

    def outputs(self, text, stride=None):
        """Each window and what the graph gives for it: what `TokenClassificationPipeline` does before `postprocess`."""
        encoded = self.encoded(text) if stride is None else self.encoded(text, stride=stride, padding=True)
        for row in range(len(encoded["input_ids"])):
            yield {
                "logits": tensor(self.run(encoded, row)), "sentence": text if row == 0 else None,
                "input_ids": [encoded["input_ids"][row]], "offset_mapping": [encoded["offset_mapping"][row]],
                "special_tokens_mask": tensor([encoded["special_tokens_mask"][row]]),
            }

    def entities(self, outputs, strategy, ignore_labels=None):
        """The list that the pipeline answers with."""
        return self.token_pipeline.postprocess(outputs, AggregationStrategy(strategy), ignore_labels)

    def logits(self, text):
        """The output for a text that is cut to the limit; `[tokens, labels]` or `[labels]`."""
        return self.run(self.encoded(text))[0]

    @property
    def function(self):
        """What the pipeline makes of logits when it is not told."""
        logits = numpy.arange(self.config.num_labels, dtype=numpy.float32)
        return next(name for name in FUNCTIONS if self.labels(logits, name) == self.labels(logits))

    def labels(self, logits, function=None, top_k=None):
        """All labels, or the best, with their scores; without a function the one that the configuration asks for."""
        pipeline = bare(TextClassificationPipeline, self)
        settings = {} if function is None else {"function_to_apply": function}
        after = pipeline._sanitize_parameters(top_k=top_k, **settings)[2]
        return pipeline.postprocess({"logits": tensor([logits])}, **after)

    @functools.cached_property
    def modules(self):
        """Pooling, whether the vector gets length 1, the longest text, and whether it is lower-cased, as
        sentence-transformers reads them."""
        read = lambda path: json.loads(path.read_text()) if path.exists() else {}
        modules = read(self.folder / "modules.json") or []
        pooling = read(self.folder / "1_Pooling" / "config.json")
        names = {"cls": "cls_token", "max": "max_tokens", "mean": "mean_tokens"}
        name = next((name for name, key in names.items() if pooling.get(f"pooling_mode_{key}")), "mean")
        settings = read(self.folder / "sentence_bert_config.json")
        length = settings.get("max_seq_length") or min(self.limit, getattr(self.config, "max_position_embeddings", self.limit))
        return types.SimpleNamespace(
            pooling=name, length=length, is_lower=settings.get("do_lower_case", False),
            is_normalized=any(module["type"].endswith("Normalize") for module in modules))

    def vector(self, text):
        """The sentence's vector: sentence-transformers' modules Transformer, Pooling and Normalize, one after the other."""
        modules = self.modules
        text = text.strip().lower() if modules.is_lower else text.strip()
        encoded = self.tokenizer(text, truncation=True, max_length=modules.length, return_token_type_ids=True, verbose=False)
        outputs = [each.name for each in self.session.get_outputs()]
        wanted = outputs.index("token_embeddings") if "token_embeddings" in outputs else 0
        states = self.run({name: [values] for name, values in encoded.items()}, wanted=wanted)[0]
        pooled = {"mean": lambda: states.mean(axis=0), "cls": lambda: states[0], "max": lambda: states.max(axis=0)}[modules.pooling]()
        return pooled / max(numpy.sqrt((pooled * pooled).sum()), 1e-12) if modules.is_normalized else pooled


def session(path):
    """The graph's version of operators, whether it quantises while it computes, and onnxruntime's session, which computes with
    32-bit floats.

    By default onnxruntime turns weights behind `DequantizeLinear` into an operator of its own that rounds what they are
    multiplied with to 8 bits too, which the graph does not ask for: logits of the tiny models moved by up to 0.9. Level 1
    is that operator in 32 bits. Graphs of 16-bit floats are widened: onnxruntime rounds in some places and not in others,
    by the processor and by what it fused, and the same weights in 32 bits are what all of that approximates.
    """
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    settings.add_session_config_entry("session.qdq_matmulnbits_accuracy_level", "1")
    graph = onnx.load(path, load_external_data=False)
    version = next(each.version for each in graph.opset_import if each.domain in ("", "ai.onnx"))
    has_half = any(each.data_type == TensorProto.FLOAT16 for each in graph.graph.initializer)
    is_dynamic = any(node.op_type == "DynamicQuantizeLinear" for node in graph.graph.node)
    source = widened(onnx.load(path)).SerializeToString() if has_half else path
    return version, is_dynamic, onnxruntime.InferenceSession(source, settings, providers=["CPUExecutionProvider"])


def widened(model):
    """The graph with 32-bit floats in place of 16-bit ones."""
    graph = model.graph
    for tensor in [*graph.initializer, *(each.t for node in graph.node for each in node.attribute if each.HasField("t"))]:
        if tensor.data_type == TensorProto.FLOAT16:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(numpy.float32), tensor.name))
    for node in graph.node:
        for each in node.attribute:
            if node.op_type == "Cast" and each.name == "to" and each.i == TensorProto.FLOAT16:
                each.i = TensorProto.FLOAT
    for value in [*graph.input, *graph.output, *graph.value_info]:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT16:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    return model


def bare(kind, original):
    """A pipeline without a model in it: only its steps after the model are asked."""
    pipeline = kind.__new__(kind)
    pipeline.framework, pipeline.tokenizer = "np", original.tokenizer
    pipeline.model = types.SimpleNamespace(config=original.config)
    return pipeline


def rounded(values, decimals):
    return [round(float(value), decimals) for value in values]


def entity(found):
    """Label, start, end, score, the pipeline's word, and the token's number where the pipeline gives one."""
    fields = [found.get("entity", found.get("entity_group")), int(found["start"]), int(found["end"]),
              round(float(found["score"]), SCORES), found["word"]]
    return fields + ([int(found["index"])] if "index" in found else [])


def answer(original, task, text, has_output):
    """What is answered for a text, to be stored. `has_output`: with a row of logits for each token."""
    found = {}
    if task == "ner":
        outputs = list(original.outputs(text))
        if has_output:
            found["output"] = [rounded(row, LOGITS) for row in outputs[0]["logits"][0]]
        found["entities"] = {name: [entity(each) for each in original.entities(outputs, name)] for name in STRATEGIES}
    elif task == "classes":
        logits = original.logits(text)
        found["output"] = rounded(logits, LOGITS)
        found["labels"] = {name: [[each["label"], round(each["score"], SCORES)] for each in original.labels(logits, name)] for name in FUNCTIONS}
    else:
        found["vector"] = rounded(original.vector(text), SCORES)
    return found


def windows(original, text, stride):
    """Which of the text's tokens lie in each window, counted without special ones, as `[first, past the last]`."""
    all_ids = [id for id, special in zip(*map(original.tokens(text).get, ("ids", "special"))) if special == "0"]
    encoded, found, start = original.encoded(text, stride=stride, padding=True), [], 0
    for ids, special in zip(encoded["input_ids"], encoded["special_tokens_mask"]):
        ids = [id for id, is_special in zip(ids, special) if not is_special]
        assert ids == all_ids[start:start + len(ids)], "windows are stretches of the text's tokens"
        found.append([start, start + len(ids)])
        start = max(start + len(ids) - stride, start + 1)
    return found


def call(original, text, strategy, ignore_labels=None, stride=None):
    """One call of the token classification pipeline with options, to be stored."""
    found = original.entities(list(original.outputs(text, stride)), strategy, ignore_labels)
    return {"strategy": strategy, "ignore": ["O"] if ignore_labels is None else ignore_labels, "stride": stride,
            "windows": None if stride is None else windows(original, text, stride), "entities": [entity(each) for each in found]}
