//! Archives put together field by field, for what the usual tools do not write. Whole ones made by these tools are in
//! `tests/archives`.

use miniz_oxide::deflate::compress_to_vec;

use super::*;

const LIMITS: Limits = Limits { max_total_bytes: 1 << 20, max_parts: 20 };

/// A tar member with its bytes, filled up to whole blocks.
fn member(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
    let mut block = header(name.as_bytes(), kind, content.len());
    block.extend(content);
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

fn header(name: &[u8], kind: u8, size: usize) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name);
    block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    block[156] = kind;
    block[257..263].copy_from_slice(b"ustar\0");
    with_checksum(block)
}

fn with_checksum(mut block: Vec<u8>) -> Vec<u8> {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}

fn tar(members: &[Vec<u8>]) -> Vec<u8> {
    [members.concat(), vec![0; 1_024]].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut crc = crc::Crc::new();
    crc.update(bytes);
    let trailer = [crc.finish().to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat();
    [b"\x1f\x8b\x08\0\0\0\0\0\0\xff".as_slice(), &compress_to_vec(bytes, 9), &trailer].concat()
}

/// A zip member with what its two headers say of it, to be changed where a test wants them wrong.
struct Zipped {
    name: &'static str,
    flags: u16,
    method: u16,
    crc: u32,
    packed: Vec<u8>,
    size: u32,
    unix_mode: u32,
}

fn zipped(name: &'static str, content: &[u8]) -> Zipped {
    let mut crc = crc::Crc::new();
    crc.update(content);
    let (crc, packed) = (crc.finish(), compress_to_vec(content, 9));
    Zipped { name, flags: 0, method: 8, crc, packed, size: content.len() as u32, unix_mode: 0o100_644 }
}

fn zip(members: &[Zipped]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let start = bytes.len() as u32;
        let mut common = vec![20, 0];
        common.extend([member.flags, member.method, 0, 0].iter().flat_map(|field| field.to_le_bytes()));
        common
            .extend([member.crc, member.packed.len() as u32, member.size].iter().flat_map(|field| field.to_le_bytes()));
        common.extend([member.name.len() as u16, 0].iter().flat_map(|field| field.to_le_bytes()));
        bytes.extend([b"PK\x03\x04", common.as_slice(), member.name.as_bytes(), &member.packed].concat());
        directory.extend([b"PK\x01\x02\x14\x03", common.as_slice(), &[0; 6]].concat());
        directory.extend((member.unix_mode << 16).to_le_bytes());
        directory.extend(start.to_le_bytes());
        directory.extend(member.name.as_bytes());
    }
    let start = bytes.len() as u32;
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([members.len() as u16; 2].iter().flat_map(|count| count.to_le_bytes()));
    bytes.extend([directory.len() as u32, start].iter().flat_map(|field| field.to_le_bytes()));
    bytes.extend([0, 0]);
    bytes
}

fn read(bytes: &[u8]) -> Result<Members, ArchiveError> {
    assert!(is_archive(bytes));
    unpack("m.zip", bytes, &LIMITS)
}

fn problem(bytes: &[u8]) -> String {
    read(bytes).expect_err("something is wrong with it").to_string()
}

#[test]
fn checksums_are_those_of_gzip() {
    let mut crc = crc::Crc::new();
    // zlib.crc32(b"123456789") is the polynomial's check value.
    for (bytes, expected) in [(b"123456789".as_slice(), 0xcbf4_3926), (b"", 0), (b"a", 0xe8b7_be43)] {
        crc.update(bytes);
        assert_eq!(crc.finish(), expected);
    }
    crc.update(b"1234");
    crc.update(b"56789");
    assert_eq!(crc.finish(), 0xcbf4_3926);
}

#[test]
fn names_are_spelt_one_way() {
    for (name, expected) in [
        ("ner/model", Some("ner/model")),
        ("./ner//./model", Some("ner/model")),
        ("./", None),
        ("a..b/c...", Some("a..b/c...")),
        ("__MACOSX/x/._model", None),
        ("x/._model", None),
        ("x/.DS_Store", None),
        ("c", Some("c")),
    ] {
        assert_eq!(name::normalised(name.as_bytes()), Ok(expected.map(str::to_owned)), "{name}");
    }
}

