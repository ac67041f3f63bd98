#!/usr/bin/env python3.11
"""Writes the cases beside it: what the systems that Spanlet replaces answer about entities and key phrases.

    pip install -r ../../../reference/requirements.txt
    python3.11 reference.py

The answers are a function of spaCy's own `Doc`: the rule of the older system for key phrases, the list of entities for
the others. Nothing of Spanlet takes part. The texts are ours. Run it again when one of the pipelines changes:

- `sm`, `../../spacy/sm.whl`: as en_core_web_sm is made, with labels that spaCy's rule for noun chunks knows
- `brands`, `../../spacy/brands.tar.gz`: a custom NER with one label
- `en`, `../../../../models/en/en.tar.gz`: the default pipeline, for entities alone, since its noun chunks are not spaCy's

Where an old endpoint raised, the answer is an RFC 9457 problem; of those a case holds the status and the stable code.
"""

import csv
import io
import json
import pathlib
import tarfile
import tempfile
import urllib.parse
import zipfile

import spacy

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]
PIPELINES = {
    "sm": ROOT / "tests/cases/spacy/sm.whl",
    "brands": ROOT / "tests/cases/spacy/brands.tar.gz",
    "en": ROOT / "models/en/en.tar.gz",
}
CORS = {"access-control-allow-origin": "*"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
PLAIN = {"content-type": "text/plain; charset=utf-8"}
CSV = {"content-type": "text/csv"}


def load(archive):
    with tempfile.TemporaryDirectory() as folder:
        opened = tarfile.open(archive) if archive.name.endswith(".tar.gz") else zipfile.ZipFile(archive)
        with opened:
            opened.extractall(folder)
        # The pipeline is where its configuration lies; a wheel's has the version in its name.
        [config] = pathlib.Path(folder).rglob("config.cfg")
        return spacy.load(config.parent)


def key_phrases(doc):
    """The older system's rule, as it was written down: over the noun chunks in order."""
    phrases, words = [], []
    for chunk in doc.noun_chunks:
        if not chunk.root.is_stop:
            words.append(chunk.root.lemma_)
        lemmas = [token.lemma_.lower() for token in chunk if not token.is_stop and token.pos_ != "PUNCT"]
        if lemmas and " ".join(lemmas) not in phrases:
            phrases.append(" ".join(lemmas))
    listed = lambda texts: [{"Text": text} for text in texts]  # noqa: E731
    return {"statusCode": 200, "KeyPhrases": listed(phrases), "KeyWords": listed(words)}


def entities(doc):
    return [
        {"text": ent.text, "label": ent.label_, "start": ent.start_char, "end": ent.end_char} for ent in doc.ents
    ]


def hugging_face(doc):
    """As its hosted inference lists the entities of spaCy models."""
    return [
        {"entity_group": ent.label_, "word": ent.text, "start": ent.start_char, "end": ent.end_char, "score": 1.0}
        for ent in doc.ents
    ]


def rows(*columns):
    """CSV as Python writes it; what is no string goes in as JSON without spaces."""
    out = io.StringIO()
    field = lambda value: value if isinstance(value, str) else compact(value)  # noqa: E731
    csv.writer(out).writerows([field(value) for value in row] for row in zip(*columns, strict=True))
    return out.getvalue()


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }" if value else "{}"
    # JSON's strings and lists are TOML's as well, for what these hold.
    return json.dumps(value, ensure_ascii=False)


