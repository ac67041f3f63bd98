"""Texts as word pieces with labels, cut into windows and batches."""

import torch

from corpus import joined

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]
IGNORED = -100


def encoded(tokenizer, sentence, longest=510):
    """The sentence with `ids` and `places` of its word pieces, special ones left out."""
    found = tokenizer.encode(sentence["text"], add_special_tokens=False)
    # Text over the limit is not seen; no sentence of these corpora is so long.
    return {**sentence, "ids": found.ids[:longest], "places": found.offsets[:longest],
            "begins": [index for index, token in enumerate(found.tokens[:longest]) if not token.startswith("##")]}


def targets(sentence):
    """The label of each word piece: the first of an entity begins it, and every other one is inside."""
    labels = [0] * len(sentence["ids"])
    for start, end, name in sentence["entities"]:
        inside = [at for at, place in enumerate(sentence["places"]) if place[0] < end and place[1] > start]
        for order, at in enumerate(inside):
            labels[at] = LABELS.index(("I-" if order else "B-") + name)
    for start, end in sentence["unknown"]:
        for at, place in enumerate(sentence["places"]):
            if place[0] < end and place[1] > start:
                labels[at] = IGNORED
    return labels


def chained(sentences):
    """Encoded sentences as one: pieces never reach across the space between them, so nothing is encoded again."""
    whole = joined(sentences)
    for key in ("ids", "places", "begins", "labels"):
        whole[key] = []
    shift = 0
    for each in sentences:
        whole["begins"] += [at + len(whole["ids"]) for at in each["begins"]]
        whole["ids"] += each["ids"]
        whole["places"] += [(start + shift, end + shift) for start, end in each["places"]]
        whole["labels"] += each["labels"]
        shift += len(each["text"]) + 1
    return whole


def windows(documents, most_pieces, longest=None, rng=None):
    """Runs of neighbouring sentences: as many as fit `most_pieces`, or with `rng` a random number up to `longest`."""
    for document in documents:
        run, held, wanted = [], 0, rng.randint(1, longest) if rng else len(document)
        for each in document:
            if run and (held + len(each["ids"]) > most_pieces or len(run) == wanted):
                yield run
                run, held, wanted = [], 0, rng.randint(1, longest) if rng else len(document)
            run.append(each)
            held += len(each["ids"])
        yield run


def batches(items, most_pieces, rng=None):
    """Items of like length together, of at most `most_pieces` with padding; with `rng` in random order."""
    def size(item):
        return len(item["ids"]) + 2
    # A little noise, so that each epoch has other company for an item.
    ordered = sorted(items, key=lambda item: size(item) + (rng.random() * 8 if rng else 0))
    found, batch, longest = [], [], 0
    for item in ordered:
        longest = max(longest, size(item))
        if batch and longest * (len(batch) + 1) > most_pieces:
            found.append(batch)
            batch, longest = [], size(item)
        batch.append(item)
    found.append(batch)
    if rng:
        rng.shuffle(found)
    return found


def tensors(batch, first=101, last=102, pad=0):
    """`input_ids`, `attention_mask` and labels of a batch, each `[items, pieces]`."""
    width = max(len(item["ids"]) for item in batch) + 2
    ids = torch.full((len(batch), width), pad)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, IGNORED)
    for row, item in enumerate(batch):
        count = len(item["ids"])
        ids[row, :count + 2] = torch.tensor([first, *item["ids"], last])
        mask[row, :count + 2] = 1
        labels[row, 1:count + 1] = torch.tensor(item["labels"], dtype=torch.long)
    return ids, mask, labels
