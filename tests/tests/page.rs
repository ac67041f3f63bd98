//! The page in Chromium, served by `spanlet serve` at `/`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use spanlet_tests::artifacts::{built, root};

/// A server that goes when the test does.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn hashtags_appear_as_one_types() {
    let mut serve = Command::new(built("release/spanlet"));
    serve.args(["serve", "--addr", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Server(serve.spawn().expect("`cargo xtask build` makes the command"));
    let output = server.0.stdout.take().expect("standard output is piped");
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).expect("the line that says where it listens");
    let url =
        line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("expected an address, found {line:?}"));

    let folder = built("conformance");
    std::fs::create_dir_all(&folder).expect("a folder for screenshots");
    let mut node = Command::new("node");
    let status = node.arg(root().join("tests/js/page.js")).arg(url).arg(&folder).status().expect("Node 20 or newer");
    assert!(status.success(), "tests/js/page.js ended with {status}");
}
