"""Chooses the sentences that `en` answers while it is baked, so that its most frequent words are known from the start.

    python models/en/warm.py TRAIN.conllu > models/en/warm.txt

Greedily: the sentence that brings the most of the frequent words for the fewest rare ones, again and again. A word
counts apart with and without white space behind it, as the cache of word types has it.
"""

import sys
from collections import Counter

FREQUENT = 1000
SENTENCES_MOST = 400
# A rare word takes as much room as a frequent one and is seldom asked for.
RARE_COSTS = 1.5


def sentences(path):
    """`(text, {(word, whether white space follows)})` of each sentence."""
    text, types = None, []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if line.startswith("# text = "):
                text = line[len("# text = "):].rstrip("\n")
            elif fields[0].isdigit():
                types.append((fields[1], "SpaceAfter=No" not in fields[-1]))
            elif not line.strip() and types:
                yield text, types
                text, types = None, []


def main():
    found = list(sentences(sys.argv[1]))
    counts = Counter(kind for _, types in found for kind in types)
    missing = {kind for kind, _ in counts.most_common(FREQUENT)}
    known = set()
    for _ in range(SENTENCES_MOST):
        def gain(sentence):
            new = set(sentence[1]) - known
            return len(new & missing) - RARE_COSTS * len(new - missing), sentence[0]

        best = max(found, key=gain)
        if gain(best)[0] <= 0:
            break
        print(best[0])
        known |= set(best[1])
        missing -= known
    rare = len(known - {kind for kind, _ in counts.most_common(FREQUENT)})
    print(f"{FREQUENT - len(missing)} of {FREQUENT} frequent word types, {rare} others", file=sys.stderr)


if __name__ == "__main__":
    main()
