"""Reads the corpora into texts with the places of their words and entities.

A sentence is a dict: `text`; `words`, the `(start, end)` of each word in it; `entities`, `(start, end, label)`; and
`unknown`, `(start, end)` of what teaches nothing. All places are characters of `text`, ends exclusive.
"""

UNER = "UNER_English-EWT"
# What the labels of the corpora are called here; one that is not listed marks no entity.
LABELS = {
    "PER": "PER", "LOC": "LOC", "ORG": "ORG",
    "person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG",
}
CLOSING = {".", ",", "!", "?", ":", ";", ")", "]", "%", "'s", "n't", "'m", "'re", "'ve", "'ll", "'d"}
OPENING = {"(", "[", "$", "#", "@"}


def blocks(path):
    """The lines of each blank-line-separated block of a file."""
    found = []
    # Only "\n" ends a line: some tweets hold other line separators.
    for line in path.read_text(encoding="utf-8").split("\n"):
        line = line.rstrip("\r")
        if line.strip():
            found.append(line)
        elif found:
            yield found
            found = []
    if found:
        yield found


def spans_of(tags):
    """`(start, end, label)` of IOB1 or IOB2 tags, in words, end exclusive; an `I-` may begin an entity."""
    found, start, label = [], None, None
    for at, tag in enumerate([*tags, "O"]):
        kind, _, name = tag.partition("-")
        if start is not None and (kind != "I" or name != label):
            found.append((start, at, label))
            start = None
        if kind in ("B", "I") and start is None:
            start, label = at, name
    return found


def placed(text, words):
    """`(start, end)` of each word in `text`, which holds them in order."""
    places, at = [], 0
    for word in words:
        start = text.index(word, at)
        at = start + len(word)
        places.append((start, at))
    return places


def sentence(text, words, tags):
    """A sentence whose words have IOB tags."""
    places = placed(text, words)
    spans = [(start, end, LABELS[label]) for start, end, label in spans_of(tags) if label in LABELS]
    # Whether a user's name or a tag is a name is a matter of the corpus, so it teaches nothing.
    unknown = [span for span in spans if words[span[0]].startswith(("@", "#"))]
    return {
        "text": text, "words": places,
        "entities": [(places[start][0], places[end - 1][1], label) for start, end, label in spans
                     if (start, end, label) not in unknown],
        "unknown": [(places[start][0], places[end - 1][1]) for start, end, _ in unknown],
    }


def uner(folder, part):
    """The documents of a part of UNER, each a list of sentences."""
    documents = []
    for block in blocks(folder / UNER / f"en_ewt-ud-{part}.iob2"):
        if block[0].startswith("# newdoc"):
            documents.append([])
        text = next(line for line in block if line.startswith("# text = "))[len("# text = "):]
        # A word may hold a hash, so only lines that begin with a number are words.
        rows = [line.split("\t") for line in block if line.split("\t")[0].isdigit()]
        documents[-1].append(sentence(text, [row[1] for row in rows], [row[2] for row in rows]))
    return documents


def spaced(words):
    """The words as running text, with a guess at the white space that the files do not keep."""
    text = ""
    for at, word in enumerate(words):
        if at and word not in CLOSING and words[at - 1] not in OPENING:
            text += " "
        text += word
    return text


def tagged(path, separator):
    """The sentences of a file with a word and its tag a line."""
    found = []
    for block in blocks(path):
        rows = [line.rsplit(separator, 1) for line in block]
        rows = [row for row in rows if len(row) == 2 and row[0].strip()]
        words, tags = [row[0].strip() for row in rows], [row[1].strip() for row in rows]
        # Wikigold's articles begin with a marker.
        if words and words != ["-DOCSTART-"]:
            found.append(sentence(spaced(words), words, tags))
    return found


def others(folder):
    """The training sentences of the other corpora, by name."""
    wnut = [tagged(folder / "WNUT17" / name, "\t") for name in ("wnut17train.conll", "emerging.dev.conll")]
    tweets = [tagged(folder / "BTC" / f"{part}.conll", "\t") for part in "abefgh"]
    return {
        "WNUT17": sum(wnut, []), "BTC": sum(tweets, []),
        "wikigold": tagged(folder / "wikigold" / "wikigold.conll.txt", " "),
    }


def joined(sentences):
    """One sentence of several, parted by a space."""
    whole = {"text": "", "words": [], "entities": [], "unknown": []}
    for each in sentences:
        shift = len(whole["text"]) + 1 if whole["text"] else 0
        whole["text"] += " " * bool(whole["text"]) + each["text"]
        for key in ("words", "entities", "unknown"):
            whole[key] += [(start + shift, end + shift, *rest) for start, end, *rest in each[key]]
    return whole
