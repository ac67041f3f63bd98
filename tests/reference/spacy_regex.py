"""Asks CPython 3.11's `re` what patterns match: the cases of spanlet-spacy's own engine.

    target/reference/bin/python tests/reference/spacy_regex.py > crates/spanlet-spacy/src/regex/cases.jsonl

`--big N` makes N random patterns instead, and takes the tokenizer patterns of every language of spaCy 3.8 as well.
"""

import json
import random
import re
import sys
import warnings

WRITTEN = [
    r"", r"a", r"a|b|c", r"a*", r"a+?", r"a??", r"(a|ab)(c|bcd)(d*)", r"(?:ab|a)*", r"(a*)*b?", r"(|a)*b?", r"(|a)+b",
    r"(?:a|b*)*c", r"(?:a*?)*c", r"(a?b?)*?c", r"(?:(?:a*)*)*b", r"(?:|a|bc){0,3}c", r"(?:a?){2,4}b", r"(?:(?=a)|b)*a",
    r"^a|b$", r"^$", r"$", r"\Aa", r"a\Z", r"(?m)^a", r"(?m)a$", r"a.c", r"(?s)a.c", r"\ba\b", r"\Ba\B", r"\b", r"\B",
    r"[^a]", r"[]a]", r"[^]a]", r"[a-]", r"[-a]", r"[\w-]+", r"[\]\\]", r"[^\W_]+", r"[\d.]+", r"[^\s]+", r"\S+", r"\W+",
    r"\d+(?:[.,]\d+)*", r"(?<=a)b", r"(?<!a)b", r"(?<=ab|cd)e", r"a(?=b)", r"a(?!b)", r"(?=.*b)a", r"(?!ab)\w+",
    r"(?<=^a)b", r"(?<![a-z])\d", r"(?i)straße", r"(?i)[a-z]+", r"(?i)σ+", r"(?i)[^k]", r"(?i)İ", r"(?i:a)b", r"(?-i:a)b",
    r"(?i)É|ſ|µ", r"(?P<year>\d{4})-(?P<month>\d\d)", r"a{2}", r"a{2,}", r"a{,2}", r"a{,}", r"a{", r"a{b", r"a{1,b}", r"{",
    r"a{0}b", r"(?:ab){2,3}", r"(?:ab){2,3}?", r"x{2,3}?", r"[\u00a1-\uffff]+", r"\U0001F600", r"\x41|\n|\t", r"\0|\101|\012",
    r"(?x) a b # c", r"(?a)\w+", r"(?a)\W+", r"(?a)[\d\s]+", r"(?a)\b\w", r"(?#note)a", r"\.\.+$", r"(?:km|m|k)$|s$|\.\.+$",
    r"(?<=[0-9])(?:km|m)$|'s$|…$", r"\+(?![0-9])", r"(?:a|ab|abc|b|c)+c", r"§|%|=|—|…|“|a|1", r"a$\n?", r"a*$", r"(?s).*",
    r".*", r".*?b", r"(?:\S+(?::\S*)?@)?[\w.]+\.[a-z]{2,5}(?:/\S*)?$", r"[a\-z]", r"[+--]", r"(?i)[à-ý]", r"(?i)[^à-ý]",
    r"^(?:\d{1,3}\.){3}\d{1,3}$", r"(?:[A-Z]\.)+", r"[A-Z]{2,}(?:-\d+)?", r"(?<=\b)a", r"(?:^|b)a", r"(?:a|$)", r"a|", r"|a",
    r"()a", r"(?:)*a", r"(?:a{0,2}){0,2}b", r"(?:a{0,2}?){0,2}?b", r"(?:(?:a|)(?:b|))*c", r"(?:(?:a|)(?:b|)){2,}c",
]
ATOMS = [
    "a", "b", "c", "ab", ".", "1", "é", "[ab]", "[^a]", "[a-c1]", r"\w", r"\d", r"\s", r"\W", "(?:a|b)", "(?:ab|a)", "(|a)",
    "(?=a)", "(?!b)", "(?<=a)", "(?<!b)", "(?<=ab)", "^", "$", r"\b", "(?:b|bc|c)", "[^\\W1]", "(?:a*|b)", "(b?)",
]
ALPHABET = ["a", "b", "c", "a", "b", "1", " ", "é", "Σ", "\n", ".", "😀", "A"]
WORDS = [
    "straße STRASSE ſtrasse", "kK\u212a", "ΣΑΣ σας ς", "İi ı I", "µμΜ", "2024-05-17", "a.b.c", "x@y.com/z", "10km", "5'S", "...",
    "U.S.A.", "NASA-12", "É é e\u0301", "a_b-c", "\x1c\x85\u00a0", "½²①٣", "a\nb\n", "aab\n", "\u2014—…“”", "\uffff\u00a1", "1.2.3.4",
]


