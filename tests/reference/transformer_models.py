"""Makes the models of `tests/cases/transformer`, exports them as `optimum-cli export onnx` does, and records what
`transformers`, `sentence-transformers` and onnxruntime answer.

    python transformer_models.py [--into ../cases/transformer] [NAME…]

writes, for every model, its directory, `NAME.toml` (why it exists), `NAME.jsonl.gz` (the answers), for token classification
`NAME.calls.jsonl.gz` (calls with options), and `texts.jsonl`, which they share. `../cases/transformer/README.md` has the
formats. Weights are random: all labels and close decisions occur. The whole pipelines over PyTorch are asked too, and must
answer alike.
"""

import argparse
import copy
import gzip
import json
import logging
import os
import pathlib
import shutil
import tempfile
import warnings

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "TRANSFORMERS_VERBOSITY": "error"}

import numpy  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from optimum.exporters.onnx import onnx_export_from_model  # noqa: E402
from sentence_transformers import SentenceTransformer, models  # noqa: E402

import transformer_record  # noqa: E402
import transformer_texts  # noqa: E402
import transformer_tokenizers  # noqa: E402
import transformer_weights  # noqa: E402
from transformer_families import CASES, FAMILIES, TASKS  # noqa: E402

CASES_FOLDER = pathlib.Path(__file__).resolve().parent.parent / "cases" / "transformer"
SEED = 20261122
# How far a logit, a score and a number of a vector may lie from the original's.
TOLERANCES = {"logits": 2e-4, "scores": 1e-4, "vector": 1e-4}
# What is wider for some weights. A graph of 16-bit floats has its constants in them too (1.4140625 for the root of 2), and
# Spanlet computes with the constants that they stand for; it multiplies weights of 8 bits with inputs of 16.
WIDER = {
    "half": {"logits": 2e-3, "scores": 1e-3}, "exported_half": {"logits": 2e-3, "scores": 1e-3},
    "eight_bits": {"logits": 5e-3, "scores": 2e-3},
}
# Of dynamically quantised models, how many of the texts may be answered otherwise: a number at the edge between two 8-bit
# steps falls on the other side of it when sums are added in another order. Two or three of 45 texts do when all weights
# of the normalizations change by a millionth.
EDGES = 0.2
CLASS = {
    "ner": transformers.AutoModelForTokenClassification, "classes": transformers.AutoModelForSequenceClassification,
    "vectors": transformers.AutoModel,
}
# How far apart the best two labels of every token are at least.
CLOSE = 5e-5
STRIDES = (0, 5, 17)
# How far logits spread, and how many tokens are outside of any entity.
SPREAD, OUTSIDE = 2.0, 0.6
# One text in so many has the model's whole output.
OUTPUT_EVERY = 3


def random_model(case, tokenizer):
    """A model whose weights are as far from each other as trained ones: with initial ones all answers are alike."""
    config = FAMILIES[case.family].configuration(case, tokenizer)
    model = CLASS[case.task].from_config(config, attn_implementation=case.attention)
    generator = torch.Generator().manual_seed(SEED)
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator) * (0.4 if parameter.dim() > 1 else 0.2)
        is_gain = "norm.weight" in name.lower()
        parameter.data.copy_(short(1.0 + noise if is_gain else noise))
    model.config.architectures = [type(model).__name__]
    return model.eval()


def balanced(case, model, tokenizer, texts):
    """Sets the last layer so that every label is met and most tokens are outside of any entity, as in texts."""
    if not case.labels:
        return
    with torch.no_grad():
        given = [tokenizer(text, truncation=True, max_length=case.positions, return_tensors="pt") for text in texts]
        logits = torch.cat([model(**each).logits.reshape(-1, len(case.labels)) for each in given])
        [last] = [module for name, module in model.named_modules() if name in ("classifier", "classifier.out_proj")
                  and isinstance(module, torch.nn.Linear)]
        scale = SPREAD / logits.std(dim=0, keepdim=True)
        shift = -(logits * scale).mean(dim=0)
        if "O" in case.labels:
            outside = case.labels.index("O")
            others = (logits * scale + shift)
            gaps = others.max(dim=1).values - others[:, outside]
            shift[outside] += torch.quantile(gaps, OUTSIDE)
        last.weight.data.copy_(short(last.weight * scale.T))
        last.bias.data.copy_(short(last.bias * scale[0] + shift))


def short(weights):
    """Cut to the precision of bfloat16, so that they compress to half."""
    return weights.to(torch.bfloat16).to(torch.float32)


