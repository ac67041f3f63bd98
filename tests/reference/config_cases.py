"""Asks spaCy's own reader of `config.cfg` about many configurations, and records its answers.

    python tests/reference/config_cases.py [SEED COUNT]

writes `crates/spanlet-archive/tests/configs.jsonl`: a line per configuration, with its `text` and either the `value` or
the name of the `error`. With a seed and a count it prints so many generated cases instead, for a longer comparison:

    python tests/reference/config_cases.py 7 20000 > target/configs.jsonl
    SPANLET_CONFIG_CASES=target/configs.jsonl cargo test -p spanlet-archive --release --test configs

The configurations are written by hand below, generated from pieces, and those of every tenth pipeline under
`tests/cases/spacy`. What is asked is what `spacy.load` does: read without references, then resolve them.
"""

import io
import json
import random
import sys
import tarfile
import warnings
from pathlib import Path

from confection import Config

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "crates/spanlet-archive/tests/configs.jsonl"
SEED = 20_261_121
COUNT = 400

# One or two per rule of the format.
BY_HAND = [
    "",
    "\n\n# a comment alone\n; another\n",
    "[a]",
    "[a]\nx = 1\n",
    "[a]\r\nx = 1\r\ny = two\r\n[b]\rz = ${a.y}\r",
    "x = 1\n",
    "[a]\nx\n",
    "[a]\n= 1\n",
    "[a]\nx = 1\nx = 2\n",
    "[a]\nx = 1\n[a]\ny = 2\n",
    "[a]\nX = 1\nx = 2\n",
    "[DEFAULT]\n[a]\nx = 1\n",
    "[DEFAULT]\nx = 1\n[a]\n",
    "[a.b]\nx = 1\n",
    "[a.b]\nx = 1\n[a]\n",
    "[a]\nb = 1\n[a.b]\n",
    "[a]\n[a.b]\n[a.b.c]\nx = 1\n[a.d]\n",
    "[a]\n[a.*.first]\nx = 1\n[a.*.second]\nx = 2\n[b]\ny = ${a}\n",
    "[a.*]\nx = 1\n",
    "[*.a]\nx = 1\n",
    "[]\n",
    "[]]\nx = 1\n",
    "[a] rest ] more\nx = 1\n",
    "[ a ]\nx = 1\n",
    "  [a]\n  x = 1\n  y = 2\n    z = 3\n",
    "[a]\nx = 1\n  2\n\n  3\n# no\n  4\ny = 5\n",
    "[a]\nx = [1,\n  2,\n  3]\ny = {\n  \"k\": [1, 2],\n  \"l\": null\n  }\n",
    "[a]\nx =\ny:\nz = \"\"\n",
    "[a]\nx = 1 # not a comment\ny = \"two\" ; neither\n",
    "[a]\nx: 1\ny:2=3\nz=4:5\nkey with spaces = 6\n@architectures = \"spacy.Tok2Vec.v2\"\n* = 7\n",
    "[a]\nx = null\ny = None\nz = true\nw = True\nv = False\nu = NULL\n",
    "[a]\nx = 1\ny = -1\nz = 1.0\nw = 1e3\nv = 1E-08\nu = 0.1\nt = 01\ns = 1.\nr = .5\nq = +1\np = -0\no = -0.0\n",
    "[a]\nx = 18446744073709551615\ny = -9223372036854775808\nz = 9007199254740993\n",
    "[a]\nx = 'single'\ny = unquoted text\nz = \"with \\\"quotes\\\" and \\u00e9 \\ud83c\\udf5e \\/ \\t\"\n",
    "[a]\nx = \"open\ny = [1, 2\nz = {\"a\": }\nw = [1, 2,]\nv = {'a': 1}\n",
    "[a]\nx = naïve 🍞\ny = \"naïve 🍞\"\nz = ${a.y} and ${a.x}\n",
    "[a]\nx = 1\n[b]\ny = ${a.x}\nz = ${a:x}\nw = \"${a.x}\"\nv = [${a.x}, ${a:x}]\nu = {\"k\": ${a.x}}\n",
    "[a]\nx = \"text\"\n[b]\ny = ${a.x}\nz = \"${a.x}\"\nw = ${a.x}/${a.x}\nv = \"${a.x}/more\"\nu = [${a.x}]\n",
    "[a]\nx = [1, \"two\", 3.50, {\"k\": null}]\n[b]\ny = ${a.x}\nz = before ${a.x}\nw = \"before ${a.x}\"\n",
    "[a]\nx = null\ny = 1e-5\nz = 1e16\nw = 123456789.125\n[b]\nv = /${a.x}/${a.y}/${a.z}/${a.w}\n",
    "[a]\nx = 1\ny = ${x}\nz = ${x} ${y}\n",
    "[a]\nx = ${x}\n",
    "[x]\nk = 1\n[a]\nx = ${x}\ny = ${x}\n",
    "[a]\nx = ${b.y}\n[b]\ny = ${a.x}\n",
    "[a]\nx = ${a.y}\n",
    "[a]\nx = ${b}\n",
    "[a]\nx = ${b.c.d}\n",
    "[a]\nk = 1\n[a.b]\nl = 2\n[c]\nx = ${a}\ny = ${a.b}\nz = ${a:b}\nw = [${a.b}, 1]\nv = ${a.b.l}\n",
    "[a]\nk = 1\n[c]\nx = text ${a}\n",
    "[a]\nk = 1\n[c]\nx = \"${a}\"\n",
    "[a]\nk = ${a}\n",
    "[a]\nk = ${b}\n[b]\nk = ${a}\n",
    "[a]\nk = ${b}\n[b]\nk = ${c}\nl = 1\n[c]\nk = 2\n",
    "[a]\nx = $\n",
    "[a]\nx = $$\ny = a$$b\nz = \"$\"\nw = 5$\nv = [\"$\", \"$$\"]\nu = ${x}\n",
    "[a]\nx = ${\n",
    "[a]\nx = ${}\n",
    "[a]\nx = ${a b}\n",
    "[a]\nx y = 1\nz = ${x y}\nw = ${a.x y}\n",
    "[a]\nx = {\"k\": 1, \"m\": {\"n\": [1]}}\n[b]\ny = ${a.x.k}\nz = ${a.x}\nw = ${a.x.m}\n",
    "[a]\nx = {}\ny = []\nz = {\"a.b\": 1, \"c:d\": 2, \"e=f\": 3, \"g\": {}}\n",
    "[a]\nx = {\"a.b\": {\"c\": 1}}\n",
    "[a]\nx = {\"#k\": 1, \"l\": 2}\n",
    "[a]\nx = {\"\": 1}\n",
    "[a]\nx = {\"k\": 1, \"k\": 2}\ny = [{\"k\": 1, \"k\": 2, \"j\": 3}]\nz = - ${a.y}\n",
    "[a]\nx = [[${b}], {\"k\": \"v\"}]\n[b]\n",
    "\ufeff[a]\nx = 1\n",
    "[a]\nx = \x1f1\x1c\n\x1dy = 2\n",
]

