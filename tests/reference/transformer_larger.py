"""Models of the full comparison: a committed graph with a vocabulary of thousands and SentencePiece's whole table of rules.

PyTorch is not needed: only the table of word vectors changes, and it is random in any case.
"""

import json
import shutil

import numpy
import onnx
from onnx import numpy_helper

import transformer_tokenizers
from transformer_families import CASES

VOCABULARY = 4000
SEED = 11
TABLE = "word_embeddings.weight"


def names():
    """One for each family's own case of token classification."""
    return {f"large-{case.name}": case for case in CASES if case.name == f"{case.family}-ner"}


def make(case, source, folder):
    """Writes the directory of the committed model `source` anew, with a larger tokenizer."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    tokenizer = transformer_tokenizers.make(case.tokenizer or case.family, case.limit, VOCABULARY, has_all_rules=True)
    transformer_tokenizers.saved(tokenizer, folder)
    model = onnx.load(folder / "model.onnx")
    [table] = [each for each in model.graph.initializer if each.name.endswith(TABLE)]
    width, rng = table.dims[1], numpy.random.default_rng(SEED)
    words = rng.normal(0, 0.4, (len(tokenizer), width)).astype(numpy.float32)
    table.CopyFrom(numpy_helper.from_array(words, table.name))
    onnx.save(model, folder / "model.onnx")
    settings = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**settings, "vocab_size": len(tokenizer)}, indent=2))
    return folder
