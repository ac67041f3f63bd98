#!/usr/bin/env python3.11
"""Writes the cases beside it: what the endpoints that Spanlet replaces answer, with the default model `tags`.

    pip install -r ../../reference/requirements.txt
    python3.11 reference.py

The answers come from the official fastText library over `models/tags/tags.ftz`, from Python's own `html.parser`, `re`,
`str.lower` and `unicodedata`, and from printing a tuple, as the old endpoint did; nothing of Spanlet takes part. The
texts are ours.

Where the old endpoint raised, the answer is an RFC 9457 problem; of those a case holds the status and the stable code.
"""

import json
import pathlib
import sys

import fasttext

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "reference"))

from cleaning import HASHTAG, clean  # noqa: E402

MODEL = fasttext.load_model(str(HERE / "../../../models/tags/tags.ftz"))
OLD_CORS = {"access-control-allow-origin": "*", "access-control-allow-credentials": "true"}
CORS = {"access-control-allow-origin": "*"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}


def predict(text, k=5, threshold=0.0, cleaned=True):
    line = (clean(text) if cleaned else text).replace("\n", " ")
    # The binding's own `predict` wants an older numpy; this is what it calls, with the end of line that it adds.
    return [(label, score) for score, label in MODEL.f.predict(line + "\n", k, threshold, "strict")]


def old_form(text):
    printed = " ".join(f"{label} {score:.6g}" for label, score in predict(text)) + "\n"
    pair = (printed, "")
    return json.dumps(
        {"hashtags_already_used": " ".join(HASHTAG.findall(text)), "hashtags_recommended": str(pair)},
        ensure_ascii=False,
    )


def scored(predictions):
    return [{"label": label.removeprefix("__label__"), "score": round(score, 7)} for label, score in predictions]


def hashtags(text, **options):
    return {"already_used": [tag[1:] for tag in HASHTAG.findall(text)], "recommended": scored(predict(text, **options))}


def labels(text, **options):
    return {"labels": scored(predict(text, cleaned=False, **options))}


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }" if value else "{}"
    # JSON's strings are TOML's as well, for what these hold.
    return json.dumps(value, ensure_ascii=False)


