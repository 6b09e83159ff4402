//! Helm charts: load, overlay values, render, order. Knows nothing of environments.

mod functions;

pub use functions::{Session, SessionOptions, registry};
