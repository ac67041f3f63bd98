//! The settings of a `tok2vec` block of `config.cfg`: which architecture, and its arguments.

use serde_json::Value as Json;

use super::attribute::Attribute;
use crate::load_error::LoadError;
use crate::section::Section;
use crate::source::Source;
use crate::transformer::{self, Library, Pooling, Transformer};

/// No pipeline that spaCy can train in reasonable time has more; each cap bounds what loading allocates beyond the
/// weights themselves.
const MAX_WIDTH: usize = 1 << 14;
const MAX_DEPTH: usize = 64;
const MAX_WINDOW: usize = 16;
const MAX_PIECES: usize = 16;
const MAX_ROWS: usize = 1 << 26;
const MAX_TABLES: usize = 64;
const MAX_CHARACTERS: usize = 256;

/// A `tok2vec` block.
#[derive(Debug)]
pub(super) enum Settings {
    /// `spacy.Tok2VecListener.v1`.
    Listener { width: usize },
    /// Reads what a transformer made of a text.
    TransformerListener { library: &'static Library, pooling: Pooling },
    /// A transformer of the component's own.
    Transformer { transformer: Transformer, pooling: Pooling },
    /// `spacy.Tok2Vec.v2`, or `spacy.HashEmbedCNN.v2`, which is the same in other words.
    Own { embed: EmbedSettings, encode: EncodeSettings },
}

/// How tokens are embedded, each by itself.
#[derive(Debug)]
pub(super) struct EmbedSettings {
    pub(super) width: usize,
    /// Attributes and the numbers of rows of their tables.
    pub(super) tables: Vec<(Attribute, usize)>,
    pub(super) characters: Option<CharacterSettings>,
    pub(super) static_vectors: bool,
}

/// Tables for the bytes at both ends of a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct CharacterSettings {
    /// How many bytes.
    pub(super) count: usize,
    /// How many numbers each.
    pub(super) width: usize,
}

/// How a token's neighbours are taken in.
#[derive(Debug)]
pub(super) struct EncodeSettings {
    pub(super) width: usize,
    pub(super) depth: usize,
    /// So many neighbours on either side.
    pub(super) window: usize,
    /// `None` for Mish.
    pub(super) pieces: Option<usize>,
}

impl Settings {
    /// Reads the block at `path` of the component's settings.
    pub(super) fn load(source: &Source<'_>, path: &str) -> Result<Self, LoadError> {
        let section = Section::find(source, path)?;
        match section.architecture()? {
            name if name == transformer::HUGGING_FACE.listener || name == transformer::CURATED.listener => {
                let curated = name == transformer::CURATED.listener;
                let library = if curated { &transformer::CURATED } else { &transformer::HUGGING_FACE };
                Ok(Self::TransformerListener { library, pooling: Pooling::load(&section.inner("pooling")?)? })
            }
            name if transformer::is_own(name) => {
                let pooling = Pooling::load(&section.inner("pooling")?)?;
                Ok(Self::Transformer { transformer: Transformer::load(source, path)?, pooling })
            }
            "spacy.Tok2VecListener.v1" => Ok(Self::Listener { width: section.listener_width(source)? }),
            "spacy.HashEmbedCNN.v2" => section.hash_embed_cnn(),
            "spacy.Tok2Vec.v2" => {
                let embed = section.inner("embed")?.embed()?;
                let encode = section.inner("encode")?.encode()?;
                if embed.width != encode.width {
                    return Err(section.damaged(&format!(
                        "expected `embed` and `encode` of one width, found {} and {}",
                        embed.width, encode.width
                    )));
                }
                section.expect_known(&embed, source.vocab.language.code())?;
                Ok(Self::Own { embed, encode })
            }
            _ => Err(section.unsupported()),
        }
    }

    /// How many numbers each token gets; `None` where that is what a transformer gives.
    pub(super) fn width(&self) -> Option<usize> {
        match self {
            Self::Listener { width } => Some(*width),
            Self::Own { encode, .. } => Some(encode.width),
            Self::TransformerListener { .. } => None,
            Self::Transformer { transformer, .. } => Some(transformer.width()),
        }
    }
}

impl<'a> Section<'a> {
    fn embed(&self) -> Result<EmbedSettings, LoadError> {
        let width = self.number("width", 1..=MAX_WIDTH)?;
        let static_vectors = self.flag("include_static_vectors")?;
        match self.architecture()? {
            "spacy.MultiHashEmbed.v2" => {
                Ok(EmbedSettings { width, tables: self.tables()?, characters: None, static_vectors })
            }
            "spacy.CharacterEmbed.v2" => {
                let attribute = self.value.get("feature").map_or(Ok(Attribute::Lower), |name| self.attribute(name))?;
                let count = self.number("nC", 1..=MAX_CHARACTERS)?;
                let characters = CharacterSettings { count, width: self.number("nM", 1..=MAX_WIDTH)? };
                let tables = vec![(attribute, self.number("rows", 1..=MAX_ROWS)?)];
                Ok(EmbedSettings { width, tables, characters: Some(characters), static_vectors })
            }
            _ => Err(self.unsupported()),
        }
    }

