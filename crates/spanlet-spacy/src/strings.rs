//! spaCy's ids for strings: small fixed numbers for its symbols, MurmurHash64A for all others.
