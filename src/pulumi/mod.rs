//! Pulumi: projects, their stacks, and the configuration that a program reads.
//!
//! `Pulumi.yaml` is a project, and `Pulumi.<stack>.yaml` next to it (or in `stackConfigDir`) the configuration of a stack
//! (Pulumi: `sdk/go/common/workspace`, `ProjectStackPath`). A stack is an environment, and its file is a values file.

mod branch;
mod charts;
mod ciphertext;
mod code;
mod kind;
mod project;
mod reads;

pub use charts::{ChartCall, chart_calls};
pub use ciphertext::is_ciphertext;
pub use kind::{KNOWN, Kind};
pub use project::{Declared, Project, Stack};
pub use reads::{Read, Reads, is_program, is_test};

/// What begins the name of every file of a project and its stacks.
const NAME: &str = "Pulumi";
/// The endings that Pulumi reads and that are YAML.
const ENDINGS: [&str; 2] = [".yaml", ".yml"];

/// The name and the ending of a file of Pulumi: none for that of a project, the stack's for that of a stack.
fn parts(path: &str) -> Option<(&str, &'static str)> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let rest = file.strip_prefix(NAME)?;
    let ending = ENDINGS.into_iter().find(|ending| rest.ends_with(ending))?;
    Some((rest.strip_suffix(ending)?, ending))
}

/// The stack whose configuration a file has by its name.
pub fn stack_of(path: &str) -> Option<&str> {
    let (stack, _) = parts(path)?;
    stack.strip_prefix('.').filter(|stack| !stack.is_empty())
}

/// Whether a file is a project by its name.
pub fn is_project(path: &str) -> bool {
    parts(path).is_some_and(|(stack, _)| stack.is_empty())
}

/// The ending of a file's name, as Pulumi knows it: a stack has that of its project.
pub fn ending(path: &str) -> &'static str {
    parts(path).map_or("", |(_, ending)| ending)
}

/// A key of the configuration with its namespace, which is the project's where it names none (Pulumi:
/// `sdk/go/common/resource/config`, `ParseKey`; `project:config:key` is an older form).
pub fn full_key(project: &str, key: &str) -> String {
    match key.split(':').collect::<Vec<_>>()[..] {
        [key] => format!("{project}:{key}"),
        [namespace, "config", key] => format!("{namespace}:{key}"),
        _ => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_tell_stacks_and_projects() {
        for (path, stack, project) in [
            ("infra/Pulumi.yaml", None, true),
            ("Pulumi.yml", None, true),
            ("infra/Pulumi.prod.yaml", Some("prod"), false),
            ("Pulumi.prod.eu.yml", Some("prod.eu"), false),
            ("PulumiPlugin.yaml", None, false),
            ("pulumi.prod.yaml", None, false),
            ("Pulumi.prod.json", None, false),
        ] {
            assert_eq!(stack_of(path), stack, "{path}");
            assert_eq!(is_project(path), project, "{path}");
        }
    }

    #[test]
    fn keys_have_the_namespace_of_the_project() {
        for (key, full) in [
            ("size", "shop:size"),
            ("shop:config:size", "shop:size"),
            ("aws:region", "aws:region"),
        ] {
            assert_eq!(full_key("shop", key), full);
        }
    }
}