    fn tables(&self) -> Result<Vec<(Attribute, usize)>, LoadError> {
        let list = |name: &str| match self.value.get(name) {
            Some(Json::Array(list)) if (1..=MAX_TABLES).contains(&list.len()) => Ok(list),
            _ => Err(self.damaged(&format!("expected `{name}` to be a list of 1 to {MAX_TABLES}"))),
        };
        let (attributes, rows) = (list("attrs")?, list("rows")?);
        if attributes.len() != rows.len() {
            return Err(self.damaged("expected `attrs` and `rows` of one length"));
        }
        let pair = |(name, rows): (&Json, &Json)| Ok((self.attribute(name)?, self.whole("rows", rows, 1..=MAX_ROWS)?));
        attributes.iter().zip(rows).map(pair).collect()
    }

    fn encode(&self) -> Result<EncodeSettings, LoadError> {
        let pieces = match self.architecture()? {
            "spacy.MaxoutWindowEncoder.v2" => Some(self.number("maxout_pieces", 1..=MAX_PIECES)?),
            "spacy.MishWindowEncoder.v2" => None,
            _ => return Err(self.unsupported()),
        };
        self.encoder(pieces)
    }

    fn encoder(&self, pieces: Option<usize>) -> Result<EncodeSettings, LoadError> {
        Ok(EncodeSettings {
            width: self.number("width", 1..=MAX_WIDTH)?,
            depth: self.number("depth", 0..=MAX_DEPTH)?,
            window: self.number("window_size", 0..=MAX_WINDOW)?,
            pieces,
        })
    }

    /// Source: spaCy 3.8, `ml/models/tok2vec.py`, `build_hash_embed_cnn_tok2vec`.
    fn hash_embed_cnn(&self) -> Result<Settings, LoadError> {
        let rows = self.number("embed_size", 2..=MAX_ROWS)?;
        let mut tables = vec![(Attribute::Norm, rows)];
        if self.flag("subword_features")? {
            tables.extend(
                [Attribute::Prefix, Attribute::Suffix, Attribute::Shape].map(|attribute| (attribute, rows / 2)),
            );
        }
        let static_vectors = match self.value.get("pretrained_vectors") {
            None | Some(Json::Null) => false,
            Some(_) => self.flag("pretrained_vectors")?,
        };
        let encode = self.encoder(Some(self.number("maxout_pieces", 1..=MAX_PIECES)?))?;
        Ok(Settings::Own {
            embed: EmbedSettings { width: encode.width, tables, characters: None, static_vectors },
            encode,
        })
    }

    /// The width that a listener states, which must be what it will hear.
    ///
    /// A listener reads `Doc.tensor`, so what it hears is the last `tok2vec` before it, whatever `upstream` says.
    fn listener_width(&self, source: &Source<'_>) -> Result<usize, LoadError> {
        let width = self.number("width", 1..=MAX_WIDTH)?;
        let Some(upstream) = source.before(&["tok2vec"]).last() else { return Ok(width) };
        let source = Source { component: upstream, ..*source };
        match Settings::load(&source, "model")?.width() {
            Some(found) if found != width => {
                Err(self.damaged(&format!("expected the width of component `{upstream}`, {found}, found {width}")))
            }
            _ => Ok(width),
        }
    }

    fn attribute(&self, name: &Json) -> Result<Attribute, LoadError> {
        let found = match name {
            Json::String(name) => Attribute::from_name(name),
            _ => name.as_u64().and_then(Attribute::from_number),
        };
        found.ok_or_else(|| {
            let advice = "attributes of the text itself can be embedded, and SPACY";
            LoadError::unsupported(self.component, format!("embedding of attribute {name}"), advice)
        })
    }

    /// Some flags are told by lists of words that a language has.
    fn expect_known(&self, embed: &EmbedSettings, language: &str) -> Result<(), LoadError> {
        let unknown = |&&(attribute, _): &&(Attribute, usize)| match attribute {
            Attribute::Flag(flag) => !flag.is_known_in(language),
            _ => false,
        };
        match embed.tables.iter().find(unknown) {
            None => Ok(()),
            Some((attribute, _)) => {
                let asks_for = format!("embedding of {attribute:?} in language {language}");
                Err(LoadError::unsupported(self.component, asks_for, "the language's words for it are not here"))
            }
        }
    }

    fn unsupported(&self) -> LoadError {
        let name = self.value.get("@architectures").and_then(Json::as_str).unwrap_or_default();
        let advice = if name.starts_with("spacy.") && name.ends_with(".v1") {
            "train the component again with the v2 architecture of spaCy 3.2 or later"
        } else if name.starts_with("spacy-transformers.") || name.starts_with("spacy-curated-transformers.") {
            "of such transformers, listeners to the last layer are here"
        } else {
            "use spacy.Tok2Vec.v2 with MultiHashEmbed.v2 or CharacterEmbed.v2, and MaxoutWindowEncoder.v2 or MishWindowEncoder.v2"
        };
        LoadError::unsupported(self.component, name, advice)
    }
}