class Deployment:
    """Cases of one deployment: hashtags as before, and a pipeline beside them."""

    def __init__(self, pipeline):
        self.pipeline = pipeline
        self.nlp = load(PIPELINES[pipeline])

    def write(self, name, why, request, expected):
        lines = [f"why = {toml(why)}", f"models = {toml(['tags', self.pipeline])}", "tolerance = 0.0"]
        for table, fields in (("request", request), ("expected", expected)):
            lines += ["", f"[{table}]"] + [f"{key} = {toml(value)}" for key, value in fields.items()]
        (HERE / f"{self.pipeline}-{name}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def entities(self, text):
        return entities(self.nlp(text))


def post(path, body, headers=JSON):
    body = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return {"method": "POST", "path": path, "query": "", "headers": headers, "body": body}


def get(path, **fields):
    return {"method": "GET", "path": path, "query": urllib.parse.urlencode(fields), "headers": {}, "body": ""}


def answer(body, content_type="application/json", **headers):
    body = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return {"status": 200, "headers": {"content-type": content_type, **CORS, **headers}, "body": body}


def problem(status, code):
    return {"status": status, "headers": {"content-type": "application/problem+json", **CORS}, "code": code}


MACHINE = "The new espresso machine makes excellent coffee for our small office."
SHOP = (
    "The owner, an old friend of Maria's, opened the shop in 2019.\n\nHer two sons bake the bread; the old friend sells it "
    "— every day, \"rain or shine\" — to the shop's neighbours. THE BREAD is what people want! 🍞🍞 It's all gone by nine."
)
ODD = "\t Who? You, me &   everybody else…   \u00a0 «Crème brûlée» e\u0301tude N.Y. :-) http://example.org/a?b=c"
PURCHASES = [
    "STARBUCKS Vancouver",
    "Kaldi, Portland",
    "POS PURCHASE \"WILDBREW\" Reykjavík 2041",
    "🍞🍞 starbucks #12 Montréal",
    "Vancouver",
    "",
    "line one\nSTARBUCKS line two",
]
MATERIALS = "We report evidence for skyrmions in FeGe films grown by molecular beam epitaxy."
NEWS = "Angela Merkel met Barack Obama in Berlin on Tuesday, said a spokesman for Siemens AG — 🤝 — in São Paulo."


def system_1(sm):
    """Key phrases."""
    for name, why, text in (
        ("machine", "the request of the older system", MACHINE),
        ("shop", "duplicates, possessives, dashes, capitals, paragraphs", SHOP),
        ("odd", "white space, pronouns, combining marks", ODD),
        ("empty", "no chunks", ""),
    ):
        expected = answer(key_phrases(sm.nlp(text)))
        sm.write(f"phrases-{name}", why, post("/", {"Text": text}), expected)
    asked = get("/", Text=MACHINE)
    sm.write("phrases-get", "by GET, percent-encoded as forms are", asked, answer(key_phrases(sm.nlp(MACHINE))))
    extra = {"Text": SHOP, "text": MACHINE, "user": 7}
    sm.write("phrases-extra", "`Text` comes before `text`; JSON under any content type", post("/", extra, FORM),
             answer(key_phrases(sm.nlp(SHOP))))
    sm.write("phrases-list", "the older system took one text", post("/", {"Text": [MACHINE]}),
             problem(400, "text.wrong-type"))


def system_3(brands):
    """Custom NER behind SageMaker."""
    path, predictions = "/invocations", [brands.entities(text) for text in PURCHASES]
    plain = "text/csv; charset=utf-8"
    brands.write("ping", "is it there?", get("/ping"), answer("{}"))
    brands.write("invocations-list", "a JSON list of texts, a JSON list of predictions", post(path, PURCHASES),
                 answer(predictions))
    brands.write("invocations-csv", "one text a row, one list a row", post(path, rows(PURCHASES), CSV),
                 answer(rows(predictions), plain))
    brands.write("invocations-csv-source", "the source column and the prediction column",
                 post(path, rows(PURCHASES), {**CSV, "accept": "text/csv; source=present"}),
                 answer(rows(PURCHASES, predictions), plain))
    named = {"content-type": "text/csv; charset=utf-8; header=present", "accept": "text/csv; source=present; header=present"}
    numbers = [str(number) for number in range(len(PURCHASES))]
    brands.write("invocations-csv-header", "rows of more columns say which is the text",
                 post(path, rows(["id", *numbers], ["text", *PURCHASES]), named),
                 answer(rows(["source", *PURCHASES], ["prediction", *predictions]), f"{plain}; header=present"))
    brands.write("invocations-csv-json", "CSV in, JSON out",
                 post(path, "\n".join(PURCHASES[:1] + PURCHASES[3:5]), {**CSV, "accept": "application/json"}),
                 answer(predictions[:1] + predictions[3:5]))
    lines = "".join(json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(PURCHASES))
    brands.write("invocations-lines", "batch transform sends JSON Lines", post(path, lines, {"content-type": "application/jsonlines"}),
                 answer("".join(compact(prediction) + "\n" for prediction in predictions), "application/jsonlines"))
    brands.write("invocations-text", "one text, one prediction", post(path, {"text": PURCHASES[0]}), answer(predictions[0]))
    brands.write("invocations-quotes", "quotes that do not match", post(path, 'a\n"b', CSV), problem(400, "body.not-csv"))
    brands.write("invocations-empty", "no body at all", post(path, ""), problem(400, "text.missing"))
    brands.write("bare-list", "the Lambda's own event: a list of texts", post("/", PURCHASES), answer(predictions))


def system_4(deployment, texts):
    """NER whose event is one text."""
    for number, text in enumerate(texts):
        deployment.write(f"bare-{number}", "a bare JSON list of entities", post("/", {"text": text}),
                         answer(deployment.entities(text), **{"spanlet-offsets": "code-point"}))
    text = texts[-1]
    deployment.write("bare-plain", "text/plain is the text itself", post("/", text, PLAIN), answer(deployment.entities(text)))
    deployment.write("bare-get", "GET / with a text likewise", get("/", text=text), answer(deployment.entities(text)))
    deployment.write("inputs", "as a hosted inference API is asked", post("/", {"inputs": text}),
                     answer(hugging_face(deployment.nlp(text))))
    deployment.write("inputs-list", "several at once", post("/", {"inputs": texts}),
                     answer([hugging_face(deployment.nlp(text)) for text in texts]))
    deployment.write("entities", "the clean form is the same list", post("/v1/entities", {"text": text}),
                     answer(deployment.entities(text), **{"spanlet-offsets": "code-point"}))
    wide = [
        {**ent, **{end: len(text[: ent[end]].encode("utf-16-le")) // 2 for end in ("start", "end")}}
        for ent in deployment.entities(text)
    ]
    deployment.write("entities-utf16", "offsets as JavaScript counts",
                     post("/v1/entities", {"text": text, "offsets": "utf16"}),
                     answer(wide, **{"spanlet-offsets": "utf16"}))


def main():
    for old in HERE.glob("*.toml"):
        old.unlink()
    sm, brands, en = (Deployment(pipeline) for pipeline in PIPELINES)
    system_1(sm)
    system_3(brands)
    system_4(brands, [PURCHASES[3]])
    system_4(sm, [NEWS])
    system_4(en, [MATERIALS, MACHINE, SHOP, NEWS])


main()
