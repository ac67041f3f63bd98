//! What differs from spaCy, and what its own answers in `tests/configs.jsonl` do not say: limits, and what errors say.

use serde_json::json;

use super::json::{self as python, NotJson};
use super::*;

fn parse(text: &str) -> Result<Config, ArchiveError> {
    Config::parse("config.cfg", text.as_bytes())
}

fn problem(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

#[test]
fn paths_lead_to_values_and_sections() {
    let config = parse("[a]\nx = 1\n[a.b]\ny = {\"z\": [2]}\n").expect("sound");
    assert_eq!(config.get("a.x"), Some(&json!(1)));
    assert_eq!(config.get("a.b"), Some(&json!({"y": {"z": [2]}})));
    assert_eq!(config.get("a.b.y.z"), Some(&json!([2])));
    for path in ["", "x", "a.", "a.x.y", "a.b.y.z.0", ".a"] {
        assert_eq!(config.get(path), None, "{path}");
    }
    assert_eq!(config.sections().len(), 1);
    assert_eq!(parse("").expect("sound").sections().len(), 0);
}

#[test]
fn errors_say_what_to_look_for() {
    for (text, expected) in [
        ("x = 1", "config.cfg: expected a section, e.g. `[nlp]`, found something else on line 1"),
        ("[a]\n\nx", "config.cfg: expected `key = value`, found neither on line 3"),
        ("[a]\nx = 1\nx = 2", "expected each key once in [a], found `x` again on line 3"),
        ("[a]\n[b]\n[a]", "expected each section once, found [a] again on line 3"),
        ("[a.b]", "expected a section [a] for [a.b], found none"),
        ("[a.b]\n[a]", "expected [a.b] after the sections that it lies in, found it before `a`"),
        ("[a]\nb = 1\n[a.b]", "expected one `b` in [a], found a key and a section"),
        ("[a]\nx = ${b.y}", "expected the value or section that `${b.y}` names, found none, in `x` of [a]"),
        ("[a]\nx = ${a.x}", "expected at most 10 references in a row, found more, or a circle, in `x` of [a]"),
        ("[a]\nx = ${", "expected `$` before `$` or `{name}`, found it before something else, in `x` of [a]"),
        ("[a]\nx = to ${b}\n[b]", "expected references to values in the text of `x`, found one to a whole section"),
        ("[a]\nx = ${b}\n[b]\ny = ${a}", "expected sections that do not contain themselves, found [b] in itself"),
        ("[a]\nx = [1, NaN]", "expected a finite number as `x`, found another"),
        (
            "[a]\nx = \"\\ud800\"",
            "expected a value that can be kept as `x` in [a], found one that cannot: it holds half",
        ),
        ("[a]\nx = __SECTION__:a", "expected names of your own, found `__SECTION__:`, which is reserved"),
    ] {
        let found = problem(text);
        assert!(found.contains(expected), "{found}: {expected}");
    }
    assert_eq!(
        Config::parse("config.cfg", b"[a]\n\xff").expect_err("not UTF-8").to_string(),
        "config.cfg: expected text in UTF-8 at byte 4"
    );
}

#[test]
fn numbers_past_64_bits_are_floats() {
    let config =
        parse("[a]\nx = 18446744073709551616\ny = -9223372036854775809\nz = 18446744073709551615").expect("sound");
    assert_eq!(config.get("a"), Some(&json!({"x": 1.8446744073709552e19, "y": -9.223372036854776e18, "z": u64::MAX})));
}

#[test]
fn floats_are_exact() {
    for (text, value) in [("0.1", 0.1), ("1e-08", 1e-8), ("2.2250738585072011e-308", 2.225_073_858_507_201e-308)] {
        let config = parse(&format!("[a]\nx = {text}")).expect("sound");
        let found = config.get("a.x").and_then(Value::as_f64).map(f64::to_bits);
        assert_eq!(found, Some(f64::to_bits(value)), "{text}");
    }
}

#[test]
fn json_is_spelt_as_python_spells_it() {
    // json.dumps(json.loads(...)) of Python 3.11
    for (text, expected) in [
        ("[1,2.0,{\"k\":null}]", "[1, 2.0, {\"k\": null}]"),
        ("1e16", "1e+16"),
        ("123456789012345680.0", "1.2345678901234568e+17"),
        ("9999999999999998.0", "9999999999999998.0"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("1.5e-10", "1.5e-10"),
        ("1.5E300", "1.5e+300"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("1e999", "Infinity"),
        ("[NaN, -Infinity]", "[NaN, -Infinity]"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("\"\\u00e9\\n\\ud83c\\udf5e\\/\\u007f\"", "\"\\u00e9\\n\\ud83c\\udf5e/\\u007f\""),
        ("{\"a\": 1, \"b\": 2, \"a\": 3}", "{\"a\": 3, \"b\": 2}"),
        ("{}", "{}"),
        ("[ ]", "[]"),
    ] {
        assert_eq!(python::parse(text).map(|value| value.dump()), Ok(expected.to_owned()), "{text}");
    }
}

#[test]
fn what_python_does_not_take_for_json_is_text() {
    for text in
        ["", "01", "1.", ".5", "+1", "1e", "1e+", "-", "nul", "[1,]", "{1: 2}", "{\"a\"}", "\"a\nb\"", "\"\\x\"", "1 2"]
    {
        assert_eq!(python::parse(text), Err(NotJson::Other), "{text:?}");
    }
}

#[test]
fn depth_has_a_limit() {
    let list = |depth: usize| format!("[a]\nx = {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&list(60)).is_ok());
    assert!(problem(&list(70)).contains("lie too deep in each other"));
    // A bracket too many is no JSON, however deep.
    assert!(problem(&list(100_000)).contains("lie too deep in each other"));
    let mut sections = vec!["a".to_owned()];
    for depth in 1..70 {
        sections.push(format!("{}.a", sections[depth - 1]));
    }
    let text: String = sections.iter().map(|name| format!("[{name}]\n")).collect();
    assert!(problem(&text).contains("expected sections at most 64 deep"));
}

#[test]
fn few_lines_do_not_become_gigabytes() {
    let mut values = "[a]\nx0 = 0123456789\n".to_owned();
    for level in 1..10 {
        values.push_str(&format!("x{level} = {}\n", format!("${{x{}}}", level - 1).repeat(10)));
    }
    assert!(problem(&values).contains("expected references that stay small"));
    let mut sections = String::new();
    for level in 0..40 {
        sections.push_str(&format!("[s{level}]\nx = ${{s{}}}\ny = ${{s{}}}\n", level + 1, level + 1));
    }
    sections.push_str("[s40]\n");
    assert!(problem(&sections).contains("bytes of values, references resolved, found more"));
    let chain: String = (0..100).map(|level| format!("[s{level}]\nx = ${{s{}}}\n", level + 1)).collect();
    assert!(problem(&format!("{chain}[s100]\n")).contains("references resolved, found a deeper one"));
    let long = vec![b'#'; MAX_BYTES + 1];
    assert!(matches!(Config::parse("config.cfg", &long), Err(ArchiveError::TooLarge { .. })));
}

#[test]
fn hostile_lines_are_read_in_good_time() {
    for text in [
        "[a]\nx = ".to_owned() + &"${".repeat(500_000),
        "[a]\nx = ".to_owned() + &"$".repeat(500_000),
        "[a]\nx = ".to_owned() + &"${a.x".repeat(200_000),
        "[a]\nx = 1\ny = ".to_owned() + &"${x}".repeat(200_000),
        "[a]\n".to_owned() + &(0..60_000).map(|key| format!("k{key} = ${{x}}\n")).collect::<String>(),
        (0..60_000).map(|key| format!("[k{key}]\n")).collect(),
        "[".to_owned() + &"a.".repeat(500_000) + "a]",
        "[a]\nx = 1\n".to_owned() + &"\n".repeat(900_000),
        "[a]\nx = 1\n".to_owned() + &" y\n".repeat(300_000),
        "[a]\nx = \"".to_owned() + &"\\u00e9".repeat(150_000),
    ] {
        let _ = parse(&text);
    }
}
