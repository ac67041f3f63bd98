"""What rule components and own tokenizers of the parity pipelines are given."""

import gzip
import json
import pathlib
import re

from spacy.lookups import Lookups
from spacy.util import compile_infix_regex, compile_prefix_regex

import spacy_corpus


def rule(pattern, index=0, **attrs):
    return {"patterns": [pattern], "attrs": attrs, "index": index}


TAG_MAP = [
    rule([{"TAG": tag}], POS=pos, MORPH=morph)
    for tag, pos, morph in [
        (".", "PUNCT", "PunctType=Peri"), (",", "PUNCT", "PunctType=Comm"), ("-LRB-", "PUNCT", "PunctSide=Ini|PunctType=Brck"), ("-RRB-", "PUNCT", "PunctSide=Fin|PunctType=Brck"),
        ("``", "PUNCT", "PunctSide=Ini|PunctType=Quot"), ("''", "PUNCT", "PunctSide=Fin|PunctType=Quot"), (":", "PUNCT", ""), ("HYPH", "PUNCT", "PunctType=Dash"), ("NFP", "PUNCT", ""), ("SYM", "SYM", ""),
        ("$", "SYM", ""), ("CC", "CCONJ", "ConjType=Cmp"), ("CD", "NUM", "NumType=Card"), ("DT", "DET", ""), ("EX", "PRON", "AdvType=Ex"), ("FW", "X", "Foreign=Yes"), ("IN", "ADP", ""), ("JJ", "ADJ", "Degree=Pos"),
        ("JJR", "ADJ", "Degree=Cmp"), ("JJS", "ADJ", "Degree=Sup"), ("LS", "X", "NumType=Ord"), ("MD", "AUX", "VerbForm=Fin"), ("NN", "NOUN", "Number=Sing"), ("NNP", "PROPN", "Number=Sing"),
        ("NNPS", "PROPN", "Number=Plur"), ("NNS", "NOUN", "Number=Plur"), ("PDT", "DET", ""), ("POS", "PART", "Poss=Yes"), ("PRP", "PRON", "PronType=Prs"), ("PRP$", "PRON", "Poss=Yes|PronType=Prs"),
        ("RB", "ADV", ""), ("RBR", "ADV", "Degree=Cmp"), ("RBS", "ADV", "Degree=Sup"), ("RP", "ADP", ""), ("TO", "PART", ""), ("UH", "INTJ", ""), ("VB", "VERB", "VerbForm=Inf"),
        ("VBD", "VERB", "Tense=Past|VerbForm=Fin"), ("VBG", "VERB", "VerbForm=Part|Tense=Pres|Aspect=Prog"), ("VBN", "VERB", "Tense=Past|VerbForm=Part|Aspect=Perf"), ("VBP", "VERB", "VerbForm=Fin|Tense=Pres"),
        ("VBZ", "VERB", "Person=3|Number=Sing|Tense=Pres|VerbForm=Fin"), ("WDT", "PRON", ""), ("WP", "PRON", ""), ("WP$", "DET", "Poss=Yes"), ("WRB", "ADV", ""), ("ADD", "X", ""), ("GW", "X", ""), ("XX", "X", ""),
        ("_SP", "SPACE", ""),
    ]
]

# Of the kind that English pipelines have beside their tag map.
EXCEPTIONS = [
    rule([{"IS_SPACE": True}], TAG="_SP", POS="SPACE"),
    rule([{"LOWER": "that", "TAG": {"IN": ["IN", "WDT"]}}], POS="SCONJ", MORPH="PronType=Rel"),
    rule([{"ORTH": "not"}], POS="PART", MORPH="Polarity=Neg"),
    rule([{"LOWER": {"IN": ["am", "is", "are", "was", "were", "be", "been", "being", "'s", "'re"]}, "TAG": {"REGEX": "^VB"}}], POS="AUX"),
    rule([{"TAG": "MD"}, {"TAG": "VB"}], index=-1, MORPH="VerbForm=Inf"),
    rule([{"DEP": {"IN": ["aux", "auxpass", "aux:pass"]}}], POS="AUX"),
    rule([{"TAG": "PRP", "LOWER": {"IN": ["he", "she", "it"]}}], MORPH="Person=3|Number=Sing|PronType=Prs", LEMMA="-PRON-"),
]

