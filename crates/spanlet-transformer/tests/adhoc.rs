use serde_json::Value;
use spanlet_transformer::*;
use std::{collections::BTreeMap, fs, path::Path};
fn load(folder: &Path) -> Model {
    let files: BTreeMap<String, Vec<u8>> = fs::read_dir(folder).unwrap().flatten().filter(|f| !f.file_name().to_str().unwrap().starts_with("answers")).map(|f| (f.file_name().into_string().unwrap(), fs::read(f.path()).unwrap())).collect();
    Model::load(files).unwrap_or_else(|e| panic!("{folder:?} {e}"))
}
#[test]
fn all() {
    let mut folders: Vec<_> = fs::read_dir("/tmp/tf/cases").unwrap().flatten().map(|f| f.path()).collect();
    folders.sort();
    let only = std::env::var("ONLY").unwrap_or_default();
    for folder in folders.iter().filter(|f| f.to_str().unwrap().contains(&only)) {
        let t = std::time::Instant::now();
        let model = load(folder);
        let t = t.elapsed();
        let (mut worst, mut n, mut ents, mut es) = (0f64, 0, 0, 0f64);
        for line in fs::read_to_string(folder.join("answers.jsonl")).unwrap().lines() {
            let r: Value = serde_json::from_str(line).unwrap();
            let text = r["text"].as_str().unwrap();
            let windows = model.windows(text, 0).unwrap();
            let ids: Vec<u32> = serde_json::from_value(r["ids"].clone()).unwrap();
            if windows.len() > 1 { continue }
            assert_eq!(windows[0].ids, ids);
            let words: Vec<Option<u32>> = serde_json::from_value(r["words"].clone()).unwrap();
            assert_eq!(windows[0].words, words);
            let flat = |v: &Value| -> Vec<f64> { fn go(v: &Value, o: &mut Vec<f64>) { match v { Value::Array(a) => a.iter().for_each(|v| go(v, o)), v => o.push(v.as_f64().unwrap()) } } let mut o = vec![]; go(v, &mut o); o };
            if !r["output"].is_array() { continue }
            let want = flat(&r["output"]);
            let got = model.output(&windows[0]).unwrap();
            assert_eq!(want.len(), got.values.len(), "{folder:?} {text:?}");
            for (a, b) in want.iter().zip(&got.values) { worst = worst.max((a - f64::from(*b)).abs()); }
            n += 1;
            if model.kind() == Kind::TokenClassification {
                let byte: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
                for (name, strategy) in [("none", Strategy::None), ("simple", Strategy::Simple), ("first", Strategy::First), ("average", Strategy::Average), ("max", Strategy::Max)] {
                    if text.is_empty() { continue }
                    let found = model.entities(text, &EntityOptions { strategy, ignored: None, stride: None }).unwrap();
                    let show: Vec<_> = found.iter().map(|e| (e.label, byte.binary_search(&e.bytes.start).unwrap(), byte.binary_search(&e.bytes.end).unwrap())).collect();
                    let want: Vec<_> = r["entities"][name].as_array().unwrap().iter().map(|e| (e[if name == "none" { "entity" } else { "entity_group" }].as_str().unwrap(), e["start"].as_u64().unwrap() as usize, e["end"].as_u64().unwrap() as usize)).collect();
                    assert_eq!(show, want, "{folder:?} {name} {text:?}");
                    for (f, e) in found.iter().zip(r["entities"][name].as_array().unwrap()) { es = es.max((f64::from(f.score) - e["score"].as_f64().unwrap()).abs()); ents += 1; }
                }
            }
        }
        println!("{} {} load {t:?} texts {n} worst {worst:.1e} entities {ents} {es:.1e}", folder.file_name().unwrap().to_str().unwrap(), model.path());
    }
}
