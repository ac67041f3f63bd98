"""Entity-level scores: an entity counts when its first and last character and its label are all right."""

import numpy
import onnxruntime
import torch

from corpus import spans_of
from pieces import LABELS, batches, chained, tensors, windows


def spans_by_word(item, labels):
    """Entities of the corpus's own words, each of which has the label of its first piece."""
    tags, at = [], 0
    for start, end in item["words"]:
        while at < len(item["places"]) and item["places"][at][1] <= start:
            at += 1
        # A word of which no piece is left (odd characters, or past the limit) is outside.
        tags.append(LABELS[labels[at]] if at < len(item["places"]) and item["places"][at][0] < end else "O")
    return {(item["words"][first][0], item["words"][last - 1][1], name) for first, last, name in spans_of(tags)}


def spans_by_piece(item, labels):
    """Entities as a user of the raw text gets them: words are what the tokenizer splits the text into, and the first
    piece of each says its label (`aggregation_strategy="first"` of Transformers)."""
    begins = item["begins"]
    ends = [item["places"][at - 1][1] for at in begins[1:]] + [item["places"][-1][1]]
    return {(item["places"][begins[first]][0], ends[last - 1], name)
            for first, last, name in spans_of([LABELS[labels[at]] for at in begins])}


def spans_by_every_piece(item, labels):
    """The same where every piece says its own label (`aggregation_strategy="simple"`)."""
    return {(item["places"][first][0], item["places"][last - 1][1], name)
            for first, last, name in spans_of([LABELS[label] for label in labels])}


def predicted(predict, items, most_pieces=4096):
    """The label of every piece of each item; `predict` gives logits of ids and mask."""
    found = {}
    for batch in batches(items, most_pieces):
        ids, mask, _ = tensors(batch)
        best = predict(ids, mask).argmax(-1)
        for item, row in zip(batch, best.tolist()):
            found[id(item)] = row[1:len(item["ids"]) + 1]
    return [found[id(item)] for item in items]


def rates(right, told, true):
    precision, recall = right / max(told, 1), right / max(true, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"p": round(100 * precision, 2), "r": round(100 * recall, 2), "f1": round(100 * f1, 2)}


def scores(items, answers, spans):
    """Precision, recall and F1 in percent, of all entities and by label."""
    counts = {name: [0, 0, 0] for name in ("all", "PER", "LOC", "ORG")}
    for item, labels in zip(items, answers):
        told, true = spans(item, labels), set(item["entities"])
        for name, held in counts.items():
            chosen = [{span for span in group if name in ("all", span[2])} for group in (told & true, told, true)]
            counts[name] = [count + len(group) for count, group in zip(held, chosen)]
    return {name: rates(*held) for name, held in counts.items()}


def documents_scored(predict, documents, most_pieces):
    """Scores of documents cut into runs of at most `most_pieces` (0: every sentence alone)."""
    items = [chained(run) for run in windows(documents, most_pieces)]
    answers = predicted(predict, items)
    ways = {"words": spans_by_word, "first": spans_by_piece, "simple": spans_by_every_piece}
    return {name: scores(items, answers, spans) for name, spans in ways.items()}


def of_torch(model):
    """The logits of a model of Transformers, as `predicted` asks for them."""
    def predict(ids, mask):
        with torch.inference_mode():
            return model(input_ids=ids, attention_mask=mask).logits
    return predict


def session(path):
    """An exported model in ONNX Runtime, on one thread; what its weights are multiplied with is not rounded."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.qdq_matmulnbits_accuracy_level", "1")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def of_onnx(path):
    """The same of an exported model."""
    held = session(path)

    def predict(ids, mask):
        feeds = {"input_ids": ids.numpy(), "attention_mask": mask.numpy(), "token_type_ids": numpy.zeros_like(ids)}
        return torch.from_numpy(held.run(["logits"], feeds)[0])
    return predict
