"""Trains the pipelines of `tests/cases/spacy` with the official spaCy and records what it answers.

    python spacy_models.py --data ../shared/data [--into ../cases/spacy] [NAME…]

writes, for every pipeline, its directory or archive, `NAME.toml` (why it exists) and `NAME.jsonl.gz` (the answers), and
`texts.jsonl`, which they share. Without `--data` the committed texts are asked again. `../cases/spacy/README.md` has the
formats. Training is deterministic on one machine: one thread, fixed seeds, pinned libraries.
"""

import argparse
import gzip
import hashlib
import io
import json
import logging
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy  # noqa: E402
import spacy  # noqa: E402
from spacy import util  # noqa: E402
from spacy.attrs import NORM  # noqa: E402
from spacy.lang.norm_exceptions import BASE_NORMS  # noqa: E402
from spacy.training import Example  # noqa: E402
from spacy.vectors import Vectors  # noqa: E402

import spacy_corpus  # noqa: E402
import spacy_patterns  # noqa: E402
import spacy_record  # noqa: E402
import spacy_texts  # noqa: E402
from spacy_pipelines import PIPELINES  # noqa: E402

CASES = pathlib.Path(__file__).resolve().parent.parent / "cases" / "spacy"
# How far a number of a vector may lie from spaCy's: the order of summation is not kept.
TOLERANCE = 1e-4
# Components whose parts name strings by their ids.
NAMED_BY_STRINGS = {"trainable_lemmatizer", "attribute_ruler", "lemmatizer"}
# 1980, the first year that a zip archive can tell.
EPOCH = 315_532_800


def vectors(kind, vocab):
    """Random vectors, so that they are small and anybody's: for the slice's words, or floret's hashed n-grams."""
    rng = numpy.random.default_rng(5)
    if kind == "floret":
        table = rng.normal(0, 0.5, (120, 12)).astype("f")
        return Vectors(strings=vocab.strings, data=table, mode="floret", minn=2, maxn=4, hash_count=2, hash_seed=7, bow="<", eow=">")
    words = sorted({word for document in spacy_corpus.documents() for sentence in document for word in sentence["words"]})
    words = sorted({word.lower() for word in words}) if kind == "lower" else words
    table = Vectors(strings=vocab.strings, data=rng.normal(0, 0.5, (150, 12)).astype("f"), attr="LOWER" if kind == "lower" else "ORTH")
    # Every third word has none, and the others share rows.
    for at, word in enumerate(words):
        if at % 3:
            table.add(word, row=at % 150)
    return table


def texts_of(pipeline, nlp):
    """The training documents."""
    if pipeline.text == "brands":
        return spacy_corpus.brands(nlp) + spacy_corpus.nameless(nlp.vocab)
    return spacy_corpus.docs(nlp.vocab, change=spacy_corpus.renamed if pipeline.text == "renamed" else lambda run: run)


def assembled(pipeline):
    """The pipeline before it is trained."""
    nlp = spacy.blank(pipeline.lang)
    if pipeline.lexeme_norms:
        nlp.vocab.lookups.add_table("lexeme_norm", spacy_patterns.lexeme_norms(pipeline.lang))
        getter = nlp.vocab.lex_attr_getters[NORM]
        nlp.vocab.lex_attr_getters[NORM] = util.add_lookups(getter, BASE_NORMS, nlp.vocab.lookups.get_table("lexeme_norm"))
    if pipeline.tokenizer is not None:
        pipeline.tokenizer(nlp)
    if pipeline.vectors:
        nlp.vocab.vectors = vectors(pipeline.vectors, nlp.vocab)
    for component in pipeline.components:
        settings = {**component.settings, **({"model": component.model} if component.model else {})}
        nlp.add_pipe(component.factory, name=component.name or component.factory, config=settings)
    nlp.meta.update({"name": pipeline.name.replace("-", "_"), "version": "1.0.0", "license": "CC BY-SA 4.0", **pipeline.meta})
    return nlp


def trained(pipeline):
    """The pipeline as `spacy train` would leave it."""
    util.fix_random_seed(1)
    nlp = assembled(pipeline)
    if pipeline.components:
        docs = texts_of(pipeline, nlp)
        examples = [Example(nlp.make_doc(doc.text), doc) for doc in docs]
        optimizer = nlp.initialize(lambda: examples)
        optimizer.learn_rate = pipeline.rate
        for component in pipeline.components:
            if component.fill is not None:
                component.fill(nlp, nlp.get_pipe(component.name or component.factory))
        learn(nlp, examples, optimizer, pipeline.epochs)
    for name in pipeline.replaced:
        nlp.replace_listeners("tok2vec", name, ["model.tok2vec"])
    for name in pipeline.disabled:
        nlp.disable_pipe(name)
    return nlp


def learn(nlp, examples, optimizer, epochs, annotates=()):
    rng = random.Random(1)
    if not any(getattr(pipe, "is_trainable", False) for _, pipe in nlp.pipeline):
        return
    for _ in range(epochs):
        rng.shuffle(examples)
        for batch in util.minibatch(examples, 16):
            nlp.update(batch, sgd=optimizer, drop=0.1, annotates=annotates)


def stored(pipeline, nlp, into):
    """Writes the pipeline in its form; returns the path."""
    path = into / pipeline.file_name
    shutil.rmtree(path, ignore_errors=True)
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work) / "model-best"
        nlp.to_disk(folder)
        if pipeline.form != "whl":
            trim_strings(nlp, folder / "vocab" / "strings.json")
        if pipeline.form == "folder":
            shutil.copytree(folder, path)
        elif pipeline.form == "zip":
            zipped(folder, path)
        elif pipeline.form == "whl":
            shutil.copy(packaged(folder, pathlib.Path(work)), path)
        else:
            tarred(folder, path)
    return path


