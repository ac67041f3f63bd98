"""Converts tiny pipelines and asks the originals whether anything is lost.

    python -m unittest test_convert.py

needs `requirements-test.txt` too: spaCy with what makes such pipelines, and a runtime for ONNX.
"""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

import numpy
import onnxruntime
import spacy
import srsly
from spacy.training import Example
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests" / "reference")]

import convert  # noqa: E402
import spacy_corpus  # noqa: E402
import spacy_encoders  # noqa: E402
from refusal import Refusal  # noqa: E402
from spacy_transformers_pipelines import PIPELINES  # noqa: E402

TEXTS = ["a", "The quick brown foxes' den wasn't found.", "naïve Zürich 日本 👍🏽 " + "STARBUCKS Vancouver " * 30]
# How far a row may lie from that of PyTorch: another order of summation.
TOLERANCE = 2e-5


def assembled(pipeline):
    """The pipeline with the weights that it has before training, which do for this."""
    nlp = spacy.blank("en")
    for component in pipeline.components(pathlib.Path("encoder")):
        settings = {**component.settings, **({"model": component.model} if component.model else {})}
        nlp.add_pipe(component.factory, name=component.name or component.factory, config=settings)
    if pipeline.loaders:
        nlp.config["initialize"]["components"]["transformer"] = pipeline.loaders(pathlib.Path("encoder"))
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in spacy_corpus.docs(nlp.vocab)]
    nlp.initialize(lambda: examples)
    for name in pipeline.replaced:
        nlp.replace_listeners("transformer", name, ["model.tok2vec"])
    if pipeline.replaced:
        nlp.remove_pipe("transformer")
    return nlp


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Conversion(unittest.TestCase):
    def setUp(self):
        work = tempfile.TemporaryDirectory()
        self.addCleanup(work.cleanup)
        self.work = pathlib.Path(work.name)

    def converted(self, pipeline):
        with contextlib.chdir(self.work):
            nlp = assembled(pipeline)
        nlp.to_disk(self.work / "before")
        names = convert.convert(self.work / "before", self.work / "after")
        return nlp, names

    def test_nothing_else_changes(self):
        for pipeline in PIPELINES:
            with self.subTest(pipeline.name):
                self.setUp()
                _, names = self.converted(pipeline)
                before, after = files(self.work / "before"), files(self.work / "after")
                own = {f"{name}/{file}" for name in names for file in ("model.onnx", "tokenizer.json", "encoder.json", "pieces.json")}
                changed = {name for name, content in before.items() if after.get(name) != content}
                self.assertEqual(changed, {f"{name}/model" for name in names})
                self.assertEqual(after.keys() - before.keys() - own, set())
                self.assertFalse(any(b"PK\x03\x04" in content for content in after.values()), "something pickled is left")

    def test_what_is_left_of_a_head_is_its_own_layers(self):
        [pipeline] = [pipeline for pipeline in PIPELINES if pipeline.name == "roberta-own"]
        self.converted(pipeline)
        before, after = (srsly.msgpack_loads((self.work / folder / "ner" / "model").read_bytes()) for folder in ("before", "after"))
        self.assertEqual(sum(map(len, after["shims"])), 0)
        for part in ("nodes", "attrs"):
            self.assertEqual(before[part], after[part])
        for one, other in zip(before["params"], after["params"], strict=True):
            self.assertEqual(one.keys(), other.keys())
            for name in one:
                numpy.testing.assert_array_equal(one[name], other[name])

    def test_pieces_and_rows_are_the_original_s(self):
        for pipeline in PIPELINES:
            with self.subTest(pipeline.name):
                self.setUp()
                nlp, names = self.converted(pipeline)
                for name in names:
                    [transformer] = [node for node in nlp.get_pipe(name).model.walk() if node.name in ("transformer", "transformer_model")]
                    compare = self.compare if transformer.name == "transformer" else self.compare_curated
                    compare(nlp, transformer, self.work / "after" / name)

    def opened(self, folder):
        """What the conversion wrote: settings, a session that gives rows, and a tokenizer."""
        settings = json.loads((folder / "encoder.json").read_text())
        session = onnxruntime.InferenceSession(folder / "model.onnx")
        self.assertEqual([given.name for given in session.get_inputs()], settings["inputs"])
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.assertIsNone(tokenizer.padding)
        self.assertIsNone(tokenizer.truncation)
        return settings, session, tokenizer

    def compare_curated(self, nlp, transformer, folder):
        settings, session, tokenizer = self.opened(folder)
        pieces, inner = transformer.get_ref("piece_encoder"), transformer.get_ref("transformer")
        for doc in map(nlp.make_doc, TEXTS):
            [expected] = pieces.predict([doc])
            ids = expected.dataXd.tolist()
            self.assertEqual([ids[0], ids[-1]], [settings["pieces"]["first"], settings["pieces"]["last"]])
            if settings["pieces"]["kind"] == "byte-pairs":
                texts = [(doc[token.i - 1].whitespace_ if token.i else "") + token.text for token in doc if not token.is_space]
                self.assertEqual([number for text in texts for number in tokenizer.encode(text).ids], ids[1:-1])
            else:
                listed = json.loads((folder / "pieces.json").read_text())
                self.assertEqual(listed, pieces.attrs["wordpiece_processor"].to_list())
            ids = ids[:100]
            [rows] = session.run(["last_hidden_state"], {"input_ids": numpy.array([ids])})
            [[*_, expected]] = inner.predict([numpy.array(ids)]).all_outputs
            numpy.testing.assert_allclose(rows[0], expected, atol=TOLERANCE)

    def compare(self, _nlp, transformer, folder):
        settings, session, tokenizer = self.opened(folder)
        for text in TEXTS:
            expected = transformer.tokenizer(text, return_offsets_mapping=True)
            found = tokenizer.encode(text)
            self.assertEqual(found.ids, expected["input_ids"])
            self.assertEqual(found.offsets, expected["offset_mapping"])
            inputs = {"input_ids": found.ids, "attention_mask": found.attention_mask, "token_type_ids": found.type_ids}
            limit = settings["max_pieces"]
            inputs = {name: numpy.array([inputs[name][:limit]]) for name in settings["inputs"]}
            [rows] = session.run(["last_hidden_state"], inputs)
            torch_rows = rows_of(transformer, inputs)
            self.assertEqual(rows.shape, torch_rows.shape)
            self.assertEqual(rows.shape[-1], settings["width"])
            numpy.testing.assert_allclose(rows, torch_rows, atol=TOLERANCE)