SECTIONS = ["a", "b", "paths", "nlp", "components"]
KEYS = ["x", "y", "width", "@architectures", "path"]
VALUES = [
    "1", "0.5", "null", "true", "None", "\"text\"", "plain text", "[1, 2]", "[\"a\", null]", "{\"k\": 1}", "", "\"\"",
    "-3", "1e-3", "1.50", "\"\\u00e9\"", "'q'", "\"a\" b", "[]", "$", "$$", "\"$$5\"", "naïve", "{\"k\": {\"x\": 2}}",
    "[{\"x\": 1, \"a\": [2.0]}]", "01", "\"${a.x}\"", "${x}",
]
JOINTS = ["", " ", "/", ".", ", ", "\n  ", "\n\n  ", "\n# no\n  "]


def reference(rng, keys):
    """A reference, mostly to a key that is there. `keys` are those of each section."""
    section = rng.choice(list(keys)) if rng.random() < 0.95 else rng.choice(SECTIONS)
    there = keys.get(section) or KEYS
    key = rng.choice(there if rng.random() < 0.95 else KEYS)
    return rng.choice([f"${{{section}.{key}}}"] * 6 + [f"${{{section}:{key}}}"] * 2 + [f"${{{section}}}", f"${{{key}}}"])


def value(rng, keys):
    piece = lambda: reference(rng, keys) if rng.random() < 0.3 else rng.choice(VALUES)
    text = piece()
    while rng.random() < 0.25:
        text += rng.choice(JOINTS) + piece()
    wrap = rng.random()
    if wrap < 0.06:
        text = f'"{text}"'
    elif wrap < 0.12:
        text = f"[{text}, 1]"
    elif wrap < 0.15:
        text = f'{{"key": {text}}}'
    return text


def generate(rng):
    names = []
    for _ in range(rng.randint(1, 4)):
        parent = rng.choice(names) + "." if names and rng.random() < 0.5 else ""
        name = parent + rng.choice(SECTIONS + (["*"] if parent and rng.random() < 0.2 else []))
        if name not in names or rng.random() < 0.02:
            names.append(name)
    if rng.random() < 0.03:
        rng.shuffle(names)
    keys = {name: rng.sample(KEYS, rng.randint(0, 3)) for name in names}
    lines = []
    for name in names:
        lines.append(f"[{name}]")
        for key in keys[name]:
            lines.append(key + rng.choice([" = "] * 8 + [": ", "=", " =\n  "]) + value(rng, keys))
        if rng.random() < 0.3:
            lines.append(rng.choice(["", "# comment", "  ; comment", "   "]))
    text = "\n".join(lines) + "\n"
    if rng.random() < 0.15:
        place = rng.randrange(len(text))
        text = text[:place] + rng.choice(["", " ", "$", "\"", "[", "]", "}", "\n", "=", "#", "\t"]) + text[place + rng.randint(0, 1):]
    return text


def answer(text):
    """What spaCy makes of a configuration as it stands in a file."""
    read = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf8").read()
    try:
        value = Config().from_str(read, interpolate=False).interpolate()
        # A section that refers to itself is an endless map, and numbers that are not finite are not JSON.
        return {"text": text, "value": json.loads(json.dumps(value, allow_nan=False))}
    except Exception as error:
        return {"text": text, "error": type(error).__name__}


def configuration(archive):
    """The configuration of a pipeline that is packed."""
    with tarfile.open(archive) as members:
        name = next(name for name in members.getnames() if name.split("/")[-1] == "config.cfg")
        return members.extractfile(name).read().decode()


def generated(seed, count):
    rng = random.Random(seed)
    return [generate(rng) for _ in range(count)]


def main():
    warnings.simplefilter("ignore")
    if len(sys.argv) == 3:
        for text in generated(int(sys.argv[1]), int(sys.argv[2])):
            print(json.dumps(answer(text)))
        return
    pipelines = sorted((ROOT / "tests/cases/spacy").glob("*.tar.gz"))[::10]
    texts = BY_HAND + [configuration(path) for path in pipelines] + generated(SEED, COUNT)
    with TARGET.open("w", encoding="utf8") as file:
        for text in texts:
            file.write(json.dumps(answer(text)) + "\n")


if __name__ == "__main__":
    main()
