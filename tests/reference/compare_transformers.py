"""The full comparison with transformers and onnxruntime: many texts under many models, the original beside Spanlet.

    python compare_transformers.py --command target/release/spanlet --native target/release/examples/ask
        --data ../shared/data [--work target/parity] [NAME|PATH…]

`--command` is asked for what the component answers, over HTTP; `--native` for what the library does (`README.md` has what
it reads and writes). Models are the default `ner`, those of `../cases/transformer`, and the same graphs with larger
vocabularies. Texts are the EWT test set by sentence, every fourth of its documents, texts of thousands of tokens and
generated strings; without `--data` the committed texts and generated strings. What is longer than a model takes is answered in windows for
entities, cut for vectors, and refused for labels with both numbers. Compared are ids, types, offsets, words and special
tokens, logits within 2e-4, entities of all strategies and labels of all functions in every field, their scores within 1e-4,
and vectors within 1e-4, or what the case of a model with other weights states. The totals go to
`transformer-parity-totals.txt` when every model took part in full; the exit status is 1 where something differs.
"""

import argparse
import json
import os
import pathlib
import sys
import time
import tomllib
import warnings

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "TRANSFORMERS_VERBOSITY": "error"}

import numpy  # noqa: E402

import spacy_texts  # noqa: E402
import transformer_larger  # noqa: E402
import transformer_texts  # noqa: E402
from transformer_record import FUNCTIONS, STRATEGIES, Original, windows  # noqa: E402
from transformer_service import Service, native  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE.parent / "cases" / "transformer"
DEFAULT = HERE.parents[1] / "models" / "ner" / "export"
TOTALS = HERE / "transformer-parity-totals.txt"
# How far numbers may lie apart; with weights of 8 bits, where what they are multiplied with has 16 bits here and 24 there.
FLOATS = {"logits": 2e-4, "scores": 1e-4, "vector": 1e-4}
EIGHT_BITS = {**FLOATS, "logits": 5e-3, "scores": 2e-3}
TOKENS = ("ids", "types", "offsets", "words", "special")
# How many tokens neighbouring windows share.
STRIDE = 9
# Of dynamically quantised models, how many answers may be other ones: `../cases/transformer/README.md` has why.
EDGES = 0.2
# Of how many texts the library is asked about one where a model has more bytes than that; the component is asked about all.
SELDOM, LARGE_BYTES = 8, 10_000_000
# How often a decision is tried with other rounding before it counts as another answer.
TRIES = 12
SHOWN = 3


class Comparison:
    """What came of one model. `close` are answers that the original itself would give otherwise, were its logits rounded
    otherwise; `edges` those of a dynamically quantised model that differ."""

    COUNTS = ("texts", "tokens", "windowed", "answers", "entities", "differ", "close", "edges")

    def __init__(self, has_edges=False):
        self.has_edges = has_edges
        self.worst = {"logits": 0.0, "scores": 0.0, "vector": 0.0}
        self.shown = []
        for name in self.COUNTS:
            setattr(self, name, 0)

    def add(self, where, difference, is_close=lambda: False):
        """Counts one answer, and what is wrong with it: nothing, or a sentence."""
        self.answers += 1
        if difference is None:
            return
        if is_close():
            self.close += 1
        elif self.has_edges:
            self.edges += 1
        else:
            self.differ += 1
            if len(self.shown) < SHOWN:
                self.shown.append(f"    {where}\n      {difference}")

    def distance(self, kind, expected, found, tolerance):
        """What differs between two lists of numbers, if anything. Written so that NaN is a difference."""
        if numpy.shape(expected) != numpy.shape(found):
            return f"{kind}: expected the shape {numpy.shape(expected)}, found {numpy.shape(found)}"
        gap = float(numpy.abs(numpy.asarray(expected) - numpy.asarray(found)).max(initial=0.0))
        if not self.has_edges:
            self.worst[kind] = max(self.worst[kind], gap)
        return None if gap <= tolerance else f"{kind} differ by {gap:.2g}"

    def failed(self):
        return self.differ > 0 or self.edges > EDGES * self.answers

    def line(self, name):
        counts = "  ".join(f"{count} {getattr(self, count):7}" for count in self.COUNTS)
        worst = "  ".join(f"worst {kind} {gap:.1e}" for kind, gap in self.worst.items() if gap)
        return f"{name:26} {counts}  {worst}".rstrip()

    def absorb(self, other):
        for name in self.COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.worst = {kind: max(gap, other.worst[kind]) for kind, gap in self.worst.items()}


