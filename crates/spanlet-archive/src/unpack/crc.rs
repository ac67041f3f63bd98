//! The checksum of gzip and zip: CRC-32 with the polynomial of IEEE 802.3, eight bytes at a time.

/// Sums bytes up. Its tables are made when it is, a matter of microseconds, so that they take no room in a component.
pub(super) struct Crc {
    /// `tables[n][byte]` is what `byte` followed by `n` zero bytes comes to.
    tables: Box<[[u32; 256]; 8]>,
    state: u32,
}

impl Crc {
    pub(super) fn new() -> Self {
        let mut tables = Box::new([[0; 256]; 8]);
        for byte in 0..256 {
            let value = (0..8).fold(byte as u32, |value, _| (value >> 1) ^ (0xedb8_8320 * (value & 1)));
            tables[0][byte] = value;
        }
        for byte in 0..256 {
            for table in 1..8 {
                let value = tables[table - 1][byte];
                tables[table][byte] = (value >> 8) ^ tables[0][(value & 0xff) as usize];
            }
        }
        Self { tables, state: u32::MAX }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks::<8>();
        let tables = &self.tables;
        for chunk in chunks {
            let word = u64::from_le_bytes(*chunk) ^ u64::from(self.state);
            self.state =
                (0..8).fold(0, |value, place| value ^ tables[7 - place][(word >> (8 * place) & 0xff) as usize]);
        }
        for byte in rest {
            self.state = (self.state >> 8) ^ tables[0][((self.state ^ u32::from(*byte)) & 0xff) as usize];
        }
    }

    /// The sum of all bytes since the last call.
    pub(super) fn finish(&mut self) -> u32 {
        !std::mem::replace(&mut self.state, u32::MAX)
    }
}
