//! fastText .bin and .ftz models, answered exactly as the official library does.
