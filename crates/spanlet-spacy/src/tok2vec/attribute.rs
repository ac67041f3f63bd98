//! What of a token is embedded: attributes that its text tells, and whether a space follows.

use crate::lexeme::{Flag, LexemeId, Lexemes};
use crate::strings::string_id;
use crate::vocab::Vocab;

/// An attribute of a token, as a number that can be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Orth,
    Lower,
    Norm,
    Shape,
    Prefix,
    Suffix,
    Length,
    /// 1 where it holds, else 0.
    Flag(Flag),
    /// Whether a space follows: the one that the text of the token does not tell.
    Spacy,
}

/// The names that spaCy's configurations use.
const NAMES: [(&str, Attribute); 25] = [
    ("ORTH", Attribute::Orth),
    ("LOWER", Attribute::Lower),
    ("NORM", Attribute::Norm),
    ("SHAPE", Attribute::Shape),
    ("PREFIX", Attribute::Prefix),
    ("SUFFIX", Attribute::Suffix),
    ("LENGTH", Attribute::Length),
    ("IS_ALPHA", Attribute::Flag(Flag::IsAlpha)),
    ("IS_ASCII", Attribute::Flag(Flag::IsAscii)),
    ("IS_DIGIT", Attribute::Flag(Flag::IsDigit)),
    ("IS_LOWER", Attribute::Flag(Flag::IsLower)),
    ("IS_PUNCT", Attribute::Flag(Flag::IsPunct)),
    ("IS_SPACE", Attribute::Flag(Flag::IsSpace)),
    ("IS_TITLE", Attribute::Flag(Flag::IsTitle)),
    ("IS_UPPER", Attribute::Flag(Flag::IsUpper)),
    ("LIKE_URL", Attribute::Flag(Flag::LikeUrl)),
    ("LIKE_NUM", Attribute::Flag(Flag::LikeNum)),
    ("LIKE_EMAIL", Attribute::Flag(Flag::LikeEmail)),
    ("IS_STOP", Attribute::Flag(Flag::IsStop)),
    ("IS_BRACKET", Attribute::Flag(Flag::IsBracket)),
    ("IS_QUOTE", Attribute::Flag(Flag::IsQuote)),
    ("IS_LEFT_PUNCT", Attribute::Flag(Flag::IsLeftPunct)),
    ("IS_RIGHT_PUNCT", Attribute::Flag(Flag::IsRightPunct)),
    ("IS_CURRENCY", Attribute::Flag(Flag::IsCurrency)),
    ("SPACY", Attribute::Spacy),
];

impl Attribute {
    /// The attribute of that name, in any case; `None` for one that is not known or that components set.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let name = name.to_uppercase();
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, attribute)| *attribute)
    }

    /// The attribute of that number, one of spaCy's symbols.
    pub(crate) fn from_number(number: u64) -> Option<Self> {
        NAMES.iter().find(|(name, _)| string_id(name) == number).map(|(_, attribute)| *attribute)
    }

    /// The attribute's value for a token.
    ///
    /// Source: spaCy 3.8, `tokens/doc.pyx`, `get_token_attr`, and `lang/lex_attrs.py`.
    pub(crate) fn value(self, vocab: &Vocab, lexemes: &Lexemes, lexeme: LexemeId, space_after: bool) -> u64 {
        let found = lexemes.get(lexeme);
        match self {
            Self::Orth => found.orth,
            Self::Lower => found.lower,
            Self::Norm => found.norm,
            Self::Shape => found.shape,
            Self::Prefix => found.prefix,
            Self::Suffix => found.suffix,
            Self::Length => found.length.into(),
            Self::Flag(flag) => lexemes.has(vocab, lexeme, flag).into(),
            Self::Spacy => space_after.into(),
        }
    }
}
