"""A PyTorch encoder as ONNX."""

import os
import warnings

import torch

# What tract reads well. Newer sets bring nothing that these encoders need.
OPSET = 14
# A sentence of so many pieces is run through the encoder to find out what it computes; others may be shorter or longer.
TRACED_PIECES = 7


class LastLayer(torch.nn.Module):
    """An encoder that takes its inputs in order and gives the rows of its last layer alone."""

    def __init__(self, encoder, inputs, last_layer):
        super().__init__()
        self.encoder, self.inputs, self.last_layer = encoder, inputs, last_layer

    def forward(self, *tensors):
        return self.last_layer(self.encoder(**dict(zip(self.inputs, tensors))))


def export(encoder, inputs, path, last_layer):
    """Writes `encoder`, called with `inputs` (`input_ids` first), to `path`; `last_layer` takes the rows from its output.
    Returns the width of the rows.

    All inputs are whole numbers of shape `[batch, pieces]`; `last_hidden_state` is `[batch, pieces, width]`.
    """
    module = LastLayer(encoder, inputs, last_layer).eval().float()
    # Any pieces will do but those that mean something to the model, which have the lowest numbers.
    values = {"input_ids": torch.arange(8, 8 + TRACED_PIECES)[None], "attention_mask": torch.ones(1, TRACED_PIECES, dtype=torch.long)}
    example = tuple(values.get(name, torch.zeros(1, TRACED_PIECES, dtype=torch.long)) for name in inputs)
    axes = {name: {0: "batch", 1: "pieces"} for name in (*inputs, "last_hidden_state")}
    with torch.no_grad(), warnings.catch_warnings():
        # The tracer warns of every shape that it takes for a constant; `test_convert.py` tries other shapes.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, example, os.fspath(path), input_names=list(inputs), output_names=["last_hidden_state"],
            dynamic_axes=axes, opset_version=OPSET, dynamo=False, do_constant_folding=True,
        )
        return module(*example).shape[-1]
