//! The attributes of a token that a pattern can ask for.

use crate::lexeme::Flag;

/// An attribute, by the name that spaCy gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Attribute {
    Orth,
    Lower,
    Norm,
    Shape,
    Prefix,
    Suffix,
    Length,
    Lemma,
    Pos,
    Tag,
    Dep,
    Morph,
    EntIob,
    EntType,
    EntId,
    EntKbId,
    /// Whether a sentence starts here; a pattern may also call it `IS_SENT_START`.
    SentStart,
    Spacy,
    Flag(Flag),
}

/// Name, number and attribute. The numbers are spaCy's: a pattern made in Python may have them for keys.
///
/// Absent on purpose: `ID`, `IDX`, `HEAD`, `LANG`, `IS_OOV_DEPRECATED` and the free flags `FLAG19` to `FLAG63`.
///
/// Source: spaCy 3.8, `attrs.pyx` and `attrs.pxd`.
const ATTRIBUTES: [(&str, i128, Attribute); 35] = [
    ("IS_ALPHA", 1, Attribute::Flag(Flag::IsAlpha)),
    ("IS_ASCII", 2, Attribute::Flag(Flag::IsAscii)),
    ("IS_DIGIT", 3, Attribute::Flag(Flag::IsDigit)),
    ("IS_LOWER", 4, Attribute::Flag(Flag::IsLower)),
    ("IS_PUNCT", 5, Attribute::Flag(Flag::IsPunct)),
    ("IS_SPACE", 6, Attribute::Flag(Flag::IsSpace)),
    ("IS_TITLE", 7, Attribute::Flag(Flag::IsTitle)),
    ("IS_UPPER", 8, Attribute::Flag(Flag::IsUpper)),
    ("LIKE_URL", 9, Attribute::Flag(Flag::LikeUrl)),
    ("LIKE_NUM", 10, Attribute::Flag(Flag::LikeNum)),
    ("LIKE_EMAIL", 11, Attribute::Flag(Flag::LikeEmail)),
    ("IS_STOP", 12, Attribute::Flag(Flag::IsStop)),
    ("IS_BRACKET", 14, Attribute::Flag(Flag::IsBracket)),
    ("IS_QUOTE", 15, Attribute::Flag(Flag::IsQuote)),
    ("IS_LEFT_PUNCT", 16, Attribute::Flag(Flag::IsLeftPunct)),
    ("IS_RIGHT_PUNCT", 17, Attribute::Flag(Flag::IsRightPunct)),
    ("IS_CURRENCY", 18, Attribute::Flag(Flag::IsCurrency)),
    ("ORTH", 65, Attribute::Orth),
    ("LOWER", 66, Attribute::Lower),
    ("NORM", 67, Attribute::Norm),
    ("SHAPE", 68, Attribute::Shape),
    ("PREFIX", 69, Attribute::Prefix),
    ("SUFFIX", 70, Attribute::Suffix),
    ("LENGTH", 71, Attribute::Length),
    ("LEMMA", 73, Attribute::Lemma),
    ("POS", 74, Attribute::Pos),
    ("TAG", 75, Attribute::Tag),
    ("DEP", 76, Attribute::Dep),
    ("ENT_IOB", 77, Attribute::EntIob),
    ("ENT_TYPE", 78, Attribute::EntType),
    ("SENT_START", 80, Attribute::SentStart),
    ("SPACY", 81, Attribute::Spacy),
    ("MORPH", 453, Attribute::Morph),
    ("ENT_ID", 454, Attribute::EntId),
    ("ENT_KB_ID", 452, Attribute::EntKbId),
];

impl Attribute {
    /// The attribute of a pattern's key, in any case of letters; `None` for what spaCy does not know and for what is not
    /// supported.
    ///
    /// Source: spaCy 3.8, `matcher/matcher.pyx`, `_get_attr_values`.
    pub(crate) fn named(key: &str) -> Option<Self> {
        let key = key.to_uppercase();
        let name = match key.as_str() {
            "TEXT" => "ORTH",
            "IS_SENT_START" => "SENT_START",
            name => name,
        };
        ATTRIBUTES.iter().find(|(found, ..)| *found == name).map(|(.., attribute)| *attribute)
    }

    /// The attribute with one of spaCy's numbers.
    pub(crate) fn numbered(number: i128) -> Option<Self> {
        ATTRIBUTES.iter().find(|(_, found, _)| *found == number).map(|(.., attribute)| *attribute)
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        ATTRIBUTES.iter().find(|(.., found)| *found == self).map_or("", |(name, ..)| name)
    }

    /// Whether its values are numbers, or yes and no, rather than strings.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Length | Self::EntIob | Self::SentStart | Self::Spacy | Self::Flag(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_names_in_any_case_or_numbers() {
        assert_eq!(Attribute::named("text"), Some(Attribute::Orth));
        assert_eq!(Attribute::named("Is_Sent_Start"), Some(Attribute::SentStart));
        assert_eq!(Attribute::numbered(453), Some(Attribute::Morph));
        assert_eq!(Attribute::Flag(Flag::LikeUrl).name(), "LIKE_URL");
    }

    #[test]
    fn what_is_not_supported_has_no_attribute() {
        for key in ["", "ID", "IDX", "HEAD", "LANG", "FLAG19", "IS_OOV_DEPRECATED", "CLUSTER"] {
            assert_eq!(Attribute::named(key), None, "{key}");
        }
        assert_eq!(Attribute::numbered(0), None);
    }
}
