#!/usr/bin/env python3.11
"""Writes the cases beside it: what the system that found materials, tasks and processes by a transformer answers.

    pip install -r ../../../reference/requirements-transformers.txt
    python3.11 reference.py

That system ran a spaCy pipeline over a transformer, fetched as a zip file; the same was asked of a hosted inference API.
The models are tiny and have random weights, so that labels mean nothing; run it again when one of them changes:

- `science.zip`: the pipeline `../../spacy-transformers/bert-ner.tar.gz`, packed as a zip file. The answers are the
  entities that spaCy found before it was converted, as `bert-ner.jsonl.gz` beside it holds them.
- `pieces` and `pieces.zip`: the export `../../transformer/bert-ner`, as a folder and packed. The answers are those of
  `transformers`' pipeline over onnxruntime. What an entity covers is cut out of the text, as spaCy does it: what the
  pipeline calls `word` is decoded from word pieces, which are lower-cased here.
"""

import gzip
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parents[1]
sys.path.insert(0, str(CASES.parent / "reference"))

from transformer_record import SCORES, Original  # noqa: E402

CORS = {"access-control-allow-origin": "*"}
JSON = {"content-type": "application/json"}
PLAIN = {"content-type": "text/plain; charset=utf-8"}
CODE_POINTS = {"spanlet-offsets": "code-point"}
# How far a score may lie from the original's.
TOLERANCE = 1e-4
# A decision closer than this could fall otherwise when sums are added in another order.
CLOSE = 1e-3

MATERIALS = "We report evidence for skyrmions in FeGe films grown by molecular beam epitaxy."
TEXTS = [MATERIALS, "🍞🍞 Néel-type skyrmions in\nFeGe (B20) — “thin” films", "Si", ""]


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }" if value else "{}"
    # JSON's strings and lists are TOML's as well, for what these hold.
    return json.dumps(value, ensure_ascii=False)


def write(model, name, why, request, expected):
    lines = [f"why = {toml(why)}", f"models = {toml(['tags', model])}", f"tolerance = {TOLERANCE}"]
    for table, fields in (("request", request), ("expected", expected)):
        lines += ["", f"[{table}]"] + [f"{key} = {toml(value)}" for key, value in fields.items()]
    (HERE / f"{model}-{name}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def post(path, body, headers=JSON):
    body = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return {"method": "POST", "path": path, "query": "", "headers": headers, "body": body}


def answer(body, **headers):
    return {"status": 200, "headers": {**JSON, **CORS, **headers}, "body": json.dumps(body, ensure_ascii=False)}


def covered(text, spans):
    return [{"text": text[start:end], "label": label, "start": start, "end": end} for start, end, label in spans]


def recorded():
    """Texts with entities, and what spaCy says of each: among them one beyond ASCII, and the longest."""
    folder = CASES / "spacy-transformers"
    texts = [json.loads(line) for line in (CASES / "spacy/texts.jsonl").read_text(encoding="utf-8").splitlines()]
    with gzip.open(folder / "bert-ner.jsonl.gz", "rt", encoding="utf-8") as lines:
        answers = [json.loads(line) for line in lines]
    found = [(text, answer["ents"]) for text, answer in zip(texts, answers, strict=True) if answer and answer.get("ents")]
    beyond = next(each for each in found if not each[0].isascii())
    longest = max(found, key=lambda each: len(each[0]))
    return [(text, covered(text, [ent[:3] for ent in ents])) for text, ents in (beyond, found[-1], longest)]


def science():
    model, cases = "science.zip", recorded()
    for number, (text, entities) in enumerate(cases):
        write(model, f"bare-{number}", "the event of the older system: a bare list, four fields each",
              post("/", {"text": text}), answer(entities, **CODE_POINTS))
    write(model, "bare-list", "several texts", post("/", [text for text, _ in cases]),
          answer([entities for _, entities in cases], **CODE_POINTS))
    text, entities = cases[0]
    write(model, "bare-plain", "text/plain is the text itself", post("/", text, PLAIN), answer(entities))
    groups = [{"entity_group": ent["label"], "word": ent["text"], "start": ent["start"], "end": ent["end"], "score": 1.0} for ent in entities]
    write(model, "inputs", "as a hosted inference API is asked", post("/", {"inputs": text}), answer(groups))


def score(found):
    return round(float(found["score"]), SCORES)


class Pieces:
    """The export and what `transformers` says of texts."""

    def __init__(self):
        self.original = Original(CASES / "transformer/bert-ner")

    def found(self, text, strategy="simple"):
        outputs = list(self.original.outputs(text))
        best = [sorted(row)[-2:] for row in outputs[0]["logits"][0]]
        assert all(first - second > CLOSE for second, first in best), f"too close in {text!r}"
        return self.original.entities(outputs, strategy)

    def entities(self, text):
        return covered(text, [(int(each["start"]), int(each["end"]), each["entity_group"]) for each in self.found(text)])

    def scored(self, text):
        return [{**ent, "score": score(each)} for ent, each in zip(self.entities(text), self.found(text), strict=True)]

    def groups(self, text):
        return [{"entity_group": ent["label"], "score": ent["score"], "word": ent["text"], "start": ent["start"], "end": ent["end"]}
                for ent in self.scored(text)]

    def pieces(self, text):
        return [{"entity": each["entity"], "score": score(each), "word": text[each["start"]:each["end"]],
                 "start": int(each["start"]), "end": int(each["end"])} for each in self.found(text, "none")]


def pieces():
    export = Pieces()
    for number, text in enumerate(TEXTS):
        write("pieces", f"bare-{number}", "a bare list of entities without scores", post("/", {"text": text}),
              answer(export.entities(text), **CODE_POINTS))
    for model in ("pieces", "pieces.zip"):
        write(model, "bare-list", "several texts", post("/", TEXTS), answer([export.entities(text) for text in TEXTS], **CODE_POINTS))
        write(model, "inputs", "as a hosted inference API is asked", post("/", {"inputs": TEXTS[1]}), answer(export.groups(TEXTS[1])))
    write("pieces", "inputs-list", "several at once", post("/", {"inputs": TEXTS}), answer([export.groups(text) for text in TEXTS]))
    unaggregated = {"inputs": MATERIALS, "parameters": {"aggregation_strategy": "none"}}
    write("pieces", "inputs-none", "every word piece by itself", post("/", unaggregated), answer(export.pieces(MATERIALS)))
    write("pieces", "entities", "the clean form has scores", post("/v1/entities", {"text": MATERIALS}),
          answer(export.scored(MATERIALS), **CODE_POINTS))


def main():
    for old in HERE.glob("*.toml"):
        old.unlink()
    science()
    pieces()


main()
