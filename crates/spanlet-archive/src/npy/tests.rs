use super::*;

/// A file with this version, header text and elements.
fn file(version: u8, header: &str, elements: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    match version {
        1 => bytes.extend((header.len() as u16).to_le_bytes()),
        _ => bytes.extend((header.len() as u32).to_le_bytes()),
    }
    bytes.extend(header.as_bytes());
    bytes.extend(elements);
    bytes
}

#[test]
fn reads_every_version() {
    // numpy.save(file, numpy.array([[1, 2, 3]], "<i4")) writes this header.
    let header = "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 3), }    \n";
    for version in 1..=3 {
        let bytes = file(version, header, &[1, 0, 0, 0, 2, 0, 0, 0, 255, 255, 255, 255]);
        let array = parse("vectors", &bytes).expect("the file is sound");
        assert_eq!((array.element, array.shape.as_slice()), (Element::I32, [1, 3].as_slice()));
        assert_eq!(array.to_i64(), Some(vec![1, 2, -1]));
        assert_eq!(array.to_f32(), None);
    }
}

#[test]
fn reads_scalars_empty_arrays_and_the_headers_of_python_2() {
    for (header, elements, len) in [
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", vec![0; 4], 1),
        ("{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", vec![0; 8], 2),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 300), }", vec![], 0),
        ("{\"shape\": (2L, 1L), 'fortran_order': False, 'descr': '<u8'}", vec![0; 16], 2),
    ] {
        let bytes = file(1, header, &elements);
        let array = parse("vectors", &bytes).expect(header);
        assert_eq!((array.len(), array.is_empty()), (len, len == 0), "{header}");
    }
}

#[test]
fn names_what_is_wrong() {
    let sound = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}";
    for (bytes, problem) in [
        (b"NUMPY".to_vec(), "expected an npy file"),
        (b"\x93NUMPY".to_vec(), "expected the length of the header"),
        (b"\x93NUMPY\x04\0\0\0".to_vec(), "expected version 1, 2 or 3"),
        (file(1, sound, &[0; 7]), "expected as many bytes as the shape [2] takes, found 7"),
        (file(1, sound, &[0; 9]), "found 9"),
        (file(1, "", &[]), "expected `{`"),
        (file(1, "{'descr': '>f4', 'fortran_order': False, 'shape': (2,)}", &[0; 8]), "found elements of kind `>f4`"),
        (file(1, "{'descr': '|O', 'fortran_order': False, 'shape': (2,)}", &[0; 8]), "found elements of kind `|O`"),
        (
            file(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", &[0; 8]),
            "expected a quoted name",
        ),
        (file(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1)}", &[0; 8]), "found Fortran order"),
        (
            file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", &[0; 8]),
            "expected the length of an axis",
        ),
        (file(1, "{'descr': '<f4', 'shape': (2,)}", &[0; 8]), "found fewer"),
        (file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} 7", &[0; 8]), "expected the end"),
        (file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999)}", &[]), "found 0"),
        (file(2, &" ".repeat(10_001), &[]), "expected a header of at most 10000 bytes, found 10001"),
    ] {
        let error = parse("vocab/vectors", &bytes).expect_err(problem).to_string();
        assert!(error.starts_with("vocab/vectors: ") && error.contains(problem), "{error}: {problem}");
    }
}

#[test]
fn truncations_are_errors() {
    let whole = file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n", &[0; 16]);
    for length in 0..whole.len() {
        assert!(parse("vectors", &whole[..length]).is_err(), "{length}");
    }
}
