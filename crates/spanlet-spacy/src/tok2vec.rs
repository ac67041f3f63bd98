//! Token vectors: embeddings of hashed attributes, static vectors, and window encoders.
