//! The integration tests: one binary, one module per subject.

mod addresses;
mod charts;
mod cli;
mod coming_from;
mod commands;
mod definitions;
mod differences;
mod documents;
mod drift;
mod evidence;
mod exposure;
mod findings;
mod fixes;
mod fleet;
mod fmt;
mod gates;
mod generate;
#[cfg(unix)]
mod generated;
mod git;
#[path = "../shared/helm.rs"]
mod helm;
mod history;
mod hooks;
mod hostile_texts;
mod init;
mod input;
mod kept_words;
mod layering;
mod layers;
mod layout;
mod layouts;
mod leaks;
mod made_up;
mod marked;
mod masked_texts;
mod masking;
mod missing_keys;
mod monorepo;
mod new_apps;
mod objects;
#[cfg(unix)]
mod outputs;
#[cfg(unix)]
mod pipelines;
mod plain_manifests;
mod planted;
mod policies;
mod production;
mod promotion;
mod promotion_laws;
mod promotion_limits;
mod promotion_parts;
#[cfg(unix)]
mod promotion_written;
mod readme;
mod related;
mod reports;
mod revisions;
mod rules;
mod scalars;
mod seal;
mod secrets;
mod secrets_docs;
mod stacks;
mod story;
mod support;
mod suppression;
mod template;
mod trace;
mod transforms;
mod unread_files;
mod untaken;
mod unused_values;
mod workloads;
mod worth;
