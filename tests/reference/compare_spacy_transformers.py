"""The comparison with spaCy of pipelines with a transformer: the original beside Spanlet with what it was converted to.

    python compare_spacy_transformers.py --command target/release/spanlet --component target/component/spanlet.cwasm
        --data ../shared/data [--work target/parity] [NAME…]

Pipelines are those of the recipe of `../cases/spacy-transformers`, and two entity recognisers that learn from the whole
training part of UNER English EWT. Each is trained here, unless `--work` has it, and converted with
`models/convert`; spaCy is asked with the one, `spanlet run` with the other; without `--component` it compiles its own at
each call. Texts are the committed ones, and the EWT test set by sentence and by document; without `--data` the committed
ones alone, and not the larger pipelines. Compared are entities as `--task entities` lists them, with their text, label,
start and end, in order; and all else in a document as `compare_spacy.py` does it. F1 is spaCy's on the test set, in
percent: it says that a pipeline learned. The totals go to `spacy-transformers-parity-totals.txt` when every pipeline took
part with the data; the exit status is 1 where something differs.
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
import warnings

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import compare_spacy  # noqa: E402  it sets the number of threads before anything computes
import spacy  # noqa: E402

import spacy_corpus  # noqa: E402
import spacy_models  # noqa: E402
import spacy_record  # noqa: E402
import spacy_transformers_models  # noqa: E402
from spacy_transformers_pipelines import LARGE, PIPELINES  # noqa: E402

TOTALS = pathlib.Path(__file__).parent / "spacy-transformers-parity-totals.txt"
SHOWN = 5


class Comparison:
    """What came of one pipeline."""

    def __init__(self):
        self.texts = self.errors = self.entities = self.entities_differ = self.others_differ = 0
        # Of the texts with known names: spaCy's entities, the right ones among them, and those that there are.
        self.found = self.right = self.there = 0
        self.worst = 0.0
        self.shown = []

    def add(self, where, expected, entities, document):
        """`expected` is spaCy's entities and columns. Entities and documents are error messages where that is the answer."""
        self.texts += 1
        named, columns = expected
        self.entities += len(named)
        if named != entities:
            self.entities_differ += 1
            self.show(where, f"entities: {told(named, entities)}")
        field, self.worst = compare_spacy.difference(columns, document, self.worst)
        if field:
            self.others_differ += 1
            self.show(where, f"{field}: {compare_spacy.told(field, columns, document)}")

    def add_error(self, where, text, entities, document):
        """spaCy raises an error, and so an error is right."""
        self.texts += 1
        self.errors += 1
        # But a curated transformer is asked about white space: UNSUPPORTED.md.
        if text.strip() and not (isinstance(entities, str) and isinstance(document, str)):
            self.entities_differ += 1
            self.show(where, f"expected an error, found {entities}")

    def show(self, where, what):
        if len(self.shown) < SHOWN:
            self.shown.append(f"    {where}\n      {what}")

    def grade(self, names, entities):
        """Counts what is right by the treebank's own entities."""
        found = {(each["start"], each["end"], each["label"]) for each in entities}
        self.found += len(found)
        self.right += len(found & names)
        self.there += len(names)

    def line(self, name):
        f1 = f"{200 * self.right / (self.found + self.there):5.1f}" if self.found else "    -"
        sizes = f"texts {self.texts:6}  errors {self.errors:4}  entities {self.entities:6}  F1 {f1}"
        differ = f"texts whose entities differ {self.entities_differ}, whose documents differ {self.others_differ}"
        return f"{name:26} {sizes}  {differ}  worst |dv| {self.worst:.1e}"

    def absorb(self, other):
        for name in ("texts", "errors", "entities", "entities_differ", "others_differ"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.worst = max(self.worst, other.worst)

    def failed(self):
        return self.entities_differ > 0 or self.others_differ > 0


def told(expected, found):
    """Where two lists part, or what was said instead of one."""
    if isinstance(found, str):
        return found
    at = next((at for at, (one, other) in enumerate(zip(expected, found)) if one != other), min(len(expected), len(found)))
    return f"at {at}: expected {expected[at:at + 2]}, found {found[at:at + 2]}"


def original(nlp, text):
    """spaCy's entities and columns, asked alone; none where it raises an error (`../cases/spacy-transformers/README.md`)."""
    try:
        doc = nlp(text)
    except ValueError:
        return None
    named = [{"text": ent.text, "label": ent.label_, "start": ent.start_char, "end": ent.end_char} for ent in doc.ents]
    return named, spacy_record.columns(doc)


def entities(command, model, texts, work):
    """Spanlet's entities, a list for each text, or what was said instead."""
    path = work / "spacy-transformers-texts.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    ran = subprocess.run([*command, "--task", "entities", "--model", model, path], stdout=subprocess.PIPE)
    found = [json.loads(line) for line in ran.stdout.splitlines()]
    found = [each if isinstance(each, list) else json.dumps(each) for each in found]
    return found + ["no line"] * (len(texts) - len(found))


def ours(command, model, texts, work, has_entities):
    """Spanlet's entities and document of each text, or what was said instead."""
    documents = compare_spacy.ours([*command, "--include", "tokens,sents,ents,noun_chunks,vector"], model, texts, work)
    if has_entities:
        return list(zip(entities(command, model, texts, work), documents))
    # There is no such task.
    return [(document if isinstance(document, str) else [], document) for document in documents]


def compared(name, folders, texts, options):
    before, converted = folders
    nlp, result = spacy.load(before), Comparison()
    has_entities = "ner" in nlp.pipe_names
    found = ours(options.asks, converted, [text for text, _ in texts], options.work, has_entities)
    for number, ((text, names), answers) in enumerate(zip(texts, found)):
        expected, where = original(nlp, text), f"{name} text {number}: {text[:100]!r}"
        if expected is None:
            result.add_error(where, text, *answers)
            continue
        result.add(where, expected, *answers)
        if has_entities and names is not None:
            result.grade(names, expected[0])
    return result


def texts_for(options):
    """The texts, each with its entities where they are known, and how many of which they are."""
    committed = [(json.loads(line), None) for line in (spacy_models.CASES / "texts.jsonl").read_text().splitlines()]
    documents = spacy_corpus.documents(options.data, "test") if options.data else []
    sentences = [[sentence] for document in documents for sentence in document]
    vocab = spacy.blank("en").vocab
    said = f"# {len(committed)} committed texts, {len(sentences)} sentences and {len(documents)} documents of the EWT test set."
    return committed + [named(vocab, run) for run in sentences + documents], said


def named(vocab, sentences):
    """Sentences as text, and their entities."""
    doc = spacy_corpus.joined(vocab, sentences)
    return doc.text, {(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents}


def pipelines(options):
    """Each pipeline with its folders, before and after the conversion."""
    recipe = [(pipeline, spacy_corpus.SLICE) for pipeline in PIPELINES]
    larger = [(pipeline, options.data) for pipeline in LARGE] if options.data else []
    for pipeline, corpus in larger + recipe:
        if not options.names or pipeline.name in options.names:
            folder = options.work / "spacy-transformers" / pipeline.name
            if not folder.exists():
                train(pipeline, corpus, folder)
            yield pipeline.name, (folder / "trained", folder / "model-best")


def train(pipeline, corpus, folder):
    """Makes the pipeline's folder, which appears only when it is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        made = pathlib.Path(work) / pipeline.name
        made.mkdir()
        spacy_transformers_models.stored(pipeline, made, corpus)
        # The encoder before it was trained.
        shutil.rmtree(made / "tiny-encoder", ignore_errors=True)
        made.rename(folder)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--command", type=pathlib.Path, required=True, help="`spanlet`, whose `run` is asked")
    options.add_argument("--component", type=pathlib.Path, help="machine code of the component, as `spanlet compile` writes it")
    options.add_argument("--data", type=pathlib.Path, help="the corpora; without it the committed texts are asked")
    options.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/parity"))
    options.add_argument("names", nargs="*", help="only these pipelines")
    options = options.parse_args()
    options.asks = [options.command, "run", *(["--component", options.component] if options.component else [])]
    options.work = options.work.resolve()
    options.data = options.data and options.data.resolve()

    warnings.filterwarnings("ignore")
    logging.getLogger("spacy").setLevel(logging.ERROR)
    options.work.mkdir(parents=True, exist_ok=True)
    texts, said = texts_for(options)
    total, lines, count = Comparison(), [said, ""], 0
    print(said, flush=True)
    for name, folders in pipelines(options):
        start = time.perf_counter()
        result = compared(name, folders, texts, options)
        lines.append(result.line(name))
        print("\n".join([f"{lines[-1]}  {time.perf_counter() - start:.0f} s", *result.shown]), flush=True)
        total.absorb(result)
        count += 1
    lines += ["", total.line(f"{count} pipelines")]
    print("\n".join(lines[-2:]))
    if not options.names and options.data is not None:
        TOTALS.write_text("\n".join(lines) + "\n")
    sys.exit(total.failed())


if __name__ == "__main__":
    main()
