"""Small changes to training sentences, so that the pipeline meets words and habits that the corpora lack."""

from collections import Counter

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Changes:
    """Counts the words of the training sentences, and changes sentences at random."""

    def __init__(self, sentences, settings):
        self.counts = Counter(word.lower() for sentence in sentences for word in sentence["words"])
        self.settings = settings

    def varied(self, sentences, rng):
        """The sentences of one document, some lower-cased or without the closing mark, with rare words disguised."""
        disguises, found = {}, []
        for sentence in sentences:
            sentence = self.disguised(sentence, disguises, rng)
            chance = rng.random()
            if chance < self.settings["lowered"]:
                sentence = {**sentence, "words": [word.lower() for word in sentence["words"]]}
            elif chance < self.settings["lowered"] + self.settings["unpunctuated"] and "pos" in sentence:
                sentence = without_closing_mark(sentence)
            found.append(sentence)
        return found

    def disguised(self, sentence, disguises, rng):
        """The sentence with rare words as if never seen: what their prefix, suffix and shape are made of stays.

        A word that occurs n times is disguised with probability a / (a + n), and alike within a document.
        """
        words, lemmas = list(sentence["words"]), list(sentence.get("lemmas", ()))
        weight = self.settings["disguised"]
        for at, word in enumerate(words):
            key = word.lower()
            if len(word) < 4 or not (word.isascii() and word.isalpha()):
                continue
            if key not in disguises:
                hidden = rng.random() < weight / (weight + self.counts[key])
                disguises[key] = disguise(key, rng) if hidden else None
            inner = disguises[key]
            if inner is None:
                continue
            words[at] = cased(inner, word)
            if lemmas:
                lemmas[at] = lemma_of(inner, word, lemmas[at])
        changed = {**sentence, "words": words}
        return changed | {"lemmas": lemmas} if lemmas else changed


def disguise(word, rng):
    """The lower-cased word with other letters between its first and its last three; of four letters, the second."""
    last = max(2, len(word) - 3)
    return word[0] + "".join(rng.choice(LETTERS) for _ in word[1:last]) + word[last:]


def cased(word, like):
    return "".join(letter.upper() if other.isupper() else letter for letter, other in zip(word, like))


def lemma_of(inner, word, lemma):
    """The lemma of the disguised word: disguised where it repeats the word, unknown where it does not."""
    kept = max(2, len(word) - 3)
    if lemma[:kept].lower() != word[:kept].lower():
        return ""
    return cased(inner[:kept], lemma[:kept]) + lemma[kept:]


def without_closing_mark(sentence):
    last = len(sentence["words"]) - 1
    if last < 1 or sentence["pos"][last] != "PUNCT" or last in sentence["heads"]:
        return sentence
    if any(end > last for _, end, _ in sentence["entities"] or []):
        return sentence
    return {key: value if key == "entities" or value is None else value[:last] for key, value in sentence.items()}
