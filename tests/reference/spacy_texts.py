"""The texts that the spaCy pipelines are asked about: real ones, and strings that are hard to cut into tokens."""

import pathlib
import random

import spacy

import spacy_corpus

EMOJI = "😀 👍🏽 👩‍👩‍👧‍👦 🇫🇷 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 #️⃣ ☕ 🤷‍♀️ :) :-D ;( ^_^ ¯\\_(ツ)_/¯ <3 xD o.O".split(" ")
WORDS_OF_SCRIPTS = "日本語 今日は 東京タワー ㊗️ 한국어 서울역 中文。 ใช้ภาษาไทย שלום עולם مرحبا العربية हिन्दी தமிழ் ქართული Ελληνικά ΣΊΣΥΦΟΣ Привет ӘЛЕМ İstanbul ısı straße ŉ ǆ ﬁne Å e\u0301te\u0301 a\u0308o\u0308 z̷̢̛a̸l̵g̶o̷ ʻokina ½ ² ④ Ⅻ ٣٤ १२ ⅓cup".split(" ")
MARKS = [*".,;:!?…-–—_/\\|\"'`´“”‘’«»‹›()[]{}<>@#$%^&*+=~§°•·¡¿", "...", "....", "--", "---", "''", "``", "<<", ">>", "??!", "!!!", "?!", "'s", "’s", "'S", "n't", "“‘", "’”", "(,", ").", "-RRB-", "-LRB-", "&amp;", "</b>", "<br/>"]
MONEY = ["$5", "US$12.50", "€3,99", "£1m", "¥500", "₹1,00,000", "5$", "10€", "$-5", "-$5", "5c", "10%", "%10", "5.5.5", "1,000,000.00", "1/2", "3-4", "±3", "~10", "+1-555-0100", "10:30", "10:30am", "10am", "7p.m.", "1990s", "'90s", "20th", "No.5", "#1", "5'11\"", "1e-5", "0x1F", "192.168.0.1", "2020-01-31", "31/12/99"]
UNITS = ["5km", "10kg", "3.5mm", "100km/h", "20°C", "-40°F", "5GB", "10MB/s", "9V", "4x4", "16:9", "1080p", "5m²", "2km2", "3hrs", "5µm", "12cm.", "50kg,"]
LINKS = ["http://example.com", "https://www.example.co.uk/a_b(c)?q=1&r=%20#frag", "www.example.org.", "example.com/path,", "ftp://x.y/z", "http://", "www.", "a.b.c", "node.js", "user@example.com", "first.last+tag@sub.example.org,", "@user", "@user:", "#hashtag", "#日本語", "mailto:a@b.co", "http://127.0.0.1:8080/x", "http://日本.jp/パス", "example.com:80", "e.g.example", "index.html", "C:\\Users\\me", "/usr/local/bin", "a/b/c", "and/or", "x@y", "https://t.co/AbC123…", "(http://x.com)", "<http://x.com>", "\"www.x.net\""]
CONTRACTIONS = "don't Don’t DON'T cant can't couldn't've I'm I’ll they've he'd she's it's its' y'all gonna gotta lemme wanna dunno ain't o'clock rock'n'roll ma'am 'tis 'twas d'you let's Let’s who're what's that'd n't 'em 'cause cuz doin' Doin’ U.S. U.K. Ph.D. e.g. i.e. etc. vs. Mr. Mrs. Dr. Inc. Corp. a.m. p.m. Jan. Sept. St. No. Calif. A.B.C. J.R.R. Smith-Jones mother-in-law re-enter co-op well-known -ish pre- non-U.S. O'Brien McDonald's Jones' boys'".split(" ")
SPACES = [" ", " ", " ", " ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\u00a0", "\u0085", "\u001c", "\u001d", "\u001e", "\u001f", "\u000b", "\u000c", "\u2003", "\u2009", "\u202f", "\u3000", "\u2028", "\u2029", " \n ", "\u1680", "\u205f", "\u00a0 ", " \u00a0", "\n "]
INVISIBLE = ["\u200b", "\u200d", "\u200e", "\u202e", "\ufeff", "\u2060", "\u00ad", "\u0000", "\u0001", "\u0007", "\u001b", "\u007f", "\u0080", "\u009f", "\ufffd", "\ufffe", "\uffff", "\ud7ff", "\ue000", "\U00010000", "\U0010fffd", "\U0010ffff", "\u0301", "\u20dd", "\ufe0f", "\u0e31", "\u05b0", "\u1160"]
# Old letters alone: which characters Unicode has depends on Python's version.
RANGES = [(0x21, 0x7E), (0xA1, 0xFF), (0x100, 0x17F), (0x391, 0x3A1), (0x3B1, 0x3C9), (0x410, 0x44F), (0x5D0, 0x5EA), (0x621, 0x63A), (0x905, 0x939), (0x3041, 0x3096), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0x2010, 0x2027), (0x2190, 0x21FF), (0x1F600, 0x1F64F), (0x1D400, 0x1D454), (0x20000, 0x2A6D6)]

