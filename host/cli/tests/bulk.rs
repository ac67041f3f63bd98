//! `spanlet run` over files: CSV in and out, tasks, and runs that were killed and go on.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use spanlet_runtime::{Component, Limits, ModelFiles, Pool, Request};

#[path = "command/scratch.rs"]
mod scratch;
#[path = "command/shell.rs"]
mod shell;

use scratch::Scratch;
use shell::{answers, code, spanlet, stderr};

/// Long enough for a machine that does a hundred other things.
const PATIENCE: Duration = Duration::from_secs(120);

/// A small spaCy pipeline as spaCy packages one.
const PIPELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/spacy/sm.whl");

/// The component as machine code, so that none of many commands compiles it.
static COMPONENT: LazyLock<PathBuf> = LazyLock::new(|| {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../target").into(), PathBuf::from);
    let code = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bulk.cwasm");
    let mut compile = spanlet(&["compile"]);
    compile.arg(target.join("component/spanlet-lite.wasm")).arg("--output").arg(&code);
    let output = compile.output().expect("the command was built");
    assert!(output.status.success(), "{}", stderr(&output));
    code
});

/// Runs over standard input.
fn run(arguments: &[&str], input: &[u8]) -> Output {
    shell::run(&[&["--component", utf8(&COMPONENT)], arguments].concat(), input)
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The cells of a sheet that `run` wrote, its header first.
fn cells(sheet: &[u8]) -> Vec<Vec<String>> {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(sheet);
    let cells = |row: csv::StringRecord| row.iter().map(str::to_owned).collect();
    rows.records().map(|row| cells(row.expect("rows of one width"))).collect()
}

#[test]
fn rows_are_answered_as_their_texts_are_in_lines() {
    let scratch = Scratch::new();
    let sheet = "\u{feff}id,text,stars\r\n1,\"bread,\nbutter\",5\r\n2,wine,4\r\n3,too few\r\n4,cake,1\r\n";
    let bytes = [sheet.as_bytes(), b"5,\xff,2\r\n6,\"never closed,2\r\n"].concat();
    let output = run(&[utf8(&scratch.file("a.csv", bytes))], b"");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let expected =
        run(&["--format", "jsonl"], b"{\"text\":\"bread,\\nbutter\"}\n{\"text\":\"wine\"}\n{\"text\":\"cake\"}");
    let (found, expected) = (answers(&output), answers(&expected));
    assert_eq!([&found[0], &found[1], &found[3]], [&expected[0], &expected[1], &expected[2]]);
    let codes: Vec<&str> = found.iter().map(code).collect();
    assert_eq!(codes, ["", "", "csv.columns", "", "row.not-utf8", "row.not-closed"]);
    assert!(found[2]["error"]["detail"].as_str().expect("a detail").contains("line 5"), "{}", found[2]);
}

#[test]
fn a_column_is_named_in_every_format_that_has_some() {
    let plain = run(&[], b"bread\n").stdout;
    let inputs: [(&[&str], &[u8]); 6] = [
        (&["--format", "csv", "--column", "review"], b"text,review\nx,bread\n"),
        (&["--format", "tsv", "--column", "2"], b"a,b\treview\n,\tbread\n"),
        (&["--format", "csv", "--delimiter", ";"], b"id;text\n1;bread\n"),
        (&["--format", "csv", "--delimiter", "\\t", "--no-header", "--column", "1"], b"bread\tx\n"),
        (&["--column", "body"], b"{\"body\":\"bread\",\"text\":\"x\"}\n"),
        (&["--format", "jsonl", "--column", "body"], b"{\"body\":\"bread\"}"),
    ];
    for (options, input) in inputs {
        let output = run(options, input);
        assert!(output.stdout == plain, "{options:?}: {}", stderr(&output));
    }
}

#[test]
fn what_the_input_lacks_is_said_before_anything_is_written() {
    let scratch = Scratch::new();
    let path = scratch.path("out.jsonl");
    let cases: [(&[&str], &[u8], i32, &str); 8] = [
        (&["--format", "csv", "--column", "body"], b"id,review\n1,a\n", 1, "found `id`, `review`"),
        (&["--format", "csv"], b"id,review\n1,a\n", 1, "--column with one of `id`, `review`"),
        (&["--format", "text", "--column", "body"], b"a\n", 1, "plain lines have none"),
        (&["--no-header"], b"a\n", 1, "--format csv"),
        (&["--format", "csv", "--no-header", "--column", "body"], b"a\n", 1, "a number from 1"),
        (&["--format", "csv", "--delimiter", "::"], b"a\n", 2, "one ASCII character"),
        (&["--skip", "3"], b"a\nb\n", 1, "the input has 2 records"),
        (&["--column", "body"], b"a,body\n", 1, "--format csv"),
    ];
    for (options, input, status, expected) in cases {
        // A file that is not there has no records to keep; and plain lines are known by the first of them.
        let is_early = options[0] != "--skip" && options[0] != "--column";
        let to_file: &[&str] = if is_early { &["-o", utf8(&path)] } else { &[] };
        let output = run(&[options, to_file].concat(), input);
        assert_eq!(output.status.code(), Some(status), "{options:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected) && output.stdout.is_empty(), "{options:?}: {}", stderr(&output));
        assert!(!path.exists(), "{options:?}");
    }
}

#[test]
fn labels_in_a_sheet_have_columns_of_their_own() {
    let input = b"bread\n\xff\nwine\n";
    let (lines, sheet) = (run(&["-k", "2"], input), run(&["-k", "2", "--output-format", "csv"], input));
    assert_eq!(sheet.status.code(), Some(3), "{}", stderr(&sheet));
    let rows = cells(&sheet.stdout);
    assert_eq!(rows[0], ["label", "score", "label_2", "score_2", "error"]);
    for (row, answer) in rows[1..].iter().zip(answers(&lines)) {
        if let Some(labels) = answer["labels"].as_array() {
            let of_label =
                |label: &Value| [label["label"].as_str().expect("a string").to_owned(), label["score"].to_string()];
            let expected: Vec<String> = labels.iter().flat_map(of_label).chain([String::new()]).collect();
            // The same number, however it is spelt.
            let number = |score: &str| score.parse::<f32>().expect("a number");
            assert_eq!((&row[0], &row[2], &row[4]), (&expected[0], &expected[2], &expected[4]));
            assert_eq!((number(&row[1]), number(&row[3])), (number(&expected[1]), number(&expected[3])));
        } else {
            assert!(row[..4].iter().all(String::is_empty) && row[4].starts_with("line.not-utf8: expected"), "{row:?}");
        }
    }
    assert_eq!(rows.len(), 4);
    let tabs = run(&["-k", "2", "--output-format", "tsv"], input).stdout;
    assert!(tabs.starts_with(b"label\tscore\tlabel_2\tscore_2\terror\r\n"));
}

#[test]
fn every_task_is_answered_as_its_route_answers_one_text() {
    let text = "🍞 Angela Merkel met the bread bakers of Berlin. The bread bakers were happy.";
    let models = [("en", "en.tar.gz"), ("ner", "export"), ("tags", "tags.ftz")].map(|(name, file)| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/");
        ModelFiles::from_path(name, Path::new(path).join(name).join(file)).expect("the embedded model's files")
    });
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../target").into(), PathBuf::from);
    let whole = target.join("component/spanlet.cwasm");
    let run =
        |arguments: &[&str], input: &[u8]| shell::run(&[&["--component", utf8(&whole)], arguments].concat(), input);
    let component = Component::from_precompiled_file(&whole).expect("`cargo xtask build` compiled it");
    let pool = Pool::new(component, models.into(), Limits { instances: 1, ..Limits::default() }).expect("models load");
    let route = |task: &str, query: &str| {
        let (method, path, query) = ("POST".to_owned(), format!("/v1/{task}"), query.to_owned());
        let body = json!({ "text": text }).to_string().into_bytes();
        let response = pool.handle(Request { method, path, query, body, ..Request::default() }).expect("an answer");
        String::from_utf8(response.body).expect("JSON is UTF-8")
    };
    let cases: [(&str, &str, &[&str]); 6] = [
        ("analyze", "", &[]),
        ("entities", "offsets=utf16", &["--offsets", "utf16"]),
        ("keyphrases", "offsets=utf8", &["--offsets", "utf8"]),
        ("classify", "k=5", &[]),
        ("embed", "", &[]),
        ("embed", "normalize=true", &["--normalize"]),
    ];
    for (task, query, options) in cases {
        let expected = route(task, query);
        let options = [&["--task", task], options].concat();
        let output = run(&options, text.as_bytes());
        assert!(output.status.success(), "{task}: {}", stderr(&output));
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{expected}\n"), "{task}");
        if task != "classify" {
            let sheet = run(&[&options[..], &["--output-format", "csv"]].concat(), text.as_bytes());
            let rows = cells(&sheet.stdout);
            assert_eq!(rows[0], ["prediction", "error"]);
            assert_eq!(rows[1], [expected, String::new()], "{task}");
        }
    }
}

#[test]
fn a_task_that_the_model_does_not_have_is_refused() {
    let cases: [(&[&str], &str); 8] = [
        (&["--model", "tags", "--task", "entities"], "`tags` cannot do entities; its tasks: classify"),
        (&["--model", "en", "--task", "classify"], "cannot do classify"),
        (&["--task", "entities", "--include", "ents"], "--include goes with --task analyze; `en`"),
        (&["--task", "keyphrases", "-k", "3"], "goes with --task classify; `en` is asked for keyphrases"),
        (&["--model", "tags", "--normalize"], "--normalize goes with --task embed"),
        (
            &["--model", "tags", "--task", "embed", "--offsets", "utf8"],
            "--offsets goes with --task analyze, entities, keyphrases",
        ),
        (&["--task", "entities", "--stride", "8"], "since this model makes no entities out of word pieces"),
        (&["--task", "classify", "--function", "none"], "since this model has one function"),
    ];
    for (options, expected) in cases {
        let output = run(options, b"a\n");
        assert_eq!(output.status.code(), Some(1), "{options:?}");
        assert!(stderr(&output).contains(expected), "{options:?}: {}", stderr(&output));
    }
}

#[test]
fn nothing_but_answers_and_errors_is_printed_into_a_pipe() {
    let output = run(&[], b"bread\n\xff\n");
    assert_eq!((output.status.code(), stderr(&output)), (Some(3), String::new()));
}

#[test]
fn what_a_file_holds_is_never_lost_in_silence() {
    let scratch = Scratch::new();
    let input = scratch.file("in.txt", "bread\nwine\ncake\n");
    let whole = run(&[utf8(&input)], b"").stdout;
    let path = scratch.file("out.jsonl", &whole);
    let to = |options: &[&str]| run(&[&[utf8(&input), "-o", utf8(&path)], options].concat(), b"");
    let content = || fs::read(&path).expect("it is there");

    for (options, expected) in [
        (&[][..], "with 3 records: --skip 3 goes on after them, --overwrite begins anew"),
        (&["--skip", "4"], "the file has 3 records"),
        (&["--skip", "1", "--output-format", "csv"], "and the answers asked for with `label,score,label_2"),
    ] {
        let output = to(options);
        assert_eq!(output.status.code(), Some(1), "{options:?}");
        assert!(stderr(&output).contains(expected), "{options:?}: {}", stderr(&output));
        assert!(content() == whole);
    }
    let done = to(&["--skip", "3"]);
    assert!(done.status.success() && stderr(&done).is_empty() && content() == whole);
    let again = to(&["--skip", "1"]);
    assert!(again.status.success() && stderr(&again).contains("2 records after the first 1"), "{}", stderr(&again));
    assert!(content() == whole);
    assert!(to(&["--overwrite", "-k", "1"]).status.success() && content() != whole);
    assert_eq!(to(&["--overwrite", "--skip", "1"]).status.code(), Some(2));

    let same = run(&[utf8(&input), "-o", utf8(&input), "--overwrite"], b"");
    assert!(stderr(&same).contains("this is the input"), "{}", stderr(&same));
    assert_eq!(fs::read(&input).expect("it is there"), b"bread\nwine\ncake\n");
    assert!(run(&[utf8(&input), "-o", "/dev/null"], b"").status.success());
    let folder = run(&[utf8(&input), "-o", utf8(path.parent().expect("a folder"))], b"");
    assert!(stderr(&folder).contains("this is a folder"), "{}", stderr(&folder));
}

#[test]
fn the_rest_on_standard_output_is_the_end_of_the_whole() {
    let input = b"text\nbread\n\"wi\nne\"\ncake\n";
    for format in ["jsonl", "csv"] {
        let options = ["--format", "csv", "--output-format", format];
        let whole = run(&options, input).stdout;
        let rest = run(&[&options[..], &["--skip", "2"]].concat(), input).stdout;
        assert!(rest.iter().filter(|byte| **byte == b'\n').count() == 1 && whole.ends_with(&rest));
    }
    let sheet = run(&["--format", "csv", "--output-format", "csv"], b"");
    assert_eq!(cells(&sheet.stdout).len(), 1, "a header alone");
}

/// Texts, some of which have what CSV must quote.
fn texts(count: usize) -> Vec<String> {
    let words = ["bread", "Angela Merkel", "oven, \"hot\"", "wine\nglass", "Berlin", "🍞 cake", "rice", ""];
    (0..count).map(|text| format!("{} and {} {}", words[text % 8], words[text / 8 % 8], text % 97)).collect()
}

fn csv_of(texts: &[String]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["id", "text"]).expect("memory");
    for (id, text) in texts.iter().enumerate() {
        writer.write_record([&id.to_string(), text]).expect("memory");
    }
    writer.into_inner().expect("memory")
}

