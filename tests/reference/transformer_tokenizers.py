"""Tokenizers of the families' own classes, trained on `ewt-slice/` and words of other scripts.

A kind gives what the class of that name in `transformers` makes of a vocabulary: normalizer, pre-tokenizer, special tokens
and template are those of published models. Vocabularies are small, so that many words fall apart and many letters are
unknown. Training is deterministic.
"""

import collections
import io
import pathlib
import tempfile
import unicodedata

import sentencepiece
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers.convert_slow_tokenizer import import_protobuf

import spacy_corpus
import spacy_texts

VOCABULARY = 300
# How many letters, at the beginning of words and within them, a WordPiece vocabulary has, and its longest piece.
LETTERS, LONGEST = 140, 7
BERT_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
MPNET_SPECIAL = ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"]
ROBERTA_SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
# What SentencePiece's rules replace: by a space, by nothing, and by what NFKC makes of it.
TO_SPACE = [0x09, 0x0A, 0x0C, 0x0D, 0x85, 0xA0, 0x1680, *range(0x2000, 0x2010), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF]
TO_NOTHING = [*range(0x01, 0x09), 0x0B, *range(0x0E, 0x20), 0x7F, 0x8F, 0x9F]
COMPATIBLE = [
    *(chr(code) for code in range(0xFF01, 0xFF5F)), *"½²³¹¼…™ﬁﬂ④Ⅻ㊗㎏ǆŉﷺ№℃ſ\u212b\u2126\u1e9b",
    *(letter + mark for letter in "aeiouncAEIOUNC" for mark in "\u0300\u0301\u0302\u0303\u0308\u0327"),
    *(chr(code) for code in range(0xFF66, 0xFF9E)), "ｶ\uff9e", "ﾊ\uff9f", "ｶ\u3099",
]


def corpus():
    yield from (spacy_corpus.text([sentence]) for document in spacy_corpus.documents() for sentence in document)
    yield from [" ".join(spacy_texts.WORDS_OF_SCRIPTS)] * 3


def wordpieces(special, size, is_lower):
    """A vocabulary: letters that are met often, as beginnings and within words, and parts of words that cover much text.

    The trainer of `tokenizers` numbers its pieces by chance.
    """
    normalizer, splitter = normalizers.BertNormalizer(lowercase=is_lower), pre_tokenizers.BertPreTokenizer()
    words = [word for text in corpus() for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))]
    letters, parts = collections.Counter(), collections.Counter()
    for word in words:
        for start in range(len(word)):
            letters[word[start] if start == 0 else f"##{word[start]}"] += 1
            for end in range(start + 2, min(len(word), start + LONGEST) + 1):
                parts[word[start:end] if start == 0 else f"##{word[start:end]}"] += end - start - 1
    best = lambda counter, count: sorted(counter, key=lambda piece: (-counter[piece], piece))[:count]
    return (special + best(letters, LETTERS) + best(parts, size))[:size]


def wordpiece(kind, special, folder, size, is_lower):
    path = folder / "vocab.txt"
    path.write_text("".join(f"{piece}\n" for piece in wordpieces(special, size, is_lower)), encoding="utf-8")
    return kind(str(path), do_lower_case=is_lower)


def byte_bpe(kind, folder, size, **settings):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=ROBERTA_SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False)
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.model.save(str(folder))
    return kind(str(folder / "vocab.json"), str(folder / "merges.txt"), **settings)


def rules():
    """Normalization rules as SentencePiece's own tables have them, for few characters: its whole table is 300 kB."""
    coded = lambda text: " ".join(f"{ord(letter):X}" for letter in text)
    yield from (f"{code:X}\t20" for code in TO_SPACE)
    yield from (f"{code:X}\t" for code in TO_NOTHING)
    yield from (f"{coded(text)}\t{coded(unicodedata.normalize('NFKC', text))}" for text in COMPATIBLE
                if unicodedata.normalize("NFKC", text) != text)


def unigram(kind, folder, size, has_all_rules, pieces, **settings):
    """`pieces` are SentencePiece's names and numbers of special pieces."""
    table = folder / "rules.tsv"
    table.write_text("".join(f"{rule}\n" for rule in rules()))
    normalizer = {"normalization_rule_name": "nmt_nfkc"} if has_all_rules else {"normalization_rule_tsv": str(table)}
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=corpus(), model_writer=trained, model_type="unigram", vocab_size=size, num_threads=1,
        character_coverage=0.998, hard_vocab_limit=False, minloglevel=2, **normalizer, **pieces)
    path = folder / "spiece.model"
    path.write_bytes(trained.getvalue())
    return kind(str(path), **settings)


def published_xlm(folder, size, has_all_rules):
    """The form of the files that are on the Hub; `transformers` would write another one today."""
    tokenizer = xlm(folder, size, has_all_rules)
    proto = import_protobuf().ModelProto.FromString((folder / "spiece.model").read_bytes())
    backend = tokenizer.backend_tokenizer
    backend.normalizer = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    backend.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")])
    return tokenizer


def xlm(folder, size, has_all_rules):
    return unigram(transformers.XLMRobertaTokenizerFast, folder, size, has_all_rules, {})


def albert(folder, size, has_all_rules):
    pieces = dict(pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, control_symbols=["[CLS]", "[SEP]", "[MASK]"])
    return unigram(transformers.AlbertTokenizerFast, folder, size, has_all_rules, pieces)


def deberta(folder, size, has_all_rules):
    pieces = dict(pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]", bos_piece="[CLS]", eos_piece="[SEP]",
                  unk_piece="[UNK]")
    return unigram(transformers.DebertaV2TokenizerFast, folder, size, has_all_rules, pieces)


KINDS = {
    "bert": lambda *at: wordpiece(transformers.BertTokenizerFast, BERT_SPECIAL, *at[:2], True),
    "bert-cased": lambda *at: wordpiece(transformers.BertTokenizerFast, BERT_SPECIAL, *at[:2], False),
    "distilbert": lambda *at: wordpiece(transformers.DistilBertTokenizerFast, BERT_SPECIAL, *at[:2], False),
    "electra": lambda *at: wordpiece(transformers.ElectraTokenizerFast, BERT_SPECIAL, *at[:2], True),
    "mpnet": lambda *at: wordpiece(transformers.MPNetTokenizerFast, MPNET_SPECIAL, *at[:2], True),
    "roberta": lambda *at: byte_bpe(transformers.RobertaTokenizerFast, at[0], at[1] + 60),
    "roberta-prefix": lambda *at: byte_bpe(transformers.RobertaTokenizerFast, at[0], at[1] + 60, add_prefix_space=True),
    "xlm-roberta": published_xlm,
    "xlm-roberta-new": xlm,
    "albert": albert,
    "deberta-v3": deberta,
}


def make(kind, limit, size=VOCABULARY, has_all_rules=False):
    """A tokenizer for texts of up to `limit` tokens, or of any length. `has_all_rules`: SentencePiece's whole table."""
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = KINDS[kind](pathlib.Path(folder), size, has_all_rules)
    if limit is not None:
        tokenizer.model_max_length = limit
    return tokenizer


def saved(tokenizer, folder):
    """Writes the files that are read; a vocabulary beside `tokenizer.json` says nothing more. What was asked of the tokenizer
    before leaves no trace."""
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.save_pretrained(folder, legacy_format=False)
