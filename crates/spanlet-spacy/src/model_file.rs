//! Weight files: the layers of a thinc model with their attributes and parameters.
