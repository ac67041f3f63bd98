//! What some programs put before UTF-8.

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Looks whether a stream begins with a byte order mark, however it is cut.
#[derive(Debug, Default)]
pub(super) struct Mark {
    /// How many bytes of it were there.
    matched: usize,
    is_settled: bool,
}

/// What became of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// How many are, or may yet be, of the mark.
    pub(super) used: usize,
    /// Those from before that were held back and are no mark after all.
    pub(super) held_back: &'static [u8],
}

impl Mark {
    /// Looks at the next bytes; none are the end of the stream.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Taken {
        if self.is_settled {
            return Taken { used: 0, held_back: &[] };
        }
        let rest = &BYTE_ORDER_MARK[self.matched..];
        let used = bytes.iter().zip(rest).take_while(|(byte, of_mark)| byte == of_mark).count();
        let held_before = &BYTE_ORDER_MARK[..self.matched];
        self.matched += used;
        let is_whole = self.matched == BYTE_ORDER_MARK.len();
        self.is_settled = is_whole || bytes.is_empty() || used < bytes.len();
        match self.is_settled && !is_whole {
            // What matched of these bytes is no mark either, and is still there to be read.
            true => Taken { used: 0, held_back: held_before },
            false => Taken { used, held_back: &[] },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Mark;

    /// What is left of pieces.
    fn rest(pieces: &[&[u8]]) -> Vec<u8> {
        let mut mark = Mark::default();
        let mut rest = Vec::new();
        for piece in pieces.iter().chain([&&b""[..]]) {
            let taken = mark.take(piece);
            rest.extend_from_slice(taken.held_back);
            rest.extend_from_slice(&piece[taken.used..]);
        }
        rest
    }

    #[test]
    fn a_mark_is_found_however_it_is_cut() {
        for pieces in [
            &[&b"\xef\xbb\xbfa"[..]][..],
            &[b"\xef", b"\xbb", b"\xbf", b"a"],
            &[b"\xef\xbb", b"\xbfa"],
            &[b"\xef", b"\xbb\xbf", b"a"],
        ] {
            assert_eq!(rest(pieces), b"a");
        }
    }

    #[test]
    fn what_is_no_mark_is_left() {
        assert_eq!(rest(&[]), b"");
        for pieces in [
            &[&b"\xef\xbb"[..]][..],
            &[b"\xef", b"a"],
            &[b"\xef\xbba"],
            &[b"a", b"\xef\xbb\xbf"],
            &[b"\xef", b"\xbb", b"\xef\xbb\xbf"],
        ] {
            assert_eq!(rest(pieces), pieces.concat());
        }
        assert_eq!(rest(&[b"\xef\xbb\xbf\xef\xbb\xbf"]), b"\xef\xbb\xbf", "one mark is taken");
    }
}
