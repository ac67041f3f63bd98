//! The morphologizer: coarse parts of speech and morphological features.
//!
//! Source: spaCy 3.8, `pipeline/morphologizer.pyx`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::classifier::{Classifier, overwrites};
use crate::annotate_error::AnnotateError;
use crate::doc::{Doc, Label};
use crate::load_error::LoadError;
use crate::morphology::normal_form;
use crate::pipe::{Context, Layers};
use crate::source::Source;
use crate::tok2vec::TokenVectors;

/// A component `morphologizer`.
#[derive(Clone, Debug)]
pub(crate) struct Morphologizer {
    classifier: Classifier,
    labels: Vec<Analysis>,
    overwrites: bool,
    extends: bool,
}

/// What a label stands for.
#[derive(Clone, Debug)]
struct Analysis {
    morph: Arc<str>,
    pos: Label,
}

/// The part `cfg`.
#[derive(Debug, serde::Deserialize)]
struct Saved {
    /// Features by label. The order is that of the model's scores.
    labels_morph: Entries,
    /// Numbers of parts of speech by label.
    labels_pos: BTreeMap<String, u64>,
    overwrite: Option<bool>,
    extend: Option<bool>,
}

impl Morphologizer {
    /// Loads the component's labels and model.
    ///
    /// # Errors
    /// When a part is missing or damaged, a label's features are not ones, or the model is of an architecture that is
    /// not supported.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        let Saved { labels_morph: Entries(morphs), labels_pos, overwrite, extend } = source.json("cfg")?;
        let mut labels = Vec::with_capacity(morphs.len());
        for (label, morph) in morphs {
            let morph = normal_form(&morph).map_err(|problem| LoadError::damaged(source.part_name("cfg"), problem))?;
            let pos = pos_label(source, labels_pos.get(&label).copied().unwrap_or(0))?;
            labels.push(Analysis { morph: morph.into(), pos });
        }
        let extends = extend.or_else(|| source.setting("extend")?.as_bool()).unwrap_or(false);
        Ok(Self {
            classifier: Classifier::load(source, labels.len())?,
            labels,
            overwrites: overwrites(source, overwrite, true),
            extends,
        })
    }

    /// What its token vectors are made of.
    pub(crate) fn vectors(&self) -> &TokenVectors {
        self.classifier.vectors()
    }

    /// What its token vectors are made of.
    pub(crate) fn vectors_mut(&mut self) -> &mut TokenVectors {
        self.classifier.vectors_mut()
    }

    /// What it sets.
    pub(crate) fn layers(&self) -> Layers {
        Layers { pos: true, morph: true, ..Layers::default() }
    }

    /// Sets features and parts of speech where there are none, or everywhere if the component overwrites or extends.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &mut Context<'_>) -> Result<(), AnnotateError> {
        let best = self.classifier.best(doc, context)?;
        for (token, label) in doc.tokens.iter_mut().zip(best) {
            let Analysis { morph, pos } = &self.labels[label];
            if self.overwrites || self.extends || token.morph.is_none() {
                token.morph = Some(self.morph(token.morph.as_deref().unwrap_or_default(), morph));
            }
            if self.overwrites || token.pos.is_none() {
                token.pos.clone_from(pos);
            }
        }
        Ok(())
    }

    /// The features of a token that had `old` ones and gets `new` ones.
    fn morph(&self, old: &str, new: &Arc<str>) -> Arc<str> {
        if !self.extends || old.is_empty() {
            return new.clone();
        }
        // Of a field that is in both, the later values count.
        let both = if self.overwrites { [old, new] } else { [&**new, old] };
        let both: Vec<_> = both.into_iter().filter(|features| !features.is_empty()).collect();
        normal_form(&both.join("|")).expect("both are in normal form").into()
    }
}

/// The name of a part of speech by its number in spaCy's list of symbols.
fn pos_label(source: &Source<'_>, number: u64) -> Result<Label, LoadError> {
    match (number, source.vocab.strings.get(number)) {
        (0, _) => Ok(None),
        (FIRST_POS..=LAST_POS, Some(name)) => Ok(Some(name.into())),
        _ => Err(LoadError::damaged(
            source.part_name("cfg"),
            format!("expected the number of a part of speech, {FIRST_POS} to {LAST_POS}, found {number}"),
        )),
    }
}

/// ADJ and SPACE.
const FIRST_POS: u64 = 84;
const LAST_POS: u64 = 103;

/// The entries of a JSON object of strings, in the order of the file.
#[derive(Debug)]
struct Entries(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}