def trim_strings(nlp, path):
    """Drops the training words, which nothing refers to, so that the file is small; one pipeline keeps them."""
    kept = set(spacy.blank(nlp.lang).vocab.strings)
    kept |= {label for labels in nlp.pipe_labels.values() for label in labels}
    if not any(nlp.get_pipe_meta(name).factory in NAMED_BY_STRINGS for name in nlp.component_names):
        path.write_text(json.dumps(sorted(kept & set(nlp.vocab.strings)), ensure_ascii=False))


def files_of(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def zipped(folder, path):
    """The files at the archive's top, as people zip a directory's contents."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in files_of(folder):
            archive.writestr(zipfile.ZipInfo(str(file.relative_to(folder))), file.read_bytes(), zipfile.ZIP_DEFLATED, 9)


def tarred(folder, path):
    """The directory itself in the archive, as `tar czf` makes one."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for file in [folder, *sorted(folder.rglob("*"))]:
            entry = archive.gettarinfo(file, arcname=str(file.relative_to(folder.parent)))
            entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = EPOCH, 0, 0, "", ""
            archive.addfile(entry, file.open("rb") if file.is_file() else None)
    path.write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))


def packaged(folder, work):
    """The wheel that `spacy package` makes."""
    out = work / "package"
    out.mkdir()
    command = [sys.executable, "-m", "spacy", "package", folder, out, "--build", "wheel"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)})
    [wheel] = out.rglob("*.whl")
    return wheel


def opened(path, work):
    """The pipeline loaded from what was stored: that is what is compared."""
    if path.is_dir():
        return spacy.load(path)
    folder = pathlib.Path(tempfile.mkdtemp(dir=work))
    if path.name.endswith(".tar.gz"):
        tarfile.open(path).extractall(folder, filter="data")
    else:
        zipfile.ZipFile(path).extractall(folder)
    [config] = folder.rglob("config.cfg")
    return spacy.load(config.parent)


def described(pipeline, nlp, path):
    """The lines of `NAME.toml`."""
    quoted = lambda value: json.dumps(value, ensure_ascii=False)
    yield f"why = {quoted(pipeline.why)}"
    yield f"model = {quoted(path.name)}"
    if path.is_file():
        yield f'sha256 = "{hashlib.sha256(path.read_bytes()).hexdigest()}"'
    yield f"components = {quoted([f'{name} ({nlp.get_pipe_meta(name).factory})' for name in nlp.pipe_names])}"
    yield f"tolerance = {TOLERANCE}"


def rounded(nlp):
    """The pipeline with its weights cut to the precision of bfloat16, so that they compress to half."""
    cut = lambda weights: ((weights.astype("<f4").view("<u4") + 0x8000) & 0xFFFF0000).astype("<u4").view("<f4")
    for _, pipe in nlp.pipeline + [(name, nlp.get_pipe(name)) for name in nlp.disabled]:
        for node in pipe.model.walk() if getattr(pipe, "model", None) else []:
            for name in node.param_names:
                if node.has_param(name):
                    node.set_param(name, cut(node.get_param(name)))
    if nlp.vocab.vectors.size:
        nlp.vocab.vectors.data = cut(nlp.vocab.vectors.data)
    return nlp


def make(pipeline, texts, into):
    path = stored(pipeline, rounded(trained(pipeline)), into)
    with tempfile.TemporaryDirectory() as work:
        nlp = opened(path, work)
        answers = [spacy_record.answer(nlp, text) for text in texts]
    lines = "".join(json.dumps(answer, ensure_ascii=False, separators=(",", ":")) + "\n" for answer in answers)
    (into / f"{pipeline.name}.jsonl.gz").write_bytes(gzip.compress(lines.encode(), 9, mtime=0))
    (into / f"{pipeline.name}.toml").write_text("\n".join(described(pipeline, nlp, path)) + "\n", encoding="utf-8")
    return path, answers


def summary(answers):
    """What the answers hold, to see at a glance whether training taught anything."""
    distinct = lambda key: len({value for answer in answers for value in answer[key] or [] if value})
    counts = {key: distinct(key) for key in ("tag", "pos", "morph", "lemma", "dep")}
    counts["ents"] = sum(len(answer["ents"]) for answer in answers)
    counts["chunks"] = sum(len(answer["chunks"] or []) for answer in answers)
    counts["sents"] = sum(len(answer["sents"] or []) for answer in answers)
    return " ".join(f"{key} {count}" for key, count in counts.items() if count)


def size(path):
    return sum(file.stat().st_size for file in files_of(path)) if path.is_dir() else path.stat().st_size


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--into", type=pathlib.Path, default=CASES)
    options.add_argument("--data", type=pathlib.Path, help="the corpora, to choose the texts anew")
    options.add_argument("names", nargs="*", help="only these pipelines")
    options = options.parse_args()

    warnings.filterwarnings("ignore")
    logging.getLogger("spacy").setLevel(logging.ERROR)
    options.into.mkdir(parents=True, exist_ok=True)
    if options.data is not None:
        lines = [json.dumps(text) + "\n" for text in spacy_texts.committed(options.data)]
        (options.into / "texts.jsonl").write_text("".join(lines))
    texts = [json.loads(line) for line in (options.into / "texts.jsonl").read_text().splitlines()]
    for pipeline in PIPELINES:
        if not options.names or pipeline.name in options.names:
            path, answers = make(pipeline, texts, options.into)
            print(f"{pipeline.name}: {size(path)} bytes, {summary(answers)}", flush=True)


if __name__ == "__main__":
    main()
