"""The committed pipeline `sm` in spaCy and under `spanlet`, and what the older systems made of spaCy's `Doc`."""

import atexit
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request
import warnings

import spacy

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
COMMAND = TARGET / "release" / "spanlet"
PIPELINE = ROOT / "tests" / "cases" / "spacy" / "sm.whl"
RECOGNISER = ROOT / "tests" / "cases" / "spacy" / "brands.tar.gz"
DEFAULT = ROOT / "models" / "en" / "en.tar.gz"

sys.path.insert(0, str(ROOT / "tests" / "reference"))

import spacy_models  # noqa: E402

# Straight to loopback, whatever proxy this process is told to use.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@functools.cache
def original(pipeline=PIPELINE):
    """A pipeline in spaCy."""
    warnings.filterwarnings("ignore")
    work = tempfile.mkdtemp()
    return spacy_models.opened(pipeline, work)


def texts():
    """The committed texts."""
    lines = (spacy_models.CASES / "texts.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def documents(asked, pipeline=PIPELINE):
    """What `spanlet run` prints for each text."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in asked)
    command = [COMMAND, "run", "--model", pipeline, "--format", "jsonl"]
    ran = subprocess.run([str(part) for part in command], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


@functools.cache
def without_lemmatizer():
    """A directory with the pipeline `sm` in it, less its lemmatizer."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    nlp = spacy_models.opened(PIPELINE, folder.name)
    nlp.remove_pipe("lemmatizer")
    path = pathlib.Path(folder.name) / "model"
    nlp.to_disk(path)
    return path


@functools.cache
def server(pipeline=PIPELINE):
    """The address of `spanlet serve` with a pipeline."""
    command = [COMMAND, "serve", "--addr", "127.0.0.1:0", "--model", f"sm={pipeline}"]
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    atexit.register(process.terminate)
    first = process.stdout.readline()
    return "http://" + first.split("http://", 1)[1].split()[0].rstrip("/")


def post(path, body, content_type="application/json", accept="*/*", pipeline=PIPELINE):
    """The body of the answer to a POST, as text."""
    headers = {"content-type": content_type, "accept": accept}
    request = urllib.request.Request(server(pipeline) + path, data=body.encode(), headers=headers, method="POST")
    with OPENER.open(request, timeout=30) as response:
        return response.read().decode()


def key_phrases(doc):
    """The first system's answer, by its rule over the document's noun chunks."""
    phrases, words = [], []
    for chunk in doc.noun_chunks:
        if not chunk.root.is_stop:
            words.append({"Text": chunk.root.lemma_})
        kept = [token.lemma_.lower() for token in chunk if not token.is_stop and token.pos_ != "PUNCT"]
        phrase = {"Text": " ".join(kept)}
        if kept and phrase not in phrases:
            phrases.append(phrase)
    return {"statusCode": 200, "KeyPhrases": phrases, "KeyWords": words}


def entities(doc):
    """The fourth system's answer, and one item of the third's."""
    return [{"text": span.text, "label": span.label_, "start": span.start_char, "end": span.end_char} for span in doc.ents]