class Model:
    """One model, asked on both sides."""

    def __init__(self, name, task, folder, tolerance):
        self.name, self.task, self.folder, self.tolerance = name, task, folder, tolerance
        self.original = Original(folder)
        self.result = Comparison(self.original.is_dynamic)
        self.answered = {}
        # Texts that are too long, and what is said of them.
        self.refused = {}

    def where(self, number, text, *how):
        return f"{self.name} {' '.join(map(str, how))} text {number}: {text[:100]!r}"

    def compare(self, texts, service, options):
        tokens = [self.original.tokens(text) for text in texts]
        is_long = [len(each["ids"]) > self.original.limit for each in tokens]
        strides = [STRIDE if self.task == "ner" and long else None for long in is_long]
        self.result.texts = len(texts)
        self.result.tokens = sum(len(each["ids"]) for each in tokens)
        self.result.windowed = sum(stride is not None for stride in strides)
        if self.task == "classes":
            self.refused = {text: self.refusal(each) for text, each, long in zip(texts, tokens, is_long) if long}
        expected = [self.expected(text, stride) for text, stride in zip(texts, strides)]
        if options.native:
            # The library answers each strategy anew, which takes a while where a model is not a tiny one.
            every = SELDOM if (self.folder / "model.onnx").stat().st_size > LARGE_BYTES else 1
            asked = range(0, len(texts), every)
            found = native(options.native, self.folder, [(texts[number], strides[number]) for number in asked], options.work)
            for number, answer in zip(asked, found):
                self.compare_native(number, texts[number], strides[number], tokens[number], expected[number], answer)
        if service:
            {"ner": self.ask_entities, "classes": self.ask_labels, "vectors": self.ask_vectors}[self.task](service, texts, strides, expected)
        return self.result

    def distance(self, kind, expected, found):
        return self.result.distance(kind, expected, found, self.tolerance[kind])

    def refusal(self, tokens):
        """What is said of a text that is too long, of which an answer would be a guess."""
        special = tokens["special"].count("1")
        return f"expected a text of at most {self.original.limit - special} word pieces, found {len(tokens['ids']) - special}"

    def expected(self, text, stride):
        """The pipeline's windows, logits or a vector."""
        if self.task == "ner":
            return list(self.original.outputs(text, stride))
        return self.original.logits(text) if self.task == "classes" else self.original.vector(text)

    def compare_native(self, number, text, stride, tokens, expected, found):
        where = self.where(number, text, "library")
        if text in self.refused:
            return self.add_refusal(where, text, found)
        if isinstance(found, str):
            return self.result.add(where, found)
        field = next((field for field in TOKENS if found[field] != tokens[field]), None)
        self.result.add(where, field and f"{field}: {told(tokens[field], found[field])}")
        if self.task == "vectors":
            self.result.add(where, self.distance("vector", expected, found["vector"]))
        elif self.task == "classes":
            self.result.add(where, self.distance("logits", expected, found["output"]))
            for function in FUNCTIONS:
                self.add_labels(where, expected, function, None, found["labels"][function])
        else:
            if stride is None:
                self.result.add(where, self.distance("logits", expected[0]["logits"][0], found["output"]))
            elif found["windows"] != windows(self.original, text, stride):
                self.result.add(where, f"windows: found {found['windows']}")
            for strategy in strategies(stride):
                self.add_entities(f"{where} {strategy}", number, expected, strategy, None, [tuple(each[:4]) for each in found["entities"][strategy]])

    def add_refusal(self, where, text, found):
        is_refused = isinstance(found, str) and self.refused[text] in found
        self.result.add(where, None if is_refused else f"expected the error {self.refused[text]!r}, found {found}")

    def add_entities(self, where, number, outputs, strategy, ignored, found):
        """`found` is a list of label, start, end and score. Both hosts are asked, the pipeline once."""
        answer = lambda outputs: fields(self.original.entities(outputs, strategy, ignored), len(outputs) > 1)
        key = (number, strategy, str(ignored))
        if key not in self.answered:
            self.answered[key] = answer(outputs)
        expected, scores = self.answered[key]
        self.result.entities += len(expected)
        if expected == [each[:3] for each in found]:
            return self.result.add(where, self.distance("scores", scores, [each[3] for each in found]))
        is_close = lambda: any(answer(moved(outputs, self.tolerance["logits"], seed))[0] != expected for seed in range(TRIES))
        self.result.add(where, told(expected, [each[:3] for each in found]), is_close)

    def add_labels(self, where, logits, function, count, found):
        """`found` is a list of label and score."""
        answer = lambda logits: [(each["label"], each["score"]) for each in self.original.labels(logits, function, count)]
        names = lambda pairs: [label for label, _ in pairs]
        expected = answer(logits)
        if names(expected) == names(found):
            scores = [[score for _, score in pairs] for pairs in (expected, found)]
            # Without a function the scores are the logits.
            return self.result.add(where, self.distance("scores" if function != "none" else "logits", *scores))
        is_close = lambda: any(names(answer(noisy(logits, self.tolerance["logits"], seed))) != names(expected) for seed in range(TRIES))
        self.result.add(where, told(expected, found), is_close)

    def ask_entities(self, service, texts, strides, expected):
        for stride in (None, STRIDE):
            chosen = [number for number, each in enumerate(strides) if each == stride]
            asked = [texts[number] for number in chosen]
            calls = [(strategy, None) for strategy in strategies(stride)] + [("simple", [])]
            for strategy, ignored in calls if chosen else ():
                answers = service.ask("/v1/entities", asked, model=self.name, aggregation=strategy, ignore_labels=ignored, stride=stride)
                for number, found in zip(chosen, answers):
                    where = self.where(number, texts[number], "component", strategy)
                    wrong = found if isinstance(found, str) else next((
                        f"text of {each}" for each in found if texts[number][each["start"]:each["end"]] != each["text"]), None)
                    if wrong:
                        self.result.add(where, wrong)
                    else:
                        listed = [(each["label"], each["start"], each["end"], each["score"]) for each in found]
                        self.add_entities(where, number, expected[number], strategy, ignored, listed)

    def ask_labels(self, service, texts, _strides, expected):
        count = self.original.config.num_labels
        for function, most in [(function, count) for function in (None, *FUNCTIONS)] + [(None, 1)]:
            answers = service.ask("/v1/classify", texts, model=self.name, k=most, function=function)
            for number, found in enumerate(answers):
                where = self.where(number, texts[number], "component", function, most)
                if texts[number] in self.refused:
                    self.add_refusal(where, texts[number], found)
                elif isinstance(found, str):
                    self.result.add(where, found)
                else:
                    pairs = [(each["label"], each["score"]) for each in found["labels"]]
                    self.add_labels(where, expected[number], function or self.original.function, most, pairs)

    def ask_vectors(self, service, texts, _strides, expected):
        for is_normalized in (None, True):
            for number, found in enumerate(service.ask("/v1/embed", texts, model=self.name, normalize=is_normalized)):
                where = self.where(number, texts[number], "component")
                vector = expected[number]
                vector = vector / max(numpy.linalg.norm(vector), 1e-12) if is_normalized else vector
                wrong = found if isinstance(found, str) else self.distance("vector", vector, found["vector"])
                self.result.add(where, wrong)


