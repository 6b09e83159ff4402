//! The integration tests: one binary, one module per subject.

mod cli;
mod fixes;
mod generate;
mod init;
mod input;
mod masking;
mod objects;
mod promotion;
mod promotion_laws;
mod reports;
mod revisions;
mod rules;
mod seal;
mod secrets;
mod secrets_docs;
mod support;
mod suppression;
mod workloads;