fn jsonl_of(texts: &[String]) -> Vec<u8> {
    texts.iter().flat_map(|text| format!("{}\n", json!({ "text": text })).into_bytes()).collect()
}

/// Runs until some answers are there, and kills the command while it waits for the rest of its input.
fn killed(options: &[&str], input: &[u8], output: &Path) {
    let mut child = spanlet(&[&["run", "--component", utf8(&COMPONENT), "--output", utf8(output)], options].concat())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command was built");
    let mut stdin = child.stdin.take().expect("piped");
    let half = input[..input.len() / 2].to_vec();
    // It keeps standard input open, and ends when the command is gone.
    let writer = thread::spawn(move || stdin.write_all(&half).map(|()| stdin));
    let begun = Instant::now();
    while fs::metadata(output).map_or(0, |about| about.len()) < 2_000 {
        assert!(begun.elapsed() < PATIENCE, "it writes nothing");
        assert!(child.try_wait().expect("our child").is_none(), "it stopped");
        thread::sleep(Duration::from_millis(5));
    }
    // On Unix this is SIGKILL.
    child.kill().expect("it runs");
    child.wait().expect("our child");
    drop(writer.join().expect("no panic"));
}

#[test]
fn a_run_that_was_killed_goes_on_and_gives_the_same_file() {
    let texts = texts(3_000);
    let cases: [(&str, Vec<u8>, &str, &[&str]); 4] = [
        ("in.csv", csv_of(&texts), "out.jsonl", &[]),
        ("in.jsonl", jsonl_of(&texts), "out.csv", &["-k", "3"]),
        ("in.csv", csv_of(&texts), "out.csv", &["--model", PIPELINE, "--include", "tokens"]),
        ("in.csv", csv_of(&texts), "out.jsonl", &["--model", PIPELINE, "--task", "entities"]),
    ];
    for (name, content, output, options) in cases {
        let scratch = Scratch::new();
        let input = scratch.file(name, &content);
        let (whole, path) = (input.with_file_name(format!("whole-{output}")), input.with_file_name(output));
        let uninterrupted = run(&[&[utf8(&input), "-o", utf8(&whole)], options].concat(), b"");
        assert!(uninterrupted.status.success(), "{}", stderr(&uninterrupted));
        let whole = fs::read(whole).expect("it was written");

        let format = name.rsplit('.').next().expect("an ending");
        killed(&[&["--format", format], options].concat(), &content, &path);
        // As a kill in the middle of a write would leave it.
        let half_record = b"\"half a reco";
        fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(half_record))
            .expect("there");

        let advice = run(&[&[utf8(&input), "-o", utf8(&path)], options].concat(), b"");
        assert_eq!(advice.status.code(), Some(1), "a file with answers is refused");
        let advice = stderr(&advice);
        let (_, count) = advice.split_once("--skip ").expect("the advice to go on");
        let count = count.split(' ').next().expect("a count");
        assert!((1..3_000).contains(&count.parse::<u32>().expect("a number")), "{advice}");
        let rest = run(&[&[utf8(&input), "-o", utf8(&path), "--skip", count], options].concat(), b"");
        assert!(rest.status.success() && stderr(&rest).is_empty(), "{}", stderr(&rest));
        assert!(fs::read(&path).expect("it is there") == whole, "{name} to {output} after {count} records");
    }
}

