//! Helm charts: load, overlay values, render, order. Knows nothing of environments.

mod functions;

pub use functions::{MESSAGE_END, MESSAGE_START, Session, SessionOptions, registry};
