"""Makes what transformers are measured with, once: `python transformer.py EXPORT FOLDER CHECKOUT`.

EXPORT is an ONNX export of a token classifier whose weights are of 8 bits. Beside it FOLDER gets the same weights in three
other forms, so that all contestants run one model, and the texts.
"""

import json
import pathlib
import shutil
import sys

import numpy
import onnx
import onnxruntime
import tokenizers
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

# Texts of a call, and the word pieces of each, those around it included.
CASES = ((1, 16), (1, 64), (1, 128), (1, 256), (8, 128))


def widened(model):
    """The model with its weights of 8 bits as the 32-bit floats that they stand for."""
    graph = model.graph
    values = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    makers = {output: node for node in graph.node for output in node.output}
    wide, nodes = {}, []
    for node in graph.node:
        table = row_times_scale(node, makers, values)
        if node.op_type == "DequantizeLinear" and node.input[0] in values:
            wide[node.output[0]] = dequantized(node, *(values[name] for name in node.input))
        elif table:
            name, ids, numbers = table
            wide[f"{name}_wide"] = numbers
            nodes.append(helper.make_node("Gather", [f"{name}_wide", ids], [node.output[0]], axis=0))
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(used(nodes, {output.name for output in graph.output}))
    names = {name for node in graph.node for name in node.input}
    kept = [each for each in graph.initializer if each.name in names]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    graph.initializer.extend(numpy_helper.from_array(numbers, name) for name, numbers in wide.items() if name in names)
    onnx.checker.check_model(model)
    return model


def dequantized(node, numbers, scale, zero):
    axis = next(attribute.i for attribute in node.attribute if attribute.name == "axis")
    shape = [-1 if place == axis else 1 for place in range(numbers.ndim)]
    return ((numbers.astype(numpy.float32) - zero.reshape(shape)) * scale.reshape(shape)).astype(numpy.float32)


def row_times_scale(node, makers, values):
    """Of a row of 8 bits that is widened and multiplied by its scale: the table's name, what asks for rows, the table."""
    if node.op_type != "Mul":
        return None
    row, scale = (makers.get(name) for name in node.input)
    if not row or not scale or row.op_type != "Cast" or scale.op_type != "Gather":
        return None
    row = makers[row.input[0]]
    if row.op_type != "Gather" or row.input[1] != scale.input[1] or not {row.input[0], scale.input[0]} <= values.keys():
        return None
    return row.input[0], row.input[1], values[row.input[0]].astype(numpy.float32) * values[scale.input[0]]


def used(nodes, outputs):
    """The nodes from which the outputs are made, in order."""
    needed, kept = set(outputs), []
    for node in reversed(nodes):
        if needed & set(node.output):
            needed |= set(node.input)
            kept.append(node)
    return kept[::-1]


def unusual(model):
    """The model with a last step that changes nothing and that no encoder has: the component has tract run it."""
    graph = model.graph
    [output] = graph.output
    for node in graph.node:
        for place, name in enumerate(node.output):
            if name == output.name:
                node.output[place] = "before_one"
    graph.initializer.append(numpy_helper.from_array(numpy.ones(1, numpy.float32), "one"))
    graph.node.append(helper.make_node("Mul", ["before_one", "one"], [output.name]))
    onnx.checker.check_model(model)
    return model


def write(export, folder, model):
    """An export directory with another model in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in export.glob("*.json"):
        shutil.copyfile(path, folder / path.name)
    onnx.save(model, str(folder / "model.onnx"))


def texts(export, checkout):
    """For every case texts of exactly so many pieces, with ids, places and what is to be passed over."""
    sys.path.insert(0, str(checkout / "tests" / "reference"))
    import spacy_corpus

    words = " ".join(spacy_corpus.text(sentences) for sentences in spacy_corpus.documents()).split()
    tokenizer = tokenizers.Tokenizer.from_file(str(export / "tokenizer.json"))
    cases, place = {}, 0
    for count, pieces in CASES:
        cases[f"{count}x{pieces}"] = found = []
        while len(found) < count:
            encoding, end = of_pieces(tokenizer, words, place, pieces)
            place = end if encoding else place + 1
            if encoding:
                found.append(encoding)
    return cases


def of_pieces(tokenizer, words, place, pieces):
    """The text that begins with a word and has so many pieces, and the word behind it; nothing where there is none."""
    for end in range(place + 1, len(words) + 1):
        text = " ".join(words[place:end])
        encoding = tokenizer.encode(text)
        if len(encoding.ids) == pieces:
            special = encoding.special_tokens_mask
            return {"text": text, "ids": encoding.ids, "offsets": encoding.offsets, "special": special}, end
        if len(encoding.ids) > pieces:
            return None, end
    raise SystemExit("the corpus is too short")


def main():
    export, folder, checkout = map(pathlib.Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "made-of"
    source = (export / "model.onnx").read_bytes() + pathlib.Path(__file__).read_bytes()
    stamp = f"{onnxruntime.__version__} {onnx.__version__} {hash_of(source)}"
    if made.exists() and made.read_text() == stamp:
        return
    made.unlink(missing_ok=True)
    write(export, folder / "f32", widened(onnx.load(str(export / "model.onnx"))))
    write(export, folder / "graph", unusual(onnx.load(str(folder / "f32" / "model.onnx"))))
    source, target = folder / "f32" / "model.onnx", folder / "int8.onnx"
    quantize_dynamic(str(source), str(target), weight_type=QuantType.QInt8)
    labels = json.loads((export / "config.json").read_text())["id2label"]
    named = {"labels": [labels[str(number)] for number in range(len(labels))], "cases": texts(export, checkout)}
    (folder / "texts.json").write_text(json.dumps(named))
    made.write_text(stamp)


def hash_of(data):
    import hashlib

    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