BY_TEXT = [
    rule([{"ORTH": "The"}], TAG="the-upper", POS="DET"),
    rule([{"TEXT": "the"}], TAG="the-text", POS="DET", MORPH="PronType=Art|Definite=Def", LEMMA="the"),
    rule([{"LOWER": "a"}], POS="DET", MORPH="PronType=Art", LEMMA="a"),
    rule([{"NORM": "not"}], POS="PART", MORPH="Polarity=Neg", LEMMA="not"),
    rule([{"NORM": {"IN": ["will", "would", "can"]}}], POS="AUX", LEMMA="modal"),
    rule([{"SHAPE": "dddd"}], POS="NUM", TAG="year"),
    rule([{"SHAPE": {"IN": ["Xxxxx", "Xxx", "XXXX"]}}], POS="PROPN", MORPH="Number=Sing"),
    rule([{"LENGTH": 1, "IS_ALPHA": True}], TAG="letter"),
    rule([{"LENGTH": {">=": 12}}], TAG="long", LEMMA="long"),
    rule([{"LENGTH": {"==": 7}}], TAG="seven"),
    rule([{"LENGTH": {"!=": 2}, "IS_DIGIT": True}], TAG="digits"),
    rule([{"LENGTH": {">": 4, "<": 6}, "IS_TITLE": True}], TAG="title-5"),
    rule([{"LENGTH": {"<=": 2}, "IS_UPPER": True}], TAG="upper-2"),
    rule([{"IS_PUNCT": True}], POS="PUNCT", TAG="mark"),
    rule([{"IS_SPACE": True}], POS="SPACE", TAG="_SP"),
    rule([{"IS_STOP": True, "IS_LOWER": True}], TAG="stop"),
    rule([{"LIKE_NUM": True}], POS="NUM", MORPH="NumType=Card"),
    rule([{"LIKE_URL": True}], POS="X", TAG="url"),
    rule([{"LIKE_EMAIL": True}], POS="X", TAG="email"),
    rule([{"IS_CURRENCY": True}], POS="SYM", TAG="$"),
    rule([{"IS_BRACKET": True}], TAG="bracket"),
    rule([{"IS_QUOTE": True}], TAG="quote"),
    rule([{"IS_LEFT_PUNCT": True}], TAG="left"),
    rule([{"IS_RIGHT_PUNCT": True, "IS_QUOTE": False}], TAG="right"),
    rule([{"IS_ASCII": False, "IS_ALPHA": True}], MORPH="Foreign=Yes"),
    rule([{"SPACY": False, "IS_ALPHA": True}], TAG="joined"),
    rule([{"ORTH": {"REGEX": r"^[A-Z][a-z]+(ing|ed)$"}}], TAG="regex", POS="VERB"),
    rule([{"TEXT": {"REGEX": r"(?i)\bgoogle|yahoo\d*"}}], TAG="engine", POS="PROPN", LEMMA="Engine"),
    rule([{"LOWER": {"REGEX": r"^(un|re).{3,}$", "NOT_IN": ["under", "really"]}}], LEMMA="prefixed"),
    rule([{"LOWER": {"FUZZY": "because"}}], POS="SCONJ", LEMMA="because"),
    rule([{"LOWER": {"FUZZY2": "people"}}], LEMMA="person"),
    rule([{"LOWER": {"FUZZY": {"IN": ["their", "there"]}}}], TAG="there"),
    rule([{"LOWER": {"IN": ["of", "in", "to"]}}, {"LOWER": "the"}], index=1, TAG="after-preposition"),
    rule([{"ORTH": {"NOT_IN": ["and", "or"]}, "LENGTH": 3}, {"ORTH": "."}], index=0, TAG="last-of-three"),
    {"patterns": [[{"LOWER": "he"}], [{"LOWER": "she"}], [{"LOWER": "it"}, {"LOWER": "'s"}]], "attrs": {"POS": "PRON", "MORPH": "Person=3|Number=Sing"}, "index": 0},
]

