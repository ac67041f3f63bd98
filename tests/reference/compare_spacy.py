"""The full comparison with spaCy: many texts under many pipelines, the original beside Spanlet.

    python compare_spacy.py --command target/release/spanlet --native target/release/examples/annotate
        --data ../shared/data [--work target/parity] [NAME|PATH…]

`--command` is asked for what the component answers, `--native` for what the library does. Pipelines are the default `en`,
those of `../cases/spacy`, larger ones trained on the spot, the blank pipeline of every language with the plain tokenizer,
and the fixtures beside the data, without the components that there are not yet. Texts are the EWT test set by sentence
and by document, WNUT17, and generated strings; without `--data` the committed texts and generated strings. Everything in
the answer is compared: tokens, layers, spans exactly, the numbers of vectors within 1e-4. The totals go to
`spacy-parity-totals.txt` when every pipeline took part in full; the exit status is 1 where something differs that
`spacy-known-differences.toml` does not name.
"""

import argparse
import json
import logging
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS"):
    os.environ[name] = "1"

import spacy  # noqa: E402

import spacy_models  # noqa: E402
import spacy_record  # noqa: E402
import spacy_texts  # noqa: E402
from spacy_pipelines import LARGE, PIPELINES, plain_languages  # noqa: E402

EN = pathlib.Path(__file__).resolve().parents[2] / "models" / "en" / "en.tar.gz"
TOTALS = pathlib.Path(__file__).parent / "spacy-parity-totals.txt"
KNOWN = pathlib.Path(__file__).parent / "spacy-known-differences.toml"
COLUMNS = ("tag", "pos", "morph", "lemma", "dep")
FIELDS = ("start", "length", "space", *COLUMNS, "head", "sents", "ents", "chunks")
SHOWN = 3
# The component of a fixture that there is not yet; the fixture is asked without it.
LATER = json.loads((spacy_models.CASES / "later.json").read_text())
# Whose answers depend on what else is in the batch: asked one at a time. The others are asked in batches, which is
# quicker, and again alone where something differs.
ALONE = ("MishWindowEncoder",)
BATCH = 64


class Comparison:
    """What came of one pipeline."""

    def __init__(self):
        self.texts = self.tokens = self.differ = self.known = self.excused = 0
        self.fields = {}
        self.worst = 0.0
        self.shown = []

    def add(self, where, expected, found, known):
        self.texts += 1
        self.tokens += len(expected["start"])
        self.excused += not isinstance(found, str) and any(
            expected[field] != found[field] and excused(field, expected, found) for field in FIELDS)
        field, self.worst = difference(expected, found, self.worst)
        if field and field == known:
            self.known += 1
        elif field:
            self.differ += 1
            self.fields[field] = self.fields.get(field, 0) + 1
            if len(self.shown) < SHOWN:
                self.shown.append(f"    {where}\n      {field}: {told(field, expected, found)}")

    def line(self, name):
        fields = "".join(f" {field} {count}" for field, count in sorted(self.fields.items()))
        sizes = f"texts {self.texts:6}  tokens {self.tokens:8}  texts that differ {self.differ:5}{fields}"
        return f"{name:34} {sizes}  known {self.known}  excused {self.excused}  worst |dv| {self.worst:.1e}"

    def absorb(self, other):
        self.texts += other.texts
        self.tokens += other.tokens
        self.differ += other.differ
        self.known += other.known
        self.excused += other.excused
        self.worst = max(self.worst, other.worst)


def difference(expected, found, worst):
    """The first field that differs, and the worst difference of a vector's number so far."""
    if isinstance(found, str):
        return "error", worst
    for field in FIELDS:
        if expected[field] != found[field] and not excused(field, expected, found):
            return field, worst
    if len(expected["vector"]) != len(found["vector"]):
        return "vector", worst
    gap = max((abs(a - b) for a, b in zip(expected["vector"], found["vector"])), default=0.0)
    # Written so that NaN is a difference.
    return None if gap <= spacy_models.TOLERANCE else "vector", max(worst, gap)


