"""The texts that every fastText model is asked about, and how they are written down.

A line of `texts.jsonl` is one JSON value: the text itself, or, for a long text that repeats, a list of
`[part, times]` pairs to be written one after the other.
"""

import json
import random

import fasttext_corpus

SPECIAL = [
    "", " ", "   ", "\t", "\r", "\v", "\f", "\0", "\0\0", " \t\r\v\f\0 ", "\u00a0", "\u3000", "\u0085", "\u2028", "\u2029",
    "\ufeff", "\u200b", "\u200d", "\u0301", "\u0301\u0302\u0303", "\ufffd", "\ufffe", "\U0010ffff", "\x1b", "\x7f", "<", ">",
    "<>", "</s>", "</s> ", " </s>", "<s>", "< /s>", "</S>", "</s></s>", "</s> </s>", "__label__", "__label__ ", "__label_",
    "_label__x", "__label__x", "__label__0", "__label__1", "__label__0 __label__1", "__label__00", "#x", "#0", "a", "é", "か",
    "🍞", "ß", "İ", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩‍👩‍👧‍👦", "e\u0301", ".", "...", "-", "'", "\"", "\\", "\\n", "%", "ba", "ba\0do", "ba\tdo", "ba\rdo",
    "ba\vdo", "ba\fdo", "ba\u00a0do", "ba\u3000do", "ba\u0085do", "ba\u2028do", "ba  do", " ba do ", "ba do\0", "\0ba do",
]

LONG = [
    [["a", 5000]], [["é", 2500]], [["か", 1700]], [["🍞", 1250]], [["ab", 2500]], [["</s>", 1250]], [["__label__0", 500]],
    [["a ", 3000]], [["ba do ", 1500]], [["sourdough bread ", 1500]], [["か す ", 1500]], [["🍞 ", 3000]],
    [["unknownword ", 3000]], [["ba ", 1500], ["</s> ", 1], ["do ", 1500]], [["__label__0 ba ", 1500]],
    [["x", 5000], [" ", 1], ["y", 5000]], [["\t", 5000]], [["\0", 5000]], [["\u0301", 2500]], [["\ufeff", 1000], ["ba", 1]],
]

SEPARATORS = [" ", "\t", "\r", "\v", "\f", "\0", "\u00a0", "\u3000", "\u0085", "  "]
EMOJI = "🍞 🥖 👩‍🍳 ❤️ 🧂 🇫🇷 👍🏽 #️⃣ ☕ 🫠 \u0301 \u20dd \u200d \ufe0f \u05b0 \u0e31".split(" ")


def random_character(rng):
    """Any code point but the newline, which a text may not hold, and the surrogates, which are no characters."""
    low, high = rng.choice([(0, 0x7F), (0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x1F9FF), (0x20000, 0x10FFFF)])
    character = chr(rng.randint(low, high))
    return "\r" if character == "\n" else character


def scrambled(rng, word):
    """The word with one character doubled, dropped or swapped: unknown, with known n-grams."""
    place = rng.randrange(len(word))
    return rng.choice([word[:place] + word[place] + word[place:], word[:place] + word[place + 1:], word[place:] + word[:place]])


def in_domain(rng, pool):
    """A line of known words, some of them scrambled."""
    chosen = [rng.choice(pool) for _ in range(rng.randint(1, 12))]
    return [scrambled(rng, word) if rng.random() < 0.15 else word for word in chosen]


def texts(scale=1):
    """The texts in order, as they are written: a string, or a list of pairs. `scale` multiplies the random ones."""
    rng = random.Random(20240313)
    pool = fasttext_corpus.words(420, seed=1)
    titles = fasttext_corpus.cooking_titles()
    found = list(SPECIAL) + list(LONG)
    found += ["".join(random_character(rng) for _ in range(rng.randint(1, 50))) for _ in range(70 * scale)]
    found += ["".join(chr(rng.choice([9, 11, 12, 13, *range(0, 9), *range(32, 127), *range(32, 127)])) for _ in range(rng.randint(1, 60)))
              for _ in range(40 * scale)]
    found += ["".join(rng.choice(pool) + rng.choice(SEPARATORS) for _ in range(rng.randint(1, 8))) for _ in range(40 * scale)]
    found += [" ".join(rng.choice(EMOJI) if rng.random() < 0.6 else rng.choice(pool) for _ in range(rng.randint(1, 7))) for _ in range(30 * scale)]
    for _ in range(40 * scale):
        words = in_domain(rng, pool)
        words.insert(rng.randint(0, len(words)), rng.choice(["</s>", "</s>", "</s>x", "x</s>", "<s>"]))
        found.append(" ".join(words))
    for _ in range(40 * scale):
        words = in_domain(rng, pool)
        label = rng.choice(["__label__0", "__label__3", "__label__bread", "__label__unheard", "__label__", "#0", "#unheard", "0", "__label__käse"])
        words.insert(rng.randint(0, len(words)), label)
        found.append(" ".join(words))
    found += [" ".join(in_domain(rng, pool)) for _ in range(100 * scale)]
    found += [rng.choice(pool) for _ in range(30 * scale)]
    found += titles[: 30 * scale] + [title.lower() for title in titles[30 : 30 + 40 * scale]]
    found += ["".join(random_character(rng) for _ in range(1200)), " ".join(rng.choice(pool) for _ in range(3000))]
    return found


def expanded(text):
    """The text itself."""
    return text if isinstance(text, str) else "".join(part * times for part, times in text)


def written(text):
    """One line of `texts.jsonl`. Characters that a terminal or an editor may swallow are escaped."""
    line = json.dumps(text, ensure_ascii=False)
    return "".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in line)
