//! Maps that keep the order in which keys first came, as Python's do.

use std::collections::BTreeMap;

/// A map from text in order of insertion.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ordered<T> {
    entries: Vec<(String, T)>,
    places: BTreeMap<String, usize>,
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), places: BTreeMap::new() }
    }
}

impl<T> Ordered<T> {
    pub(super) fn get(&self, key: &str) -> Option<&T> {
        self.places.get(key).map(|place| &self.entries[*place].1)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.places.get(key).map(|place| &mut self.entries[*place].1)
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    /// Puts a value under a key; a key that is there keeps its place.
    pub(super) fn insert(&mut self, key: &str, value: T) {
        if let Some(found) = self.get_mut(key) {
            *found = value;
            return;
        }
        self.places.insert(key.to_owned(), self.entries.len());
        self.entries.push((key.to_owned(), value));
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value))
    }
}
