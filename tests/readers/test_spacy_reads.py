"""spaCy reads what Spanlet writes: `Doc.from_json(validate=True)` takes the documents that `spanlet run` prints, they are
those that spaCy makes itself, and displaCy draws them.

    target/venv/bin/python -m unittest discover --start-directory tests/readers --verbose
"""

import json
import os
import pathlib
import subprocess
import tarfile
import tempfile
import unittest
import zipfile

import spacy
from spacy import displacy
from spacy.tokens import Doc

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
COMMAND = TARGET / "release" / "spanlet"
CASES = ROOT / "tests/cases/spacy"

# A pipeline of every layer, one of entities alone, one that only finds tokens, and one that is a folder.
PIPELINES = ["sm.whl", "shared.tar.gz", "brands.tar.gz", "blank.zip", "lemmatizer-lookup"]
TEXTS = [
    "The new espresso machine makes excellent coffee for our small office.",
    "STARBUCKS Vancouver\n\nKaldi, Portland  🍞🍞 — it's \"open\"?",
    "Angela Merkel met Barack Obama in Berlin on Tuesday. She didn't stay.",
    "e\u0301tude 👩‍👩‍👧 \u00a0\u200b naïve \t x",
    "   ",
    "\n",
    "a",
    "",
]


def unpacked(archive, folder):
    if archive.is_dir():
        return archive
    with tarfile.open(archive) if archive.name.endswith(".tar.gz") else zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    [config] = pathlib.Path(folder).rglob("config.cfg")
    return config.parent


def run(archive, *options):
    lines = "".join(json.dumps({"text": text}) + "\n" for text in TEXTS)
    command = [str(COMMAND), "run", "--model", str(archive), "--instances", "1", *options]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return [json.loads(line) for line in done.stdout.splitlines()]


class SpacyReads(unittest.TestCase):
    def test_documents_are_valid_and_are_spacy_s_own(self):
        for name in PIPELINES:
            with tempfile.TemporaryDirectory() as folder:
                nlp = spacy.load(unpacked(CASES / name, folder))
                for text, written in zip(TEXTS, run(CASES / name), strict=True):
                    with self.subTest(name, text=text):
                        read = Doc(nlp.vocab).from_json(written, validate=True)
                        expected = nlp(text)
                        self.assertEqual(read.to_json(), expected.to_json())
                        self.assertEqual([token.whitespace_ for token in read], [token.whitespace_ for token in expected])
                        self.assertEqual(written["offsets"], "code-point")

    def test_noun_chunks_are_spacy_s(self):
        with tempfile.TemporaryDirectory() as folder:
            nlp = spacy.load(unpacked(CASES / "sm.whl", folder))
            found = 0
            for text, written in zip(TEXTS, run(CASES / "sm.whl"), strict=True):
                chunks = [{"start": chunk.start_char, "end": chunk.end_char} for chunk in nlp(text).noun_chunks]
                self.assertEqual(written["noun_chunks"], chunks)
                found += len(chunks)
            self.assertGreater(found, 3)

    def test_displacy_draws_them(self):
        vocab = spacy.blank("en").vocab
        for written in run(CASES / "sm.whl"):
            doc = Doc(vocab).from_json(written, validate=True)
            drawn = displacy.render(doc, style="dep")
            self.assertEqual(drawn.count('class="displacy-token"') > 0, len(doc) > 0)
            marked = displacy.render(doc, style="ent")
            self.assertEqual(marked.count("<mark"), len(written["ents"]))
            # The JSON itself is what displaCy draws by hand.
            manual = displacy.render({**written, "title": None}, style="ent", manual=True)
            self.assertEqual(manual, marked)

    def test_a_layer_that_is_left_out_is_absent(self):
        for written in run(CASES / "sm.whl", "--include", "ents", "--offsets", "utf16"):
            self.assertEqual(set(written), {"text", "offsets", "ents"})
            self.assertEqual(written["offsets"], "utf16")


if __name__ == "__main__":
    unittest.main()