def to_bytes(text):
    places = [0]
    for char in text:
        places.append(places[-1] + len(char.encode()))
    return places


def answers(regex, text):
    places = to_bytes(text)
    span = lambda match: [places[match.start()], places[match.end()]]
    search, match = regex.search(text), regex.match(text)
    return [text, search and span(search), match and places[match.end()], [span(found) for found in regex.finditer(text)]]


def random_text(rng):
    return "".join(rng.choice(ALPHABET) for _ in range(rng.randrange(9)))


def random_pattern(rng, depth=2):
    pieces = []
    for _ in range(rng.randrange(1, 5)):
        atom = rng.choice(ATOMS)
        if depth and rng.random() < 0.3:
            atom = "(?:" + "|".join(random_pattern(rng, depth - 1) for _ in range(rng.randrange(1, 5))) + ")"
        if atom not in ("^", "$", r"\b") and rng.random() < 0.4:
            atom = (atom if len(atom) == 1 or atom[0] in "[(\\" else f"(?:{atom})")
            atom += rng.choice(["*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "+?", "??", "{1,3}?"])
        pieces.append(atom)
    return "".join(pieces)


def tokenizer_patterns():
    import spacy
    from spacy_tokens import PLAIN

    for language in PLAIN:
        tokenizer = spacy.blank(language).tokenizer
        for name in ("prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match"):
            bound = getattr(tokenizer, name)
            if bound is not None:
                yield bound.__self__.pattern


def tokenizer_texts(rng):
    pieces = ["a", "B", "é", "я", "Я", "ß", "1", "23", ".", "..", "...", ",", "-", "--", "'", "'s", "’S", "km", "°C", "%", "$", "€", "(",
              ")", "[", "…", "—", "/", ":", "http://", "www.", "x.com", "@", "\u0301", "अ", "ि", "文", "ঁ", "א", "م", "🙂", "©", "+", "=", "\n", "\t", " "]
    return ["".join(rng.choice(pieces) for _ in range(rng.randrange(1, 7))) for _ in range(400)]


def main():
    warnings.simplefilter("ignore")
    big = int(sys.argv[2]) if sys.argv[1:2] == ["--big"] else None
    rng = random.Random(0 if big is None else big)
    patterns = list(WRITTEN) if big is None else [random_pattern(rng) for _ in range(big)]
    if big is None:
        patterns += [random_pattern(rng) for _ in range(150)]
    plan = [(pattern, None) for pattern in patterns]
    if big is not None:
        texts = tokenizer_texts(rng)
        plan += [(pattern, texts) for pattern in dict.fromkeys(tokenizer_patterns())]
    for pattern, texts in plan:
        if texts is None:
            texts = list(dict.fromkeys([random_text(rng) for _ in range(12)] + (WORDS if pattern in WRITTEN else [])))
        regex = re.compile(pattern)
        case = {"pattern": pattern, "texts": [answers(regex, text) for text in texts]}
        print(json.dumps(case, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main()
