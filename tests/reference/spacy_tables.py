"""Makes the tables under crates/spanlet-spacy/data: what spaCy and Python know in their code, not in a pipeline's files.

    target/reference/bin/python tests/reference/spacy_tables.py

Needs Python 3.11 (its `unicodedata` is Unicode 14) and spaCy 3.8.
"""

import importlib
import pathlib
import pkgutil
import sys
import unicodedata

DATA = pathlib.Path(__file__).resolve().parents[2] / "crates" / "spanlet-spacy" / "data"
CODE_POINTS = 0x110000
BLOCK = 256

# One bit for each question that spaCy asks of a character; `unicode.rs` names the same bits.
PROPERTIES = [
    ("alpha", str.isalpha),
    ("upper", str.isupper),
    ("lower", str.islower),
    ("title", lambda char: unicodedata.category(char) == "Lt"),
    ("decimal", str.isdecimal),
    ("digit", str.isdigit),
    ("alnum", str.isalnum),
    ("space", str.isspace),
    ("punctuation", lambda char: unicodedata.category(char).startswith("P")),
    ("currency", lambda char: unicodedata.category(char) == "Sc"),
    ("word", lambda char: char.isalnum() or char == "_"),
    ("case_ignorable", lambda char: sigma_is_final("A" + char) and not sigma_is_final(char)),
]


def sigma_is_final(before):
    """Python says nowhere what is cased or ignored in casing; how it writes a capital sigma shows it."""
    return (before + "Σ").lower().endswith("ς")


def properties(code_point):
    if 0xD800 <= code_point < 0xE000:
        return 0
    char = chr(code_point)
    return sum(1 << bit for bit, (_, holds) in enumerate(PROPERTIES) if holds(char))


def unicode_table():
    """`u16` little-endian sets of bits, one per class (count first), then a block per 256 code points, then the blocks."""
    bits = [properties(code_point) for code_point in range(CODE_POINTS)]
    classes = sorted(set(bits))
    number = {value: index for index, value in enumerate(classes)}
    blocks, order, which = {}, [], bytearray()
    for start in range(0, CODE_POINTS, BLOCK):
        block = bytes(number[value] for value in bits[start : start + BLOCK])
        if block not in blocks:
            blocks[block] = len(order)
            order.append(block)
        which.append(blocks[block])
    head = bytes([len(classes)]) + b"".join(value.to_bytes(2, "little") for value in classes)
    return head + bytes(which) + b"".join(order)


def symbols():
    """One name per line; the number of the line, from 1, is the symbol's id."""
    from spacy.symbols import IDS

    by_id = {number: name for name, number in IDS.items() if name}
    assert sorted(by_id) == list(range(1, len(by_id) + 1))
    return "".join(f"{by_id[number]}\n" for number in sorted(by_id))


def languages():
    import spacy.lang

    for module in sorted(pkgutil.iter_modules(spacy.lang.__path__), key=lambda module: module.name):
        if module.ispkg and module.name not in SEGMENTED:
            yield module.name


# Their tokenizers stand on dictionaries or models, so that the languages are not supported, and have no line.
SEGMENTED = ("ja", "th", "vi", "zh")


def stop_words():
    """One language per line: its code, then its stop words in order of their bytes, all divided by tabs."""
    lines = []
    for language in languages():
        try:
            words = importlib.import_module(f"spacy.lang.{language}.stop_words").STOP_WORDS
        except ModuleNotFoundError:
            words = set()
        # The comparison is with a lower-cased word, so that any other can never be met.
        words = sorted(word for word in words if word == word.lower())
        assert not any("\t" in word or "\n" in word for word in words)
        lines.append("\t".join([language, *words]) + "\n")
    return "".join(lines)


# The lists of `lang/*/lex_attrs.py` by the names under which `language/numbers.rs` asks for them.
NUMBER_LISTS = {
    "_num_words": "cardinal", "_ordinal_words": "ordinal", "_ordinal_words_one_to_ten": "ordinal",
    "_eleven_to_beyond": "from_eleven", "_currency_words": "currency", "LIST_CURRENCY": "currency",
}


def number_words():
    """One list per line: the language, the list's name, its words, all divided by tabs."""
    lines = []
    for language in languages():
        try:
            module = importlib.import_module(f"spacy.lang.{language}.lex_attrs")
        except ModuleNotFoundError:
            continue
        for variable, name in NUMBER_LISTS.items():
            # Where a comma is missing in spaCy's list, two words and a line feed are one, which no token is.
            words = sorted({word for word in getattr(module, variable, ()) if "\t" not in word and "\n" not in word})
            if words and language != "yo":
                lines.append("\t".join([language, name, *words]) + "\n")
    return "".join(lines)


def url_pattern():
    from spacy.lang.tokenizer_exceptions import URL_MATCH

    return URL_MATCH.__self__.pattern


def top_level_domains():
    from spacy.lang.lex_attrs import _tlds

    return "".join(f"{domain}\n" for domain in sorted(_tlds))


def main():
    assert sys.version_info[:2] == (3, 11) and unicodedata.unidata_version == "14.0.0"
    DATA.mkdir(exist_ok=True)
    (DATA / "unicode.bin").write_bytes(unicode_table())
    (DATA / "symbols.txt").write_text(symbols(), encoding="utf-8")
    (DATA / "number_words.txt").write_text(number_words(), encoding="utf-8")
    (DATA / "url_pattern.txt").write_text(url_pattern(), encoding="utf-8")
    (DATA / "top_level_domains.txt").write_text(top_level_domains(), encoding="utf-8")
    (DATA / "stop_words.txt").write_text(stop_words(), encoding="utf-8")


if __name__ == "__main__":
    main()
