"""Training texts that need no download: invented words in several scripts, grouped by topic.

Every function is deterministic: the same arguments give the same lines on any machine.
"""

import pathlib
import random

COOKING = pathlib.Path(__file__).parent / "cooking-slice" / "titles.txt"

SYLLABLES = [
    "ba do ka lu mi ne po ra si tu ve zo chi fra glo pru ster win".split(),
    "bé dœ käs lü ñi ße pø ræ şi žu".split(),
    "бор вед гул жан кот мир сон три ямь".split(),
    "αβ γι δω κυ λο μη ξε πτ".split(),
    "か す と な み り 食 火 山 水 パン".split(),
    "با در كت مل نو".split(),
    "कि ता मे सु".split(),
    "🍞 🥖 👩‍🍳 ❤️ 🧂".split(),
]
# How often a word is made of each row above: mostly Latin, as most texts are.
SCRIPT_WEIGHTS = [12, 4, 3, 2, 3, 1, 1, 1]


def words(count, seed):
    """`count` different invented words."""
    rng = random.Random(seed)
    found = {}
    while len(found) < count:
        script = rng.choices(SYLLABLES, SCRIPT_WEIGHTS)[0]
        found["".join(rng.choice(script) for _ in range(rng.randint(1, 4)))] = True
    return list(found)


def labelled(labels, line_count, seed, *, weights=None, vocabulary=420, length=(3, 9), two_labels=0.2):
    """Lines of `label… word…`: most words of a line come from its label's own share of the vocabulary.

    `labels` carry their prefix. `weights` says how often each is drawn; `"equal"` gives every label the same count.
    """
    rng = random.Random(seed)
    pool = words(vocabulary, seed=1)
    lines = []
    for number in range(line_count):
        if weights == "equal":
            chosen = [number % len(labels)]
        else:
            chosen = rng.choices(range(len(labels)), weights, k=2 if rng.random() < two_labels else 1)
        own = [pool[(7 * label + 3 * step) % len(pool)] for label in chosen for step in range(12)]
        text = [rng.choice(own) if rng.random() < 0.7 else rng.choice(pool) for _ in range(rng.randint(*length))]
        lines.append(" ".join([labels[label] for label in chosen] + text))
    return lines


def plain(line_count, seed):
    """Lines without labels, for the unsupervised models."""
    labels = [f"__label__{number}" for number in range(20)]
    return [" ".join(word for word in line.split(" ") if not word.startswith("__label__"))
            for line in labelled(labels, line_count, seed)]


def cooking():
    """Three hundred question titles with their tags (CC BY-SA 3.0, see `cooking-slice/README.md`)."""
    return COOKING.read_text(encoding="utf-8").splitlines()


def cooking_titles():
    """The same without their tags."""
    return [" ".join(word for word in line.split(" ") if not word.startswith("__label__")) for line in cooking()]
