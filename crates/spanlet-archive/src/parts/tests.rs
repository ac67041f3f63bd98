use super::*;

fn parts(names: &[&str]) -> Result<Parts, ArchiveError> {
    let files = names.iter().map(|name| ((*name).to_owned(), name.as_bytes().to_vec())).collect();
    Parts::from_files(files, &Limits::default())
}

fn names(given: &[&str]) -> Vec<String> {
    parts(given).expect("they are sound").names().map(str::to_owned).collect()
}

#[test]
fn the_models_directory_is_the_nearest_to_the_top() {
    for (given, expected) in [
        (vec!["config.cfg", "meta.json", "ner/model"], vec!["config.cfg", "meta.json", "ner/model"]),
        (vec!["./m/config.cfg", "m/meta.json", "m/ner/model"], vec!["config.cfg", "meta.json", "ner/model"]),
        // A package has a meta.json of its own above the model's.
        (
            vec!["en/meta.json", "en/__init__.py", "en/en-1/config.cfg", "en/en-1/meta.json", "en-1.dist-info/RECORD"],
            vec!["config.cfg", "meta.json"],
        ),
        // A model within a model is part of it.
        (
            vec!["m/config.cfg", "m/meta.json", "m/x/config.cfg", "m/x/meta.json"],
            vec!["config.cfg", "meta.json", "x/config.cfg", "x/meta.json"],
        ),
        // One name that only begins like another is not under it.
        (vec!["m/config.cfg", "m/meta.json", "m2/x"], vec!["config.cfg", "meta.json"]),
        (vec!["m/aconfig.cfg", "m/meta.json"], vec!["m/aconfig.cfg", "m/meta.json"]),
        // Without a directory all parts stay.
        (vec!["meta.json", "x/config.cfg", "y"], vec!["meta.json", "x/config.cfg", "y"]),
        (vec![], vec![]),
    ] {
        assert_eq!(names(&given), expected, "{given:?}");
    }
}

#[test]
fn parts_keep_their_bytes() {
    let mut parts = parts(&["m/config.cfg", "m/meta.json"]).expect("they are sound");
    assert_eq!(parts.get("config.cfg"), Some(b"m/config.cfg".as_slice()));
    assert_eq!(parts.take("meta.json"), Some(b"m/meta.json".to_vec()));
    assert_eq!(parts.take("meta.json"), None);
    assert_eq!(parts.get("meta.json"), None);
}

#[test]
fn two_directories_are_told_apart_by_the_caller() {
    let given = [
        "out/model-best/config.cfg",
        "out/model-best/meta.json",
        "out/model-last/config.cfg",
        "out/model-last/meta.json",
    ];
    let error = parts(&given).expect_err("either could be meant").to_string();
    let expected = "the model: expected one directory with config.cfg and meta.json, \
        found `out/model-best`, `out/model-last`";
    assert_eq!(error, expected);
}

#[test]
fn a_single_file_that_is_no_archive_stays() {
    assert_eq!(names(&["model.ftz"]), ["model.ftz"]);
    let short = Parts::from_files(vec![("x.gz".to_owned(), b"\x1f\x8b".to_vec())], &Limits::default());
    assert_eq!(short.map(|parts| parts.names().map(str::to_owned).collect()), Ok(vec!["x.gz".to_owned()]));
}

#[test]
fn names_and_limits_of_plain_files_are_checked_too() {
    assert!(parts(&["a/../../b"]).expect_err("it leads outside").to_string().contains("found `..`"));
    assert!(parts(&["a", "./a"]).expect_err("it comes twice").to_string().contains("found it again"));
    let limits = Limits { max_total_bytes: 3, max_parts: 2 };
    let files = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), vec![0; 2])).collect();
    assert!(Parts::from_files(files(&["a"]), &limits).is_ok());
    for names in [["a", "b"].as_slice(), &["._a", "._b", "._c"]] {
        assert!(matches!(Parts::from_files(files(names), &limits), Err(ArchiveError::TooLarge { .. })), "{names:?}");
    }
}

#[test]
fn links_matter_only_inside_the_model() {
    let members = |links: &[&str]| {
        let mut members = Members::new("m.tar", &Limits::default());
        for name in ["m/config.cfg", "m/meta.json"] {
            members.insert(name.to_owned(), Vec::new()).expect("names are different");
        }
        members.links = links.iter().map(|link| (*link).to_owned()).collect();
        root::model_parts(members)
    };
    assert!(members(&["m2", "latest"]).is_ok());
    let error = members(&["latest", "m/ner/model"]).expect_err("a part is missing").to_string();
    assert!(error.starts_with("m.tar, member `m/ner/model`: uses a link, which is not supported"), "{error}");
}
