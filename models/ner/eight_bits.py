"""Rounds the weights of an exported model to 8 bits, a scale for each output or row; what is computed stays in f32.

Numbers of a large table are rounded to fewer steps than a byte has. They lie in bytes all the same, and take less room
in whatever packs them: the table of words is half of a small model.

    python models/ner/eight_bits.py EXPORT ROUNDED

writes the export directory once more. It needs `numpy` and `onnx`.
"""

import pathlib
import shutil
import sys

import numpy
import onnx
from onnx import helper, numpy_helper

# The largest rounded number, and that of a table of so many rows and more.
LARGEST = 127
LARGEST_OF_MANY, MANY_ROWS = 31, 10_000


def rounded(values, axis, largest):
    """`int8` values in -largest..largest and the scales along `axis` (one dimension)."""
    scale = numpy.abs(values).max(axis=1 - axis, keepdims=True) / largest
    scale = numpy.where(scale == 0, 1, scale).astype(numpy.float32)
    return numpy.round(values / scale).astype(numpy.int8), scale.reshape(-1)


def write(source, target):
    """Writes the model of `source` to `target` with rounded tables and weights; vectors stay as they are."""
    model = onnx.load(str(source))
    graph = model.graph
    weights = {each.name: each for each in graph.initializer if len(each.dims) == 2 and each.data_type == 1}
    nodes = []
    for node in graph.node:
        table = node.op_type == "Gather" and node.input[0] in weights
        weight = node.op_type == "MatMul" and node.input[1] in weights
        if table:
            nodes += rows(graph, node, weights[node.input[0]])
        elif weight:
            nodes += [columns(graph, node, weights[node.input[1]]), node]
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    kept = [each for each in graph.initializer if each.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def write_all(source, target):
    """Writes a whole export directory, its `model.onnx` rounded."""
    target.mkdir(parents=True, exist_ok=True)
    for path in source.rglob("*.json"):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    write(source / "model.onnx", target / "model.onnx")


def stored(graph, name, values):
    if all(each.name != name for each in graph.initializer):
        graph.initializer.append(numpy_helper.from_array(values, name))
    return name


def rows(graph, node, table):
    """A look-up in a rounded table: the row's numbers times its scale, so that only the rows asked for are widened."""
    largest = LARGEST_OF_MANY if table.dims[0] >= MANY_ROWS else LARGEST
    values, scale = rounded(numpy_helper.to_array(table), 0, largest)
    name, found = table.name, node.output[0]
    inputs = [stored(graph, f"{name}_8bit", values), stored(graph, f"{name}_scale", scale.reshape(-1, 1))]
    return [
        helper.make_node("Gather", [inputs[0], node.input[1]], [f"{found}_8bit"], axis=0),
        helper.make_node("Gather", [inputs[1], node.input[1]], [f"{found}_scale"], axis=0),
        helper.make_node("Cast", [f"{found}_8bit"], [f"{found}_wide"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Mul", [f"{found}_wide", f"{found}_scale"], [found]),
    ]


def columns(graph, node, weight):
    """`DequantizeLinear` before a product; a runtime may do it once, at load."""
    values, scale = rounded(numpy_helper.to_array(weight), 1, LARGEST)
    name = weight.name
    node.input[1] = f"{name}_{node.output[0]}_wide"
    zero = stored(graph, f"{name}_zero", numpy.zeros(len(scale), numpy.int8))
    inputs = [stored(graph, f"{name}_8bit", values), stored(graph, f"{name}_scale", scale), zero]
    return helper.make_node("DequantizeLinear", inputs, [node.input[1]], axis=1)


if __name__ == "__main__":
    write_all(*map(pathlib.Path, sys.argv[1:3]))
