//! What of a token is embedded: attributes that its text tells, and whether a space follows.

use crate::lexeme::{LexemeId, Lexemes};
use crate::strings::string_id;
use crate::unicode::{self, Property};

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
    IsAlpha,
    IsAscii,
    IsDigit,
    IsLower,
    IsPunct,
    IsSpace,
    IsTitle,
    IsUpper,
    /// Whether a space follows: the one that the text of the token does not tell.
    Spacy,
}

/// The names that spaCy's configurations use.
const NAMES: [(&str, Attribute); 16] = [
    ("ORTH", Attribute::Orth),
    ("LOWER", Attribute::Lower),
    ("NORM", Attribute::Norm),
    ("SHAPE", Attribute::Shape),
    ("PREFIX", Attribute::Prefix),
    ("SUFFIX", Attribute::Suffix),
    ("LENGTH", Attribute::Length),
    ("IS_ALPHA", Attribute::IsAlpha),
    ("IS_ASCII", Attribute::IsAscii),
    ("IS_DIGIT", Attribute::IsDigit),
    ("IS_LOWER", Attribute::IsLower),
    ("IS_PUNCT", Attribute::IsPunct),
    ("IS_SPACE", Attribute::IsSpace),
    ("IS_TITLE", Attribute::IsTitle),
    ("IS_UPPER", Attribute::IsUpper),
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
    pub(crate) fn value(self, lexemes: &Lexemes, lexeme: LexemeId, space_after: bool) -> u64 {
        let found = lexemes.get(lexeme);
        let text = || lexemes.text(lexeme);
        match self {
            Self::Orth => found.orth,
            Self::Lower => found.lower,
            Self::Norm => found.norm,
            Self::Shape => found.shape,
            Self::Prefix => found.prefix,
            Self::Suffix => found.suffix,
            Self::Length => found.length.into(),
            Self::IsAlpha => Property::ALPHA.of_all(text()).into(),
            Self::IsAscii => text().is_ascii().into(),
            Self::IsDigit => Property::DIGIT.of_all(text()).into(),
            Self::IsLower => unicode::is_lower(text()).into(),
            Self::IsPunct => found.is_punct.into(),
            Self::IsSpace => found.is_space.into(),
            Self::IsTitle => unicode::is_title(text()).into(),
            Self::IsUpper => unicode::is_upper(text()).into(),
            Self::Spacy => space_after.into(),
        }
    }
}