OPERATORS = [
    rule([{"LOWER": "very", "OP": "+"}, {"IS_ALPHA": True}], index=-1, TAG="after-very"),
    rule([{"LOWER": {"IN": ["a", "an", "the"]}}, {"IS_TITLE": True, "OP": "*"}, {"IS_PUNCT": True}], index=-1, LEMMA="closing"),
    rule([{"IS_DIGIT": True}, {"ORTH": "-", "OP": "?"}, {"IS_DIGIT": True}], index=-1, MORPH="NumForm=Digit"),
    rule([{"LOWER": "not", "OP": "!"}, {"LOWER": {"IN": ["good", "bad", "great", "going"]}}], index=1, POS="ADJ"),
    rule([{"IS_UPPER": True, "OP": "{2}"}], index=0, MORPH="Typo=Yes"),
    rule([{"IS_LOWER": True, "OP": "{2,3}"}, {"ORTH": ","}], index=1, LEMMA="second"),
    rule([{"IS_PUNCT": True, "OP": "{3,}"}], index=1, TAG="many-marks"),
    rule([{"ORTH": "!", "OP": "{,2}"}, {"ORTH": "?"}], index=-1, TAG="asked"),
    rule([{"OP": "?"}, {"ORTH": "Mr."}, {}], index=-1, POS="PROPN", TAG="mister"),
    rule([{}, {"ORTH": "%"}], index=0, POS="NUM", TAG="percent"),
    rule([{"IS_ALPHA": True, "OP": "+"}, {"ORTH": ":"}], index=-2, TAG="before-colon"),
    rule([{"LIKE_NUM": True, "OP": "+"}, {"LOWER": {"IN": ["km", "kg", "years", "days"]}}], index=0, MORPH="NumType=Card|Unit=Yes"),
]

BY_LAYER = [
    rule([{"TAG": {"IN": ["NNP", "NNPS"]}, "POS": "PROPN"}], LEMMA="name"),
    rule([{"POS": "VERB", "MORPH": {"IS_SUPERSET": ["Tense=Past"]}}], TAG="past"),
    rule([{"MORPH": {"IS_SUBSET": ["Number=Sing", "Degree=Pos"]}}], LEMMA="plain"),
    rule([{"MORPH": {"INTERSECTS": ["Number=Plur", "Person=3"]}}], TAG="plural-or-third"),
    rule([{"MORPH": {"NOT_IN": ["", "Number=Sing"]}, "POS": "NOUN"}], LEMMA="other-noun"),
    rule([{"MORPH": "Number=Plur"}], MORPH="Number=Plur|Extra=Yes|Animacy=Inan"),
    rule([{"DEP": {"IN": ["nsubj", "obj"]}}], MORPH="Case=Nom"),
    rule([{"DEP": "ROOT"}, {}], index=1, DEP="after-root"),
    rule([{"DEP": {"REGEX": "^a"}}], TAG="dep-a"),
    rule([{"ENT_TYPE": "LOC"}], TAG="loc"),
    rule([{"ENT_TYPE": {"NOT_IN": ["", "LOC"]}}], TAG="other-entity"),
    rule([{"ENT_IOB": 3}], LEMMA="begins"),
    rule([{"IS_SENT_START": True}], LEMMA="first"),
    rule([{"IS_SENT_START": False, "POS": "PUNCT"}], LEMMA="mark"),
    rule([{"LEMMA": "first"}, {"POS": {"NOT_IN": ["PUNCT", "SPACE"]}}], index=1, LEMMA="never, as matches come first"),
    rule([{"TAG": {"REGEX": "^VB"}, "OP": "+"}, {"POS": "ADP"}], index=-1, POS="PART"),
    rule([{"POS": {"IN": ["ADJ", "NOUN"]}, "OP": "{2,}"}], index=-1, TAG="head-noun"),
]


