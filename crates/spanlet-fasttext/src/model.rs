//! A model in memory, and the questions it answers.

use spanlet_kernels::scale;

use crate::PredictError;
use crate::dictionary::Dictionary;
use crate::features::{self, Features};
use crate::format::{self, File, Settings};
use crate::load_error::{LoadError, Part};
use crate::loss::{
    self, Output,
    sigmoid::Sigmoid,
    tree::{self, Tree},
};
use crate::matrix::{Blocks, Matrix};
use crate::pruned::PrunedNgrams;

/// How a model was trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// On texts with labels: it predicts labels.
    Supervised,
    /// To foretell a word from its neighbours: it has vectors only.
    Cbow,
    /// To foretell the neighbours of a word: it has vectors only.
    Skipgram,
}

impl Kind {
    /// `supervised`, `cbow` or `skipgram`, as fastText's commands are called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Supervised => "supervised",
            Self::Cbow => "cbow",
            Self::Skipgram => "skipgram",
        }
    }
}

/// What a model's training minimised, which decides how it scores labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// A binary tree of the labels. Labels less probable than 1e-5 are never predicted.
    HierarchicalSoftmax,
    /// Each label for itself, against a few drawn at random.
    NegativeSampling,
    /// Probabilities that sum to 1.
    Softmax,
    /// Each label for itself.
    OneVsAll,
}

impl Loss {
    /// `hs`, `ns`, `softmax` or `ova`, as fastText's option `-loss` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HierarchicalSoftmax => "hs",
            Self::NegativeSampling => "ns",
            Self::Softmax => "softmax",
            Self::OneVsAll => "ova",
        }
    }
}

/// A label and its probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction<'m> {
    /// The label as it is in the file, with its prefix: see [`LABEL_PREFIX`](crate::LABEL_PREFIX).
    pub label: &'m str,
    /// As fastText reports it, which is more than the probability itself: 1e-5 is added before its logarithm is taken.
    ///
    /// So 1.00001 is a legal value; and more than that with hierarchical softmax, where it is added at each node on the
    /// label's way down the tree: a label of `n` nodes has at most 1.00001 to the power of `n`.
    pub probability: f32,
}

/// A fastText model. It owns the bytes of its file and reads most of them where they lie.
#[derive(Clone)]
pub struct Model {
    bytes: Vec<u8>,
    settings: Settings,
    dictionary: Dictionary,
    pruned: Option<PrunedNgrams>,
    input: Matrix,
    output: Option<Output>,
}

/// The buffers of a prediction, to be kept from one to the next: then predicting allocates nothing.
#[derive(Default)]
pub struct Scratch {
    hidden: Vec<f32>,
    features: features::Buffers,
    loss: loss::Buffers,
}

impl Model {
    /// Whether bytes begin as a fastText file of any version since 0.1.0 does.
    #[must_use]
    pub fn recognizes(bytes: &[u8]) -> bool {
        bytes.starts_with(&format::MAGIC.to_le_bytes())
    }

    /// Reads a `.bin` or `.ftz` file.
    ///
    /// The model keeps `bytes`, less the output matrix, which is laid out anew for fast prediction (or, in an
    /// unsupervised model, not needed). Beside them it holds an index of the dictionary.
    ///
    /// Of a dense supervised file, with labels counted up to a multiple of 16, the model holds no more than the size of
    /// the file, 16 bytes for each word and label and 8 more for each label. Loading needs, beside the file, the size
    /// of the output matrix, 16 bytes for each word and label and 28 more for each label: only the output matrix is
    /// there twice, and until this returns.
    ///
    /// Whatever the bytes, damaged ones too, what is allocated beside them is at most eight times their number and
    /// 8 MiB.
    ///
    /// # Errors
    /// [`LoadError`] says which part of the file is damaged, and at which byte.
    ///
    /// Source: fastText 0.9.2, `fasttext.cc` `FastText::loadModel`.
    pub fn load(bytes: Vec<u8>) -> Result<Self, LoadError> {
        let File { settings, dictionary, pruned, input, output, output_start } = format::parse(&bytes)?;
        let output = output.map(|matrix| lay_out(&bytes, &settings, &dictionary, matrix)).transpose()?;
        let mut bytes = bytes;
        if output.as_ref().is_none_or(|output| !output.blocks().reads_file()) {
            bytes.truncate(output_start);
        }
        bytes.shrink_to_fit();
        Ok(Self { bytes, settings, dictionary, pruned, input, output })
    }

