"""Asks spaCy 3.8 how it divides texts into tokens, and what it says of each: for blank pipelines of many languages.

    target/reference/bin/python tests/reference/spacy_tokens.py              # remakes tests/cases/spacy/blank
    target/reference/bin/python tests/reference/spacy_tokens.py FOLDER 2000  # every language, so many texts each

A folder gets `LANGUAGE.tar.gz`, what `spacy.blank(LANGUAGE).to_disk` wrote (less `vocab/strings.json`, which a tokenizer
does not need), and `LANGUAGE.jsonl`: word types first, `{"text", "norm", "lower", "prefix", "suffix", "shape", "flags"}`,
where the bits of `flags` are those of spaCy's attributes; then texts, `{"text", "tokens"}`, where a token is the number of
its word type, and whether a space follows.
"""

import gzip
import importlib
import io
import json
import pathlib
import random
import sys
import tarfile
import tempfile

import spacy
from spacy.attrs import IDS

CASES = pathlib.Path(__file__).resolve().parents[1] / "cases" / "spacy" / "blank"
# Every language whose tokenizer works by rules; ja, ko, th, vi and zh have tokenizers of their own.
PLAIN = (
    "af am ar az bg bn bo ca cs da de dsb el en es et eu fa fi fo fr ga gd grc gu he hi hr hsb ht hu hy id is it kmr kn ky la "
    "lb lg lij lt lv mk ml mr ms nb ne nl nn pl pt ro ru sa si sk sl sq sr sv ta te ti tl tn tr tt uk ur xx yo"
).split()
# Many scripts, and what is special: hi, ne and ht have norms of their own, fr, hu, tr a `token_match`, sl words for currencies.
COMMITTED = "ar bn ca da de el en es fi fr he hi ht hu it ne nl pl pt ru sl sv ta tr uk xx".split()
COMMITTED_TEXTS = 40
FLAGS = [
    "IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_PUNCT", "IS_SPACE", "IS_TITLE", "IS_UPPER", "LIKE_URL", "LIKE_NUM",
    "LIKE_EMAIL", "IS_STOP", "IS_BRACKET", "IS_QUOTE", "IS_LEFT_PUNCT", "IS_RIGHT_PUNCT", "IS_CURRENCY",
]
PIECES = """
. , ; : ! ? ... .. … — – - -- --- ~ ( ) [ ] { } < > ' " ` '' `` ’ ‘ “ ” „ « » ‹ › / \\ | & * + = ^ % # @ _ § © ® ™ ° € $ £ ¥ ₹ ₽ US$ C$
0 1 23 4567 1.5 1,000 10% 3/4 ½ ² ① ٣ 10km 5kg 20°C 7pm 3rd 1st 2nd 12:30 24/7 2024-05-17 +49 -5 ±3 ~7 1.2.3.4 0x1F
a B I x. U.S. e.g. i.e. Dr. p.m. don't can't y'all it's o'clock rock'n'roll well-known AT&T C++ a/b A. Mr.Smith end.Next
http://example.com/a?b=c#d https://x.org www.example.co.uk example.com foo@bar.com mailto:me@x.io user.name+tag@host.museum ftp://h/x
localhost:8080 10.0.0.1 file.txt a.b.c. x@y :) :-( ;-D <3 ^_^ ¯\\_(ツ)_/¯ (╯°□°）╯︵┻━┻ 😀 👍🏽 👨‍👩‍👧 🇩🇪 ❤️ ♥ ☃ 😀😀
文 漢字 日本語。 「引用」 한국어 ไทย हिन्दी किताबें বাংলা עברית العربية، ۱۲۳ ኢትዮጵያ Ελλάς ΟΔΟΣ ΣΑΣ. İstanbul ıI straße STRASSE ǅ ﬁ Ⅷ ⅷ
é e\u0301 a\u0300\u0323 \u0301 \u200b \u200d \ufeff \u00ad zero\u200bwidth Ⓐ ª µ ſ K Å ß ẞ ŉ ΐ \u0345 \ufffd \U0001D400 \U00020000 \ud7a3
""".split()
SPACES = ["\n", "\t", "  ", "\n\n", " \n ", "\r\n", "\u00a0", "\u3000", "\u2003", "\x1c", "\x85", "\u2028", "   "]


def words_of(nlp, language):
    """The words of the language's example sentences, and its exceptions."""
    try:
        sentences = importlib.import_module(f"spacy.lang.{language}.examples").sentences
    except ModuleNotFoundError:
        sentences = []
    words = sorted({word for sentence in sentences for word in sentence.split()})
    return words or ["word"], sorted(nlp.tokenizer.rules)


def texts(nlp, language, count):
    rng = random.Random(f"spanlet {language}")
    words, exceptions = words_of(nlp, language)

    def piece():
        kind = rng.random()
        if kind < 0.3:
            word = rng.choice(words)
            return rng.choice([word, word, word.upper(), word.capitalize(), word[: rng.randrange(1, len(word) + 1)]])
        if kind < 0.5:
            word = rng.choice(exceptions)
            return rng.choice([word, word, word, word.upper(), word + rng.choice(PIECES), rng.choice(PIECES) + word])
        if kind < 0.53:
            return chr(rng.choice([rng.randrange(0x20, 0x250), rng.randrange(0x250, 0xD800), rng.randrange(0xE000, 0x20000)]))
        return rng.choice(PIECES)

    for _ in range(count):
        text = ""
        for _ in range(rng.randrange(1, 9)):
            kind = rng.random()
            text += piece() + (" " if kind < 0.5 else "" if kind < 0.88 else rng.choice(SPACES))
        yield text if rng.random() < 0.5 else text.strip(" ")


class Types:
    """The word types of a language, numbered as they are met."""

    def __init__(self):
        self.numbers, self.rows = {}, []

    def number(self, token):
        key = (token.text, token.norm_)
        if key not in self.numbers:
            self.numbers[key] = len(self.rows)
            flags = sum(1 << IDS[name] for name in FLAGS if token.check_flag(IDS[name]))
            self.rows.append({
                "text": token.text, "norm": token.norm_, "lower": token.lower_, "prefix": token.prefix_,
                "suffix": token.suffix_, "shape": token.shape_, "flags": flags,
            })
        return self.numbers[key]


def write_answers(path, nlp, texts):
    types, rows = Types(), []
    for text in texts:
        doc = nlp.tokenizer(text)
        assert doc.text == text, text
        rows.append({"text": text, "tokens": [[types.number(token), int(bool(token.whitespace_))] for token in doc]})
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for row in types.rows + rows:
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


def write_pipeline(path, nlp):
    """A `.tar.gz` of the pipeline's folder, the same bytes each time."""
    with tempfile.TemporaryDirectory() as folder:
        nlp.to_disk(folder)
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for file in sorted(pathlib.Path(folder).rglob("*")):
                if file.is_file() and file.name != "strings.json":
                    entry = tarfile.TarInfo(str(file.relative_to(folder)))
                    entry.size = file.stat().st_size
                    archive.addfile(entry, io.BytesIO(file.read_bytes()))
    with open(path, "wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0, compresslevel=9) as packed:
            packed.write(tar.getvalue())


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else CASES
    count = int(sys.argv[2]) if len(sys.argv) > 2 else COMMITTED_TEXTS
    languages = sys.argv[3:] or (PLAIN if len(sys.argv) > 1 else COMMITTED)
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages:
        nlp = spacy.blank(language)
        write_pipeline(folder / f"{language}.tar.gz", nlp)
        write_answers(folder / f"{language}.jsonl", nlp, texts(nlp, language, count))


if __name__ == "__main__":
    main()
