//! Morphological features as spaCy writes them: `Case=Nom|Number=Plur,Sing`, fields and values sorted.

use std::collections::BTreeMap;

/// Features in spaCy's normal form; no features (`""`, or the placeholder `_`) give an empty string.
///
/// A field that occurs twice keeps its last values.
///
/// # Errors
/// A clause that says what is wrong, when a feature is not `field=values`, or its field is `POS`, whose values spaCy
/// rewrites.
///
/// Source: spaCy 3.8, `morphology.pyx`, `Morphology.add` and `normalize_features`.
pub(crate) fn normal_form(features: &str) -> Result<String, String> {
    let mut values_of = BTreeMap::new();
    if !features.is_empty() && features != EMPTY {
        for feature in features.split('|') {
            let (field, values) = feature
                .split_once('=')
                .filter(|(_, values)| !values.contains('='))
                .ok_or_else(|| format!("expected features like `Case=Nom|Number=Sing`, found `{features}`"))?;
            if field.eq_ignore_ascii_case("POS") {
                return Err(format!(
                    "expected morphological features, found the part of speech `{feature}` among them"
                ));
            }
            let mut values: Vec<&str> = values.split(',').collect();
            values.sort_unstable();
            values_of.insert(field, values.join(","));
        }
    }
    let mut normal: Vec<String> = values_of.into_iter().map(|(field, values)| format!("{field}={values}")).collect();
    // Whole features are compared, not fields: `A1=x` comes before `A=x`.
    normal.sort_unstable();
    Ok(normal.join("|"))
}

/// What spaCy stores for a token that is known to have no features; unset is the empty string.
pub(crate) const EMPTY: &str = "_";

/// The single features of a normal form: `Number=Plur,Sing` is `Number=Plur` and `Number=Sing`.
///
/// Source: spaCy 3.8, `tokens/morphanalysis.pyx`, `MorphAnalysis.__iter__`.
pub(crate) fn features(normal: &str) -> impl Iterator<Item = String> {
    fields(normal).flat_map(|(field, values)| values.split(',').map(move |value| format!("{field}={value}")))
}

/// The values of a field, joined by commas, or `None` when the features do not have it.
///
/// Source: spaCy 3.8, `tokens/morphanalysis.pyx`, `MorphAnalysis.to_dict`.
pub(crate) fn values<'m>(normal: &'m str, field: &str) -> Option<&'m str> {
    fields(normal).find(|(found, _)| *found == field).map(|(_, values)| values)
}

fn fields(normal: &str) -> impl Iterator<Item = (&str, &str)> {
    normal.split('|').filter_map(|feature| feature.split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_values_are_sorted() {
        // Each pair is what spaCy 3.8.18's `Morphology.normalize_features` answers (`_` being our empty string).
        for (given, normal) in [
            ("", ""),
            ("_", ""),
            ("Number=Sing|Case=Nom", "Case=Nom|Number=Sing"),
            ("PronType=Rel,Int", "PronType=Int,Rel"),
            ("A=1|A=2", "A=2"),
            ("A=x|A1=y", "A1=y|A=x"),
            ("A=", "A="),
        ] {
            assert_eq!(normal_form(given).as_deref(), Ok(normal), "{given}");
        }
    }

    #[test]
    fn what_spacy_cannot_read_is_an_error() {
        for given in ["Noun", "A=b=c", "A=b|", "pos=NOUN"] {
            assert!(normal_form(given).is_err(), "{given}");
        }
    }

    #[test]
    fn features_are_split_by_value() {
        assert_eq!(features("A=1,2|B=3").collect::<Vec<_>>(), ["A=1", "A=2", "B=3"]);
        assert_eq!(features("").count(), 0);
        assert_eq!(values("A=1,2|B=3", "A"), Some("1,2"));
        assert_eq!(values("A=1,2|B=3", "C"), None);
    }
}
