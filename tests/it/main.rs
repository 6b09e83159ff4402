//! The integration tests: one binary, one module per subject.

mod cli;
mod fixes;
mod generate;
mod init;
mod input;
mod objects;
mod promotion;
mod promotion_laws;
mod revisions;
mod rules;
mod seal;
mod secrets;
mod support;
mod suppression;
mod workloads;