def excused(field, expected, found):
    """Where spaCy says of a text what a pipeline without that layer leaves out here: the lines of UNSUPPORTED.md under
    "what answers look like"."""
    if field == "sents":
        return found["sents"] is None and len(expected["start"]) < 2
    if field == "chunks":
        return not expected["chunks"] and not found["chunks"] and (not expected["start"] or expected["pos"] is None)
    return False


def known_differences():
    """By pipeline and text: the field that differs for a reason that is known."""
    listed = tomllib.loads(KNOWN.read_text())["difference"]
    return {(known["pipeline"], known["text"]): known["field"] for known in listed}


def told(field, expected, found):
    if isinstance(found, str):
        return found
    one, other = expected[field], found[field]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        at = next((at for at, (a, b) in enumerate(zip(one, other)) if a != b), 0)
        return f"at {at}: expected {one[at:at + 3]}, found {other[at:at + 3]}"
    return f"expected {str(one)[:150]}, found {str(other)[:150]}"


def columns(document):
    """Spanlet's JSON of a document in the columns of `spacy_record`."""
    tokens = document["tokens"]
    text = document["text"]
    bounds = lambda spans: None if spans is None else [[span["start"], span["end"]] for span in spans]
    heads = [token.get("head", token["id"]) - token["id"] for token in tokens]
    return {
        "start": [token["start"] for token in tokens],
        "length": [token["end"] - token["start"] for token in tokens],
        "space": spacy_record.flags(space_follows(text, tokens, token) for token in tokens),
        **{key: spacy_record.strings(token.get(key, "") for token in tokens) for key in COLUMNS},
        "head": heads if any(heads) else None,
        "sents": bounds(document.get("sents")),
        "ents": [[span["start"], span["end"], span["label"], span.get("id", "")] for span in document.get("ents", [])],
        "chunks": bounds(document.get("noun_chunks")),
        "vector": document.get("vector", []),
    }


def space_follows(text, tokens, token):
    """Whether a space follows and the next token begins after it, which is how a reader tells."""
    after = token["id"] + 1
    return text[token["end"]:token["end"] + 1] == " " and (after == len(tokens) or tokens[after]["start"] > token["end"])


def ours(command, model, texts, work):
    """Spanlet's answers, one for each text: columns, or what was said instead."""
    path = work / "spacy-texts.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    ran = subprocess.run([*map(str, command), "--model", str(model), str(path)], stdout=subprocess.PIPE)
    found = []
    for line in ran.stdout.splitlines():
        answer = json.loads(line)
        found.append(columns(answer) if "tokens" in answer else line.decode())
    return found + ["no line"] * (len(texts) - len(found))


def originals(nlp, texts):
    """spaCy's answers."""
    config = nlp.config.to_str()
    if any(name in config for name in ALONE):
        yield from (spacy_record.answer(nlp, text) for text in texts)
    else:
        yield from (spacy_record.columns(doc) for doc in nlp.pipe(texts, batch_size=BATCH))


def compared(name, nlp, model, texts, options):
    result, known = Comparison(), known_differences()
    found = [ours(run, model, texts, options.work) for run in options.hosts]
    # Such a pipeline has noun chunks by a rule that is not spaCy's.
    own_chunks = "noun_chunks" in nlp.meta.get("spanlet", {})
    for number, (text, expected, *answers) in enumerate(zip(texts, originals(nlp, texts), *found)):
        for answer in answers:
            if own_chunks and not isinstance(answer, str):
                answer["chunks"] = expected["chunks"]
            if difference(expected, answer, 0.0)[0]:
                chunks = expected["chunks"]
                expected = spacy_record.answer(nlp, text)
                if own_chunks:
                    expected["chunks"] = chunks
            result.add(f"{name} text {number}: {text[:100]!r}", expected, answer, known.get((name, text)))
    return result


