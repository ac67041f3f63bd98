"""Writes random walks of spaCy's two transition systems and random trees, for the tests of the crate's own parts.

    python tests/reference/spacy_transitions.py crates/spanlet-spacy/src

A walk begins with a line that describes the text. Then each step has a line: which moves are allowed (1 or 0 for each, in
the order of the first line of the file), which of them is made, and the tokens that the network looks at, for the few
features and for the many (`-` for none). It ends with what came of it. 

A tree is a line: for each token `head:label`, and behind `=` what spaCy makes of it by moving decorated arcs:
`head:label:left edge:right edge:sentence start`. A label `_` stands on a token of white space. For noun chunks it is
`head:label:part of speech`, and `start:end` of each chunk behind `=`.
"""

import random
import sys
from pathlib import Path

import spacy
from spacy.pipeline._parser_internals import nonproj
from spacy.tokens import Doc, Span

WALKS = 40
TREES = 60


def features(steps, states):
    rows = [step.get_token_ids(states)[0].tolist() for step in steps]
    return " ".join(",".join("-" if token < 0 else str(token) for token in row) for row in rows)


def components(name, labels):
    """The same component with the few and with the many features."""
    made = []
    for extra in (False, True):
        nlp = spacy.blank("en")
        model = {"hidden_width": 4, "maxout_pieces": 1, "extra_state_tokens": extra}
        model["tok2vec"] = {"@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, "width": 4, "depth": 1,
                            "embed_size": 10, "window_size": 1, "maxout_pieces": 1, "subword_features": False}
        default = nlp.get_factory_meta(name).default_config["model"]
        pipe = nlp.add_pipe(name, config={"model": {**default, **model}})
        for action, label in labels:
            pipe.moves.add_action(action, label)
        pipe._resize()
        pipe.model.initialize([nlp.make_doc("one text")])
        made.append((nlp, pipe))
    return made


def walk(out, numbers, made, doc, moves):
    system = made[0][1].moves
    steps = [pipe.model.predict([doc]) for _, pipe in made]
    state = system.init_batch([doc])[0]
    while not state.is_final():
        allowed = [move for move in moves if system.is_valid(state, move)]
        if not allowed:
            print("stuck", file=out)
            return None
        bits = "".join("1" if move in allowed else "0" for move in moves)
        # By action first, so that the many labels of one do not outweigh the others.
        action = numbers.choice(sorted({move[0] for move in allowed}))
        move = numbers.choice([move for move in allowed if move[0] == action])
        print(bits, move, features(steps, [state]), file=out)
        system.apply_transition(state, move)
    return state


def arc_eager(folder):
    labels = [(0, ""), (1, ""), (2, "a"), (2, "subtok"), (3, "a"), (3, "subtok"), (4, "ROOT")]
    moves = ["S", "D", "L-a", "L-subtok", "R-a", "R-subtok", "B-ROOT"]
    made = components("parser", labels)
    numbers = random.Random(20)
    with (folder / "arc_eager" / "walks.txt").open("w") as out:
        print(" ".join(moves), file=out)
        for _ in range(WALKS):
            doc = Doc(made[0][0].vocab, words=["word"] * numbers.randint(1, 9))
            preset = numbers.choice(["???", "?+-", "--+", "?--"])
            marks = "".join(numbers.choice(preset) for _ in doc)
            for token, mark in zip(doc, marks):
                token.is_sent_start = {"?": None, "+": True, "-": False}[mark]
            print("text", marks, file=out)
            state = walk(out, numbers, made, doc, moves)
            made[0][1].moves.set_annotations(state, doc)
            starts = "".join("+" if token.is_sent_start else "-" for token in doc)
            arcs = " ".join(f"{token.head.i}:{token.dep_}:{token.left_edge.i}:{token.right_edge.i}" for token in doc)
            print("tree", starts, arcs, file=out)