def strategies(stride):
    """The pipeline has no windows without grouping."""
    return STRATEGIES if stride is None else STRATEGIES[1:]


def fields(found, is_windowed):
    """Label, start, end of each entity of a pipeline's, and the scores. From windows the pipeline lists the first entity
    twice where it has no characters; Spanlet lists it once."""
    if is_windowed and len(found) > 1 and found[0] == found[1] and found[0]["start"] == found[0]["end"]:
        found = found[1:]
    named = [(each.get("entity", each.get("entity_group")), int(each["start"]), int(each["end"])) for each in found]
    return named, [float(each["score"]) for each in found]


def noisy(logits, tolerance, *seed):
    """Logits as other rounding might have them: moved by less than the tolerance."""
    return logits + numpy.random.default_rng(seed).uniform(-tolerance, tolerance, logits.shape).astype(numpy.float32)


def moved(outputs, tolerance, seed):
    return [{**window, "logits": noisy(window["logits"], tolerance, seed, at)} for at, window in enumerate(outputs)]


def told(expected, found):
    """Where two lists part."""
    at = next((at for at, (one, other) in enumerate(zip(expected, found)) if one != other), min(len(expected), len(found)))
    return f"at {at}: expected {expected[at:at + 3]}, found {found[at:at + 3]}"


