//! Secrets: which values are taken for one, and how they are kept out of every output.

pub mod masking;
pub mod sensitive;
