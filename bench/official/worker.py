"""The official library behind the benchmark's worker protocol: `python worker.py MODEL TEXTS`.

Reads commands, one a line, and answers each with one line of JSON. `load` reads the model and answers the first text;
`round N` answers all texts N times over. `cpu_s` is this process's CPU time, `wall_s` the time passed.
"""

import json
import sys
import time

import fasttext
import numpy

K = 5


def spent(since):
    return {"cpu_s": time.process_time() - since[0], "wall_s": time.perf_counter() - since[1]}


def now():
    return time.process_time(), time.perf_counter()


def readable(labels, scores):
    """Labels without their prefix, scores as the 32-bit floats that they are."""
    return [[[label.removeprefix("__label__"), float(numpy.float32(score))] for label, score in zip(*one)] for one in zip(labels, scores)]


def answer(command, model_path, texts, state):
    if command[0] == "load":
        since = now()
        state["model"] = fasttext.load_model(model_path)
        state["model"].predict(texts[:1], k=K)
        return spent(since)
    since = now()
    for _ in range(int(command[1])):
        labels, scores = state["model"].predict(texts, k=K)
    return {**spent(since), "answers": readable(labels, scores)}


def main():
    model_path, texts_path = sys.argv[1:]
    texts = json.load(open(texts_path))
    state = {}
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(line.split(), model_path, texts, state)), flush=True)


if __name__ == "__main__":
    main()
