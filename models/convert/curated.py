"""Transformers of spacy-curated-transformers: weights pickled into a layer of the component, and its own piece encoders."""

import io
import json

import srsly
import torch
from curated_transformers.models.albert import AlbertConfig, AlbertEncoder
from curated_transformers.models.bert import BertConfig, BertEncoder
from curated_transformers.models.roberta import RobertaConfig, RobertaEncoder
from tokenizers import Tokenizer, models, pre_tokenizers

from onnx_export import export
from refusal import Refusal

PACKAGE = "spacy-curated-transformers."
# By the name of the architecture, in its one version.
ENCODERS = {
    "AlbertTransformer": (AlbertConfig, AlbertEncoder), "BertTransformer": (BertConfig, BertEncoder),
    "CamembertTransformer": (RobertaConfig, RobertaEncoder), "RobertaTransformer": (RobertaConfig, RobertaEncoder),
    "XlmrTransformer": (RobertaConfig, RobertaEncoder),
}
ARCHITECTURES = tuple(f"{PACKAGE}{name}.v1" for name in ENCODERS)
# What of a section is no setting of the encoder's.
OTHER_SETTINGS = {"@architectures", "piece_encoder", "with_spans", "torchscript", "mixed_precision", "grad_scaler_config", "wrapped_listener"}
# What the weights' names begin with.
PREFIX = "curated_encoder."


def convert(name, section, layers, folder):
    """Writes `model.onnx` and what its pieces are found with into `folder`; what is to stand in `encoder.json`."""
    if section.get("torchscript") or section.get("wrapped_listener"):
        raise Refusal(f"{name}: a transformer in TorchScript, or one that was copied into a head, cannot be converted")
    pieces = piece_encoder(name, section["piece_encoder"], layers, folder)
    width = export(encoder(section, layers), ["input_ids"], folder / "model.onnx", lambda output: output.all_outputs[-1])
    return {"version": 1, "width": width, "inputs": ["input_ids"], "max_pieces": None, "pieces": pieces}


def encoder(section, layers):
    """The encoder with its weights.

    Source: spacy-curated-transformers 0.3, `models/architectures.py`, `build_*_transformer_model_v1`.
    """
    config, encoder = ENCODERS[section["@architectures"].removeprefix(PACKAGE).removesuffix(".v1")]
    settings = {key: value for key, value in section.items() if key not in OTHER_SETTINGS}
    encoder = encoder(config(**{"embedding_width": section["hidden_width"], **settings}))
    [shim] = [shim for layer in layers["shims"] for shim in layer]
    # Nothing but tensors is unpickled.
    state = torch.load(io.BytesIO(srsly.msgpack_loads(shim)["state"]), map_location="cpu", weights_only=True)
    encoder.load_state_dict({key.removeprefix(PREFIX): value for key, value in state.items()})
    return encoder.eval()


def piece_encoder(name, section, layers, folder):
    """Writes the pieces; what is to be known of them.

    Source: spacy-curated-transformers 0.3, `tokenization/*_encoder.py`.
    """
    architecture = section["@architectures"]
    attributes = {node["name"]: attrs for node, attrs in zip(layers["nodes"], layers["attrs"], strict=True)}
    if architecture == f"{PACKAGE}ByteBpeEncoder.v1":
        return byte_pairs(attributes["byte_bpe_encoder"], folder)
    if architecture in (f"{PACKAGE}BertWordpieceEncoder.v1", f"{PACKAGE}WordpieceEncoder.v1"):
        cut = architecture.startswith(f"{PACKAGE}Bert")
        return {**word_pieces(name, attributes["wordpiece_encoder"], folder), "cut_at_punctuation": cut}
    raise Refusal(f"{name}: pieces of `{architecture}` are not here; ByteBpeEncoder, BertWordpieceEncoder and WordpieceEncoder are")


def byte_pairs(attributes, folder):
    saved = srsly.msgpack_loads(attributes["byte_bpe_processor"])
    vocabulary = saved["vocab"]
    tokenizer = Tokenizer(models.BPE(vocabulary, [tuple(pair) for pair in saved["merges"]]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    (folder / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
    return {"kind": "byte-pairs", **ends(attributes, vocabulary)}


def word_pieces(name, attributes, folder):
    listed = attributes["wordpiece_processor"].decode("utf-8").split("\n")
    vocabulary = {piece: number for number, piece in enumerate(listed)}
    if srsly.msgpack_loads(attributes["strip_accents"]):
        raise Refusal(f"{name}: its piece encoder strips accents; use a cased model, or spacy-transformers")
    # Pieces are found without it, since this package cuts words otherwise; whoever makes an encoder wants one.
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=srsly.msgpack_loads(attributes["unk_piece"])))
    (folder / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
    (folder / "pieces.json").write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")
    unknown = vocabulary[srsly.msgpack_loads(attributes["unk_piece"])]
    return {"kind": "word-pieces", **ends(attributes, vocabulary), "unknown": unknown, "lowercase": srsly.msgpack_loads(attributes["lowercase"])}


def ends(attributes, vocabulary):
    return {"first": vocabulary[srsly.msgpack_loads(attributes["bos_piece"])], "last": vocabulary[srsly.msgpack_loads(attributes["eos_piece"])]}
