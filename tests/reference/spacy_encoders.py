"""Tiny transformers with tokenizers of their own, as directories that spacy-transformers loads in place of a hub's names.

Weights are random, from a fixed seed; training changes them. Vocabularies are what is frequent in `ewt-slice/`, and are
chosen here because the trainers of `tokenizers` break ties by chance.
"""

import collections

import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

import spacy_corpus

WIDTH = 16
PIECES = 420
# As many as BERT has: strided spans of 128 tokens stay below.
POSITIONS = 512
SIZES = {"hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
# Random weights of the usual size tell words hardly apart.
SPREAD = 0.3


def words(normalizer, pre_tokenizer):
    """How often each word occurs, as a tokenizer would cut the slice's texts into words."""
    found = collections.Counter()
    for sentences in spacy_corpus.runs():
        text = spacy_corpus.text(sentences)
        text = normalizer.normalize_str(text) if normalizer else text
        found.update(word for word, _ in pre_tokenizer.pre_tokenize_str(text))
    return found


def frequent(counts, number):
    """The most frequent ones, the first of the alphabet among equals."""
    return sorted(counts, key=lambda one: (-counts[one], one))[:number]


def word_pieces(lowercase, number):
    """BERT's tokenizer: letters, and stretches of them that begin or continue words."""
    normalizer, pre_tokenizer = normalizers.BertNormalizer(lowercase=lowercase), pre_tokenizers.BertPreTokenizer()
    letters, stretches = set(), collections.Counter()
    for word, count in words(normalizer, pre_tokenizer).items():
        letters |= {word[0], *("##" + letter for letter in word[1:])}
        for start in range(len(word)):
            for end in range(start + 2, min(start + 6, len(word)) + 1):
                stretches["##" * (start > 0) + word[start:end]] += count * (end - start)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = special + sorted(letters)
    pieces += frequent(stretches, number - len(pieces))
    tokenizer = Tokenizer(models.WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder = normalizer, pre_tokenizer, decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.add_special_tokens(special)
    return tokenizer


def byte_pairs(trim_offsets, number):
    """RoBERTa's tokenizer. Without trimmed offsets a piece holds the space before it."""
    pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    pieces, merges = special[:4] + sorted(pre_tokenizers.ByteLevel.alphabet()), []
    cut = {tuple(word): count for word, count in words(None, pre_tokenizer).items()}
    while len(pieces) < number - 1:
        pairs = collections.Counter()
        for word, count in cut.items():
            pairs.update({pair: count for pair in zip(word, word[1:])})
        [pair] = frequent(pairs, 1)
        merges.append(pair)
        pieces.append("".join(pair))
        cut = {merged(word, pair): count for word, count in cut.items()}
    pieces.append(special[4])
    tokenizer = Tokenizer(models.BPE({piece: number for number, piece in enumerate(pieces)}, merges))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizer, decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=trim_offsets, add_prefix_space=False)
    # As RoBERTa has it: the mask takes the space before it.
    tokenizer.add_special_tokens([*special[:4], AddedToken("<mask>", lstrip=True, special=True)])
    return tokenizer


def merged(word, pair):
    found, at = [], 0
    while at < len(word):
        joins = word[at : at + 2] == pair
        found.append("".join(pair) if joins else word[at])
        at += 2 if joins else 1
    return tuple(found)


def bert(folder, lowercase=True, max_length=None, pieces=PIECES):
    """A BERT with uncased or cased word pieces. Without `max_length` nothing is cut off, as with SciBERT's tokenizer."""
    limit = {} if max_length is None else {"model_max_length": max_length}
    backend = word_pieces(lowercase, pieces)
    tokenizer = transformers.BertTokenizerFast(tokenizer_object=backend, do_lower_case=lowercase, **limit)
    config = transformers.BertConfig(vocab_size=backend.get_vocab_size(), max_position_embeddings=POSITIONS, initializer_range=SPREAD, **SIZES)
    return saved(folder, tokenizer, config)


def roberta(folder, trim_offsets=True, pieces=PIECES):
    """A RoBERTa with byte pairs."""
    backend = byte_pairs(trim_offsets, pieces)
    tokenizer = transformers.RobertaTokenizerFast(tokenizer_object=backend, trim_offsets=trim_offsets, model_max_length=POSITIONS)
    config = transformers.RobertaConfig(
        vocab_size=backend.get_vocab_size(), max_position_embeddings=POSITIONS + 2, type_vocab_size=1, initializer_range=SPREAD,
        bos_token_id=0, pad_token_id=1, eos_token_id=2, **SIZES,
    )
    return saved(folder, tokenizer, config)


def saved(folder, tokenizer, config):
    torch.manual_seed(1)
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
