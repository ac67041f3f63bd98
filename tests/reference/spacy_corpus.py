"""Training text for the spaCy parity pipelines: a slice of UD English EWT with UNER's entities, and invented brands.

    python spacy_corpus.py --data ../../../shared/data      # cuts `ewt-slice/` anew

`ewt-slice/` has the folders and formats of the treebanks themselves, so that both are read alike. UD English
EWT and UNER English EWT are under CC BY-SA 4.0, and so is the slice.
"""

import argparse
import pathlib
import random

from spacy.tokens import Doc, Span

SLICE = pathlib.Path(__file__).resolve().parent / "ewt-slice"
UD, UNER = "UD_English-EWT", "UNER_English-EWT"
SENTENCES = 330
# One document in so many is looked at, so that the slice spans genres.
STRIDE = 3
LABELS = ("PER", "LOC", "ORG")
BRANDS = "STARBUCKS,Kellog's,Blue Heron Bakery,H&M-ish,Zümrüt,O'Reilly Auto,7-Twelve,Pão & Cia.,Acme Corp.,iCrumb".split(",")
CITIES = "Vancouver,New York,São Paulo,Zürich,Reno NV,St. John's,Lagos,Kyoto,Halle (Saale),L.A.".split(",")


def blocks(path):
    """The lines of each block of a file, which blank lines part."""
    return [block.split("\n") for block in path.read_text(encoding="utf-8").strip("\n").split("\n\n")]


def name_of(block):
    return next(line for line in block if line.startswith("# sent_id")).split("=", 1)[1].strip()


def is_word(line):
    return line.split("\t")[0].isdigit()


def entities(folder, part):
    """The IOB2 tags of each sentence's words, by its name."""
    found = {}
    for block in blocks(folder / UNER / f"en_ewt-ud-{part}.iob2"):
        found[name_of(block)] = [line.split("\t")[2] for line in block if is_word(line)]
    return found


def spans(tags):
    """`(start, end, label)` of IOB2 tags, of the labels that are kept."""
    found = []
    for at, tag in enumerate(tags):
        if tag[0] == "B":
            end = at + 1
            while end < len(tags) and tags[end] == "I" + tag[1:]:
                end += 1
            found.append((at, end, tag[2:]))
    return [span for span in found if span[2] in LABELS]


def spaces(block):
    """Whether a space follows each word; the parts of a contraction stand together."""
    found, inside = {}, 0
    for line in block:
        fields = line.split("\t")
        after = "SpaceAfter=No" not in fields[-1]
        if is_word(line) and int(fields[0]) > inside:
            found[int(fields[0])] = after
        elif "-" in fields[0] and fields[0].replace("-", "").isdigit():
            first, inside = map(int, fields[0].split("-"))
            found.update({at: at == inside and after for at in range(first, inside + 1)})
    return [found[at] for at in sorted(found)]


def documents(folder=SLICE, part="train"):
    """The treebank's documents, each a list of sentences: dicts of parallel lists, and `entities`."""
    tags, found = entities(folder, part), []
    for block in blocks(folder / UD / f"en_ewt-ud-{part}.conllu"):
        if any(line.startswith("# newdoc") for line in block):
            found.append([])
        rows = [line.split("\t") for line in block if is_word(line)]
        found[-1].append({
            "words": [row[1] for row in rows], "spaces": spaces(block), "lemmas": [row[2] for row in rows],
            "pos": [row[3] for row in rows], "tags": [row[4] for row in rows],
            "morphs": ["" if row[5] == "_" else row[5] for row in rows],
            "heads": [int(row[6]) - 1 if row[6] != "0" else at for at, row in enumerate(rows)],
            "deps": [row[7] if row[6] != "0" else "ROOT" for row in rows],
            "entities": spans(tags.get(name_of(block), ["O"])),
        })
    return found


def joined(vocab, sentences):
    """One document of several sentences, which spaces part."""
    merged = {key: [] for key in ("words", "spaces", "lemmas", "pos", "tags", "morphs", "heads", "deps")}
    found = []
    for sentence in sentences:
        offset = len(merged["words"])
        for key in merged:
            merged[key] += [offset + head for head in sentence[key]] if key == "heads" else sentence[key]
        merged["spaces"][-1] = True
        found += [(offset + start, offset + end, label) for start, end, label in sentence["entities"]]
    merged["spaces"][-1] = False
    doc = Doc(vocab, **merged)
    doc.set_ents([Span(doc, start, end, label=label) for start, end, label in found])
    return doc


