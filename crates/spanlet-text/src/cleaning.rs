//! Cleaning texts as hashtag models are trained: so far, lower-casing.
/// The text, lower-cased.
pub fn clean(text: &str) -> String {
    text.to_lowercase()
}
