//! The head of a `.npy` file: magic bytes, and a Python dictionary as text.

/// Where a header is wrong, and how.
type Problem = (usize, String);

/// What a header says.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// numpy's `dtype.str`.
    pub(super) descr: String,
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<usize>,
    /// Where the elements begin.
    pub(super) length: usize,
}

const MAGIC: &[u8] = b"\x93NUMPY";
/// numpy reads no longer header either.
const MAX_HEADER_BYTES: usize = 10_000;
/// The most axes that numpy knows.
const MAX_AXES: usize = 64;

pub(super) fn parse(bytes: &[u8]) -> Result<Header, Problem> {
    if !bytes.starts_with(MAGIC) {
        return Err((0, "expected an npy file, found other bytes".to_owned()));
    }
    let (start, length) = match bytes.get(MAGIC.len()..).unwrap_or_default() {
        [1, _, a, b, ..] => (10, usize::from(u16::from_le_bytes([*a, *b]))),
        [2 | 3, _, a, b, c, d, ..] => (12, u32::from_le_bytes([*a, *b, *c, *d]) as usize),
        [0 | 4.., ..] => return Err((6, "expected version 1, 2 or 3, found another".to_owned())),
        _ => return Err((bytes.len(), "expected the length of the header, found the end".to_owned())),
    };
    if length > MAX_HEADER_BYTES {
        return Err((
            MAGIC.len() + 2,
            format!("expected a header of at most {MAX_HEADER_BYTES} bytes, found {length}"),
        ));
    }
    let header = bytes.get(start..start + length);
    let header = header.ok_or_else(|| (start, format!("expected a header of {length} bytes, found the end")))?;
    let text = str::from_utf8(header).map_err(|error| (start + error.valid_up_to(), "expected text".to_owned()))?;
    let mut literal = Literal { text, at: 0 };
    let header = dictionary(&mut literal).map_err(|problem| (start + literal.at, problem))?;
    Ok(Header { length: start + length, ..header })
}

/// `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, in any order.
fn dictionary(literal: &mut Literal<'_>) -> Result<Header, String> {
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    literal.expect("{")?;
    while !literal.take("}") {
        let key = literal.string()?;
        literal.expect(":")?;
        match key {
            "descr" => descr = Some(literal.string()?.to_owned()),
            "fortran_order" => fortran_order = Some(literal.truth()?),
            "shape" => shape = Some(literal.tuple()?),
            _ => return Err(format!("expected descr, fortran_order or shape, found `{key}`")),
        }
        if !literal.take(",") {
            literal.expect("}")?;
            break;
        }
    }
    literal.end()?;
    match (descr, fortran_order, shape) {
        (Some(descr), Some(fortran_order), Some(shape)) => Ok(Header { descr, fortran_order, shape, length: 0 }),
        _ => Err("expected descr, fortran_order and shape, found fewer".to_owned()),
    }
}

/// The few Python literals that a header is made of.
struct Literal<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Literal<'t> {
    fn rest(&mut self) -> &'t str {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_ascii_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    fn expect(&mut self, mark: &str) -> Result<(), String> {
        if self.take(mark) { Ok(()) } else { Err(format!("expected `{mark}`")) }
    }

    fn end(&mut self) -> Result<(), String> {
        if self.rest().is_empty() { Ok(()) } else { Err("expected the end of the header".to_owned()) }
    }

    fn string(&mut self) -> Result<&'t str, String> {
        let rest = self.rest();
        let quote = rest.chars().next().filter(|first| matches!(first, '\'' | '"'));
        let inside = quote.and_then(|quote| rest[1..].split_once(quote)).map(|(inside, _)| inside);
        // A kind of element with escapes would be a record's.
        let inside = inside.filter(|inside| !inside.contains('\\')).ok_or("expected a quoted name")?;
        self.at += inside.len() + 2;
        Ok(inside)
    }

    fn truth(&mut self) -> Result<bool, String> {
        if self.take("True") {
            return Ok(true);
        }
        if self.take("False") { Ok(false) } else { Err("expected True or False".to_owned()) }
    }

    fn tuple(&mut self) -> Result<Vec<usize>, String> {
        let mut axes = Vec::new();
        self.expect("(")?;
        while !self.take(")") {
            if axes.len() == MAX_AXES {
                return Err(format!("expected at most {MAX_AXES} axes, found more"));
            }
            axes.push(self.whole_number()?);
            if !self.take(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(axes)
    }

    /// Python 2 wrote `3L`.
    fn whole_number(&mut self) -> Result<usize, String> {
        let rest = self.rest();
        let digits = rest.len() - rest.trim_start_matches(|symbol: char| symbol.is_ascii_digit()).len();
        let number = rest[..digits].parse().map_err(|_| "expected the length of an axis".to_owned())?;
        self.at += digits;
        let _ = self.take("L");
        Ok(number)
    }
}
