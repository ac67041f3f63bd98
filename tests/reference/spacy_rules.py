"""Asks spaCy about its rule components, and writes what it answers to random questions.

    target/reference-spacy/bin/python tests/reference/spacy_rules.py                  # remakes tests/cases/spacy/rules
    target/reference-spacy/bin/python tests/reference/spacy_rules.py OUT --scale 100  # a hundred times as many

The tokens are laid out by hand and their annotations are random, so that nothing but the rules decides. Four files:
`matcher.json`, `attribute_ruler.json`, `lemmatizer.json`, `sentencizer.json`. The same seed gives the same bytes.
"""

import argparse
import json
import pathlib
import random
import warnings

import spacy
from spacy.lookups import Lookups
from spacy.matcher import Matcher
from spacy.pipeline import AttributeRuler, Lemmatizer, Sentencizer
from spacy.lang.en.lemmatizer import EnglishLemmatizer
from spacy.tokens import Doc, Span

OUT = pathlib.Path(__file__).resolve().parents[1] / "cases" / "spacy" / "rules"

WORDS = """the The THE i I can cannot is are was be run runs running ran dog dogs cat cats New York $ £ € 10 ten 3rd 1/2
-5,000.5 +7 21ST twentieth a.b http://x.y https:// www.x.org www. example.com example.Com x.io:80 x.y/ a@b.co a@b .com
e.g. « » " ' `` '' ( ) [ < , . ! ? ... -- – 。 ！ ߹ Naïve naïve naive ΣΑΣ σας ß ẞ ² ① ٣ ½ Ⅷ ǅ 日本 日本語 😀 👍🏽 İ ı é é NASA iPhone
O'Neil well-known A aa aaa aaaa aaaaa abcabc abcacb colour color 192.168.1.1 8.8.8.8 ftp://a.b/c?d=e""".split()
SPACES = ["\n", "  ", "\t", "\n\n ", "\u00a0"]
TAGS = ["NN", "NNS", "VB", "VBZ", "VBD", "DT", "JJ", "_SP", "X", "$", ""]
POS = ["NOUN", "VERB", "DET", "ADJ", "PROPN", "PUNCT", "SPACE", "X", "AUX", "ADV", ""]
MORPHS = ["", "Number=Sing", "Number=Plur", "Case=Nom|Number=Sing", "PronType=Int,Rel", "VerbForm=Inf", "Degree=Pos",
          "Mood=Ind|Tense=Pres|VerbForm=Fin", "Number=Sing|PronType=Int,Rel", None]
DEPS = ["nsubj", "obj", "ROOT", "det", "root", "dep", ""]
LEMMAS = ["the", "be", "run", "dog", "i", "can", ""]
ENT_TYPES = ["ORG", "PERSON", "GPE", "X"]
ENT_IDS = ["", "Q1", "nsubj"]
REGEXES = ["^a", "[A-Z]+", "ing$", "(?i)the", r"\d+", "", r"^\w+$", "é|ï", r"\bcan\b", ".", "^$", "^(NN|VB)", "=Sing",
           r"^\S{2,3}$", "(?:a|b)c", r"[^\x00-\x7f]", "^_$", "x*$"]
FLAGS = ["IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT", "IS_SPACE", "IS_BRACKET",
         "IS_QUOTE", "IS_LEFT_PUNCT", "IS_RIGHT_PUNCT", "IS_CURRENCY", "IS_STOP", "LIKE_NUM", "LIKE_URL", "LIKE_EMAIL",
         "SPACY", "IS_SENT_START", "SENT_START"]
STRINGS = ["ORTH", "TEXT", "LOWER", "NORM", "SHAPE", "PREFIX", "SUFFIX", "LEMMA", "POS", "TAG", "DEP", "MORPH", "ENT_TYPE",
           "ENT_ID", "ENT_KB_ID"]
