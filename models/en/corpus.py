"""Reads the corpora into spaCy documents: treebank sentences with entities, and tweets and prose with entities only."""

from spacy.tokens import Doc, Span

UD, UNER = "UD_English-EWT", "UNER_English-EWT"
# What the labels of the other corpora are called here; a label that is not listed marks no entity, as in UNER.
LABELS = {
    "PER": "PER", "LOC": "LOC", "ORG": "ORG",
    "person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG",
}


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


def entity_tags(path):
    """`sent_id` to the IOB2 tags of its words."""
    found = {}
    for block in blocks(path):
        name = next(line.split("=", 1)[1].strip() for line in block if line.startswith("# sent_id"))
        # A word may hold a hash, so only lines that begin with a number are words.
        found[name] = [line.split("\t")[2] for line in block if line.split("\t")[0].isdigit()]
    return found


def spans_of(tags):
    """`(start, end, label)` of IOB1 or IOB2 tags, end exclusive."""
    found, start, label = [], None, None
    for at, tag in enumerate([*tags, "O"]):
        kind, _, name = tag.partition("-")
        if start is not None and (kind != "I" or name != label):
            found.append((start, at, label))
            start = None
        if kind in "BI" and start is None:
            start, label = at, name
    return found


def spaces_of(block, words):
    """Whether white space follows each word: the surface token decides, and no space parts its words."""
    spaces, inside_until = {}, 0
    for line in block:
        fields = line.split("\t")
        after = "SpaceAfter=No" not in fields[-1]
        if "-" in fields[0] and fields[0].replace("-", "").isdigit():
            first, last = map(int, fields[0].split("-"))
            spaces.update({at: False for at in range(first, last)} | {last: after})
            inside_until = last
        elif fields[0].isdigit() and int(fields[0]) > inside_until:
            spaces[int(fields[0])] = after
    return [spaces[at] for at in range(1, len(words) + 1)]


def treebank(folder, part):
    """Documents of the treebank in order, each a list of sentences (dicts of parallel lists)."""
    entities = entity_tags(folder / UNER / f"en_ewt-ud-{part}.iob2")
    documents, unlabelled = [], 0
    for block in blocks(folder / UD / f"en_ewt-ud-{part}.conllu"):
        comments = [line for line in block if line.startswith("# ")]
        if any(line.startswith("# newdoc") for line in comments) or not documents:
            documents.append([])
        name = next(line.split("=", 1)[1].strip() for line in comments if line.startswith("# sent_id"))
        rows = [line.split("\t") for line in block if line.split("\t")[0].isdigit()]
        words = [row[1] for row in rows]
        tags = entities.get(name)
        if tags is None or len(tags) != len(words):
            tags, unlabelled = None, unlabelled + 1
        documents[-1].append({
            "words": words, "spaces": spaces_of(block, words),
            "lemmas": [row[2] for row in rows], "pos": [row[3] for row in rows], "tags": [row[4] for row in rows],
            "morphs": ["" if row[5] == "_" else row[5] for row in rows],
            "heads": [int(row[6]) - 1 if row[6] != "0" else at for at, row in enumerate(rows)],
            "deps": [row[7] if row[6] != "0" else "ROOT" for row in rows],
            "entities": None if tags is None else spans_of(tags),
        })
    print(f"{part}: {len(documents)} documents, {sum(map(len, documents))} sentences, {unlabelled} without entities")
    return documents


def joined(vocab, sentences):
    """One document of several sentences, parted by a space."""
    merged = {key: [] for key in ("words", "spaces", "lemmas", "pos", "tags", "morphs", "heads", "deps")}
    spans, missing = [], []
    for sentence in sentences:
        offset = len(merged["words"])
        for key in merged:
            merged[key] += [offset + head for head in sentence[key]] if key == "heads" else sentence[key]
        # The last word of a sentence is followed by a space: sentences are joined by one.
        merged["spaces"][-1] = True
        length = len(sentence["words"])
        if sentence["entities"] is None:
            missing.append((offset, offset + length))
        else:
            spans += [(offset + start, offset + end, label) for start, end, label in sentence["entities"]]
    merged["spaces"][-1] = False
    doc = Doc(vocab, **merged)
    doc.set_ents(
        [Span(doc, start, end, label=LABELS[label]) for start, end, label in spans if label in LABELS],
        missing=[doc[start:end] for start, end in missing],
    )
    return doc


def entity_corpus(path, separator):
    """Sentences of a one-token-a-line file that says nothing but entities; `unknown` are spans to say nothing about."""
    sentences = []
    for block in blocks(path):
        rows = [line.rsplit(separator, 1) for line in block]
        rows = [row for row in rows if len(row) == 2 and row[0].strip()]
        words, tags = [row[0].strip() for row in rows], [row[1].strip() for row in rows]
        # Wikigold's articles begin with a marker.
        if not words or words == ["-DOCSTART-"]:
            continue
        spans = [span for span in spans_of(tags) if span[2] in LABELS]
        # Whether a user's name or a tag is a name is a matter of the corpus, so it teaches nothing.
        unknown = [span for span in spans if words[span[0]].startswith(("@", "#"))]
        sentences.append({
            "words": words, "spaces": spacing(words), "entities": [span for span in spans if span not in unknown],
            "unknown": [(start, end) for start, end, _ in unknown],
        })
    return sentences


def entity_doc(vocab, sentence):
    """A document with entities and no other annotation."""
    doc = Doc(vocab, words=sentence["words"], spaces=sentence["spaces"])
    doc.set_ents(
        [Span(doc, start, end, label=LABELS[label]) for start, end, label in sentence["entities"]],
        missing=[doc[start:end] for start, end in sentence["unknown"]],
    )
    return doc


def spacing(words):
    """A guess at the white space that the files do not keep."""
    spaces = [True] * len(words)
    for at, word in enumerate(words):
        if at and (word in {".", ",", "!", "?", ":", ";", ")", "]", "%", "'s", "n't", "'m", "'re", "'ve", "'ll", "'d"}):
            spaces[at - 1] = False
        if word in {"(", "[", "$", "#", "@"}:
            spaces[at] = False
    spaces[-1] = False
    return spaces


def entity_corpora(folder):
    """The other corpora's training sentences by name."""
    return {
        "WNUT17": entity_corpus(folder / "WNUT17" / "wnut17train.conll", "\t")
        + entity_corpus(folder / "WNUT17" / "emerging.dev.conll", "\t"),
        "BTC": [sentence for part in "abefgh" for sentence in entity_corpus(folder / "BTC" / f"{part}.conll", "\t")],
        "wikigold": entity_corpus(folder / "wikigold" / "wikigold.conll.txt", " "),
    }


def chunks(documents, rng, longest):
    """Documents cut into runs of 1 to `longest` sentences."""
    found = []
    for sentences in documents:
        at = 0
        while at < len(sentences):
            count = rng.randint(1, longest)
            found.append(sentences[at:at + count])
            at += count
    return found