SPECIAL = [
    "", " ", "  ", "   \n\t ", "\n", "\t", "\u00a0", "\u0085", "\u001c\u001d", "a", ".", "'", "\u0301", "👩‍👩‍👧‍👦", "don't", " don't", "don't ", "  two  spaces  between\n\nlines \t ",
    "I'm can't cannot gonna...(don't!)won't,it's \"they've\" y'all'd've",
    "See http://www.example.com/a(b)c?d=e. Mail first.last@example.co.uk, or www.example.org!",
    "It cost $5.50/kg (approx. 10%-20% off), i.e. US$12.5m in the U.S. on 12/31/1999 at 10:30a.m.",
    "“Well…” she said—‘no’—“it’s 5km from O'Brien's”…and so on....",
    "日本語のテキスト。 中文,没有空格!한국어 띄어쓰기? 東京2020オリンピック",
    "שלום עולם, مرحبا بالعالم! abc مرحبا 123 (עברית)",
    "👍🏽👍🏽 nice❤️!! 🇫🇷🇩🇪 :-) ^_^ ¯\\_(ツ)_/¯ <3 #️⃣1",
    "e\u0301te\u0301 a\u0308 İstanbul ΣΊΣΥΦΟΣ ﬁne ŉ ǆ STRASSE straße",
    "x\u0000y \u0007 \u001b[31mred\u001b[0m \ufeffbom \u200bzero\u200dwidth \u202eabc \ufffe\uffff \ue000 \U0010ffff",
    "a\u00a0b\u0085c\u001cd\u001ee\u2003f\u3000g\u2028h\u2029i\u000bj\u000ck\rl\r\nm",
    "1,000.5 ½ ² ④ Ⅻ ٣٤ 3-4 ±5 ~6 1/2 5'11\" 0x1F 1e-5 192.168.0.1 20th '90s #1 No.5",
    "(((([[[[{{{{<<<<\"\"\"\"''''))))]]]]}}}}>>>>", "............", "!?!?!?", "-----", "----- a -- b --- c -", "&amp; &lt;b&gt; <b>bold</b><br/>",
    "STARBUCKS Vancouver", "POS PURCHASE Kellog's Zürich 4711", "h&m-ish #12 são paulo; Pão & Cia., L.A.",
    "co-op/and_or~other mother-in-law's well-known,semi;colon:colon", "A.B.C. D.E.F.G a.b.c.d. e.g.this",
    "The quick brown foxes were running very very quickly; however, they didn't stop.",
    "gimme ...gimme...? (c) New York, new york; 5kg don't..stop a_b 12ab :-) me@here",
    "Mr. Smith bought three better mice, the worst geese and 2 children's books in New York City yesterday.",
]
LONG = ["ab" * 120 + " " + "x-" * 60 + "y", "word " * 90 + "end.", "a" * 1500]
# One sentence in so many, so that several genres are among the committed texts.
STRIDE = 151
NOISE = 14


def sentences(data, part="test"):
    """The treebank's sentences as text."""
    return [spacy_corpus.text([sentence]) for sentences in spacy_corpus.documents(data, part) for sentence in sentences]


def whole(data, part="test"):
    """The treebank's documents as text."""
    return [spacy_corpus.text(sentences) for sentences in spacy_corpus.documents(data, part)]


def tweets(data):
    """All of WNUT17: training, development and test part, words joined by spaces."""
    found = []
    for name in ("wnut17train.conll", "emerging.dev.conll", "emerging.test.annotated"):
        for block in (data / "WNUT17" / name).read_text(encoding="utf-8").replace("\t\n", "\n").split("\n\n"):
            words = [line.split("\t")[0].strip() for line in block.split("\n") if "\t" in line]
            if words:
                found.append(" ".join(words))
    return found


def random_letters(rng):
    low, high = rng.choice(RANGES)
    return "".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 6)))


class Generator:
    """Strings of pieces from all the lists above, of the tokenizer's special cases, and of running text."""

    def __init__(self, seed=20260101):
        self.rng = random.Random(seed)
        self.exceptions = sorted(spacy.blank("en").tokenizer.rules)
        self.words = sorted({word for document in spacy_corpus.documents() for sentence in document for word in sentence["words"]})
        self.lists = [(self.exceptions, 4), (CONTRACTIONS, 4), (self.words, 8), (MARKS, 5), (EMOJI, 2), (WORDS_OF_SCRIPTS, 2), (MONEY, 2), (UNITS, 2), (LINKS, 2), (INVISIBLE, 1)]

    def piece(self):
        rng, chance = self.rng, self.rng.random()
        if chance < 0.04:
            return random_letters(rng)
        if chance < 0.05:
            return rng.choice("aX9-.'é日") * rng.randint(20, 300)
        [pieces] = rng.choices([pieces for pieces, _ in self.lists], weights=[weight for _, weight in self.lists])
        piece = rng.choice(pieces)
        if chance > 0.95:
            return rng.choice([piece.upper(), piece.title(), piece.lower(), piece + piece, piece[::-1]])
        return piece

    def string(self):
        rng, found = self.rng, []
        # Some strings are mostly pieces that stand together, which is where the tokenizer works hardest.
        together = rng.choice([0.1, 0.3, 0.7])
        for _ in range(rng.choice([1, 2, 3, 4, 5, 6, 8, 12, 25])):
            found.append(self.piece())
            found.append("" if rng.random() < together else rng.choice(SPACES))
        if rng.random() < 0.7:
            found.pop()
        return "".join(found)


def generated(count, seed=20260101):
    generator = Generator(seed)
    return [generator.string() for _ in range(count)]


def committed(data):
    """The texts whose answers lie beside the committed pipelines."""
    picked = sentences(data)[7::STRIDE] + tweets(data)[3::520] + whole(data)[20:300:130]
    named = [spacy_corpus.text(run) for run in spacy_corpus.runs() if any(sentence["entities"] for sentence in run)]
    return SPECIAL + LONG + picked + named[::7] + generated(NOISE, seed=3)
