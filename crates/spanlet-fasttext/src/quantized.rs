//! A product-quantised matrix: each row is a few one-byte codes that name centroids, read where they lie in the file.
//!
//! Source: fastText 0.9.2, `productquantizer.cc` and `quantmatrix.cc`.

use std::ops::Range;

use spanlet_kernels::{LANES, Lanes};

use crate::load_error::LoadError;
use crate::reader::Reader;

/// Centroids per sub-vector; a code is one byte.
const CENTROIDS: usize = 256;

/// A little-endian `f32` in the file.
type Weight = [u8; 4];

/// A matrix whose rows are cut into sub-vectors, each replaced by the nearest of 256 centroids.
#[derive(Clone)]
pub(crate) struct Quantized {
    rows: usize,
    /// `[rows, sub_vectors]`, one byte each.
    codes: Range<usize>,
    /// How many codes a row has.
    sub_vectors: usize,
    /// How many columns each sub-vector has; the last one may have fewer.
    width: usize,
    /// `[sub_vectors, 256, width]`; of the last sub-vector `[256, last width]`.
    centroids: Range<usize>,
    norms: Option<Norms>,
}

/// The lengths of the rows, where they were quantised apart from their directions.
#[derive(Clone)]
struct Norms {
    /// `[rows]`, one byte each.
    codes: Range<usize>,
    /// `[256]`.
    centroids: Range<usize>,
}

impl Quantized {
    pub(crate) fn parse(reader: &mut Reader<'_>, columns: usize, rows: Range<i64>) -> Result<Self, LoadError> {
        let has_norms = reader.flag()?;
        let rows = reader.i64_in("a number of rows", rows)?;
        reader.i64_exactly("columns", columns)?;
        let code_count = reader.i32_in("a number of codes", 0..i64::from(i32::MAX) + 1)?;
        let code_byte = reader.offset();
        let codes = reader.range(code_count.into())?;
        let (width, centroids) = parse_quantizer(reader, columns)?;

        let sub_vectors = columns.div_ceil(width);
        if rows.checked_mul(sub_vectors as u64) != Some(code_count.into()) {
            return Err(LoadError::Number {
                part: reader.part,
                byte: (code_byte - size_of::<i32>()) as u64,
                expected: format!("{sub_vectors} codes for each of {rows} rows"),
                found: code_count.into(),
            });
        }
        let norms = has_norms.then(|| parse_norms(reader, rows)).transpose()?;
        Ok(Self { rows: rows as usize, codes, sub_vectors, width, centroids, norms })
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row to `sum`: each centroid times the row's norm, in the order of the columns.
    pub(crate) fn add_row(&self, bytes: &[u8], row: usize, sum: &mut [f32]) {
        let norm = self.norm(bytes, row);
        let codes = self.row_codes(bytes, row);
        let centroids = self.centroids(bytes);
        match self.width {
            1 => add_sub_vectors::<1>(codes, centroids, norm, sum),
            2 => add_sub_vectors::<2>(codes, centroids, norm, sum),
            4 => add_sub_vectors::<4>(codes, centroids, norm, sum),
            8 => add_sub_vectors::<8>(codes, centroids, norm, sum),
            width => add_sub_vectors_of(width, codes, centroids, norm, sum),
        }
    }

    /// The dot products of up to [`LANES`] rows with `vector`: the products of each row are added from left to right,
    /// the sum is multiplied by the row's norm. Lanes without a row are zero.
    pub(crate) fn dot_rows(&self, bytes: &[u8], rows: &[u32], vector: &[f32]) -> Lanes {
        let mut codes: [&[u8]; LANES] = [&[]; LANES];
        for (codes, &row) in codes.iter_mut().zip(rows) {
            *codes = self.row_codes(bytes, row as usize);
        }
        let codes = &codes[..rows.len().min(LANES)];
        let centroids = self.centroids(bytes);
        let mut dots = match self.width {
            1 => dot_sub_vectors::<1>(codes, centroids, vector),
            2 => dot_sub_vectors::<2>(codes, centroids, vector),
            width => dot_sub_vectors_of(width, codes, centroids, vector),
        };
        for (dot, &row) in dots.iter_mut().zip(rows) {
            *dot *= self.norm(bytes, row as usize);
        }
        dots
    }

    fn row_codes<'b>(&self, bytes: &'b [u8], row: usize) -> &'b [u8] {
        &bytes[self.codes.clone()][row * self.sub_vectors..][..self.sub_vectors]
    }

    fn centroids<'b>(&self, bytes: &'b [u8]) -> &'b [Weight] {
        bytes[self.centroids.clone()].as_chunks().0
    }

    fn norm(&self, bytes: &[u8], row: usize) -> f32 {
        self.norms.as_ref().map_or(1.0, |norms| {
            let code = bytes[norms.codes.clone()][row];
            f32::from_le_bytes(bytes[norms.centroids.clone()].as_chunks().0[usize::from(code)])
        })
    }
}