def write(case, model, tokenizer, folder):
    """The directory as the exporter leaves it. `vocab.txt` and its kin are left out: nothing reads them."""
    exported = copy.deepcopy(model).half() if case.weights == "exported_half" else model
    onnx_export_from_model(exported, folder, task=TASKS[case.task], opset=case.opset, do_validation=False)
    transformer_tokenizers.saved(tokenizer, folder)
    if hasattr(transformer_weights, case.weights):
        getattr(transformer_weights, case.weights)(folder / "model.onnx")
    if case.modules:
        write_modules(case, folder)
    if case.form:
        FORMS[case.form](case, model, folder)


def write_modules(case, folder):
    """What sentence-transformers writes beside a model of its own."""
    modules = [("", "Transformer"), ("1_Pooling", "Pooling")] + [("2_Normalize", "Normalize")] * case.modules["normalize"]
    listed = [{"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.models.{kind}"} for at, (path, kind) in enumerate(modules)]
    (folder / "modules.json").write_text(json.dumps(listed, indent=2))
    pooling = models.Pooling(case.width, pooling_mode=case.modules["pooling"])
    for path, _ in modules[1:]:
        (folder / path).mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling.get_config_dict(), indent=4))
    settings = {"max_seq_length": case.modules["length"] or case.limit, "do_lower_case": False}
    (folder / "sentence_bert_config.json").write_text(json.dumps(settings, indent=4))


def fixed_length(case, _model, folder):
    """What many sentence models have in `tokenizer.json`."""
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    tokenizer["truncation"] = {"direction": "Right", "max_length": 16, "strategy": "LongestFirst", "stride": 0}
    tokenizer["padding"] = {"strategy": {"Fixed": 16}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
                            "pad_type_id": 0, "pad_token": "[PAD]"}
    path.write_text(json.dumps(tokenizer, ensure_ascii=False, indent=2), encoding="utf-8")


def whole_sentence(case, model, folder):
    """Exported by way of sentence-transformers: outputs `token_embeddings` and `sentence_embedding`."""
    with tempfile.TemporaryDirectory() as source:
        shutil.copytree(folder, source, dirs_exist_ok=True)
        model.save_pretrained(source)
        sentence = SentenceTransformer(source, device="cpu")
        onnx_export_from_model(sentence, folder, task=TASKS[case.task], opset=case.opset, do_validation=False)
    (folder / "vocab.txt").unlink()


FORMS = {"fixed_length": fixed_length, "whole_sentence": whole_sentence}


def lines(records):
    text = "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)
    return gzip.compress(text.encode(), 9, mtime=0)


def described(case, original):
    """The lines of `NAME.toml`."""
    quoted = lambda value: json.dumps(value, ensure_ascii=False)
    yield f"why = {quoted(case.why)}"
    yield f"model = {quoted(case.name)}"
    yield f"family = {quoted(case.family)}"
    yield f"task = {quoted(case.task)}"
    yield f"attention = {quoted(case.attention)}"
    yield f"opset = {original.opset}"
    yield f"weights = {quoted(case.weights or 'f32')}"
    yield f"limit = {original.limit}"
    if case.task == "vectors":
        modules = original.modules
        yield f"pooling = {quoted(modules.pooling)}"
        yield f"normalize = {quoted(modules.is_normalized)}"
        yield f"length = {modules.length}"
    if case.task == "classes":
        yield f"function = {quoted(original.function)}"
    if case.weights.startswith("dynamic"):
        yield f"edges = {EDGES}"
    tolerances = TOLERANCES | WIDER.get(case.weights, {})
    yield f"tolerance = {{ {', '.join(f'{name} = {value}' for name, value in tolerances.items())} }}"


def calls(original, texts, asked):
    """Calls with options: windows over long texts, and other labels that are left out. Numbers of texts are those of `asked`."""
    labels = original.config.id2label.values()
    some = sorted({label.split("-", 1)[-1] for label in labels if label != "O"})[:1]
    for number, text in enumerate(texts):
        options = []
        if len(original.tokens(text)["ids"]) > original.limit:
            options += [(strategy, None, STRIDES[number % len(STRIDES)]) for strategy in transformer_record.STRATEGIES[1:]]
        elif number % 4 == 0:
            options += [(strategy, ignored, None) for ignored in ([], ["O", *some]) for strategy in transformer_record.STRATEGIES]
        elif number % 4 == 1:
            options += [(strategy, None, 5) for strategy in transformer_record.STRATEGIES[1:]]
        for strategy, ignored, stride in options:
            yield {"text": asked.index(text), **transformer_record.call(original, text, strategy, ignored, stride)}


