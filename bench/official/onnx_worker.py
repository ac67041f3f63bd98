"""onnxruntime behind the benchmark's worker protocol: `python onnx_worker.py MODEL TEXTS TOKENIZER`. One thread.

For every case there are two commands: with its name ids are given, and with `text-` before it the texts are cut first.
"""

import json
import os
import sys

import one_thread  # noqa: F401

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy
import onnxruntime
import protocol
import tokenizers


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def logits(session, ids):
    ids = numpy.array(ids, numpy.int64)
    feeds = {"input_ids": ids, "attention_mask": numpy.ones_like(ids), "token_type_ids": numpy.zeros_like(ids)}
    return session.run(["logits"], {each.name: feeds[each.name] for each in session.get_inputs()})[0]


def readable(labels, texts, found):
    """For every piece that is of the text a line with its place and likeliest label, and how likely that is."""
    powers = numpy.exp(found - found.max(axis=-1, keepdims=True))
    shares = powers / powers.sum(axis=-1, keepdims=True)
    return [
        [
            [f"{start} {end} {labels[row.argmax()]}", float(row.max())]
            for (start, end), special, row in zip(text["offsets"], text["special"], rows)
            if not special
        ]
        for text, rows in zip(texts, shares)
    ]


def main():
    model, texts, tokenizer = sys.argv[1:]
    texts = json.load(open(texts))
    tokenizer = tokenizers.Tokenizer.from_file(tokenizer)
    ways = {}

    def of_ids(session, texts):
        return texts, logits(session, [text["ids"] for text in texts])

    def of_texts(session, texts):
        return texts, logits(session, [tokenizer.encode(text["text"]).ids for text in texts])

    for case, asked in texts["cases"].items():
        ways[case], ways[f"text-{case}"] = (asked, of_ids), (asked, of_texts)
    protocol.serve(lambda: session(model), ways, lambda found: readable(texts["labels"], *found))


if __name__ == "__main__":
    main()