def fixtures(data, work):
    """The fixtures beside the data, by name, with what there is not yet switched off."""
    for folder in sorted((data.parent / "fixtures" / "spacy").iterdir() if data else ()):
        path = folder
        if folder.name in LATER:
            path = work / f"fixture-{folder.name}"
            shutil.copytree(folder, path, dirs_exist_ok=True)
            config = (folder / "config.cfg").read_text()
            off = config.replace("disabled = []", f'disabled = ["{LATER[folder.name]}"]', 1)
            (path / "config.cfg").write_text(off)
        yield folder.name, path


def pipelines(names, work, data):
    """Name, loaded pipeline and stored path: the committed ones, larger ones, blank ones, and those named by path."""
    wanted = lambda name: not names or name in names
    if wanted("en"):
        yield "en", spacy_models.opened(EN, work), EN
    for name, path in fixtures(data, work):
        if wanted(name):
            yield name, spacy.load(path), path
    for pipeline in PIPELINES:
        if wanted(pipeline.name):
            path = spacy_models.CASES / pipeline.file_name
            yield pipeline.name, spacy_models.opened(path, work), path
    for pipeline in LARGE:
        if wanted(pipeline.name):
            path = work / pipeline.file_name
            if not path.exists():
                spacy_models.stored(pipeline, spacy_models.trained(pipeline), work)
            yield pipeline.name, spacy_models.opened(path, work), path
    for lang in plain_languages():
        if wanted(f"language-{lang}"):
            path = work / f"language-{lang}"
            spacy.blank(lang).to_disk(path)
            yield f"language-{lang}", spacy.load(path), path
    for name in names:
        if os.sep in name:
            yield name, spacy_models.opened(pathlib.Path(name), work), pathlib.Path(name)


def texts_for(options):
    """The real texts, and generated strings: all of them for what is asked by name, fewer for the smallest pipelines."""
    if options.data is None:
        real = [json.loads(line) for line in (spacy_models.CASES / "texts.jsonl").read_text().splitlines()]
    else:
        real = spacy_texts.sentences(options.data) + spacy_texts.whole(options.data) + spacy_texts.tweets(options.data)
    return real + spacy_texts.generated(options.strings)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--command", type=pathlib.Path, help="`spanlet`, whose `run` is asked")
    options.add_argument("--native", type=pathlib.Path, help="the example `annotate` of spanlet-spacy")
    options.add_argument("--data", type=pathlib.Path, help="the corpora; without it the committed texts are asked")
    options.add_argument("--strings", type=int, default=20_000, help="how many generated strings")
    options.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/parity"))
    options.add_argument("names", nargs="*", help="only these pipelines, or the pipeline of this path")
    options = options.parse_args()
    inside = [options.command, "run", "--include", "tokens,sents,ents,noun_chunks,vector"]
    options.hosts = ([inside] if options.command else []) + ([[options.native]] if options.native else [])

    warnings.filterwarnings("ignore")
    logging.getLogger("spacy").setLevel(logging.ERROR)
    options.work.mkdir(parents=True, exist_ok=True)
    texts = texts_for(options)
    total, lines, count = Comparison(), [], 0
    with tempfile.TemporaryDirectory() as opened:
        options.opened = opened
        for name, nlp, model in pipelines(options.names, options.work, options.data):
            start = time.perf_counter()
            result = compared(name, nlp, model, texts, options)
            lines.append(result.line(name))
            print("\n".join([f"{lines[-1]}  {time.perf_counter() - start:.0f} s", *result.shown]), flush=True)
            total.absorb(result)
            count += 1
    lines += ["", total.line(f"{count} pipelines")]
    print("\n".join(lines[-2:]))
    if not options.names and options.data is not None:
        TOTALS.write_text("\n".join(lines) + "\n")
    sys.exit(total.differ > 0)


if __name__ == "__main__":
    main()