def models(names, work):
    """Name, task, directory and tolerance: the default model, the committed ones, larger ones, and those named by path."""
    wanted = lambda name: not names or name in names
    if wanted("ner"):
        yield "ner", "ner", DEFAULT, EIGHT_BITS
    for path in sorted(FOLDER.glob("*.toml")):
        if wanted(path.stem):
            described = tomllib.loads(path.read_text(encoding="utf-8"))
            yield path.stem, described["task"], FOLDER / described["model"], described["tolerance"]
    for name, case in transformer_larger.names().items():
        if wanted(name):
            yield name, case.task, transformer_larger.make(case, FOLDER / case.name, work / name), FLOATS
    for name in names:
        if os.sep in name:
            yield pathlib.Path(name).name, task_of(pathlib.Path(name)), pathlib.Path(name), FLOATS


def task_of(folder):
    architecture = json.loads((folder / "config.json").read_text())["architectures"][0]
    kinds = {"TokenClassification": "ner", "SequenceClassification": "classes"}
    return next((task for kind, task in kinds.items() if architecture.endswith(kind)), "vectors")


def texts_for(options):
    if options.data is None:
        real = [json.loads(line) for line in (FOLDER / "texts.jsonl").read_text().splitlines()]
    else:
        real = sum(transformer_texts.committed(), []) + spacy_texts.sentences(options.data) + spacy_texts.whole(options.data)[::4]
    return real + transformer_texts.thousands() + spacy_texts.generated(options.strings)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--command", type=pathlib.Path, help="`spanlet`, whose `serve` is asked")
    options.add_argument("--native", type=pathlib.Path, help="the example `ask` of spanlet-transformer")
    options.add_argument("--data", type=pathlib.Path, help="the corpora; without it the committed texts are asked")
    options.add_argument("--strings", type=int, default=500, help="how many generated strings")
    options.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/parity"))
    options.add_argument("names", nargs="*", help="only these models, or the model of this path")
    options = options.parse_args()

    warnings.filterwarnings("ignore")
    options.work.mkdir(parents=True, exist_ok=True)
    texts = texts_for(options)
    total, lines, count, has_failed = Comparison(), [], 0, False
    for name, task, folder, tolerance in models(options.names, options.work):
        start = time.perf_counter()
        service = Service(options.command, [(name, folder)]) if options.command else None
        try:
            result = Model(name, task, folder, tolerance).compare(texts, service, options)
        finally:
            if service:
                service.close()
        lines.append(result.line(name))
        print("\n".join([f"{lines[-1]}  {time.perf_counter() - start:.0f} s", *result.shown]), flush=True)
        total.absorb(result)
        has_failed |= result.failed()
        count += 1
    lines += ["", total.line(f"{count} models")]
    print("\n".join(lines[-2:]))
    if not options.names and options.data is not None:
        TOTALS.write_text("\n".join(lines) + "\n")
    sys.exit(has_failed)


if __name__ == "__main__":
    main()