/// A quantiser of vectors of `columns`: how wide its sub-vectors are and where its centroids lie.
fn parse_quantizer(reader: &mut Reader<'_>, columns: usize) -> Result<(usize, Range<usize>), LoadError> {
    let columns_i64 = columns as i64;
    reader.i32_exactly("columns", columns)?;
    let sub_vectors = i64::from(reader.i32_in("a number of sub-vectors", 1..columns_i64 + 1)?);
    let width = i64::from(reader.i32_in("a width of sub-vectors", 1..i64::from(i32::MAX) + 1)?);
    if (columns_i64 + width - 1) / width != sub_vectors {
        return Err(reader.unexpected(4, format!("a width for {sub_vectors} sub-vectors of {columns} columns"), width));
    }
    let last = columns_i64 - (sub_vectors - 1) * width;
    reader.i32_exactly("columns of the last sub-vector", last as usize)?;
    let centroids = reader.elements((columns * CENTROIDS) as u64, size_of::<Weight>() as u64)?;
    // A single sub-vector may be declared wider than the rows are; it has their width all the same.
    Ok((width.min(columns_i64) as usize, centroids))
}

fn parse_norms(reader: &mut Reader<'_>, rows: u64) -> Result<Norms, LoadError> {
    let codes = reader.range(rows)?;
    let (_, centroids) = parse_quantizer(reader, 1)?;
    Ok(Norms { codes, centroids })
}

/// Adds the centroids that `codes` name, each of `WIDTH` columns, the last one perhaps of fewer.
fn add_sub_vectors<const WIDTH: usize>(codes: &[u8], centroids: &[Weight], norm: f32, sum: &mut [f32]) {
    let (sums, last_sum) = sum.as_chunks_mut::<WIDTH>();
    let (books, last_book) = books::<WIDTH>(centroids, sums.len());
    for ((sum, book), &code) in sums.iter_mut().zip(books).zip(codes) {
        for (sum, &weight) in sum.iter_mut().zip(&book[usize::from(code)]) {
            *sum += norm * f32::from_le_bytes(weight);
        }
    }
    if let (Some(&code), false) = (codes.get(sums.len()), last_sum.is_empty()) {
        add_sub_vectors_of(last_sum.len(), &[code], last_book, norm, last_sum);
    }
}

/// [`add_sub_vectors`] for any width.
fn add_sub_vectors_of(width: usize, codes: &[u8], centroids: &[Weight], norm: f32, sum: &mut [f32]) {
    let books = centroids.chunks(CENTROIDS * width);
    for ((sum, book), &code) in sum.chunks_mut(width).zip(books).zip(codes) {
        for (sum, &weight) in sum.iter_mut().zip(centroid(book, code)) {
            *sum += norm * f32::from_le_bytes(weight);
        }
    }
}

/// Sixteen chains of additions, each as long as a row: the processor runs them side by side.
fn dot_sub_vectors<const WIDTH: usize>(codes: &[&[u8]], centroids: &[Weight], vector: &[f32]) -> Lanes {
    let mut dots = [0.0; LANES];
    let (factors, last_factors) = vector.as_chunks::<WIDTH>();
    let (books, last_book) = books::<WIDTH>(centroids, factors.len());
    for (sub_vector, (factors, book)) in factors.iter().zip(books).enumerate() {
        for (dot, codes) in dots.iter_mut().zip(codes) {
            for (&weight, factor) in book[usize::from(codes[sub_vector])].iter().zip(factors) {
                *dot += factor * f32::from_le_bytes(weight);
            }
        }
    }
    if !last_factors.is_empty() {
        add_products(&mut dots, codes, factors.len(), last_book, last_factors);
    }
    dots
}

/// [`dot_sub_vectors`] for any width.
fn dot_sub_vectors_of(width: usize, codes: &[&[u8]], centroids: &[Weight], vector: &[f32]) -> Lanes {
    let mut dots = [0.0; LANES];
    let books = centroids.chunks(CENTROIDS * width);
    for (sub_vector, (factors, book)) in vector.chunks(width).zip(books).enumerate() {
        add_products(&mut dots, codes, sub_vector, book, factors);
    }
    dots
}

/// Adds to each row's dot product what one of its sub-vectors gives.
fn add_products(dots: &mut Lanes, codes: &[&[u8]], sub_vector: usize, book: &[Weight], factors: &[f32]) {
    for (dot, codes) in dots.iter_mut().zip(codes) {
        for (&weight, factor) in centroid(book, codes[sub_vector]).iter().zip(factors) {
            *dot += factor * f32::from_le_bytes(weight);
        }
    }
}

/// The 256 centroids of each of the first `count` sub-vectors, and the weights that follow.
fn books<const WIDTH: usize>(centroids: &[Weight], count: usize) -> (&[[[Weight; WIDTH]; CENTROIDS]], &[Weight]) {
    let (whole, last) = centroids.split_at(count * CENTROIDS * WIDTH);
    (whole.as_chunks().0.as_chunks().0, last)
}

/// The centroid that a code names. The book's length says how wide it is, as the last one may be narrower.
fn centroid(book: &[Weight], code: u8) -> &[Weight] {
    let width = book.len() / CENTROIDS;
    &book[usize::from(code) * width..][..width]
}
