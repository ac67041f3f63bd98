//! Trees of edits: each says which part of a form stays, and what becomes of what is before and after it.
//!
//! Source: spaCy 3.8, `pipeline/_edit_tree_internals/edit_trees.pyx`.

use spanlet_archive::msgpack::Value;

use crate::load_error::LoadError;
use crate::strings::Strings;

/// No tree that spaCy builds is deeper than a word is long.
const MAX_DEPTH: u32 = 256;
/// Trees share subtrees, so that one could have more nodes than there are in all.
const MAX_NODES: u32 = 1 << 12;
/// What spaCy writes for a subtree that is not there.
const NO_TREE: u64 = u32::MAX as u64;

/// The trees of a lemmatizer.
#[derive(Clone, Debug)]
pub(super) struct EditTrees {
    trees: Vec<Tree>,
}

#[derive(Clone, Debug)]
enum Tree {
    /// The middle stays.
    Match {
        /// In code points.
        prefix_length: usize,
        suffix_length: usize,
        prefix: Option<u32>,
        suffix: Option<u32>,
    },
    /// One string becomes another.
    Substitute { original: Box<str>, substitute: Box<str> },
}

/// The size of a tree with all its subtrees.
#[derive(Clone, Copy, Default)]
struct Size {
    depth: u32,
    nodes: u32,
}

impl EditTrees {
    /// Reads the part `trees`.
    ///
    /// # Errors
    /// When a tree is neither of the two kinds, refers to one that does not come before it, is too large, or names a
    /// string that the vocabulary does not have.
    pub(super) fn load(part: &str, value: &Value<'_>, strings: &Strings) -> Result<Self, LoadError> {
        let Some(Value::Array(values)) = value.get("trees") else {
            return Err(LoadError::damaged(part, "expected a list `trees`, found none"));
        };
        let mut trees = Vec::with_capacity(values.len());
        let mut sizes: Vec<Size> = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            let (tree, size) = Tree::parse(value, strings, &sizes)
                .map_err(|problem| LoadError::damaged(part, format!("tree {index}: {problem}")))?;
            trees.push(tree);
            sizes.push(size);
        }
        Ok(Self { trees })
    }

    /// How many trees there are.
    pub(super) fn len(&self) -> usize {
        self.trees.len()
    }

    /// What the tree makes of `form`; `None` when it does not fit.
    pub(super) fn apply(&self, tree: u32, form: &str) -> Option<String> {
        let mut lemma = String::with_capacity(form.len() + 4);
        self.append(tree, form, &mut lemma).then_some(lemma)
    }

    fn append(&self, tree: u32, form: &str, lemma: &mut String) -> bool {
        match &self.trees[tree as usize] {
            Tree::Match { prefix_length, suffix_length, prefix, suffix } => {
                let Some((before, middle, after)) = split(form, *prefix_length, *suffix_length) else { return false };
                if !prefix.is_none_or(|prefix| self.append(prefix, before, lemma)) {
                    return false;
                }
                lemma.push_str(middle);
                suffix.is_none_or(|suffix| self.append(suffix, after, lemma))
            }
            Tree::Substitute { original, substitute } => {
                lemma.push_str(substitute);
                **original == *form
            }
        }
    }
}

/// Splits off the first and the last code points; `None` when there are not so many.
fn split(form: &str, prefix_length: usize, suffix_length: usize) -> Option<(&str, &str, &str)> {
    let start = byte_of(form, prefix_length)?;
    let (before, rest) = form.split_at(start);
    let middle_length = match rest.is_ascii() {
        true => rest.len().checked_sub(suffix_length)?,
        false => byte_of(rest, rest.chars().count().checked_sub(suffix_length)?)?,
    };
    let (middle, after) = rest.split_at(middle_length);
    Some((before, middle, after))
}

/// Where so many code points end.
fn byte_of(text: &str, code_points: usize) -> Option<usize> {
    text.char_indices().map(|(start, _)| start).chain([text.len()]).nth(code_points)
}

impl Tree {
    /// Reads the tree that comes after those of `sizes`.
    fn parse(value: &Value<'_>, strings: &Strings, sizes: &[Size]) -> Result<(Self, Size), String> {
        let number = |name: &str| match value.get(name) {
            Some(Value::Int(number)) => {
                u64::try_from(*number).map_err(|_| format!("expected `{name}` from 0, found {number}"))
            }
            _ => Err(format!("expected a whole number `{name}`, found none")),
        };
        if value.get("prefix_len").is_none() {
            let string = |name: &str| {
                let id = number(name)?;
                let string = if id == 0 { Some("") } else { strings.get(id) };
                string
                    .map(Box::from)
                    .ok_or_else(|| format!("expected `{name}` to be in vocab/strings.json, found {id}"))
            };
            let tree = Self::Substitute { original: string("orig")?, substitute: string("subst")? };
            return Ok((tree, Size { depth: 1, nodes: 1 }));
        }
        let length = |name: &str| Ok::<_, String>(usize::try_from(number(name)?).unwrap_or(usize::MAX));
        let mut size = Size { depth: 1, nodes: 1 };
        let mut subtree = |name: &str| match number(name)? {
            NO_TREE => Ok(None),
            index => {
                // spaCy adds a tree after its subtrees.
                let inner = usize::try_from(index).ok().and_then(|index| sizes.get(index));
                let inner = inner.ok_or_else(|| format!("expected `{name}` to be an earlier tree, found {index}"))?;
                size.depth = size.depth.max(inner.depth + 1);
                size.nodes += inner.nodes;
                Ok::<_, String>(Some(index as u32))
            }
        };
        let (prefix, suffix) = (subtree("prefix_tree")?, subtree("suffix_tree")?);
        if size.depth > MAX_DEPTH || size.nodes > MAX_NODES {
            return Err(format!("expected at most {MAX_DEPTH} levels and {MAX_NODES} nodes, found more"));
        }
        let tree =
            Self::Match { prefix_length: length("prefix_len")?, suffix_length: length("suffix_len")?, prefix, suffix };
        Ok((tree, size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_split_by_code_points() {
        assert_eq!(split("naïveté", 3, 2), Some(("naï", "ve", "té")));
        assert_eq!(split("abc", 1, 2), Some(("a", "", "bc")));
        assert_eq!(split("abc", 2, 2), None);
        assert_eq!(split("é", 2, 0), None);
        assert_eq!(split("", 0, 0), Some(("", "", "")));
    }
}
