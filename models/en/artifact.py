"""What happens to a trained pipeline: it loses the training vocabulary, is measured, described and archived."""

import gzip
import io
import json
import shutil
import tarfile

import spacy
import srsly
from spacy.pipeline._edit_tree_internals.edit_trees import EditTrees
from spacy.strings import StringStore
from spacy.tokens import Doc
from spacy.training import Example

import corpus

KEYS = ("token_acc", "tag_acc", "pos_acc", "morph_acc", "lemma_acc", "dep_uas", "dep_las", "sents_f",
        "ents_p", "ents_r", "ents_f")
BRANCHES = ("prefix_tree", "suffix_tree")
NO_TREE = 0xFFFFFFFF
SOURCES = [
    {"name": "UD English EWT 2.15", "url": "https://github.com/UniversalDependencies/UD_English-EWT",
     "license": "CC BY-SA 4.0", "author": "The Board of Trustees of The Leland Stanford Junior University"},
    {"name": "UNER English EWT", "url": "https://github.com/UniversalNER/UNER_English-EWT",
     "license": "CC BY-SA 4.0", "author": "Mayhew et al. (Universal NER)"},
    {"name": "WNUT 2017 Emerging Entities (train, dev)", "url": "https://github.com/leondz/emerging_entities_17",
     "license": "CC BY 4.0", "author": "Derczynski, Nichols, van Erp, Limsopatham"},
    {"name": "Broad Twitter Corpus", "url": "https://github.com/GateNLP/broad_twitter_corpus",
     "license": "CC BY 4.0", "author": "Derczynski, Bontcheva, Roberts"},
    {"name": "Wikigold", "url": "https://figshare.com/articles/dataset/5462500",
     "license": "CC BY 4.0", "author": "Balasuriya, Ringland, Nothman, Murphy, Curran"},
]
META = {
    "name": "en", "version": "0.1.0", "author": "Spanlet", "license": "CC BY-SA 4.0", "sources": SOURCES,
    "description": "English: tags, features, lemmas, Universal Dependencies and entities (PER, LOC, ORG) in under 7 MB",
    "spanlet": {"noun_chunks": "ud"},
}


def needed_strings(nlp):
    """The strings that the weights' labels and edit trees refer to."""
    found = set()
    for name in ("tagger", "morphologizer", "parser", "ner"):
        found.update(nlp.get_pipe(name).labels)
    morphologizer = nlp.get_pipe("morphologizer")
    found.update(morphologizer.cfg["labels_morph"].values())
    for feats in list(found):
        for feat in feats.split("|") if "=" in feats else ():
            found.update((feat, *feat.split("=", 1)))
    for tree in srsly.msgpack_loads(nlp.get_pipe("trainable_lemmatizer").trees.to_bytes())["trees"]:
        found.update(nlp.vocab.strings[tree[key]] for key in ("orig", "subst") if key in tree)
    return sorted(string for string in found if string)


def keep_used_trees(nlp):
    """Drops the edit trees that no label of the lemmatizer reaches: training adds one for each new pair."""
    lemmatizer = nlp.get_pipe("trainable_lemmatizer")
    trees = srsly.msgpack_loads(lemmatizer.trees.to_bytes())["trees"]
    used, open_ids = set(), list(lemmatizer.cfg["labels"])
    while open_ids:
        at = open_ids.pop()
        if at not in used:
            used.add(at)
            open_ids += [trees[at][key] for key in BRANCHES if trees[at].get(key, NO_TREE) != NO_TREE]
    place = {old: new for new, old in enumerate(sorted(used))} | {NO_TREE: NO_TREE}
    kept = [{key: place[value] if key in BRANCHES else value for key, value in trees[at].items()}
            for at in sorted(used)]
    lemmatizer.trees = EditTrees(nlp.vocab.strings).from_bytes(srsly.msgpack_dumps({"trees": kept}))
    lemmatizer.cfg["labels"] = [place[at] for at in lemmatizer.cfg["labels"]]
    lemmatizer.tree2label = {tree: label for label, tree in enumerate(lemmatizer.cfg["labels"])}


def pruned(nlp, folder):
    """`nlp` written and read again without the training vocabulary; spaCy adds what its tokenizer needs."""
    keep_used_trees(nlp)
    shutil.rmtree(folder, ignore_errors=True)
    nlp.to_disk(folder)
    StringStore(needed_strings(nlp)).to_disk(folder / "vocab" / "strings.json")
    return spacy.load(folder)


def write(nlp, folder, performance=None):
    """The pipeline directory, described, with no string that it does not need."""
    nlp = pruned(nlp, folder)
    nlp.meta.update(META)
    if performance is not None:
        nlp.meta["performance"] = performance
    shutil.rmtree(folder)
    nlp.to_disk(folder)
    return spacy.load(folder)


def answers(nlp, texts):
    return [doc.to_json() | {"morphs": [str(token.morph) for token in doc]} for doc in nlp.pipe(texts)]


def measured(nlp, folder, part):
    """spaCy's scores on one part of the treebank, by how it is cut into texts, from raw text and from gold tokens."""
    documents = corpus.treebank(folder, part)
    sentences = [sentence for document in documents for sentence in document]
    cuts = {
        "sentence": [[sentence] for sentence in sentences],
        "ten_sentences": [sentences[at:at + 10] for at in range(0, len(sentences), 10)],
        "document": documents,
    }
    found = {}
    for name, groups in cuts.items():
        golds = [corpus.joined(nlp.vocab, group) for group in groups]
        found[name] = {
            "raw_text": scores(nlp, [Example(nlp.make_doc(gold.text), gold) for gold in golds]),
            "gold_tokens": scores(nlp, [Example(words_only(nlp, gold), gold) for gold in golds]),
        }
    return found


def words_only(nlp, gold):
    return Doc(nlp.vocab, words=[token.text for token in gold], spaces=[bool(token.whitespace_) for token in gold])


def scores(nlp, pairs):
    """Percent, to two places."""
    result = nlp.evaluate(pairs)
    found = {key: round(100 * result[key], 2) for key in KEYS if result.get(key) is not None}
    for label, values in sorted((result.get("ents_per_type") or {}).items()):
        found[f"ents_f_{label}"] = round(100 * values["f"], 2)
    return found


def archive(folder, path):
    """A gzipped tar of the directory: names sorted, no times, no owners."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            entry = tarfile.TarInfo(str(file.relative_to(folder.parent)))
            entry.size, entry.mode = file.stat().st_size, 0o644
            tar.addfile(entry, io.BytesIO(file.read_bytes()))
    path.write_bytes(gzip.compress(held.getvalue(), 9, mtime=0))


def sizes(folder, path):
    return {"directory_bytes": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
            "archive_bytes": path.stat().st_size}


def finish(nlp, data, work, here, settings):
    """Writes `en.tar.gz` and `metrics.json` beside the recipe. `nlp` holds the averaged weights."""
    texts = [" ".join(sentence["words"]) for part in ("dev", "test")
             for document in corpus.treebank(data, part) for sentence in document]
    before = answers(nlp, texts)
    small = write(nlp, work / "en")
    assert answers(small, texts) == before, "the pruned pipeline answers as the trained one"
    metrics = {part: measured(small, data, part) for part in ("dev", "test")}
    small = write(small, work / "en", metrics["test"]["ten_sentences"]["raw_text"])
    assert answers(small, texts) == before, "the described pipeline answers as the trained one"
    archive(work / "en", here / "en.tar.gz")
    metrics = {**sizes(work / "en", here / "en.tar.gz"), **metrics, "settings": settings}
    (here / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics
