//! What was measured on what: the processor, the date, the commit.

use std::process::Command;

use crate::folder::Folder;

/// The machine's folder in the record: its processor and number of cores, `intel-xeon-platinum-8481c-2-cores`.
pub(crate) fn name() -> String {
    let mut name = String::new();
    for character in format!("{} {} cores", processor(), cores()).to_lowercase().chars() {
        if character.is_ascii_alphanumeric() {
            name.push(character);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    name.trim_matches('-').to_owned()
}

/// Today, in UTC: `2026-03-04`.
pub(crate) fn date() -> String {
    answer(Command::new("date").args(["-u", "+%F"])).unwrap_or_else(|| "undated".into())
}

/// One line that says under what conditions a run was made.
pub(crate) fn conditions(folder: &Folder) -> String {
    let commit = answer(Command::new("git").arg("-C").arg(folder.root()).args(["describe", "--always", "--dirty"]));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    format!(
        "{}, {} cores, {}, commit {}, load average {load} at the end",
        processor(),
        cores(),
        date(),
        commit.unwrap_or_else(|| "unknown".into()),
    )
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("model name")).unwrap_or_default();
    line.split_once(": ").map_or_else(
        || "unknown processor".to_owned(),
        |(_, name)| name.replace("(R)", "").replace("(TM)", "").trim().to_owned(),
    )
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
