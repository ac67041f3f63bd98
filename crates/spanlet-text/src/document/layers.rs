//! The layers of a document that a caller asks for.

/// Which layers of a document are wanted; WIT's `layers`. None by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// Tokens with whatever the model says of each: tag, part of speech, morphology, lemma, dependency and head.
    pub tokens: bool,
    /// Sentences.
    pub sents: bool,
    /// Entities.
    pub ents: bool,
    /// Base noun phrases.
    pub noun_chunks: bool,
    /// Span groups.
    pub spans: bool,
    /// Scores of the whole text.
    pub cats: bool,
    /// The text's vector.
    pub vector: bool,
}

impl Layers {
    /// Every layer.
    pub const ALL: Self =
        Self { tokens: true, sents: true, ents: true, noun_chunks: true, spans: true, cats: true, vector: true };

    /// Every layer but the vector, which is long and seldom asked for: what an answer has unless told otherwise.
    pub const USUAL: Self = Self { vector: false, ..Self::ALL };

    /// Entities alone.
    pub const ENTS: Self =
        Self { tokens: false, sents: false, ents: true, noun_chunks: false, spans: false, cats: false, vector: false };

    /// Every layer's name in JSON, in WIT's order.
    pub const NAMES: [&'static str; 7] = ["tokens", "sents", "ents", "noun_chunks", "spans", "cats", "vector"];

    /// The flag of the layer of that name; `None` where there is no such layer.
    pub fn by_name(&mut self, name: &str) -> Option<&mut bool> {
        match name {
            "tokens" => Some(&mut self.tokens),
            "sents" => Some(&mut self.sents),
            "ents" => Some(&mut self.ents),
            "noun_chunks" => Some(&mut self.noun_chunks),
            "spans" => Some(&mut self.spans),
            "cats" => Some(&mut self.cats),
            "vector" => Some(&mut self.vector),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Layers;

    #[test]
    fn every_name_has_a_layer_of_its_own() {
        let mut layers = Layers::default();
        for name in Layers::NAMES {
            let flag = layers.by_name(name).expect(name);
            assert!(!std::mem::replace(flag, true), "{name}");
        }
        assert_eq!(layers, Layers::ALL);
        assert_eq!(layers.by_name("tags"), None);
    }
}