def write(name, why, request, expected):
    lines = [f"why = {toml(why)}", "# Numbers inside the body may differ by this much; all else is exact.", "tolerance = 1e-6"]
    for table, fields in (("request", request), ("expected", expected)):
        lines += ["", f"[{table}]"] + [f"{key} = {toml(value)}" for key, value in fields.items()]
    (HERE / f"{name}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def post(path, body, headers=JSON):
    body = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return {"method": "POST", "path": path, "query": "", "headers": headers, "body": body}


def options(path, asked):
    headers = {"origin": "https://example.org", "access-control-request-method": "POST"}
    headers["access-control-request-headers"] = asked
    return {"method": "OPTIONS", "path": path, "query": "", "headers": headers, "body": ""}


def get(path, query):
    return {"method": "GET", "path": path, "query": query, "headers": {}, "body": ""}


def answer(body, headers=CORS):
    body = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return {"status": 200, "headers": {"content-type": "application/json", **headers}, "body": body}


def problem(status, code, headers=CORS):
    return {"status": status, "headers": {"content-type": "application/problem+json", **headers}, "code": code}


def preflight(asked, headers=CORS):
    methods = {"access-control-allow-methods": "GET, HEAD, POST, OPTIONS", "access-control-allow-headers": asked}
    return {"status": 204, "headers": {**methods, **headers}, "body": ""}


SOURDOUGH = "How do I keep my sourdough starter alive in winter? #bread #baking"
MARKUP = "<p>Can I <b>freeze</b> \"egg-whites\" &amp; use them later?</p>\nOr not? #eggs #no-go- #no-go"
ODD = "Crème brûlée 🍮 ΣΟΥΣ's \t#日本語 \"it's\""


def main():
    for old in HERE.glob("*.toml"):
        old.unlink()
    old = "/recommendations"
    write("recommendations-curl", "curl --data sends JSON as application/x-www-form-urlencoded",
          post(old, {"text": SOURDOUGH}, FORM), answer(old_form(SOURDOUGH), OLD_CORS))
    write("recommendations-stage", "a gateway's stage may still stand before the path",
          post("/dev" + old, {"text": SOURDOUGH}), answer(old_form(SOURDOUGH), OLD_CORS))
    write("recommendations-markup", "tags go, references are resolved, a newline is a space",
          post(old, {"text": MARKUP}), answer(old_form(MARKUP), OLD_CORS))
    write("recommendations-odd", "letters beyond ASCII, emoji, quotes",
          post(old, {"text": ODD}), answer(old_form(ODD), OLD_CORS))
    write("recommendations-empty", "an empty text has an answer, for the end of line takes part",
          post(old, {"text": ""}), answer(old_form(""), OLD_CORS))
    write("recommendations-extra", "the old endpoint read `text` and nothing else",
          post(old, {"text": SOURDOUGH, "k": 1, "user": {"id": 7}}), answer(old_form(SOURDOUGH), OLD_CORS))
    write("recommendations-get", "a browser's address bar will do",
          get(old, "text=freeze+raw+eggs+%23eggs"), answer(old_form("freeze raw eggs #eggs"), OLD_CORS))
    write("recommendations-plain", "JSON is taken under any content type, plain text among them",
          post(old, {"text": SOURDOUGH}, {"content-type": "text/plain;charset=UTF-8"}),
          answer(old_form(SOURDOUGH), OLD_CORS))
    write("recommendations-untyped", "and under none",
          post(old, {"text": SOURDOUGH}, {}), answer(old_form(SOURDOUGH), OLD_CORS))
    write("recommendations-stage-form", "a stage, and JSON as curl sends it",
          post("/prod" + old, {"text": MARKUP}, FORM), answer(old_form(MARKUP), OLD_CORS))
    write("recommendations-missing", "the old endpoint raised where there was no `text`",
          post(old, {"txt": SOURDOUGH}), problem(400, "text.missing", OLD_CORS))
    write("recommendations-null", "null is no text",
          post(old, {"text": None}), problem(400, "text.missing", OLD_CORS))
    write("recommendations-nothing", "nor is no body at all",
          post(old, "", FORM), problem(400, "text.missing", OLD_CORS))
    write("recommendations-number", "a number is no text",
          post(old, {"text": 5}), problem(400, "text.wrong-type", OLD_CORS))
    write("recommendations-not-json", "a form as forms are is not JSON",
          post(old, "text=sourdough", FORM), problem(400, "body.not-json", OLD_CORS))
    write("recommendations-list", "the old form is one answer to one text",
          post(old, [SOURDOUGH, MARKUP]), problem(400, "body.wrong-type", OLD_CORS))
    write("recommendations-texts", "so a list of texts has none",
          post(old, {"text": [SOURDOUGH, MARKUP]}), problem(400, "text.wrong-type", OLD_CORS))
    write("recommendations-preflight", "a page of another origin asks before it posts JSON",
          options(old, "content-type"), preflight("content-type", OLD_CORS))
    write("recommendations-stage-preflight", "also under a stage",
          options("/dev" + old, "content-type,x-api-key"), preflight("content-type,x-api-key", OLD_CORS))
    write("recommendations-method", "what was routed to another method never came",
          {**post(old, {"text": SOURDOUGH}), "method": "PUT"}, problem(405, "route.method-not-allowed", OLD_CORS))
    write("hashtags-clean-form", "the same answer in the clean form",
          post("/v1/hashtags", {"text": SOURDOUGH}, FORM), answer(hashtags(SOURDOUGH)))
    write("hashtags-query", "by GET, percent-encoded as forms are",
          get("/v1/hashtags", "text=How+do+I+keep+my+sourdough+starter+alive+in+winter%3F+%23bread+%23baking&k=3"),
          answer(hashtags(SOURDOUGH, k=3)))
    write("hashtags-list", "many texts, each by itself",
          post("/v1/hashtags", {"text": [SOURDOUGH, MARKUP, ODD, ""]}),
          answer({"results": [hashtags(text) for text in (SOURDOUGH, MARKUP, ODD, "")]}))
    write("hashtags-bare-list", "a list without a field around it",
          post("/v1/hashtags", [SOURDOUGH, MARKUP]),
          answer({"results": [hashtags(text) for text in (SOURDOUGH, MARKUP)]}))
    write("hashtags-missing", "an object without a text",
          post("/v1/hashtags", {}), problem(400, "text.missing"))
    write("hashtags-not-json", "a text that does not say that it is one",
          post("/v1/hashtags", SOURDOUGH), problem(400, "body.not-json"))
    write("hashtags-preflight", "a page of another origin asks before it posts JSON",
          options("/v1/hashtags", "content-type"), preflight("content-type"))
    write("hashtags-uncleaned", "cleaning can be left out",
          post("/v1/hashtags", {"text": MARKUP, "clean": False}), answer(hashtags(MARKUP, cleaned=False)))
    write("classify-one", "one label unless asked for more, text as it is",
          post("/v1/classify", {"text": SOURDOUGH}), answer(labels(SOURDOUGH, k=1)))
    write("classify-plain", "plain text is the text itself",
          post("/v1/classify", MARKUP, {"content-type": "text/plain"}), answer(labels(MARKUP, k=1)))
    write("classify-plain-json", "a page's fetch sends JSON as plain text unless told otherwise",
          post("/v1/classify", {"text": SOURDOUGH, "k": 3}, {"content-type": "text/plain;charset=UTF-8"}),
          answer(labels(SOURDOUGH, k=3)))
    write("classify-form", "curl --data sends JSON as application/x-www-form-urlencoded",
          post("/v1/classify", {"text": SOURDOUGH}, FORM), answer(labels(SOURDOUGH, k=1)))
    write("classify-threshold", "labels below the threshold are left out",
          post("/v1/classify", {"text": SOURDOUGH, "k": 50, "threshold": 0.02}),
          answer(labels(SOURDOUGH, k=50, threshold=0.02)))
    write("bare-text", "POST / with a text asks for the bare task",
          post("/", {"text": SOURDOUGH}), answer(hashtags(SOURDOUGH)))
    write("bare-plain", "text/plain is the text itself",
          post("/", SOURDOUGH, {"content-type": "text/plain; charset=utf-8"}), answer(hashtags(SOURDOUGH)))
    write("bare-form", "JSON is taken under any content type",
          post("/", {"text": SOURDOUGH}, FORM), answer(hashtags(SOURDOUGH)))
    write("bare-plain-json", "a page's fetch sends JSON as plain text unless told otherwise",
          post("/", {"text": SOURDOUGH}, {"content-type": "text/plain;charset=UTF-8"}), answer(hashtags(SOURDOUGH)))
    write("bare-missing", "an object that asks for nothing",
          post("/", {}), problem(400, "text.missing"))
    write("bare-not-json", "a text that does not say that it is one",
          post("/", SOURDOUGH, FORM), problem(400, "body.not-json"))
    write("bare-preflight", "a page of another origin asks before it posts JSON",
          options("/", "content-type"), preflight("content-type"))
    write("bare-list", "a JSON list gives a list of the bare task's answers",
          post("/", [SOURDOUGH, MARKUP]), answer([hashtags(SOURDOUGH), hashtags(MARKUP)]))
    write("bare-get", "GET / with a text likewise",
          get("/", "text=sourdough"), answer(hashtags("sourdough")))


main()
