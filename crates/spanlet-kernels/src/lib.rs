//! The few dense loops of Spanlet, scalar beside simd128.
