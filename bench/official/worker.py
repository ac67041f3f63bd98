"""The official fastText behind the benchmark's worker protocol: `python worker.py MODEL TEXTS`."""

import json
import sys

import fasttext
import numpy

import protocol

K = 5


def readable(found):
    """Labels without their prefix, scores as the 32-bit floats that they are."""
    return [[[label.removeprefix("__label__"), float(numpy.float32(score))] for label, score in zip(*one)] for one in zip(*found)]


def main():
    model, texts = sys.argv[1:]
    ways = {"predict": (json.load(open(texts)), lambda loaded, texts: loaded.predict(texts, k=K))}
    protocol.serve(lambda: fasttext.load_model(model), ways, readable)


if __name__ == "__main__":
    main()