def biluo(folder):
    kinds = ["X", "Y"]
    labels = [(action, kind) for action in (1, 2, 3, 4) for kind in kinds] + [(4, ""), (5, "")]
    moves = [f"{action}-{kind}" for action in "BILU" for kind in kinds] + ["O"]
    made = components("ner", labels)
    numbers = random.Random(21)
    with (folder / "biluo" / "walks.txt").open("w") as out:
        print(" ".join(moves), file=out)
        for _ in range(WALKS):
            words = [numbers.choice(["word", "word", "word", "\n"]) for _ in range(numbers.randint(1, 9))]
            doc = Doc(made[0][0].vocab, words=words)
            for token in doc:
                token.is_sent_start = numbers.choice([None, None, True, False])
            ents = []
            at = numbers.choice([0, 99])
            while at < len(doc):
                end = min(len(doc), at + numbers.randint(1, 3))
                if numbers.random() < 0.4:
                    ents.append(Span(doc, at, end, label=numbers.choice(kinds)))
                    at = end
                else:
                    at += 1
            doc.ents = ents
            spaces = "".join("_" if token.is_space else "w" for token in doc)
            starts = "".join("+" if token.is_sent_start else "?" for token in doc)
            preset = " ".join(f"{ent.start}:{ent.end}:{ent.label_}" for ent in ents)
            print("text", spaces, starts, preset, file=out)
            state = walk(out, numbers, made, doc, moves)
            if state is not None:
                made[0][1].moves.set_annotations(state, doc)
                print("entities", *(f"{ent.start}:{ent.end}:{ent.label_}" for ent in doc.ents), file=out)


def trees(path):
    vocab = spacy.blank("en").vocab
    numbers = random.Random(22)
    with path.open("w") as out:
        for _ in range(TREES):
            length = numbers.randint(1, 12)
            # Each token's head comes before it in some order, so that there is no circle.
            order = numbers.sample(range(length), length)
            heads = list(range(length))
            for place, token in enumerate(order):
                if place and numbers.random() < 0.9:
                    heads[token] = order[numbers.randrange(place)]
            labels = [numbers.choice(["a", "b", "c", "_", "a||b", "b||c", "c||a"]) for _ in heads]
            labels = ["ROOT" if head == token else label for token, (head, label) in enumerate(zip(heads, labels))]
            words = ["\n" if label == "_" else "word" for label in labels]
            doc = Doc(vocab, words=words, heads=heads, deps=labels)
            before = " ".join(f"{head}:{label}" for head, label in zip(heads, labels))
            nonproj.deprojectivize(doc)
            after = " ".join(
                f"{token.head.i}:{token.dep_}:{token.left_edge.i}:{token.right_edge.i}:{'+' if token.is_sent_start else '-'}"
                for token in doc
            )
            print(before, "=", after, file=out)


def noun_chunks(path):
    nlp = spacy.blank("en")
    numbers = random.Random(23)
    labels = ["nsubj", "dobj", "pobj", "conj", "conj", "conj", "appos", "det", "amod", "compound", "poss", "prep", "nmod"]
    parts = ["NOUN", "NOUN", "PROPN", "PRON", "ADJ", "VERB", "DET"]
    with path.open("w") as out:
        for _ in range(TREES):
            length = numbers.randint(1, 14)
            order = numbers.sample(range(length), length)
            heads = list(range(length))
            for place, token in enumerate(order):
                # Near the token, as in a language, so that most arcs do not cross.
                if place and numbers.random() < 0.95:
                    heads[token] = min(order[:place], key=lambda head: (abs(head - token), numbers.random()))
            deps = ["ROOT" if head == token else numbers.choice(labels) for token, head in enumerate(heads)]
            pos = [numbers.choice(parts) for _ in heads]
            doc = Doc(nlp.vocab, words=["word"] * length, heads=heads, deps=deps, pos=pos)
            before = " ".join(f"{head}:{dep}:{part}" for head, dep, part in zip(heads, deps, pos))
            print(before, "=", *(f"{chunk.start}:{chunk.end}" for chunk in doc.noun_chunks), file=out)


if __name__ == "__main__":
    source = Path(sys.argv[1])
    arc_eager(source / "transition")
    biluo(source / "transition")
    trees(source / "pipe" / "parser" / "trees.txt")
    noun_chunks(source / "noun_chunks" / "english" / "trees.txt")
