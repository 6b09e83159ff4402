//! Evidence: what a repository says it deploys (design, section 8).

mod scan;

pub use scan::{Candidate, Hints, Scan, scan};
