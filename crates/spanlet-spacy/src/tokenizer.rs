//! Text to tokens, by the rules of the pipeline's `tokenizer` file.
