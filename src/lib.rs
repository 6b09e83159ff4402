//! envlint keeps dev, staging and prod honest: what differs is declared, what is secret stays secret, what is promoted
//! is exactly what was tested. `ARCHITECTURE.md` is the map of this crate.

#![warn(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

pub mod check;
pub mod cli;
pub mod evidence;
pub mod expressions;
pub mod fleet;
pub mod format;
pub mod git;
pub mod history;
pub mod init;
pub mod manifests;
pub mod masking;
pub mod naming;
pub mod policies;
pub mod preview;
pub mod promotion;
pub mod pulumi;
pub mod report;
pub mod resolve;
pub mod rules;
pub mod secrets;
pub mod sensitive;
pub mod source;
pub mod values;
pub mod workspace;
