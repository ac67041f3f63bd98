"""Writes a model as `optimum-cli export onnx` lays it out, and compares what it answers with the original."""

import json

import numpy
import torch

import score
from pieces import tensors

FEEDS = ("input_ids", "attention_mask", "token_type_ids")


def write(model, tokenizer, folder, target, documents):
    """Writes the export directory; the largest difference of a logit between it and `model` on 50 sentences."""
    target.mkdir(parents=True, exist_ok=True)
    # The plain attention is exported, since the fused one depends on the sequence length it was traced with.
    model.set_attn_implementation("eager")
    sample = torch.ones((2, 8), dtype=torch.long)
    axes = {name: {0: "batch_size", 1: "sequence_length"} for name in (*FEEDS, "logits")}
    with torch.no_grad():
        torch.onnx.export(model.eval(), (sample, sample, torch.zeros_like(sample)), str(target / "model.onnx"),
                          input_names=list(FEEDS), output_names=["logits"], dynamic_axes=axes, opset_version=14,
                          do_constant_folding=True, dynamo=False)
    model.config.architectures = ["BertForTokenClassification"]
    model.config._name_or_path = "spanlet/ner"
    model.config.save_pretrained(target)
    tokenizer.save(str(target / "tokenizer.json"))
    settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    settings.pop("name_or_path", None)
    (target / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    (target / "special_tokens_map.json").write_bytes((folder / "special_tokens_map.json").read_bytes())
    return compared(model, target / "model.onnx", [each for document in documents for each in document][:50])


def compared(model, path, items):
    """The largest difference of a logit, of sentences alone and of all of them in one batch."""
    held = score.session(path)
    worst = 0.0
    for batch in [*([each] for each in items), items]:
        ids, mask, _ = tensors(batch)
        types = torch.zeros_like(ids)
        told = held.run(["logits"], dict(zip(FEEDS, (ids.numpy(), mask.numpy(), types.numpy()))))[0]
        with torch.inference_mode():
            true = model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits.numpy()
        worst = max(worst, float(numpy.abs((told - true)[mask.numpy() == 1]).max()))
    return worst
