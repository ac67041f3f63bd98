"""Other kinds of weights for an exported model: each function rewrites `model.onnx` as a tool in use does."""

import contextlib
import logging
import pathlib
import tempfile

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

# Tensors of at least so many bytes go to the file beside the graph: those that are worth it, and in a tiny model some.
EXTERNAL = 256


def half(path):
    """16-bit floats, as the converter of onnxconverter-common writes them: `model_fp16.onnx` on the Hub."""
    from onnxconverter_common import float16

    model = float16.convert_float_to_float16(onnx.load(path), keep_io_types=True)
    onnx.save(model, path)


def dynamic(path, **settings):
    """8-bit products whose scales are found while answering: `model_quantized.onnx` on the Hub."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    settings.setdefault("weight_type", QuantType.QInt8)
    level = logging.root.level
    with tempfile.TemporaryDirectory() as folder:
        written = pathlib.Path(folder) / "model.onnx"
        logging.root.setLevel(logging.ERROR)
        quantize_dynamic(path, written, **settings)
        logging.root.setLevel(level)
        path.write_bytes(written.read_bytes())


def dynamic_unsigned(path):
    from onnxruntime.quantization import QuantType

    dynamic(path, weight_type=QuantType.QUInt8)


def dynamic_channels(path):
    """A scale for each output, and seven bits, which older processors need."""
    dynamic(path, per_channel=True, reduce_range=True)


def beside(path):
    """Weights in `model.onnx_data`."""
    model = onnx.load(path)
    onnx.save(model, path, save_as_external_data=True, all_tensors_to_one_file=True, location=f"{path.name}_data",
              size_threshold=EXTERNAL)


def eight_bits(path):
    """Tables and weights in 8 bits, a scale for each row or output, widened before use: what `models/ner` holds."""
    model = onnx.load(path)
    weights = {each.name: each for each in model.graph.initializer if len(each.dims) == 2 and each.data_type == TensorProto.FLOAT}
    nodes = []
    for node in model.graph.node:
        if node.op_type == "Gather" and node.input[0] in weights:
            nodes += rows(model.graph, node, weights[node.input[0]])
        elif node.op_type == "MatMul" and node.input[1] in weights:
            nodes += [columns(model.graph, node, weights[node.input[1]]), node]
        else:
            nodes.append(node)
    replace(model.graph, nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def rounded(values, axis):
    """`int8` values in -127..127 and the scales along `axis`."""
    scale = numpy.abs(values).max(axis=1 - axis, keepdims=True) / 127
    scale = numpy.where(scale == 0, 1, scale).astype(numpy.float32)
    return numpy.round(values / scale).astype(numpy.int8), scale.reshape(-1)


def stored(graph, name, values):
    if all(each.name != name for each in graph.initializer):
        graph.initializer.append(numpy_helper.from_array(values, name))
    return name


def rows(graph, node, table):
    """A look-up in a rounded table: the row's numbers times its scale."""
    values, scale = rounded(numpy_helper.to_array(table), 0)
    name, found = table.name, node.output[0]
    inputs = [stored(graph, f"{name}_8bit", values), stored(graph, f"{name}_scale", scale.reshape(-1, 1))]
    return [
        helper.make_node("Gather", [inputs[0], node.input[1]], [f"{found}_8bit"], axis=0),
        helper.make_node("Gather", [inputs[1], node.input[1]], [f"{found}_scale"], axis=0),
        helper.make_node("Cast", [f"{found}_8bit"], [f"{found}_wide"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{found}_wide", f"{found}_scale"], [found]),
    ]


def columns(graph, node, weight):
    """`DequantizeLinear` before a product."""
    values, scale = rounded(numpy_helper.to_array(weight), 1)
    name = weight.name
    node.input[1] = f"{name}_{node.output[0]}_wide"
    zero = stored(graph, f"{name}_zero", numpy.zeros(len(scale), numpy.int8))
    inputs = [stored(graph, f"{name}_8bit", values), stored(graph, f"{name}_scale", scale), zero]
    return helper.make_node("DequantizeLinear", inputs, [node.input[1]], axis=1)


def replace(graph, nodes):
    """Puts other nodes into a graph, and drops the initializers that none takes."""
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    kept = [each for each in graph.initializer if each.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