#[test]
fn names_that_lead_outside_are_errors_in_every_format() {
    for (name, found) in [
        ("../config.cfg", "found `..`"),
        ("ner/../../config.cfg", "found `..`"),
        ("/etc/config.cfg", "found an absolute one"),
        ("C:config.cfg", "found a drive"),
        ("c:/config.cfg", "found a drive"),
        ("ner\\model", "found a backslash"),
        ("..\\model", "found a backslash"),
    ] {
        for bytes in [
            tar(&[member(name, b'0', b"x")]),
            tar(&[member(name, b'5', b"")]),
            gzip(&tar(&[member(name, b'0', b"x")])),
            zip(&[zipped(name, b"x")]),
        ] {
            let error = problem(&bytes);
            assert!(error.starts_with(&format!("m.zip, member `{name}`: expected ")), "{error}");
            assert!(error.ends_with(found), "{error}");
        }
    }
    assert!(problem(&zip(&[zipped("ner\0model", b"x")])).contains("found a NUL"));
    let bytes = tar(&[header(b"ner/\xff", b'0', 0)]);
    assert!(problem(&bytes).contains("a name in UTF-8"));
    // By way of what stands before the member, too.
    let pax = member("x", b'x', b"19 path=../model.x\n");
    assert!(problem(&tar(&[pax, member("model", b'0', b"x")])).contains("found `..`"));
    let long = member("././@LongLink", b'L', b"../model\0");
    assert!(problem(&tar(&[long, member("model", b'0', b"x")])).contains("found `..`"));
}

#[test]
fn a_name_that_comes_twice_is_an_error() {
    for bytes in
        [tar(&[member("a", b'0', b"x"), member("./a", b'0', b"y")]), zip(&[zipped("a", b"x"), zipped("a", b"x")])]
    {
        assert_eq!(problem(&bytes), "m.zip, member `a`: expected each name once, found it again");
    }
}

#[test]
fn limits_hold_before_memory_is_taken() {
    let large = vec![b'x'; (1 << 20) + 1];
    for bytes in
        [tar(&[member("a", b'0', &large)]), gzip(&tar(&[member("a", b'0', &large)])), zip(&[zipped("a", &large)])]
    {
        let error = problem(&bytes);
        assert_eq!(error, "m.zip, member `a`: expected at most 1048576 bytes of all files together, found more");
    }
    let half = vec![b'x'; 600 << 10];
    let bytes = zip(&[zipped("a", &half), zipped("b", &half)]);
    assert!(problem(&bytes).starts_with("m.zip, member `b`: expected at most"));
    let names =
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u"];
    for (kind, content) in [(b'0', "x"), (b'5', "")] {
        let many = tar(&names.map(|name| member(name, kind, content.as_bytes())));
        assert_eq!(problem(&many), "m.zip: expected at most 20 files and directories, found more");
    }
    assert!(read(&tar(&[names.map(|name| member(name, b'0', b""))[..20].concat()])).is_ok());
}

#[test]
fn bombs_are_stopped() {
    // Zeros without end behind the last member.
    let zeros = vec![0; 1 << 24];
    let error = problem(&gzip(&[tar(&[member("a", b'0', b"x")]), zeros].concat()));
    assert!(error.starts_with("m.zip: expected a tar of at most 2179072 bytes in it"), "{error}");
    // A member that says it is small.
    let mut small = zipped("a", &vec![0; 1 << 20]);
    small.size = 10;
    assert!(problem(&zip(&[small])).contains("found another number"));
    // One that says it is larger than deflate could make it.
    let mut large = zipped("a", b"");
    large.size = 1 << 19;
    assert!(problem(&zip(&[large])).contains("found fewer"));
    // Members that lie in each other, so that the same bytes unpack more than once.
    let noise: Vec<u8> =
        (0..800_u32).map(|place| (place.wrapping_mul(place).wrapping_mul(0x9e37_79b9) >> 24) as u8).collect();
    let inner = zip(&[zipped("b", &noise)]);
    let directory = inner.len() - 22 - 47;
    let mut outer = zipped("a", &inner[..directory]);
    (outer.method, outer.packed) = (0, inner[..directory].to_vec());
    let outer = zip(&[outer]);
    let end = outer.len() - 22;
    let (mut entry, mut shared) = (inner[directory..directory + 47].to_vec(), outer[..end].to_vec());
    entry[42] = 31;
    shared.extend(entry);
    shared.extend(&outer[end..]);
    let last = shared.len() - 22;
    (shared[last + 8], shared[last + 10], shared[last + 12]) = (2, 2, 94);
    assert!(problem(&shared).contains("expected members that do not lie on each other"));
    // A tar whose member says more than there is.
    let header = header(b"a", b'0', 1 << 19);
    assert!(problem(&tar(&[header])).contains("expected 524288 bytes of `a`, found fewer"));
}

#[test]
fn links_are_noted_and_other_kinds_refused() {
    let members = read(&tar(&[member("a", b'1', b""), member("b", b'2', b""), member("c", b'0', b"x")]));
    assert_eq!(members.map(|members| members.links), Ok(vec!["a".to_owned(), "b".to_owned()]));
    let mut link = zipped("a", b"../b");
    link.unix_mode = 0o120_777;
    assert_eq!(read(&zip(&[link])).map(|members| members.links), Ok(vec!["a".to_owned()]));
    for kind in [b'3', b'6', b'S', b'V'] {
        let error = problem(&tar(&[member("a", kind, b"")]));
        assert!(error.contains("which is not supported: pack plain files"), "{error}");
    }
    let sparse = member("x", b'x', b"22 GNU.sparse.major=1\n");
    assert!(problem(&tar(&[sparse, member("a", b'0', b"x")])).contains("found a sparse one"));
}

