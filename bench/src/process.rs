//! What Linux says of a process under `/proc`: its memory, its CPU time, its page faults, its children.

use std::fs;

use anyhow::Context as _;

/// Resident memory, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// At this moment.
    pub(crate) resident_bytes: u64,
    /// The most so far.
    pub(crate) peak_bytes: u64,
}

/// What a process has used since it started.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    /// CPU seconds of all its threads, in steps of the kernel's clock tick, 10 ms.
    pub(crate) cpu_s: f64,
    /// Of those, what the kernel worked for it.
    pub(crate) kernel_s: f64,
    /// Page faults that needed no reading from disk.
    pub(crate) minor_faults: u64,
}

/// The memory of a process. An error once it has ended.
pub(crate) fn memory(id: u32) -> anyhow::Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    Ok(Memory { resident_bytes: bytes(&status, "VmRSS:")?, peak_bytes: bytes(&status, "VmHWM:")? })
}

/// The memory of a process in which a page that several share counts in parts, so that sums are right.
pub(crate) fn proportional_bytes(id: u32) -> anyhow::Result<u64> {
    bytes(&fs::read_to_string(format!("/proc/{id}/smaps_rollup"))?, "Pss:")
}

/// What a process has used, without its children.
pub(crate) fn used(id: u32) -> anyhow::Result<Used> {
    let fields = stat(id)?;
    let number = |name: &str, place: usize| -> anyhow::Result<u64> {
        let field = fields.get(place).with_context(|| format!("/proc/{id}/stat has no {name}"))?;
        field.parse().with_context(|| format!("/proc/{id}/stat: {name}"))
    };
    #[allow(clippy::cast_precision_loss, reason = "ticks are far below 2^53")]
    let seconds = |name, place| anyhow::Ok(number(name, place)? as f64 / TICKS_PER_SECOND);
    let kernel_s = seconds("stime", STIME)?;
    let cpu_s = seconds("utime", UTIME)? + kernel_s;
    Ok(Used { cpu_s, kernel_s, minor_faults: number("minflt", MINFLT)? })
}

/// A process and all that it has started, directly or not.
pub(crate) fn family(id: u32) -> anyhow::Result<Vec<u32>> {
    let processes = fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    // One that has ended meanwhile has no parent.
    let parent = |id: u32| stat(id).ok()?.get(PPID)?.parse::<u32>().ok();
    let parents: Vec<(u32, u32)> = processes.filter_map(|id| Some((id, parent(id)?))).collect();
    let mut found = vec![id];
    let mut next = 0;
    while let Some(of) = found.get(next).copied() {
        found.extend(parents.iter().filter(|(_, parent)| *parent == of).map(|(id, _)| *id));
        next += 1;
    }
    Ok(found)
}

/// What Linux counts CPU time in for programs, whatever its own clock.
const TICKS_PER_SECOND: f64 = 100.0;

/// Places of fields after the name, which stands in brackets: `man 5 proc_pid_stat` counts two more before.
const PPID: usize = 1;
const MINFLT: usize = 7;
const UTIME: usize = 11;
const STIME: usize = 12;

fn stat(id: u32) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{id}/stat"))?;
    let (_, fields) = text.rsplit_once(") ").with_context(|| format!("/proc/{id}/stat has no name"))?;
    Ok(fields.split_ascii_whitespace().map(str::to_owned).collect())
}

fn bytes(text: &str, key: &str) -> anyhow::Result<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key)).with_context(|| format!("/proc has no {key}"))?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::{family, memory, proportional_bytes, used};

    #[test]
    fn this_process_is_there() {
        let id = std::process::id();
        let memory = memory(id).expect("Linux");
        assert!(memory.resident_bytes > 0 && memory.peak_bytes >= memory.resident_bytes);
        assert!(proportional_bytes(id).expect("Linux") > 0);
        assert!(used(id).expect("Linux").minor_faults > 0);
        assert_eq!(family(id).expect("Linux").first(), Some(&id));
    }
}