def table(lang, name):
    """A table of spacy-lookups-data, or None. A hundred megabytes, so only those who make pipelines install it."""
    import spacy_lookups_data

    path = pathlib.Path(spacy_lookups_data.__file__).parent / "data" / f"{lang}_{name}.json.gz"
    return json.loads(gzip.decompress(path.read_bytes())) if path.exists() else None


def words():
    """Words of the slice, and some more, lower-cased: the large tables are cut to them."""
    found = {word.lower() for sentences in spacy_corpus.documents() for sentence in sentences for word in sentence["words"]}
    return found | {"mice", "geese", "children", "running", "better", "worst", "was", "hus", "bilar", "flickor"}


def lookups(nlp, pipe):
    """The language's tables from spacy-lookups-data, the large ones cut to the words of the slice."""
    known, found = words(), Lookups()
    for names in pipe.get_lookups_config(pipe.mode):
        for name in names:
            rows = table(nlp.lang, name)
            if rows is not None:
                found.add_table(name, trimmed(name, rows, known))
    pipe.initialize(lambda: [], nlp=nlp, lookups=found)


def trimmed(name, rows, known):
    """A table cut to known words; a few others stay too, so that it is not just those."""
    if name == "lemma_rules":
        return rows
    if name == "lemma_lookup":
        return {word: lemma for at, (word, lemma) in enumerate(sorted(rows.items())) if word in known or at % 900 == 0}
    keep = lambda word, at: word in known or any(word + end in known for end in ("s", "d")) or at % 900 == 0
    if name == "lemma_index":
        return {pos: [word for at, word in enumerate(sorted(listed)) if keep(word, at)] for pos, listed in rows.items()}
    return {pos: {word: found for at, (word, found) in enumerate(sorted(listed.items())) if word in known or at % 60 == 0} for pos, listed in rows.items()}


def lexeme_norms(lang):
    """The language's table of norms, every sixteenth row and the slice's words."""
    known = words()
    return {word: norm for at, (word, norm) in enumerate(sorted(table(lang, "lexeme_norm").items())) if at % 16 == 0 or word.lower() in known}


def own_tokenizer(nlp):
    """Splits at full stops, digits and underscores inside words, keeps URLs to the other rules, knows odd special cases."""
    tokenizer = nlp.tokenizer
    tokenizer.infix_finditer = compile_infix_regex([r"\.+", r"(?<=\d)(?=[a-z])", "_", r"[~/](?=\w)", "–"]).finditer
    tokenizer.prefix_search = compile_prefix_regex([r"[\$#(\[\"']", r"\d+(?=kg)", "…"]).search
    tokenizer.suffix_search = re.compile(r"(?:[\)\].,!?\"';:]|(?<=[a-z])kg)$").search
    tokenizer.url_match = None
    tokenizer.token_match = re.compile(r"^:[-o]?[()DP]$|^\w+@\w+$").match
    tokenizer.faster_heuristics = False
    tokenizer.add_special_case("gimme", [{"ORTH": "gim", "NORM": "give"}, {"ORTH": "me"}])
    tokenizer.add_special_case("New York", [{"ORTH": "New York"}])
    tokenizer.add_special_case("...gimme...?", [{"ORTH": "...gimme...?"}])
    tokenizer.add_special_case("(c)", [{"ORTH": "(c)", "NORM": "©"}])
    tokenizer.add_special_case("don't", [{"ORTH": "don't"}])
