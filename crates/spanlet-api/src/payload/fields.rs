//! An object's fields by name.

use super::Value;
use crate::codes;
use crate::error::Error;

/// The names that some route knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Text,
    Model,
    K,
    Threshold,
    Clean,
    Function,
    Offsets,
    Include,
    Aggregation,
    IgnoreLabels,
    Stride,
    Normalize,
    /// `Text`, as an older system asks for key phrases.
    CapitalText,
    /// `inputs`, as Hugging Face's clients send; what follows is theirs too.
    Inputs,
    /// The options, an object of their own, in which some have other names.
    Parameters,
    AggregationStrategy,
    TopK,
    FunctionToApply,
}

impl Name {
    const ALL: [Self; 18] = [
        Self::Text,
        Self::Model,
        Self::K,
        Self::Threshold,
        Self::Clean,
        Self::Function,
        Self::Offsets,
        Self::Include,
        Self::Aggregation,
        Self::IgnoreLabels,
        Self::Stride,
        Self::Normalize,
        Self::CapitalText,
        Self::Inputs,
        Self::Parameters,
        Self::AggregationStrategy,
        Self::TopK,
        Self::FunctionToApply,
    ];

    /// The name as it is written.
    pub(crate) fn spelling(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Model => "model",
            Self::K => "k",
            Self::Threshold => "threshold",
            Self::Clean => "clean",
            Self::Function => "function",
            Self::Offsets => "offsets",
            Self::Include => "include",
            Self::Aggregation => "aggregation",
            Self::IgnoreLabels => "ignore_labels",
            Self::Stride => "stride",
            Self::Normalize => "normalize",
            Self::CapitalText => "Text",
            Self::Inputs => "inputs",
            Self::Parameters => "parameters",
            Self::AggregationStrategy => "aggregation_strategy",
            Self::TopK => "top_k",
            Self::FunctionToApply => "function_to_apply",
        }
    }

    pub(super) fn from_spelling(spelling: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.spelling() == spelling)
    }
}

/// An object's fields, of which only those with a [`Name`] are kept.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Fields<'b> {
    /// Each name at most once.
    values: Vec<(Name, Value<'b>)>,
    /// The first name that no route knows.
    unknown: Option<String>,
    /// A name that was given twice; the later value is kept.
    duplicate: Option<Name>,
}

impl<'b> Fields<'b> {
    /// One field.
    pub(crate) fn of(name: Name, value: Value<'b>) -> Self {
        let mut fields = Self::default();
        fields.put(name, value);
        fields
    }

    /// Whether there is such a field.
    pub(crate) fn has(&self, name: Name) -> bool {
        self.position(name).is_some()
    }

    /// Takes a field's value out.
    pub(crate) fn take(&mut self, name: Name) -> Option<Value<'b>> {
        self.position(name).map(|index| self.values.swap_remove(index).1)
    }

    /// Sets a field, whether it was there or not.
    pub(super) fn put(&mut self, name: Name, value: Value<'b>) {
        match self.position(name) {
            Some(index) => self.values[index].1 = value,
            None => self.values.push((name, value)),
        }
    }

    fn position(&self, name: Name) -> Option<usize> {
        self.values.iter().position(|(found, _)| *found == name)
    }

    /// Notes one field; a value of `None`, JSON's `null`, is as if the field were not there.
    pub(super) fn note(&mut self, spelling: &str, value: Option<Value<'b>>) {
        match Name::from_spelling(spelling) {
            Some(name) => self.note_known(name, value),
            None => {
                self.unknown.get_or_insert_with(|| spelling.chars().take(64).collect());
            }
        }
    }

    fn note_known(&mut self, name: Name, value: Option<Value<'b>>) {
        let Some(value) = value else { return };
        if self.has(name) {
            self.duplicate.get_or_insert(name);
        }
        self.put(name, value);
    }

    /// These fields and those of a body, whose values are kept where both have one.
    pub(crate) fn merged(mut self, body: Self) -> Self {
        for (name, value) in body.values {
            self.note_known(name, Some(value));
        }
        self.unknown = self.unknown.or(body.unknown);
        self.duplicate = self.duplicate.or(body.duplicate);
        self
    }

    /// Refuses a name that the route does not know, perhaps misspelt, and one given twice.
    pub(crate) fn check_names(&self, known: &[Name]) -> Result<(), Error> {
        let foreign = self.values.iter().find(|(name, _)| !known.contains(name));
        if let Some(name) = self.unknown.as_deref().or(foreign.map(|(name, _)| name.spelling())) {
            let known: Vec<String> = known.iter().map(|name| format!("`{}`", name.spelling())).collect();
            let message = format!("expected only {}, found another field", known.join(", "));
            return Err(Error::new(codes::FIELD_UNKNOWN, message).at(name));
        }
        match self.duplicate {
            Some(name) => {
                Err(Error::new(codes::FIELD_DUPLICATE, "expected it once, found it twice").at(name.spelling()))
            }
            None => Ok(()),
        }
    }

    /// Refuses a `text` beside a body that is itself the texts.
    pub(crate) fn check_no_text(&self) -> Result<(), Error> {
        match self.has(Name::Text) {
            true => Err(Error::new(codes::FIELD_DUPLICATE, "expected it once, found it twice").at("text")),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, Name, Value};
    use crate::codes;

    #[test]
    fn every_name_is_found_by_its_spelling() {
        for name in Name::ALL {
            assert_eq!(Name::from_spelling(name.spelling()), Some(name));
        }
        assert_eq!(Name::from_spelling("TEXT"), None);
    }

    #[test]
    fn a_name_that_another_route_knows_is_unknown_here() {
        let mut fields = Fields::of(Name::Text, Value::Bool(true));
        assert_eq!(fields.check_names(&[Name::Text, Name::Model]), Ok(()));
        fields.note("k", Some(Value::Whole(1)));
        let error = fields.check_names(&[Name::Text, Name::Model]).expect_err("k");
        assert_eq!((error.code, error.place.as_deref()), (codes::FIELD_UNKNOWN, Some("k")));
        assert_eq!(error.message, "expected only `text`, `model`, found another field");
    }
}