    /// How the model was trained.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.settings.kind
    }

    /// What its training minimised.
    #[must_use]
    pub fn loss(&self) -> Loss {
        self.settings.loss
    }

    /// The version of the file's format: 12 for all that present releases write.
    #[must_use]
    pub fn version(&self) -> i32 {
        format::version(&self.bytes)
    }

    /// How many numbers its vectors have.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.settings.dimension
    }

    /// Whether its input matrix is quantised, as in a `.ftz` file.
    #[must_use]
    pub fn is_quantized(&self) -> bool {
        self.input.is_quantized()
    }

    /// Whether its rarer words and n-grams were dropped when it was quantised.
    #[must_use]
    pub fn is_pruned(&self) -> bool {
        self.pruned.is_some()
    }

    /// How many words it knows.
    #[must_use]
    pub fn words(&self) -> usize {
        self.dictionary.words()
    }

    /// The most words in an n-gram; 1 means single words alone.
    #[must_use]
    pub fn word_ngrams(&self) -> usize {
        self.settings.word_ngrams.max(1)
    }

    /// The fewest and the most characters in an n-gram of a word; `None` for whole words alone.
    #[must_use]
    pub fn character_ngrams(&self) -> Option<(usize, usize)> {
        (self.settings.max_characters > 0).then_some((self.settings.min_characters, self.settings.max_characters))
    }

    /// How many buckets n-grams are hashed into; of no consequence where there are none.
    #[must_use]
    pub fn buckets(&self) -> u32 {
        self.settings.buckets
    }

    /// All labels, in the order of the file (the most frequent first), with their prefix.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.dictionary.labels()).map(|label| self.dictionary.label(&self.bytes, label))
    }

    /// Bytes of memory that the model holds.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.bytes.capacity()
            + self.dictionary.memory_bytes()
            + self.pruned.as_ref().map_or(0, PrunedNgrams::memory_bytes)
            + self.output.as_ref().map_or(0, Output::memory_bytes)
    }

    /// The `k` most probable labels for one line of text, most probable first; `usize::MAX` means all.
    ///
    /// Labels less probable than `threshold` are left out. Labels of one probability come in the order in which the
    /// original gives them. Fewer than `k` labels come back when the model has fewer; with hierarchical softmax also
    /// where others are less probable than 1e-5. An empty text has an answer, as the end of the line counts as a
    /// token; only a model that never saw it gives none.
    ///
    /// # Errors
    /// [`PredictError`], which says what was wrong with the call or the model.
    ///
    /// Source: fastText 0.9.2, `fasttext.cc` `FastText::predictLine`, `FastText.py` `predict`.
    pub fn predict(&self, text: &str, k: usize, threshold: f32) -> Result<Vec<Prediction<'_>>, PredictError> {
        self.predict_with(&mut Scratch::default(), text, k, threshold).map(Iterator::collect)
    }

    /// [`predict`](Self::predict) with buffers that are kept from one text to the next.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_with<'m, 's>(
        &'m self,
        scratch: &'s mut Scratch,
        text: &str,
        k: usize,
        threshold: f32,
    ) -> Result<impl ExactSizeIterator<Item = Prediction<'m>> + use<'m, 's>, PredictError> {
        let output = self.output.as_ref().ok_or(PredictError::NotSupervised)?;
        if k == 0 {
            return Err(PredictError::NoLabelWanted);
        }
        let ranking = &mut scratch.loss.ranking;
        ranking.restart(k);
        let labels = self.dictionary.labels();
        if self.hide(text, &mut scratch.hidden, &mut scratch.features)? && labels > 0 {
            output.rank(&self.bytes, &scratch.hidden, labels, threshold, &mut scratch.loss)?;
        }
        let best = scratch.loss.ranking.sort();
        Ok(best.iter().map(|entry| Prediction {
            label: self.dictionary.label(&self.bytes, entry.label as usize),
            probability: spanlet_kernels::exp(entry.score.into()) as f32,
        }))
    }

    /// The vector of one line of text, of [`dimension`](Self::dimension) numbers.
    ///
    /// For a supervised model the mean of the rows of all features, as they enter prediction; for others the mean of
    /// the words' vectors, each divided by its length. A text without features gives zeros.
    ///
    /// # Errors
    /// [`PredictError::Newline`].
    ///
    /// Source: fastText 0.9.2, `fasttext.cc` `FastText::getSentenceVector`.
    pub fn sentence_vector(&self, text: &str) -> Result<Vec<f32>, PredictError> {
        let mut sum = Vec::new();
        let mut buffers = features::Buffers::default();
        if self.settings.kind == Kind::Supervised {
            self.hide(text, &mut sum, &mut buffers)?;
            return Ok(sum);
        }
        refuse_newline(text)?;
        sum.resize(self.settings.dimension, 0.0);
        let mut vector = Vec::new();
        let mut count = 0;
        // Unlike in the words of a line, NUL is no separator here.
        for word in text.split([' ', '\t', '\r', '\u{b}', '\u{c}']).filter(|word| !word.is_empty()) {
            self.average_word(word, &mut vector, &mut buffers);
            let norm = vector.iter().fold(0.0_f32, |sum, x| sum + x * x).sqrt();
            if norm > 0.0 {
                scale(&mut vector, reciprocal(f64::from(norm)));
                sum.iter_mut().zip(&vector).for_each(|(sum, x)| *sum += x);
                count += 1;
            }
        }
        if count > 0 {
            scale(&mut sum, reciprocal(f64::from(count)));
        }
        Ok(sum)
    }

    /// The vector of one word, of [`dimension`](Self::dimension) numbers: the mean of its row and those of its
    /// n-grams. An unknown word of a model without n-grams has zeros.
    ///
    /// `word` may hold any characters; it is taken as it is.
    ///
    /// Source: fastText 0.9.2, `fasttext.cc` `FastText::getWordVector`.
    #[must_use]
    pub fn word_vector(&self, word: &str) -> Vec<f32> {
        let mut vector = Vec::new();
        self.average_word(word, &mut vector, &mut features::Buffers::default());
        vector
    }

    /// The mean of the rows of a line's features, and whether it has any.
    fn hide(&self, text: &str, hidden: &mut Vec<f32>, buffers: &mut features::Buffers) -> Result<bool, PredictError> {
        refuse_newline(text)?;
        Ok(self.average(hidden, |visit| self.features().visit_line(text.as_bytes(), buffers, visit)) > 0)
    }

    fn average_word(&self, word: &str, vector: &mut Vec<f32>, buffers: &mut features::Buffers) {
        self.average(vector, |visit| self.features().visit_word(word.as_bytes(), buffers, visit));
    }

    /// The mean of the rows that `visit_all` visits, and how many there are; zeros for none.
    fn average(&self, mean: &mut Vec<f32>, visit_all: impl FnOnce(&mut dyn FnMut(usize))) -> u64 {
        mean.clear();
        mean.resize(self.settings.dimension, 0.0);
        let mut count = 0_u64;
        visit_all(&mut |row| {
            // A label taken as a word has a row only if buckets lie there, as in the original.
            if row < self.input.rows() {
                self.input.add_row(&self.bytes, row, mean);
            }
            count += 1;
        });
        if count > 0 {
            scale(mean, reciprocal(count as f64));
        }
        count
    }

    fn features(&self) -> Features<'_> {
        Features {
            bytes: &self.bytes,
            settings: &self.settings,
            dictionary: &self.dictionary,
            pruned: self.pruned.as_ref(),
        }
    }
}

