"""The texts that transformer models are asked about."""

import random

import spacy_corpus
import spacy_texts

NAMES = [
    "Angela Merkel met Barack Obama at Microsoft in Seattle.", "angela merkel, BERLIN; O'Neill-Smith (UN)",
    "Ｆｕｌｌｗｉｄｔｈ ＡＢＣ １２３ ﾊﾟｶﾞ ½ ﬁne ㊗ ℃ №5 ﷺ", "caf\u0065\u0301 A\u030angstro\u0308m n\u0303 e\u0301\u0327 \u0301start",
    "<s> [CLS] [SEP] </s> <mask> [MASK] <unk> [PAD] <pad>", "a <mask>b [MASK]c  <mask>  d", "▁ ▁▁ a▁b ▁c ## ##ing a##b Ġ Ċ",
    "``quoted'' ''more`` \"plain\"", "東京都は日本の首都です。Tokyo東京Tokyo 北京 서울 กรุงเทพ", "supercalifragilisticexpialidocious antidisestablishmentarianism " + "x" * 120,
    "Zürich ZÜRICH Straße ẞ İzmir ıI ǅ Σς ÀÉÎõü", "👩‍👩‍👧‍👦👍🏽🇫🇷 ok❤️‍🔥 #️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 e\u20dd", "\u202eright\u202c to \u2067left\u2069 שלום\u200fעולם",
]
# Where a text has more tokens than any committed model takes at once.
SENTENCES = 14
GENERATED = 40


def long(count, seed=1):
    """Running text of so many of the slice's sentences, with the hard strings among them."""
    rng = random.Random(seed)
    sentences = [spacy_corpus.text([sentence]) for document in spacy_corpus.documents() for sentence in document]
    hard = NAMES + [text for text in spacy_texts.SPECIAL if len(text) < 200]
    return " ".join(rng.choice(hard if rng.random() < 0.2 else sentences) for _ in range(count))


def thousands():
    """Texts above 2,000 tokens of every vocabulary."""
    return [long(200, seed=3), "日本語東京タワー。" * 300, "Angela Merkel met Tim Cook. " * 300]


def committed():
    """The texts of the cases: the first are asked everything, the others for their tokens."""
    special = [text for text in spacy_texts.SPECIAL if len(text) < 400]
    sentences = [spacy_corpus.text(run) for run in spacy_corpus.runs() if any(sentence["entities"] for sentence in run)]
    asked = NAMES + special[::2] + sentences[::19] + [long(SENTENCES), long(3 * SENTENCES, seed=2)]
    return asked, special[1::2] + spacy_texts.LONG + sentences[5::13] + spacy_texts.generated(GENERATED, seed=5)