#[test]
fn encryption_and_other_methods_are_told() {
    for (flags, method, uses) in
        [(1, 8, "encryption"), (1 << 6, 0, "encryption"), (0, 14, "compression method 14"), (0, 93, "method 93")]
    {
        let mut zipped = zipped("a", b"x");
        (zipped.flags, zipped.method) = (flags, method);
        let error = problem(&zip(&[zipped]));
        assert!(error.starts_with("m.zip, member `a`: uses ") && error.contains(uses), "{error}");
    }
}

#[test]
fn what_disagrees_is_told() {
    let change = |change: fn(&mut Zipped)| {
        let mut member = zipped("a", b"some text");
        change(&mut member);
        problem(&zip(&[member]))
    };
    assert!(change(|member| member.crc ^= 1).contains("agree with their checksum"));
    assert!(change(|member| member.size += 1).contains("found another number"));
    assert!(change(|member| member.packed.push(0)).contains("found another number"));
    assert!(change(|member| member.packed[0] = 7).contains("expected deflate"));
    assert!(change(|member| member.method = 0).contains("expected as many bytes"));
    let whole = zip(&[zipped("a", b"x"), zipped("b", b"y")]);
    let with = |place: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[place] = byte;
        problem(&bytes)
    };
    assert!(with(30, b'z').contains("expected the name that the central directory gives"));
    assert!(with(whole.len() - 6, 0).contains("expected the central directory before this"));
    assert!(with(whole.len() - 14, 9).contains("several volumes"));
    assert!(with(whole.len() - 2, 9).contains("expected the end of a zip"));
    assert!(problem(b"PK\x03\x04").contains("expected the end of a zip, found it cut off"));

    let whole = gzip(&tar(&[member("a", b'0', b"x")]));
    let with = |place: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[place] = byte;
        problem(&bytes)
    };
    assert!(with(3, 0x20).contains("expected a gzip header"));
    assert!(with(whole.len() - 1, 9).contains("expected the checksum and length"));
    assert!(with(whole.len() - 5, whole[whole.len() - 5] ^ 1).contains("expected the checksum and length"));
    let error = problem(&gzip(&[b'x'; 600]));
    assert!(error.contains("expected a tar header"), "{error}");
    assert!(problem(&[whole.as_slice(), b"\0\0x"].concat()).contains("expected more of gzip"));
    assert!(problem(&[whole.as_slice(), &[1; 20]].concat()).contains("expected a gzip header"));

    let unended = member("a", b'0', b"x");
    assert!(problem(&unended).contains("expected 512 more bytes, found the end"));
}

#[test]
fn gzip_headers_may_say_more() {
    let (plain, tar) = (gzip(&tar(&[member("a", b'0', b"x")])), tar(&[member("a", b'0', b"x")]));
    let (rest, mut header) = (&plain[10..], b"\x1f\x8b\x08\x1e\0\0\0\0\0\xff\x03\0xyza name\0a remark\0".to_vec());
    let mut crc = crc::Crc::new();
    crc.update(&header);
    header.extend((crc.finish() as u16).to_le_bytes());
    assert!(read(&[&header, rest].concat()).is_ok());
    header[12] ^= 1;
    assert!(problem(&[&header, rest].concat()).contains("expected a gzip header that agrees with its checksum"));
    assert!(read(&gzip(&tar)).is_ok());
}

#[test]
fn tar_numbers_come_in_several_spellings() {
    let mut block = header(b"a", b'0', 0);
    for size in
        [b"0000000002\0 ".as_slice(), b"          2 ", b"\x80\0\0\0\0\0\0\0\0\0\0\x02", b"2\0\0\0\0\0\0\0\0\0\0\0"]
    {
        block[124..136].copy_from_slice(size);
        let bytes = [with_checksum(block.clone()), b"xy".to_vec(), vec![0; 510 + 512]].concat();
        assert_eq!(read(&bytes).map(|members| members.files["a"].clone()), Ok(b"xy".to_vec()));
    }
    for size in [b"0000000008\0 ".as_slice(), b"+000000002\0 ", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"] {
        block[124..136].copy_from_slice(size);
        let bytes = [with_checksum(block.clone()), vec![0; 1_024]].concat();
        assert!(!is_archive(&bytes));
        assert!(unpack("m.tar", &bytes, &LIMITS).is_err());
    }
}
