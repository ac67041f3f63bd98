"""Transformers of spacy-transformers: a Hugging Face model and its tokenizer, pickled into a layer of the component."""

import io
import pathlib
import sys
import tempfile

import srsly
import torch
import transformers

from onnx_export import export
from refusal import Refusal

ARCHITECTURES = ("spacy-transformers.TransformerModel.", "spacy-transformers.Tok2VecTransformer.")
# Tokenizers without a limit say that it is a huge number.
NO_LIMIT = 10**9


def convert(name, section, layers, folder):
    """Writes `model.onnx` and `tokenizer.json` into `folder`; what is to stand in `encoder.json`."""
    saved = held(name, layers)
    tokenizer, encoder = loaded(name, saved)
    inputs = inputs_of(tokenizer)
    width = export(encoder, inputs, folder / "model.onnx", lambda output: output.last_hidden_state)
    (folder / "tokenizer.json").write_text(written(tokenizer), encoding="utf-8")
    limit = tokenizer.model_max_length
    return {"version": 1, "width": width, "inputs": inputs, "max_pieces": limit if limit < NO_LIMIT else None}


def held(name, layers):
    """What the component's one layer of PyTorch holds."""
    shims = [shim for layer in layers["shims"] for shim in layer]
    saved = srsly.msgpack_loads(shims[0]) if len(shims) == 1 else {}
    if not saved.get("state"):
        raise Refusal(f"{name}: expected one layer with a trained transformer, found {len(shims)} layers; was it trained?")
    return saved


def loaded(name, saved):
    """The tokenizer and the encoder.

    Source: spacy-transformers 1.4, `layers/hf_shim.py`, `HFShim.from_bytes`.
    """
    files = dict(saved["tokenizer"])
    if not files.pop("kwargs", {}).get("use_fast", False):
        raise Refusal(f"{name}: its tokenizer is a slow one; set `use_fast = true` in its tokenizer_config and train it again")
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        srsly.write_json(folder / "config.json", saved["config"])
        for file, content in files.items():
            (folder / file).write_bytes(content)
        config = transformers.AutoConfig.from_pretrained(folder)
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, use_fast=True)
    # The other ways to compute attention are the same sums in graphs that are harder to read.
    encoder = transformers.AutoModel.from_config(config, attn_implementation="eager")
    # Nothing but tensors is unpickled.
    state = torch.load(io.BytesIO(saved["state"]), map_location="cpu", weights_only=True)
    difference = encoder.load_state_dict(state, strict=False)
    missing = [key for key in difference.missing_keys if not key.startswith("pooler.")]
    if missing:
        raise Refusal(f"{name}: its weights lack {', '.join(missing[:3])}; load it with spacy-transformers 1.4 and save it again")
    if difference.unexpected_keys:
        print(f"{name}: weights of no layer are left out, as spaCy does: {', '.join(difference.unexpected_keys)}", file=sys.stderr)
    return tokenizer, encoder.eval()


def inputs_of(tokenizer):
    """What spacy-transformers passes on of what the tokenizer gives, in the order of BERT's arguments."""
    given = tokenizer("a", return_attention_mask=True)
    return [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in given]


def written(tokenizer):
    """The tokenizer as JSON; it neither pads nor cuts."""
    backend = tokenizer.backend_tokenizer
    backend.no_padding()
    backend.no_truncation()
    return backend.to_str()
