//! The header `server-timing`, with which a server says what it spent its time on.

/// The most entries of one answer that are read.
const ENTRIES_MAX: usize = 16;
/// The longest name of an entry that is read, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// One entry, such as `cold;dur=41.2`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) name: String,
    /// The parameter `dur`, if it is a number that is not negative.
    pub(super) ms: Option<f64>,
}

/// The entries of one header's value, in order. What is not an entry is passed over.
pub(super) fn parse(value: &str) -> Vec<Entry> {
    divided(value, ',').filter_map(entry).take(ENTRIES_MAX).collect()
}

fn entry(text: &str) -> Option<Entry> {
    let mut parts = divided(text, ';');
    let name = parts.next()?.trim();
    let is_token =
        |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if !(1..=NAME_BYTES_MAX).contains(&name.len()) || !is_token(name) {
        return None;
    }
    let dur = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case("dur").then(|| value.trim().trim_matches('"').to_owned())
    });
    let ms = dur.and_then(|dur| dur.parse().ok()).filter(|ms: &f64| ms.is_finite() && *ms >= 0.0);
    Some(Entry { name: name.to_owned(), ms })
}

/// Pieces between `mark`s, of which those inside quotes divide nothing.
fn divided(text: &str, mark: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |character| {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        character == mark && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn read(value: &str) -> Vec<(String, Option<f64>)> {
        parse(value).into_iter().map(|entry| (entry.name, entry.ms)).collect()
    }

    #[test]
    fn entries_have_a_name_and_perhaps_a_duration() {
        let named = |name: &str, ms| (name.to_owned(), ms);
        assert_eq!(read("cold"), [named("cold", None)]);
        assert_eq!(read("a;dur=53, b; DUR = \"4.5\" ;desc=x"), [named("a", Some(53.0)), named("b", Some(4.5))]);
        assert_eq!(
            read(r#"cache;desc="Cache, \"hot\"; read";dur=23.2,db;dur=1e3"#),
            [named("cache", Some(23.2)), named("db", Some(1000.0))]
        );
    }

    #[test]
    fn what_is_not_an_entry_is_passed_over() {
        assert_eq!(read(""), []);
        assert_eq!(read(" , ;dur=3, a b;dur=2, \u{1b}[2J"), []);
        for ms in ["-1", "NaN", "inf", "1,5x", ""] {
            assert_eq!(read(&format!("a;dur={ms}"))[0].1.filter(|ms| *ms != 1.0), None, "{ms}");
        }
        assert_eq!(read(&"a,".repeat(1000)).len(), 16);
        assert_eq!(read(&"a".repeat(65)), []);
        assert_eq!(read("a;desc=\"never closed, b;dur=3").len(), 1);
    }
}
