//! Lines out of a stream of bytes, in batches that never wait for more input than they need.

use std::{
    io::{self, BufRead as _, BufReader, Read},
    mem::replace,
};

use super::{
    batch::{Batch, LineFault},
    format::Format,
};

/// How much is read at once. What has arrived is answered before more is waited for.
const READ_BYTES: usize = 256 << 10;

/// The most lines in a batch: enough for the cost of a call not to matter, few enough for all workers to have some.
const BATCH_LINES_MAX: usize = 256;

/// A batch with this many bytes of lines is full.
const BATCH_BYTES: usize = 1 << 20;

/// The longest line. It is held in memory some times over, on both sides of the component's border.
const LINE_BYTES_MAX: usize = 64 << 20;

/// What some programs put before UTF-8; no part of the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A stream of bytes, as lines. A byte order mark at its start is skipped.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    format: Format,
    is_begun: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R, format: Format) -> Self {
        Self { input: BufReader::with_capacity(READ_BYTES, input), format, is_begun: false }
    }

    /// The next lines, at least one; none at the end of the input.
    ///
    /// # Errors
    /// What reading gave.
    pub(super) fn batch(&mut self) -> io::Result<Option<Batch>> {
        let mut batch = Batch::default();
        let mut size_bytes = 0;
        while let Some(line) = self.line()? {
            size_bytes += line.as_ref().map_or(0, Vec::len);
            batch.push(self.text(line));
            let is_full = batch.lines.len() >= BATCH_LINES_MAX || size_bytes >= BATCH_BYTES;
            if is_full || !self.input.buffer().contains(&b'\n') {
                break;
            }
        }
        Ok((!batch.lines.is_empty()).then_some(batch))
    }

    fn text(&mut self, line: Result<Vec<u8>, LineFault>) -> Result<String, LineFault> {
        let line = line?;
        self.format = self.format.of_line(&line);
        self.format.text(line)
    }

    /// One line without its line feed, and without the carriage return before that; the rest of one that is too long
    /// is skipped.
    fn line(&mut self) -> io::Result<Option<Result<Vec<u8>, LineFault>>> {
        let mut line = Vec::new();
        // One more than the longest, so that a line feed right after it is seen.
        let read = (&mut self.input).take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line)?;
        if !replace(&mut self.is_begun, true) && line.starts_with(BYTE_ORDER_MARK) {
            line.drain(..BYTE_ORDER_MARK.len());
        }
        // A mark alone is an empty input.
        if read == 0 || line.is_empty() {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
        } else if line.len() > LINE_BYTES_MAX {
            self.input.skip_until(b'\n')?;
            let detail = format!("expected a line of at most {LINE_BYTES_MAX} bytes, found more");
            return Ok(Some(Err(LineFault::new("line.too-long", detail))));
        }
        Ok(Some(Ok(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, LINE_BYTES_MAX, Lines};
    use std::io::{self, Read};

    /// All lines, with `Err` as its code.
    fn lines(input: &[u8], format: Format) -> Vec<Result<String, &'static str>> {
        let mut lines = Lines::new(input, format);
        let mut all = Vec::new();
        while let Some(batch) = lines.batch().expect("memory is readable") {
            let mut texts = batch.texts.into_iter();
            let of_line = |line: Result<(), super::LineFault>| match line {
                Ok(()) => Ok(texts.next().expect("as many texts as lines without a fault")),
                Err(fault) => Err(fault.code),
            };
            all.extend(batch.lines.into_iter().map(of_line));
        }
        all
    }

    #[test]
    fn only_a_line_feed_with_or_without_a_carriage_return_ends_a_line() {
        let text = |text: &str| Ok(text.to_owned());
        assert_eq!(lines(b"", Format::Text), []);
        assert_eq!(lines(b"\n", Format::Text), [text("")]);
        assert_eq!(lines(b"a\n\nb", Format::Text), [text("a"), text(""), text("b")]);
        assert_eq!(lines(b"a\r\nb\x0bc\0\n", Format::Text), [text("a"), text("b\u{b}c\0")]);
    }

    #[test]
    fn a_byte_order_mark_is_skipped_at_the_start_alone() {
        let text = |text: &str| Ok(text.to_owned());
        assert_eq!(lines(b"\xef\xbb\xbfa\n\xef\xbb\xbfb", Format::Text), [text("a"), text("\u{feff}b")]);
        assert_eq!(lines(b"\xef\xbb\xbf\na", Format::Text), [text(""), text("a")]);
        assert_eq!(lines(b"\xef\xbb\xbf", Format::Text), []);
        assert_eq!(lines(b"\xef\xbb\xbf{\"text\":\"a\"}", Format::Auto), [text("a")]);
    }

    #[test]
    fn a_fault_stays_in_its_place() {
        let input = b"{\"text\":\"a\"}\n{}\n\n{\"text\":\"b\\nc\"}\r\n";
        let expected = [Ok("a".to_owned()), Err("text.missing"), Err("line.not-json"), Ok("b\nc".to_owned())];
        assert_eq!(lines(input, Format::Auto), expected);
        assert_eq!(lines(b"a\n\xff\nb", Format::Auto), [Ok("a".to_owned()), Err("line.not-utf8"), Ok("b".to_owned())]);
    }

    #[test]
    fn the_longest_line_is_a_text_and_a_longer_one_is_skipped() {
        let mut input = vec![b'x'; LINE_BYTES_MAX];
        input.push(b'\n');
        input.extend(vec![b'y'; LINE_BYTES_MAX + 1]);
        input.extend(b"\nnext\n");
        let found = lines(&input, Format::Text);
        assert_eq!(found[0].as_ref().map(String::len), Ok(LINE_BYTES_MAX));
        assert_eq!(found[1..], [Err("line.too-long"), Ok("next".to_owned())]);
    }

    /// Gives one chunk at a time, as a pipe does.
    struct Pipe(Vec<&'static [u8]>);

    impl Read for Pipe {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let chunk = self.0.remove(0);
            buffer[..chunk.len()].copy_from_slice(chunk);
            Ok(chunk.len())
        }
    }

    #[test]
    fn what_has_arrived_is_a_batch() {
        let mut lines = Lines::new(Pipe(vec![b"a\nb\nc", b"d\n", b"e\n"]), Format::Text);
        let mut batches = Vec::new();
        while let Some(batch) = lines.batch().expect("readable") {
            batches.push(batch.texts);
        }
        assert_eq!(batches, [vec!["a", "b"], vec!["cd"], vec!["e"]]);
    }
}