/// Lays the output matrix out as the loss needs it.
fn lay_out(bytes: &[u8], settings: &Settings, dictionary: &Dictionary, matrix: Matrix) -> Result<Output, LoadError> {
    let in_file_order = || (0..dictionary.labels() as u32).collect();
    Ok(match settings.loss {
        Loss::Softmax => Output::Softmax(Blocks::new(bytes, matrix, in_file_order())),
        Loss::NegativeSampling | Loss::OneVsAll => {
            Output::Sigmoid(Blocks::new(bytes, matrix, in_file_order()), Box::new(Sigmoid::new()))
        }
        Loss::HierarchicalSoftmax => {
            let counts = dictionary.label_counts(bytes);
            if let Some(label) = counts.iter().position(|count| !(0..tree::COUNT_LIMIT).contains(count)) {
                return Err(LoadError::Number {
                    part: Part::Dictionary,
                    byte: dictionary.count_byte(label) as u64,
                    expected: format!("a count of a label from 0 to {}", tree::COUNT_LIMIT - 1),
                    found: counts[label],
                });
            }
            let (tree, order) = Tree::new(&counts);
            Output::Tree(Blocks::new(bytes, matrix, order), tree)
        }
    })
}

fn refuse_newline(text: &str) -> Result<(), PredictError> {
    text.find('\n').map_or(Ok(()), |byte| Err(PredictError::Newline { byte }))
}

/// 1/x as the original multiplies by it: divided in `f64`, rounded to `f32`.
fn reciprocal(x: f64) -> f32 {
    (1.0 / x) as f32
}
