//! The pipeline's vectors as a feature: each is multiplied by a matrix.

use super::embed::Type;
use crate::dense::{Dense, Products, Rows};
use crate::lexeme::Lexemes;
use crate::load_error::LoadError;
use crate::model_file::{ModelFile, Node};
use crate::vocab::Vocab;

/// The layer `static_vectors`.
#[derive(Clone, Debug)]
pub(super) struct StaticVectors {
    projection: Dense,
}

impl StaticVectors {
    /// Reads the parameter `W`, `[width, vector width]`.
    pub(super) fn load(model: &ModelFile<'_>, node: &Node<'_>, vocab: &Vocab, width: usize) -> Result<Self, LoadError> {
        model.expect_name(node, "static_vectors")?;
        let Some(vectors) = &vocab.vectors else {
            return Err(LoadError::PartMissing {
                part: "vocab/vectors".to_owned(),
                needed_by: format!("`include_static_vectors` in {}", model.part()),
            });
        };
        let weights = node.param(model.part(), "W", &[width, vectors.width()])?;
        Ok(Self { projection: Dense::new(&weights, &vec![0.0; width], width, 1, vectors.width()) })
    }

    /// Gives `each` the index and the row, `[width]`, of every type that has a vector.
    ///
    /// Source: spaCy 3.8, `ml/staticvectors.py`, `forward`.
    pub(super) fn write(
        &self,
        types: &[Type],
        vocab: &Vocab,
        lexemes: &Lexemes,
        space: &mut Vec<f32>,
        products: &mut Products,
        mut each: impl FnMut(usize, &[f32]),
    ) {
        let Some(vectors) = &vocab.vectors else { return };
        let width = vectors.width();
        space.clear();
        let mut known = Vec::with_capacity(types.len());
        for (index, found) in types.iter().enumerate() {
            let start = space.len();
            space.resize(start + width, 0.0);
            if vectors.write(vocab, lexemes, found.lexeme, &mut space[start..]) {
                known.push(index);
            } else {
                space.truncate(start);
            }
        }
        let mut row = vec![0.0; self.projection.outputs.units()];
        self.projection.for_each(Rows::of_width(space, width), products, |place, products| {
            self.projection.outputs.finish(products, &mut row);
            each(known[place], &row);
        });
    }
}
