//! The ways in which a module of Terraform is run: with each file of variables that tells an environment, and by each module
//! that calls it. Only texts that are written out count.
//!
//! <https://developer.hashicorp.com/terraform/language/values/variables>

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::{RESOURCE, attribute, block, literal};
use crate::evidence::commands::tasks::Idle;
use crate::evidence::files::{Files, directory_of, normal};
use crate::evidence::tells::Names;
use crate::masking::{Name, text};
use crate::source::ancestors;

/// Names of variables that tell the environment.
const TELLING: [&str; 5] = [
    "env",
    "environment",
    "environment_name",
    "env_name",
    "stage",
];
/// More files of Terraform are not looked at, nor more ways to run one module.
const MOST_FILES: usize = 2000;
const MOST_WAYS: usize = 50;
/// Longer values are no paths and no names, in bytes.
const LONGEST: usize = 500;

/// What variables are: `var.env`, `local.name`.
pub(super) type Values = BTreeMap<String, String>;

/// One way to run a module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Way {
    pub environment: Option<String>,
    pub values: Values,
    /// The file that says so, where it is none of the module.
    pub by: Option<String>,
}

/// The modules of a repository, read when the first release asks for them.
pub(in crate::evidence::commands) struct Modules<'m, 'f> {
    files: &'m Files<'f>,
    names: &'m Names,
    texts: OnceCell<BTreeMap<&'m str, String>>,
}

/// A call of a module: by a file, with what that one gives it.
struct Call<'m> {
    by: &'m str,
    body: &'m str,
}

impl<'m, 'f> Modules<'m, 'f> {
    pub(in crate::evidence::commands) fn new(
        files: &'m Files<'f>,
        names: &'m Names,
    ) -> Modules<'m, 'f> {
        Modules {
            files,
            names,
            texts: OnceCell::new(),
        }
    }

