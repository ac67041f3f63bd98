"""Trains the default English pipeline `en` and measures it.

    python models/en/train.py --data FOLDER [--work FOLDER]
"""

import argparse
import json
import os
import pathlib
import pickle
import random
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS"):
    os.environ[name] = "1"

import spacy  # noqa: E402
from spacy.training import Example  # noqa: E402
from spacy.util import fix_random_seed, load_config  # noqa: E402
from thinc.api import Adam  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import corpus  # noqa: E402

SETTINGS = dict(
    seed=1, steps=12_000, words_first=300, words_last=1500, words_growth=3000, dropout=0.15, rate=0.0012, warmup=300,
    longest=6, lowered=0.03, unpunctuated=0.05,
    shares={"WNUT17": 0.5, "BTC": 0.4, "wikigold": 1.0},
)


def batches(docs, words):
    """Runs of documents of about `words` words together."""
    batch, held = [], 0
    for doc in docs:
        batch.append(doc)
        held += len(doc)
        if held >= words:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def varied(sentences, rng):
    """The sentences with a few changed: lower-cased, or without the closing mark."""
    found = []
    for sentence in sentences:
        chance = rng.random()
        if chance < SETTINGS["lowered"]:
            sentence = {**sentence, "words": [word.lower() for word in sentence["words"]]}
        elif chance < SETTINGS["lowered"] + SETTINGS["unpunctuated"]:
            sentence = without_closing_mark(sentence)
        found.append(sentence)
    return found


def without_closing_mark(sentence):
    last = len(sentence["words"]) - 1
    if last < 1 or sentence["pos"][last] != "PUNCT" or last in sentence["heads"]:
        return sentence
    if any(end > last for _, end, _ in sentence["entities"] or []):
        return sentence
    return {key: value if key == "entities" or value is None else value[:last] for key, value in sentence.items()}


def epoch_docs(vocab, trees, extra, rng):
    """One epoch: every sentence of the treebank in documents cut anew, and a share of the entity corpora."""
    documents = [varied(sentences, rng) for sentences in trees]
    docs = corpus.chunks(vocab, documents, rng, SETTINGS["longest"])
    for name, found in extra.items():
        docs += corpus.shuffled_words(found, rng, SETTINGS["shares"][name])
    rng.shuffle(docs)
    return docs


def learn_rate(step):
    warm = SETTINGS["warmup"]
    if step < warm:
        return SETTINGS["rate"] * (step + 1) / warm
    left = max(0.0, 1 - (step - warm) / (SETTINGS["steps"] - warm))
    return SETTINGS["rate"] * max(left, 0.02)


def batch_words(step):
    return SETTINGS["words_first"] + (SETTINGS["words_last"] - SETTINGS["words_first"]) * min(
        1, step / SETTINGS["words_growth"])


def examples(nlp, docs):
    """Pairs of the text as the tokenizer splits it and the document as annotated."""
    return [Example(nlp.make_doc(doc.text), doc) for doc in docs]


def scores(nlp, pairs):
    found = nlp.evaluate(pairs)
    keys = ("token_acc", "tag_acc", "pos_acc", "morph_acc", "lemma_acc", "dep_uas", "dep_las", "sents_f", "ents_p",
            "ents_r", "ents_f")
    return {key: None if found.get(key) is None else round(100 * found[key], 2) for key in keys}


def save_state(path, nlp, optimizer, step, rng):
    params = [
        [(node.get_param(name) if node.has_param(name) else None) for name in node.param_names]
        for node in nodes(nlp)
    ]
    place = {node.id: at for at, node in enumerate(nodes(nlp))}
    kept = {key: {(place[node], name): value for (node, name), value in getattr(optimizer, key).items()
                  if node in place} for key in ("mom1", "mom2", "averages", "nr_update", "last_seen")}
    state = dict(params=params, optimizer=kept, step=step, rng=rng.getstate())
    path.with_suffix(".new").write_bytes(pickle.dumps(state))
    path.with_suffix(".new").replace(path)


def load_state(path, nlp, optimizer, rng):
    state = pickle.loads(path.read_bytes())
    found = list(nodes(nlp))
    for node, values in zip(found, state["params"]):
        for name, value in zip(node.param_names, values):
            if value is not None:
                node.set_param(name, value)
    for key, values in state["optimizer"].items():
        getattr(optimizer, key).update({(found[at].id, name): value for (at, name), value in values.items()})
    rng.setstate(state["rng"])
    return state["step"]


def nodes(nlp):
    seen = set()
    for _, pipe in nlp.pipeline:
        for node in pipe.model.walk():
            if node.id not in seen and node.name != "tok2vec-listener":
                seen.add(node.id)
                yield node


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=pathlib.Path, required=True)
    options.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/en"))
    options.add_argument("--config", type=pathlib.Path, default=HERE / "config.cfg")
    options.add_argument("--set", action="append", default=[])
    options.add_argument("--every", type=int, default=1000)
    options = options.parse_args()
    for setting in options.set:
        key, value = setting.split("=")
        SETTINGS[key] = json.loads(value)
    options.work.mkdir(parents=True, exist_ok=True)

    fix_random_seed(SETTINGS["seed"])
    rng = random.Random(SETTINGS["seed"])
    nlp = spacy.util.load_model_from_config(load_config(options.config), auto_fill=True)
    trees = corpus.treebank(options.data, "train")
    dev = examples(nlp, [corpus.joined(nlp.vocab, part[at:at + 10])
                         for part in corpus.treebank(options.data, "dev") for at in range(0, len(part), 10)])
    extra = corpus.entity_corpora(nlp.vocab, options.data)
    plain = examples(nlp, [corpus.joined(nlp.vocab, sentences) for sentences in trees])
    nlp.initialize(lambda: plain)
    optimizer = Adam(SETTINGS["rate"], use_averages=True, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0)
    size = sum(node.get_param(name).size for node in nodes(nlp) for name in node.param_names if node.has_param(name))
    print(f"{size} parameters, {4 * size / 1e6:.2f} MB; trees {len(nlp.get_pipe('trainable_lemmatizer').cfg['labels'])},"
          f" morphs {len(nlp.get_pipe('morphologizer').labels)}, moves {nlp.get_pipe('parser').moves.n_moves}", flush=True)

    state = options.work / "state.pickle"
    step = load_state(state, nlp, optimizer, rng) if state.exists() else 0
    began, words, losses = time.process_time(), 0, {}
    while step < SETTINGS["steps"]:
        docs = epoch_docs(nlp.vocab, trees, extra, rng)
        epoch = batches(docs, batch_words(step))
        for batch in epoch:
            optimizer.learn_rate = learn_rate(step)
            nlp.update(examples(nlp, batch), sgd=optimizer, drop=SETTINGS["dropout"], losses=losses)
            step += 1
            words += sum(map(len, batch))
            if step % options.every == 0 or step >= SETTINGS["steps"]:
                save_state(state, nlp, optimizer, step, rng)
                with nlp.use_params(optimizer.averages):
                    found = scores(nlp, dev)
                    nlp.to_disk(options.work / "last")
                rate = words / (time.process_time() - began)
                print(time.strftime("%H:%M:%S"), step, f"{rate:.0f} w/s",
                      {key: round(value, 1) for key, value in losses.items()}, json.dumps(found), flush=True)
                losses = {}
            if step >= SETTINGS["steps"]:
                break


if __name__ == "__main__":
    main()
