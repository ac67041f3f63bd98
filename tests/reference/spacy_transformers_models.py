"""Trains the pipelines of `tests/cases/spacy-transformers` with the official libraries and records what spaCy answers.

    python spacy_transformers_models.py [--into ../cases/spacy-transformers] [--texts FILE] [NAME…]

writes, for every pipeline, its directory as `models/convert` converted it (`NAME.tar.gz`), `NAME.toml` (why it exists),
`NAME.jsonl.gz` (the answers of the pipeline before it was converted) and what its transformer was asked and said for
some of the texts (`NAME.pieces.gz`, `NAME.rows.gz`). `--texts` asks about other texts than those that all spaCy
cases share, and all of them go through the record. `../cases/spacy-transformers/README.md` has the formats.
"""

import argparse
import contextlib
import gzip
import json
import logging
import pathlib
import shutil
import sys
import tempfile
import warnings

import spacy_models  # sets the number of threads before anything computes
import numpy
import spacy
import torch
from spacy import util
from spacy.training import Example

from spacy_curated_transformers.pipeline import transformer as curated_transformer

import spacy_corpus
import spacy_record
from spacy_transformers_pipelines import PIPELINES
from spacy_transformers_record import Recorder

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "models" / "convert"))
import convert  # noqa: E402

CASES = spacy_models.CASES.parent / "spacy-transformers"
# Its sum of losses is an array of one number, which numpy 2.4 no longer takes for a number.
curated_transformer.float = lambda array: array.item()
# Every so many texts the transformer's own answers are recorded.
STRIDE = 3


def trained(pipeline, corpus=spacy_corpus.SLICE):
    """The pipeline as `spacy train` would leave it. `corpus` is the folder of the treebanks that it learns from."""
    torch.set_num_threads(1)
    util.fix_random_seed(1)
    nlp = spacy.blank("en")
    # The configuration keeps the folder's name, which so is the same on every machine.
    encoder = pathlib.Path("tiny-encoder")
    for component in pipeline.components(encoder):
        settings = {**component.settings, **({"model": component.model} if component.model else {})}
        nlp.add_pipe(component.factory, name=component.name or component.factory, config=settings)
    nlp.meta.update({"name": pipeline.name.replace("-", "_"), "version": "1.0.0", "license": "CC BY-SA 4.0"})
    if pipeline.loaders:
        nlp.config["initialize"]["components"]["transformer"] = pipeline.loaders(encoder)
    docs = [doc for doc in spacy_corpus.docs(nlp.vocab, folder=corpus) if doc.ents or not pipeline.with_names]
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in docs]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = pipeline.rate
    spacy_models.learn(nlp, examples, optimizer, pipeline.epochs, annotates=[name for name in nlp.pipe_names if name == "sentencizer"])
    for name in pipeline.replaced:
        nlp.replace_listeners("transformer", name, ["model.tok2vec"])
    if pipeline.replaced:
        nlp.remove_pipe("transformer")
    return rounded(spacy_models.rounded(nlp))


def rounded(nlp):
    """The transformer's weights too, cut to the precision of bfloat16."""
    for _, pipe in nlp.pipeline:
        for node in pipe.model.walk() if getattr(pipe, "model", None) else []:
            for shim in node.shims:
                for weights in shim._model.parameters():
                    weights.data = weights.data.bfloat16().float()
    return nlp


def stored(pipeline, work, corpus=spacy_corpus.SLICE):
    """Writes the pipeline as it was trained and as it was converted; returns both folders."""
    with contextlib.chdir(work):
        nlp = trained(pipeline, corpus)
    nlp.to_disk(work / "trained")
    spacy_models.trim_strings(nlp, work / "trained" / "vocab" / "strings.json")
    convert.convert(work / "trained", work / "model-best")
    return work / "trained", work / "model-best"


def make(pipeline, texts, into, stride):
    with tempfile.TemporaryDirectory() as work:
        before, converted = stored(pipeline, pathlib.Path(work))
        path = into / f"{pipeline.name}.tar.gz"
        spacy_models.tarred(converted, path)
        nlp = spacy.load(before)
        answers = [answer(nlp, text) for text in texts]
        recorder = Recorder(nlp)
        for number, (text, given) in enumerate(zip(texts, answers)):
            if number % stride == 0 or given is None:
                recorder.add(text, with_heads=given is not None)
    write_lines(into / f"{pipeline.name}.jsonl.gz", answers)
    write_lines(into / f"{pipeline.name}.pieces.gz", recorder.lines())
    write(into / f"{pipeline.name}.rows.gz", numpy.concatenate(recorder.rows).astype("<f4").tobytes())
    described = [*spacy_models.described(pipeline, nlp, path), f"stride = {stride}"]
    (into / f"{pipeline.name}.toml").write_text("\n".join(described) + "\n", encoding="utf-8")
    return path, answers


def answer(nlp, text):
    """spaCy's answer, or none where it raises an error: a token has no piece, and the first of its rows is asked for."""
    try:
        return spacy_record.answer(nlp, text)
    except ValueError:
        return None


def write(path, content):
    path.write_bytes(gzip.compress(content, 9, mtime=0))


def write_lines(path, values):
    write(path, "".join(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n" for value in values).encode())


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--into", type=pathlib.Path, default=CASES)
    options.add_argument("--texts", type=pathlib.Path, help="a JSON string a line")
    options.add_argument("names", nargs="*", help="only these pipelines")
    options = options.parse_args()

    warnings.filterwarnings("ignore")
    logging.getLogger("spacy").setLevel(logging.ERROR)
    options.into.mkdir(parents=True, exist_ok=True)
    if options.texts:
        shutil.copy(options.texts, options.into / "texts.jsonl")
    lines = (options.texts or spacy_models.CASES / "texts.jsonl").read_text().splitlines()
    texts, stride = [json.loads(line) for line in lines], 1 if options.texts else STRIDE
    into = options.into.resolve()
    for pipeline in PIPELINES:
        if not options.names or pipeline.name in options.names:
            path, answers = make(pipeline, texts, into, stride)
            print(f"{pipeline.name}: {path.stat().st_size} bytes, {spacy_models.summary([answer for answer in answers if answer])}", flush=True)


if __name__ == "__main__":
    main()