    /// The files of Terraform, and those with variables, with their texts.
    fn texts(&self) -> &BTreeMap<&'m str, String> {
        self.texts.get_or_init(|| {
            let all = self.files.below("").iter();
            let wanted = all.filter(|path| path.ends_with(".tf") || path.ends_with(".tfvars"));
            let wanted = wanted.take(MOST_FILES);
            let read = wanted.filter_map(|path| Some((*path, self.files.text(path)?)));
            read.collect()
        })
    }

    /// The files of a directory with an ending.
    fn in_directory<'s>(
        &'s self,
        directory: &'s str,
        end: &'s str,
    ) -> impl Iterator<Item = (&'m str, &'s str)> + 's {
        let texts = self.texts().iter();
        let own =
            texts.filter(move |(path, _)| directory_of(path) == directory && path.ends_with(end));
        own.map(|(path, text)| (*path, text.as_str()))
    }

    /// The ways in which the module of a directory is run; without any that tells more, one.
    pub(super) fn ways(&self, directory: &str) -> Vec<Way> {
        let called: Vec<Way> = self
            .calls(directory)
            .flat_map(|call| self.called(&call))
            .take(MOST_WAYS)
            .collect();
        let own = self.own(directory);
        match called.is_empty() {
            true => self.with_files(directory, &own),
            false => called.into_iter().map(|way| way.over(&own)).collect(),
        }
    }

    /// That no module calls the one of a file, where that is one to be called: it says not itself where it is deployed to, and
    /// another one lies above it.
    pub(super) fn idle(&self, path: &str, ways: &[Way]) -> Option<Idle> {
        let directory = directory_of(path);
        let own = || self.in_directory(directory, ".tf");
        let is_told = ways.iter().any(|way| way.environment.is_some())
            || self.names.of_folders(directory).is_some();
        let is_root = || {
            let mut texts = own().map(|(_, text)| text);
            texts.any(|text| {
                blocks(text, "provider ").next().is_some() || text.contains("backend \"")
            })
        };
        let is_below = || {
            let mut above = ancestors(directory).skip(1);
            above.any(|above| self.in_directory(above, ".tf").next().is_some())
        };
        if is_told || self.calls(directory).next().is_some() || is_root() || !is_below() {
            return None;
        }
        let mut reason = text!("no `module` block calls `{}`", Name(directory));
        if let Some((file, line)) = self.comment(directory) {
            reason.push(text!(" ({}:{} is a comment)", Name(file), line));
        }
        let mut files = own();
        let first = files.find(|(_, text)| text.contains(RESOURCE));
        Some(Idle {
            reason,
            is_first: first.is_some_and(|(first, _)| first == path),
        })
    }

    /// A call of the module of a directory that is a comment: its file and line.
    fn comment(&self, directory: &str) -> Option<(&'m str, usize)> {
        let mut texts = self.texts().iter();
        texts.find_map(|(path, text)| {
            let mut lines = text.lines().enumerate();
            let (index, _) = lines.find(|(_, line)| {
                let line = line.trim_start();
                let line = line.strip_prefix('#').or_else(|| line.strip_prefix("//"));
                let source = line.and_then(|line| literals(line, "").remove("source"));
                source.is_some_and(|source| {
                    source.starts_with('.')
                        && normal(directory_of(path), &source).as_deref() == Some(directory)
                })
            })?;
            Some((*path, index + 1))
        })
    }

    /// What the module says of its variables itself: defaults, locals, files that are always read.
    fn own(&self, directory: &str) -> Values {
        let mut values = Values::new();
        let mut locals = Values::new();
        for (_, text) in self.in_directory(directory, ".tf") {
            for (label, body) in blocks(text, "variable ") {
                let default = attribute(body, "default").map(str::trim);
                let default = default.and_then(|text| literal(text.strip_prefix('"')?));
                values.extend(
                    default
                        .filter(|value| is_plain(value))
                        .map(|value| (format!("var.{label}"), value)),
                );
            }
            for (_, body) in blocks(text, "locals") {
                locals.extend(literals(body, "local."));
            }
        }
        for (path, text) in self.in_directory(directory, ".tfvars") {
            if is_always_read(path) {
                values.extend(literals(text, "var."));
            }
        }
        for (name, value) in locals {
            let value = filled(&value, &values);
            values.extend(is_plain(&value).then_some((name, value)));
        }
        values
    }

    /// The ways with each file of variables that tells an environment, or the one without.
    fn with_files(&self, directory: &str, own: &Values) -> Vec<Way> {
        let below = match directory {
            "" => String::new(),
            directory => format!("{directory}/"),
        };
        let is_of_other = |path: &str| {
            let folder = directory_of(path);
            folder != directory && self.in_directory(folder, ".tf").next().is_some()
        };
        let texts = self.texts().iter();
        let files = texts.filter(|(path, _)| {
            let is_own = directory_of(path) == directory && is_always_read(path);
            path.starts_with(&below) && path.ends_with(".tfvars") && !is_own && !is_of_other(path)
        });
        let ways = files.filter_map(|(path, text)| {
            let values = literals(text, "var.");
            let environment = self.names.of_path(path.trim_end_matches(".tfvars"));
            let environment = environment.or_else(|| self.told(&values))?;
            let way = Way {
                environment: Some(environment),
                values,
                by: Some((*path).to_owned()),
            };
            Some(way.over(own))
        });
        let ways: Vec<Way> = ways.take(MOST_WAYS).collect();
        match ways.is_empty() {
            true => vec![Way {
                environment: self.told(own),
                values: own.clone(),
                by: None,
            }],
            false => ways,
        }
    }

    /// The environment that variables tell by their names.
    fn told(&self, values: &Values) -> Option<String> {
        let mut telling = TELLING.iter();
        telling.find_map(|name| self.names.of_part(values.get(&format!("var.{name}"))?))
    }

    /// The calls of the module of a directory.
    fn calls<'s>(&'s self, directory: &'s str) -> impl Iterator<Item = Call<'s>> + 's {
        let texts = self.texts().iter();
        let files = texts.filter(|(path, _)| path.ends_with(".tf"));
        let all = files.flat_map(|(path, text)| {
            blocks(text, "module ").map(move |(_, body)| Call { by: path, body })
        });
        all.filter(move |call| {
            let source = attribute(call.body, "source").map(str::trim);
            let source = source.and_then(|text| literal(text.strip_prefix('"')?));
            source.is_some_and(|source| {
                source.starts_with('.')
                    && normal(directory_of(call.by), &source).as_deref() == Some(directory)
            })
        })
    }

    /// What a call gives, in each way in which its own module is run. Paths are seen from the root then.
    fn called(&self, call: &Call<'_>) -> Vec<Way> {
        let directory = directory_of(call.by);
        let own = self.own(directory);
        let ways = self.with_files(directory, &own).into_iter();
        let ways = ways.map(|way| {
            let given = literals(&filled(call.body, &way.values), "var.");
            let given = given.into_iter().map(|(name, value)| {
                let path = normal(directory, &super::here(&value));
                let path = path.filter(|path| self.files.is_file(path));
                (name, path.unwrap_or(value))
            });
            let values: Values = given.collect();
            let of_folder = || self.names.of_folders(directory);
            Way {
                environment: way
                    .environment
                    .or_else(of_folder)
                    .or_else(|| self.told(&values)),
                values,
                by: Some(call.by.to_owned()),
            }
        });
        ways.collect()
    }
}