def text(sentences):
    """The sentences as text, which spaces part."""
    words = [word + " " * space for sentence in sentences for word, space in zip(sentence["words"], [*sentence["spaces"][:-1], True])]
    return "".join(words).rstrip(" ")


def runs(longest=3, seed=1, folder=SLICE):
    """The slice's documents, or those of a folder with the whole treebanks, cut into runs of one to `longest` sentences."""
    rng, found = random.Random(seed), []
    for sentences in documents(folder):
        while sentences:
            count = rng.randint(1, longest)
            found.append(sentences[:count])
            sentences = sentences[count:]
    return found


def renamed(sentences):
    """The sentences with UD's labels renamed to those that spaCy's English noun chunks want."""
    names = {"obj": "dobj", "nsubj:pass": "nsubjpass", "iobj": "dative", "obl": "pobj", "nmod": "pobj"}
    return [{**sentence, "deps": [names.get(dep, dep) for dep in sentence["deps"]]} for sentence in sentences]


def docs(vocab, longest=3, change=lambda sentences: sentences, folder=SLICE):
    """The slice, or a folder's training part, as annotated documents."""
    return [joined(vocab, change(run)) for run in runs(longest, folder=folder)]


def nameless(vocab, every=3):
    """Some of the slice as documents that hold no entities."""
    return docs(vocab, change=lambda run: [{**sentence, "entities": []} for sentence in run])[::every]


def brands(nlp, count=160, seed=7):
    """Pairs of the kind `("STARBUCKS Vancouver", {"entities": [(0, 9, "BRD")]})`, as documents."""
    rng, found = random.Random(seed), []
    shapes = ["{brand} {city}", "{brand} #{number} {city}", "{city} - {brand}", "POS PURCHASE {brand} {city} {number}", "{brand}, {city}", "{number} {city}"]
    for _ in range(count):
        brand, number = rng.choice(BRANDS), rng.randint(1, 9999)
        brand = rng.choice([brand, brand.upper(), brand.lower()])
        shape = rng.choice(shapes)
        text = shape.format(brand=brand, city=rng.choice(CITIES), number=number)
        doc = nlp.make_doc(text)
        at = text.find(brand) if "{brand}" in shape else -1
        span = doc.char_span(at, at + len(brand), label="BRD") if at >= 0 else None
        doc.set_ents([span] if span is not None else [])
        found.append(doc)
    return found


def crosses(rows):
    """Whether two arcs of the sentence cross."""
    arcs = [tuple(sorted((int(row[0]), int(row[6])))) for row in rows]
    return any(a < c < b < d for a, b in arcs for c, d in arcs)


def chosen(data):
    """Blocks of the treebank's training part and the names of their sentences, in order."""
    found, number, room = [], -1, 0
    for block in blocks(data / UD / "en_ewt-ud-train.conllu"):
        if any(line.startswith("# newdoc") for line in block):
            number, room = number + 1, 9
        rows = [line.split("\t") for line in block if is_word(line)]
        wanted = number % STRIDE == 0 and 4 <= len(rows) <= 32 and room > 0
        # Crossing arcs are rare, and the parser's decorated labels come from them.
        if wanted and (number % (4 * STRIDE) == 0 or crosses(rows) and len(rows) < 24):
            room -= 1
            found.append(block)
        if len(found) == SENTENCES:
            break
    return found


def cut(data):
    """Writes the slice."""
    trees, entities, seen = [], [], set()
    found = chosen(data)
    names = set(map(name_of, found))
    for block in found:
        name = name_of(block)
        document = name.rsplit("-", 1)[0]
        lines = [f"# newdoc id = {document}"] * (document not in seen) + [f"# sent_id = {name}"]
        lines += ["\t".join([*line.split("\t")[:8], "_", line.split("\t")[9]]) for line in block if not line.startswith("#")]
        trees.append("\n".join(lines))
        seen.add(document)
    for block in blocks(data / UNER / "en_ewt-ud-train.iob2"):
        if name_of(block) in names:
            rows = ["\t".join(line.split("\t")[:3]) for line in block if is_word(line)]
            entities.append("\n".join([f"# sent_id = {name_of(block)}", *rows]))
    for folder, file, parts in [(UD, "en_ewt-ud-train.conllu", trees), (UNER, "en_ewt-ud-train.iob2", entities)]:
        (SLICE / folder).mkdir(parents=True, exist_ok=True)
        (SLICE / folder / file).write_text("\n\n".join(parts) + "\n\n", encoding="utf-8")
    print(f"{len(trees)} sentences, {sum(tree.count(chr(10)) for tree in trees)} lines")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=pathlib.Path, required=True)
    cut(options.parse_args().data)


if __name__ == "__main__":
    main()
