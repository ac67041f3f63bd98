//! The few questions about single characters that cleaning and hashtags ask, as Python's `str` answers them.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Whether the character is punctuation: general category `P*`. Symbols, `S*`, are not.
#[must_use]
pub fn is_punctuation(character: char) -> bool {
    use GeneralCategory as Category;
    // Most text is ASCII, where a look into the tables would cost more than all else that cleaning does.
    if character.is_ascii() {
        return character.is_ascii_punctuation()
            && !matches!(character, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~');
    }
    matches!(
        get_general_category(character),
        Category::ConnectorPunctuation
            | Category::DashPunctuation
            | Category::OpenPunctuation
            | Category::ClosePunctuation
            | Category::InitialPunctuation
            | Category::FinalPunctuation
            | Category::OtherPunctuation
    )
}

/// Whether Python's `\w` matches: a letter, a number or `_`. Combining marks do not, unlike in many other engines.
///
/// Source: CPython 3.11, `Modules/_sre` `SRE_UNI_IS_WORD`; `str.isalnum` is general category `L*` or `N*`, which was
/// verified over all code points.
pub(crate) fn is_word(character: char) -> bool {
    use GeneralCategory as Category;
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || character == '_';
    }
    matches!(
        get_general_category(character),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter
            | Category::DecimalNumber
            | Category::LetterNumber
            | Category::OtherNumber
    )
}

/// Whether Python's `\s` matches: white space, and the four separators that ASCII has for files and records.
///
/// Source: CPython 3.11, `str.isspace`, verified over all code points.
#[must_use]
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}
