//! Evidence: what a repository says it deploys (design, section 8).

mod claim;
mod files;
mod scan;
mod tells;

pub use claim::{Chart, Claim, Claims, Evidence, LayerPath, Unread};
pub use files::Files;
pub use scan::{Candidate, Hints, Scan, scan};
pub use tells::Names;
