//! Offsets, labels, cleaning and hashtags: the words that all Spanlet crates speak.