def rows_of(transformer, inputs):
    import torch

    with torch.no_grad():
        return transformer.transformer.eval()(**{name: torch.tensor(values) for name, values in inputs.items()}).last_hidden_state.numpy()


class Refusals(unittest.TestCase):
    def setUp(self):
        work = tempfile.TemporaryDirectory()
        self.addCleanup(work.cleanup)
        self.work = pathlib.Path(work.name)

    def test_a_folder_without_a_pipeline(self):
        self.assertRaisesRegex(Refusal, "no config.cfg", convert.convert, self.work, self.work / "out")

    def test_a_pipeline_without_a_transformer(self):
        spacy.blank("en").to_disk(self.work / "blank")
        self.assertRaisesRegex(Refusal, "as it is", convert.convert, self.work / "blank", self.work / "out")
        self.assertFalse((self.work / "out").exists())

    def test_nothing_is_overwritten(self):
        spacy.blank("en").to_disk(self.work / "blank")
        self.assertRaisesRegex(Refusal, "overwritten", convert.convert, self.work / "blank", self.work)

    def test_a_slow_tokenizer(self):
        with contextlib.chdir(self.work):
            spacy_encoders.bert("encoder")
            model = {"@architectures": "spacy-transformers.TransformerModel.v3", "name": "encoder", "tokenizer_config": {"use_fast": False}}
            nlp = spacy.blank("en")
            nlp.add_pipe("transformer", config={"model": model})
            nlp.initialize()
        nlp.to_disk(self.work / "slow")
        self.assertRaisesRegex(Refusal, "use_fast", convert.convert, self.work / "slow", self.work / "out")
        self.assertFalse((self.work / "out").exists())


if __name__ == "__main__":
    unittest.main()