/// What Linux says of a process while it runs.
#[cfg(target_os = "linux")]
mod memory {
    use std::{
        fs,
        io::{BufRead as _, BufReader, Write as _},
        ops::Range,
        process::Stdio,
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering},
        },
        thread,
        time::{Duration, Instant},
    };

    use super::{COMPONENT, PATIENCE, shell::spanlet, utf8};

    /// The most memory that a process has had resident so far, in bytes.
    fn peak_bytes(process: u32) -> u64 {
        let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kib * 1024
    }

    #[test]
    fn does_not_grow_with_the_input() {
        const ROWS: u64 = 3_000;
        const MORE_ROWS: u64 = 30_000;
        // What was read at once and does not fill a batch may wait for more.
        const WAITING_ROWS: u64 = 1_000;
        const SLACK_BYTES: u64 = 24 << 20;
        let note = "seen, and not asked for ".repeat(100);
        let mut child = spanlet(&["run", "--component", utf8(&COMPONENT), "--format", "csv", "--column", "text"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command was built");
        let (process, mut stdin) = (child.id(), child.stdin.take().expect("piped"));
        let answers = BufReader::new(child.stdout.take().expect("piped")).lines();
        let answered = Arc::new(AtomicU64::new(0));
        let reader = thread::spawn({
            let answered = Arc::clone(&answered);
            move || {
                for _ in answers {
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        stdin.write_all(b"id,text,note\n").expect("it reads");
        let mut peak_after = |rows: Range<u64>| {
            let end = rows.end;
            for row in rows {
                writeln!(stdin, "{row},sourdough bread,\"{note}\"").expect("it reads");
            }
            let begun = Instant::now();
            while answered.load(Ordering::Relaxed) < end - WAITING_ROWS {
                assert!(begun.elapsed() < PATIENCE, "it answers nothing");
                thread::sleep(Duration::from_millis(5));
            }
            peak_bytes(process)
        };
        let (few, many) = (peak_after(0..ROWS), peak_after(ROWS..MORE_ROWS));
        drop(stdin);
        reader.join().expect("no panic");
        assert!(child.wait().expect("our child").success());
        assert_eq!(answered.load(Ordering::Relaxed), MORE_ROWS);
        let input_bytes = (MORE_ROWS - ROWS) * note.len() as u64;
        assert!(
            input_bytes > 2 * SLACK_BYTES && many < few + SLACK_BYTES,
            "{few} bytes after {ROWS} rows, then {many}"
        );
    }
}
