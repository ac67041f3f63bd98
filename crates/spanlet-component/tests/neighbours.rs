//! A text's answer does not depend on the texts beside it: bit for bit the same alone, in a list and in any order.

use std::path::Path;

use spanlet_api::{Api, ClassifyOptions, EmbedOptions, PartSize};

/// One model for each way of scoring; quantised and dense; with and without n-grams.
const MODELS: [&str; 4] = ["softmax.bin", "hs.bin", "quantized.ftz", "cooking.bin"];

const TEXTS: [&str; 7] = [
    "banana bread",
    "",
    "how do i keep a sourdough starter alive",
    "</s> x",
    "naïve \u{1f35e}",
    "bread banana",
    "\0\t",
];

/// Scores and vectors as bits, text by text.
type Answers = Vec<(Vec<(String, u32)>, Vec<u32>)>;

fn api(name: &str) -> Api {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/fasttext").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut api = spanlet_component::api();
    let part = PartSize { name: name.to_owned(), size_bytes: u32::try_from(bytes.len()).expect("a small model") };
    let load = api.begin("m", vec![part], None).expect("a load");
    for chunk in bytes.chunks(1 << 20) {
        api.write(load, 0, chunk).expect("in order");
    }
    api.finish(load).expect("a model");
    api
}

fn answers(api: &Api, texts: &[&str]) -> Answers {
    let options = ClassifyOptions { k: Some(10), ..ClassifyOptions::default() };
    let labels = api.classify(texts, &options).expect("a model that classifies");
    let vectors = api.embed(texts, &EmbedOptions::default()).expect("a model that embeds");
    let bits = |vector: Vec<f32>| vector.into_iter().map(f32::to_bits).collect();
    labels
        .into_iter()
        .zip(vectors)
        .map(|(labels, vector)| {
            let labels = labels.expect("an answer").into_iter();
            let labels = labels.map(|scored| (scored.label.to_owned(), scored.score.to_bits())).collect();
            (labels, bits(vector.expect("a vector")))
        })
        .collect()
}

#[test]
fn a_text_has_one_answer_alone_in_a_list_and_in_any_order() {
    for name in MODELS {
        let api = api(name);
        let alone: Answers = TEXTS.iter().flat_map(|&text| answers(&api, &[text])).collect();
        assert_eq!(answers(&api, &TEXTS), alone, "{name}: in a list");
        let mut reversed = TEXTS;
        reversed.reverse();
        let mut backwards = answers(&api, &reversed);
        backwards.reverse();
        assert_eq!(backwards, alone, "{name}: in reverse");
    }
}