impl Way {
    /// With what is known without it.
    fn over(self, own: &Values) -> Way {
        let mut values = own.clone();
        values.extend(self.values);
        Way { values, ..self }
    }
}

/// Whether Terraform reads a file of variables without being told.
fn is_always_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
}

/// The blocks of a kind at the beginning of a line, each with its label, where it has one.
fn blocks<'t>(text: &'t str, kind: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    let starts = text.match_indices(kind).map(|(at, _)| at);
    let starts =
        starts.filter(|at| *at == 0 || text.get(..*at).is_some_and(|it| it.ends_with('\n')));
    starts.filter_map(move |at| {
        let (label, body) = text.get(at + kind.len()..)?.split_once('{')?;
        Some((label.trim().trim_matches('"'), block(body)))
    })
}

/// The texts that are written out at the outermost level, by their names behind a prefix.
fn literals(text: &str, prefix: &str) -> Values {
    let mut found = Values::new();
    let mut depth = 0usize;
    for line in text.lines().map(str::trim) {
        if let Some((name, value)) = line.split_once('=').filter(|_| depth == 0) {
            let name = name.trim();
            let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
            let value = value.trim().strip_prefix('"').and_then(literal);
            let value = value.filter(|value| value.len() <= LONGEST);
            if !name.is_empty() && name.chars().all(is_name) {
                found.extend(value.map(|value| (format!("{prefix}{name}"), value)));
            }
        }
        depth = (depth + line.matches(['{', '[', '(']).count())
            .saturating_sub(line.matches(['}', ']', ')']).count());
    }
    found
}

/// Whether a text may stand in an expression as it is.
fn is_plain(text: &str) -> bool {
    let is_letter = |char: char| char.is_alphanumeric() || "-_./:@+ ".contains(char);
    text.len() <= LONGEST && text.chars().all(is_letter)
}

/// A text with the variables that are known: as texts in quotes, or in a text as they are.
pub(super) fn filled(text: &str, values: &Values) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = next_reference(rest) {
        let (before, reference) = rest.split_at(at);
        let is_name = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
        let end = reference
            .find(|char| !is_name(char))
            .unwrap_or(reference.len());
        let (name, behind) = reference.split_at(end);
        let value = values.get(name).filter(|value| is_plain(value));
        let inside = before.strip_suffix("${").zip(behind.strip_prefix('}'));
        match (value, inside) {
            (Some(value), Some((before, behind))) => {
                out += before;
                out += value;
                rest = behind;
            }
            (Some(value), None) => {
                out += before;
                out += &format!("\"{value}\"");
                rest = behind;
            }
            (None, _) => {
                out += before;
                out += name;
                rest = behind;
            }
        }
    }
    out + rest
}

/// Where the next variable stands: no part of a longer name.
fn next_reference(text: &str) -> Option<usize> {
    let of = |sign: &str| {
        let mut places = text.match_indices(sign).map(|(at, _)| at);
        places.find(|at| {
            let before = text.get(..*at).and_then(|text| text.chars().next_back());
            let is_part = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
            !before.is_some_and(is_part)
        })
    };
    of("var.").into_iter().chain(of("local.")).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in_where_they_are_known() {
        let values = literals(
            "env = \"prod\"\npath=\"a/b.yaml\"\nlist = [\n  x = \"no\"\n]\n",
            "var.",
        );
        for (text, expected) in [
            ("file(var.path)", "file(\"a/b.yaml\")"),
            ("\"x-${var.env}.yaml\"", "\"x-prod.yaml\""),
            ("var.other", "var.other"),
            ("module.var.env", "module.var.env"),
            ("var.x", "var.x"),
        ] {
            assert_eq!(filled(text, &values), expected, "{text}");
        }
    }

    #[test]
    fn blocks_stand_at_the_beginning_of_a_line() {
        let text = "variable \"env\" {\n  default = \"dev\"\n}\n# variable \"no\" {}\nlocals {\n  a = \"b\"\n}\n";
        let labels: Vec<&str> = blocks(text, "variable ").map(|(label, _)| label).collect();
        assert_eq!(labels, ["env"]);
        assert_eq!(blocks(text, "locals").count(), 1);
    }
}