OPS = ["!", "?", "*", "+", "1", "{2}", "{1,2}", "{0,1}", "{,2}", "{2,}", "{0,}", "{1,3}"]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.nlp = spacy.blank("en")

    def pick(self, values):
        return self.random.choice(values)

    def chance(self, probability):
        return self.random.random() < probability

    # Documents

    def document(self, max_tokens=9):
        """What a document is made from; `build` makes the Doc, and the tests make theirs."""
        few = self.random.sample(WORDS, self.random.randint(2, 12))
        tokens = []
        for place in range(self.random.choice([0, 1] + list(range(2, max_tokens + 1)) * 2)):
            word = self.pick(SPACES) if self.chance(0.06) else self.pick(few) if self.chance(0.7) else self.pick(WORDS)
            token = {"text": word}
            if self.chance(0.7):
                token["space"] = True
            for key, values in (("tag", TAGS), ("pos", POS), ("morph", MORPHS), ("dep", DEPS), ("lemma", LEMMAS)):
                value = self.pick(values)
                if value is not None and (value or key == "morph"):
                    token[key] = value
            if self.chance(0.1):
                token["norm"] = self.pick(WORDS)
            if self.chance(0.6):
                token["sent_start"] = self.chance(0.5)
            tokens.append(token)
        document = {"tokens": tokens}
        if self.chance(0.5):
            document["ents"] = self.entities(len(tokens))
        return document

    def entities(self, count):
        ents, start = [], 0
        while start < count:
            if self.chance(0.3):
                end = self.random.randint(start + 1, min(count, start + 3))
                ents.append([start, end, self.pick(ENT_TYPES), self.pick(ENT_IDS)])
                start = end
            else:
                start += 1
        return ents

    def build(self, document):
        tokens = document["tokens"]
        doc = Doc(self.nlp.vocab, [t["text"] for t in tokens], [t.get("space", False) for t in tokens])
        for token, given in zip(doc, tokens):
            token.is_sent_start = given.get("sent_start")
        for token, given in zip(doc, tokens):
            token.tag_, token.pos_ = given.get("tag", ""), given.get("pos", "")
            token.dep_, token.lemma_ = given.get("dep", ""), given.get("lemma", "")
            if "morph" in given:
                token.set_morph(given["morph"])
            if "norm" in given:
                token.norm_ = given["norm"]
        if "ents" in document:
            doc.set_ents([Span(doc, start, end, label=label, span_id=id_) for start, end, label, id_ in document["ents"]])
        return doc

    # Patterns

    def value(self, attribute, doc):
        """A value of an attribute: one that occurs, mostly."""
        name = "ORTH" if attribute == "TEXT" else attribute
        if len(doc) and self.chance(0.8):
            token = doc[self.random.randrange(len(doc))]
            if name == "MORPH":
                return str(token.morph) or self.pick(["", "_"])
            return {"ORTH": token.text, "LOWER": token.lower_, "NORM": token.norm_, "SHAPE": token.shape_,
                    "PREFIX": token.prefix_, "SUFFIX": token.suffix_, "LEMMA": token.lemma_, "POS": token.pos_,
                    "TAG": token.tag_, "DEP": token.dep_, "ENT_TYPE": token.ent_type_, "ENT_ID": token.ent_id_,
                    "ENT_KB_ID": token.ent_kb_id_}[name]
        pools = {"LEMMA": LEMMAS, "POS": POS, "TAG": TAGS, "DEP": DEPS, "MORPH": [m for m in MORPHS if m is not None],
                 "ENT_TYPE": ENT_TYPES, "ENT_ID": ENT_IDS, "ENT_KB_ID": ["", "Q1"], "SHAPE": ["xxxx", "Xxxx", "d", "X"]}
        return self.pick(pools.get(name, WORDS))

    def condition(self, attribute, doc):
        kind = self.pick(["REGEX", "FUZZY", "IN", "NOT_IN", "IS_SUBSET", "IS_SUPERSET", "INTERSECTS", "nested", "unknown"])
        many = lambda: [self.value(attribute, doc) for _ in range(self.random.randint(0, 3))]  # noqa: E731
        if kind == "REGEX":
            return {self.pick(["REGEX", "regex"]): self.pick(REGEXES)}
        if kind == "FUZZY":
            return {"FUZZY" + self.pick(["", "", "1", "2", "3", "5", "9"]): self.value(attribute, doc)}
        if kind == "nested":
            membership = self.pick(["IN", "NOT_IN"])
            if attribute != "MORPH" and self.chance(0.5):
                return {"REGEX": {membership: self.random.sample(REGEXES, self.random.randint(0, 3))}}
            return {"FUZZY" + self.pick(["", "1", "2"]): {membership: many()}}
        if kind == "unknown":
            return {"IS_LIKE": self.value(attribute, doc)}
        if attribute == "MORPH" and kind in ("IS_SUBSET", "IS_SUPERSET", "INTERSECTS"):
            return {kind: [f for value in many() for f in (value.split("|") if self.chance(0.8) else [value])]}
        return {kind: many()}

    def number(self, doc):
        length = len(self.pick(doc).text) if len(doc) and self.chance(0.8) else self.random.randint(0, 6)
        if self.chance(0.3):
            return length
        if self.chance(0.3):
            return {self.pick(["IN", "NOT_IN", "IS_SUBSET", "INTERSECTS"]): [length, self.random.randint(0, 6)]}
        comparison = self.pick(["==", "!=", ">=", "<=", ">", "<"])
        return {comparison: self.pick([length, length, length + 0.5, float(length), -1, True])}

    def entry(self, doc):
        entry = {}
        for _ in range(self.pick([0, 1, 1, 1, 2])):
            kind = self.random.random()
            if kind < 0.15:
                entry[self.pick(FLAGS)] = self.chance(0.7)
            elif kind < 0.22:
                entry["LENGTH"] = self.number(doc)
            elif kind < 0.28:
                entry["ENT_IOB"] = self.pick(["", "I", "O", "B", 0, 1, 2, 3, "x", {"IN": [1, 3]}, {">": 1}])
            else:
                attribute = self.pick(STRINGS)
                key = attribute.lower() if self.chance(0.1) else attribute
                entry[key] = self.condition(attribute, doc) if self.chance(0.4) else self.value(attribute, doc)
        if self.chance(0.45):
            entry[self.pick(["OP", "OP", "OP", "op"])] = self.pick(OPS)
        return entry

    def pattern(self, doc, max_entries=4):
        return [self.entry(doc) for _ in range(self.random.randint(1, max_entries))]

    # Cases

    def matcher_case(self):
        document = self.document()
        doc = self.build(document)
        rules = [[self.pattern(doc) for _ in range(self.pick([1, 1, 2]))] for _ in range(self.random.randint(1, 3))]
        matcher = Matcher(self.nlp.vocab, validate=False)
        for number, patterns in enumerate(rules):
            matcher.add(f"rule {number}", patterns)
        number_of = {self.nlp.vocab.strings[f"rule {number}"]: number for number in range(len(rules))}
        found = matcher(doc, allow_missing=True)
        return {"document": document, "rules": rules, "matches": [[number_of[key], s, e] for key, s, e in found]}

    def attrs(self):
        attrs = {}
        pools = (("TAG", TAGS), ("POS", POS), ("MORPH", ["Number=Plur|Case=Acc", "B=2,1|A=x", "_", ""]),
                 ("LEMMA", LEMMAS), ("DEP", DEPS), ("NORM", ["the", "NORM", ""]), ("SENT_START", [True, False, 1, 0]))
        for key, values in pools:
            if self.chance(0.3):
                attrs[key if self.chance(0.9) else key.lower()] = self.pick(values)
        if self.chance(0.05):
            attrs[self.pick(["Number", "ORTH", "IS_SENT_START", "length"])] = "Sing"
        return attrs

    def attribute_ruler_case(self):
        document = self.document()
        doc = self.build(document)
        rules = []
        for _ in range(self.random.randint(1, 5)):
            rule = {"patterns": [self.pattern(doc, 3) for _ in range(self.pick([0, 1, 1, 2]))], "attrs": self.attrs()}
            if self.chance(0.5):
                rule["index"] = self.pick([0, 0, 0, 1, -1, -2])
            rules.append(rule)
        ruler = AttributeRuler(self.nlp.vocab)
        ruler.add_patterns(rules)
        case = {"document": document, "rules": rules}
        try:
            doc = ruler(doc)
        except ValueError as error:
            if "E1001" not in str(error):
                raise
            case["error"] = True
            return case
        case["tokens"] = [self.annotations(token) for token in doc]
        return case

    @staticmethod
    def annotations(token):
        """Morphology as it is stored, which tells features that are unset from none."""
        stored = token.vocab.strings[token.morph.key]
        annotations = {"tag": token.tag_, "pos": token.pos_, "morph": stored, "lemma": token.lemma_, "dep": token.dep_,
                       "norm": token.norm_, "sent_start": token.is_sent_start}
        return {key: value for key, value in annotations.items() if value not in ("", None)}

    # The lemmatizer, with small tables of its own

    def word(self):
        stem = self.pick(["tab", "Ly", "ΣΑ", "nai", "a", "x-", "ég", "", "1"])
        return (stem + self.pick(["", "s", "es", "ies", "er", "ing", "ed", "ς", "Σ"])) or "s"

    def exceptions(self):
        """A list of lemmas; a string, which spaCy takes for a list of characters, as in the Persian tables."""
        return self.word().lower() if self.chance(0.1) else [self.word().lower() for _ in range(self.pick([0, 1, 2]))]

    def lemmatizer_case(self):
        words = sorted({self.word() for _ in range(12)})
        mode = self.pick(["rule", "rule", "lookup"])
        english = self.chance(0.6)
        if mode == "lookup":
            tables = {"lemma_lookup": {w: self.pick([w.lower(), "x", "", ["y", "z"]]) for w in words if self.chance(0.6)}}
        else:
            endings = ["s", "es", "ies", "er", "ing", "ed", "ς", "", "as"]
            by_pos = lambda make: {p: make() for p in ("noun", "verb", "adj", "punct", "propn") if self.chance(0.6)}  # noqa: E731
            tables = {
                "lemma_rules": by_pos(lambda: [[self.pick(endings), self.pick(["", "", "y", "e", "-", "9"])]
                                               for _ in range(self.random.randint(0, 6))]),
                "lemma_index": by_pos(lambda: sorted({self.word().lower() for _ in range(self.random.randint(0, 8))})),
                "lemma_exc": by_pos(lambda: {self.word().lower(): self.exceptions() for _ in range(self.random.randint(0, 4))}),
            }
            tables = {name: tables[name] for name in tables if name == "lemma_rules" or self.chance(0.8)}
        lookups = Lookups()
        for name, table in tables.items():
            lookups.add_table(name, table)
        lemmatizer = (EnglishLemmatizer if english else Lemmatizer)(
            self.nlp.vocab, None, mode=mode, overwrite=self.chance(0.3))
        lemmatizer.initialize(lookups=lookups)
        tokens = [{"text": word, "space": True} for word in words + ["\n", "A"]]
        for token in tokens:
            pos, morph = self.pick(POS + ["NOUN", "VERB", "ADJ"]), self.pick(MORPHS + ["Tense=Pres|VerbForm=Fin", "VerbForm=None"])
            if pos:
                token["pos"] = pos
            if morph is not None:
                token["morph"] = morph
            if self.chance(0.1):
                token["lemma"] = self.pick(["old", "run"])
        document = {"tokens": tokens}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            doc = lemmatizer(self.build(document))
        return {"document": document, "language": "en" if english else "xx", "mode": mode,
                "overwrite": lemmatizer.overwrite, "tables": tables, "lemmas": [token.lemma_ for token in doc]}

    def sentencizer_case(self):
        document = self.document(14)
        for token in document["tokens"]:
            if self.chance(0.3):
                token["text"] = self.pick([".", "!", "?", "。", "...", "»", ")", "߹", "\U00011047", "．"])
        punct_chars = self.pick([None, None, None, [".", "the"], ["..."], []])
        sentencizer = Sentencizer(punct_chars=punct_chars, overwrite=self.chance(0.4))
        if punct_chars == []:
            sentencizer.punct_chars = set()
        doc = sentencizer(self.build(document))
        return {"document": document, "punct_chars": punct_chars, "overwrite": sentencizer.overwrite,
                "starts": [token.is_sent_start for token in doc]}


def write(path, cases):
    """One case per line, so that a change is a line in the diff."""
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("out", nargs="?", type=pathlib.Path, default=OUT)
    arguments.add_argument("--scale", type=int, default=1)
    arguments = arguments.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore", message=r"\[W(035|036|108)\]")
    for name, count in (("matcher", 200), ("attribute_ruler", 80), ("lemmatizer", 40), ("sentencizer", 40)):
        generator = Generator(name)
        make = getattr(generator, f"{name}_case")
        write(arguments.out / f"{name}.json", [make() for _ in range(count * arguments.scale)])


if __name__ == "__main__":
    main()
