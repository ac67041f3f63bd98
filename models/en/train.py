"""Trains the default English pipeline `en` and measures it.

    python models/en/train.py --data FOLDER [--work FOLDER]

`FOLDER` holds the corpora that `corpus.py` names. Writes `en.tar.gz` and `metrics.json` beside this script. A run that
was stopped goes on from its last checkpoint in the work folder.
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

import artifact  # noqa: E402
import corpus  # noqa: E402
from changes import Changes  # noqa: E402

SETTINGS = dict(
    seed=1, steps=11000, words_first=200, words_last=1000, words_growth=4000, dropout=0.2,
    rates=[(0, 0.0), (300, 0.0012), (9600, 0.00025), (11000, 0.0)],
    longest=8, lowered=0.03, unpunctuated=0.05, disguised=0.8, shares={"WNUT17": 0.5, "BTC": 0.4, "wikigold": 1.0},
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


def epoch_docs(vocab, trees, extra, changes, rng):
    """One epoch: every sentence of the treebank in documents cut anew, and a share of the entity corpora."""
    runs = corpus.chunks(trees, rng, SETTINGS["longest"])
    docs = [corpus.joined(vocab, changes.varied(run, rng)) for run in runs]
    for name, sentences in extra.items():
        chosen = rng.sample(sentences, int(len(sentences) * SETTINGS["shares"][name]))
        docs += [corpus.entity_doc(vocab, changes.varied([sentence], rng)[0]) for sentence in chosen]
    rng.shuffle(docs)
    return docs


def learn_rate(step):
    """Lines between the points of the settings."""
    points = SETTINGS["rates"]
    for (first, low), (last, high) in zip(points, points[1:]):
        if step < last:
            return low + (high - low) * (step + 1 - first) / (last - first)
    return points[-1][1]


def batch_words(step):
    return SETTINGS["words_first"] + (SETTINGS["words_last"] - SETTINGS["words_first"]) * min(
        1, step / SETTINGS["words_growth"])


def examples(nlp, docs):
    """Pairs of the text as the tokenizer splits it and the document as annotated."""
    return [Example(nlp.make_doc(doc.text), doc) for doc in docs]


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


def begin(data, config):
    """The untrained pipeline with its labels, the training sentences, and pairs to watch the training on."""
    fix_random_seed(SETTINGS["seed"])
    nlp = spacy.util.load_model_from_config(load_config(config), auto_fill=True)
    trees = corpus.treebank(data, "train")
    watched = [corpus.joined(nlp.vocab, document[at:at + 10])
               for document in corpus.treebank(data, "dev") for at in range(0, len(document), 10)]
    extra = corpus.entity_corpora(data)
    whole = examples(nlp, [corpus.joined(nlp.vocab, sentences) for sentences in trees])
    nlp.initialize(lambda: whole)
    return nlp, trees, extra, examples(nlp, watched)


def train(nlp, trees, extra, watched, work, every):
    """Trains to the last step, from where `work` says an earlier run stopped, and leaves the averaged weights."""
    changes = Changes([sentence for part in [*trees, *extra.values()] for sentence in part], SETTINGS)
    optimizer = Adam(SETTINGS["rates"][1][1], use_averages=True, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0)
    rng = random.Random(SETTINGS["seed"])
    state = work / "state.pickle"
    step = load_state(state, nlp, optimizer, rng) if state.exists() else 0
    began, words, losses = time.process_time(), 0, {}
    while step < SETTINGS["steps"]:
        for batch in batches(epoch_docs(nlp.vocab, trees, extra, changes, rng), batch_words(step)):
            optimizer.learn_rate = learn_rate(step)
            nlp.update(examples(nlp, batch), sgd=optimizer, drop=SETTINGS["dropout"], losses=losses)
            step += 1
            words += sum(map(len, batch))
            if step % every == 0 or step >= SETTINGS["steps"]:
                save_state(state, nlp, optimizer, step, rng)
                with nlp.use_params(optimizer.averages):
                    found = artifact.scores(nlp, watched)
                    nlp.to_disk(work / "last")
                rate = words / (time.process_time() - began)
                shown = {key: round(float(value)) for key, value in losses.items()}
                print(time.strftime("%H:%M:%S"), step, f"{rate:.0f} words/s", shown, json.dumps(found), flush=True)
                losses = {}
            if step >= SETTINGS["steps"]:
                break


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=pathlib.Path, required=True, help="the folder that holds the five corpora")
    options.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/en"), help="for checkpoints")
    options.add_argument("--every", type=int, default=500, help="steps between checkpoints")
    options = options.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    nlp, trees, extra, watched = begin(options.data, HERE / "config.cfg")
    train(nlp, trees, extra, watched, options.work, options.every)
    metrics = artifact.finish(spacy.load(options.work / "last"), options.data, options.work, HERE, SETTINGS)
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    main()