def make(case, asked, others, into):
    tokenizer = transformer_tokenizers.make(case.tokenizer or case.family, case.limit)
    model = random_model(case, tokenizer)
    balanced(case, model, tokenizer, asked)
    folder = into / case.name
    shutil.rmtree(folder, ignore_errors=True)
    write(case, model, tokenizer, folder)
    original = transformer_record.Original(folder)
    fitting = [text for text in asked if case.limit or len(original.tokens(text)["ids"]) <= original.limit]
    records = []
    for number, text in enumerate(asked):
        records.append(original.tokens(text))
        if text in fitting:
            records[-1] |= transformer_record.answer(original, case.task, text, number % OUTPUT_EVERY == 0)
    if case.weights in ("", "beside"):
        check(case, model, tokenizer, fitting, original)
    # The tokenizers of a family are alike, but where another one is named.
    is_first = case.name == f"{case.family}-ner" or case.tokenizer
    rest = [original.tokens(text) for text in others] if is_first else []
    if case.task == "ner":
        decided(case, original, fitting)
    (into / f"{case.name}.jsonl.gz").write_bytes(lines(records + rest))
    (into / f"{case.name}.toml").write_text("\n".join(described(case, original)) + "\n", encoding="utf-8")
    if case.task == "ner" and (is_first or case.limit is None):
        (into / f"{case.name}.calls.jsonl.gz").write_bytes(lines(calls(original, fitting, asked)))
    return records


def decided(case, original, texts):
    """No committed answer hangs on rounding; where one does, other texts or positions help."""
    for text in texts:
        first, second = numpy.sort(original.logits(text))[:, :-3:-1].T
        assert (first - second).min() > CLOSE, f"{case.name}: two labels are as good as each other in {text!r}"


def check(case, model, tokenizer, texts, original):
    """Asks the whole pipelines and sentence-transformers, over PyTorch."""
    if case.task == "ner":
        for strategy in transformer_record.STRATEGIES:
            pipe = transformers.pipeline(
                TASKS[case.task], model=model, tokenizer=tokenizer, aggregation_strategy=strategy, device="cpu")
            for text in texts:
                alike(pipe(text), original.entities(list(original.outputs(text)), strategy))
                if strategy != "none":
                    alike(pipe(text, stride=5), original.entities(list(original.outputs(text, 5)), strategy))
    elif case.task == "classes":
        pipe = transformers.pipeline(TASKS[case.task], model=model, tokenizer=tokenizer, device="cpu")
        for text in texts:
            alike(pipe(text, truncation=True, top_k=None), original.labels(original.logits(text)))
    else:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(original.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.onnx*"))
            model.save_pretrained(folder)
            for text, vector in zip(texts, SentenceTransformer(folder, device="cpu").encode(texts, batch_size=1)):
                numpy.testing.assert_allclose(original.vector(text), vector, atol=2e-5)


def alike(whole, found):
    """That two lists of a pipeline's are the same, scores within what summation in another order makes of them."""
    scores = [[each["score"] for each in entities] for entities in (whole, found)]
    numpy.testing.assert_allclose(*scores, atol=2e-5)
    assert [{**each, "score": 0} for each in whole] == [{**each, "score": 0} for each in found], (whole, found)


def size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def summary(records):
    """What the answers hold, to see at a glance whether they can tell anything."""
    entities = [each[0] for record in records for found in record.get("entities", {}).values() for each in found]
    best = {tuple(record["labels"]["softmax"][0][:1]) for record in records if "labels" in record}
    return f"{sum(len(record['ids']) for record in records)} tokens, {len(entities)} entities of {len(set(entities))} labels, {len(best)} classes"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--into", type=pathlib.Path, default=CASES_FOLDER)
    options.add_argument("names", nargs="*", help="only these models")
    options = options.parse_args()

    warnings.filterwarnings("ignore")
    for name in (None, "sentence_transformers", "optimum"):
        logging.getLogger(name).setLevel(logging.ERROR)
    torch.set_num_threads(1)
    options.into.mkdir(parents=True, exist_ok=True)
    asked, others = transformer_texts.committed()
    (options.into / "texts.jsonl").write_text("".join(json.dumps(text) + "\n" for text in asked + others))
    for case in CASES:
        if not options.names or case.name in options.names:
            records = make(case, asked, others, options.into)
            print(f"{case.name}: {size(options.into / case.name)} bytes, {summary(records)}", flush=True)


if __name__ == "__main__":
    main()
