//! What files of Terraform say of themselves: variables and what they are, calls of modules. Only texts that are written out
//! count.

use std::collections::BTreeMap;

use envlint_budget::Budget;

use super::terragrunt::Runs;
use super::ways::Values;
use super::{COMPUTED, RESOURCE, attribute, block, files, literal};
use crate::evidence::commands::words::head;
use crate::evidence::files::{directory_of, normal};

/// Names of variables that tell the environment.
pub(super) const TELLING: [&str; 5] = [
    "env",
    "environment",
    "environment_name",
    "env_name",
    "stage",
];
/// Longer values are no paths and no names, in bytes.
pub(super) const LONGEST: usize = 500;

/// What all files of Terraform say: the little that ways are made of.
#[derive(Default)]
pub(super) struct Said<'m> {
    pub(super) modules: BTreeMap<&'m str, Module<'m>>,
    /// By the directory of the module that is called.
    pub(super) calls: BTreeMap<String, Vec<Call<'m>>>,
    /// Calls that are comments: the directory of the module, with the file and the line of the first one.
    pub(super) comments: BTreeMap<String, (&'m str, usize)>,
    /// Modules with charts that are not in this repository.
    pub(super) elsewhere: Vec<Elsewhere<'m>>,
}

/// A call of a module of another repository, with charts.
pub(super) struct Elsewhere<'m> {
    pub(super) tool: &'static str,
    pub(super) by: &'m str,
    pub(super) line: usize,
    pub(super) source: String,
    /// The files with values that it names.
    pub(super) files: Vec<String>,
}

/// What the files of one directory say.
#[derive(Default)]
pub(super) struct Module<'m> {
    /// Whether one of them is no file of variables.
    pub(super) is_module: bool,
    /// Whether one of them says itself where it is deployed to: a module that nobody calls.
    pub(super) is_root: bool,
    /// The first of them with a release.
    pub(super) first: Option<&'m str>,
    /// What variables that tell the environment may be: `validation`.
    pub(super) allowed: BTreeMap<String, Vec<String>>,
    /// Defaults of variables that are numbers and switches.
    pub(super) switches: Values,
    /// Defaults of variables that are texts, and the local values.
    pub(super) defaults: Values,
    pub(super) locals: Values,
    /// The files of variables with what they say.
    pub(super) given: Vec<(&'m str, Values)>,
}

/// A call of a module: by a file, with what that one gives it.
pub(super) struct Call<'m> {
    pub(super) by: &'m str,
    pub(super) body: String,
}

impl<'m> Said<'m> {
    /// Takes in what a file says.
    pub(super) fn take(&mut self, path: &'m str, text: &str, read: &Budget, kept: &Budget) {
        read.spend(text.len() as u64);
        let directory = directory_of(path);
        let module = self.modules.entry(directory).or_default();
        if path.ends_with(".tfvars") {
            let given = literals(text, "var.");
            if kept.spend(bytes(&given)) {
                module.given.push((path, given));
            }
            return;
        }
        module.is_module = true;
        let mut providers = blocks(text, "provider ", read);
        module.is_root |= providers.next().is_some() || text.contains("backend \"");
        if module.first.is_none() && text.contains(RESOURCE) {
            module.first = Some(path);
        }
        let (mut defaults, mut switches) = (Values::new(), Values::new());
        for (label, body) in blocks(text, "variable ", read) {
            let allowed = TELLING.contains(&label).then(|| allowed(body));
            let allowed = allowed.flatten().filter(|allowed| {
                let bytes = allowed.iter().map(String::len).sum::<usize>();
                kept.spend(bytes as u64)
            });
            module
                .allowed
                .extend(allowed.map(|allowed| (label.to_owned(), allowed)));
            let default = attribute(body, "default").unwrap_or_default().trim();
            let name = format!("var.{label}");
            match default.strip_prefix('"') {
                Some(text) => {
                    let text = literal(text).filter(|text| is_plain(text));
                    defaults.extend(text.map(|text| (name, text)));
                }
                None => switches.extend(bare(default).map(|value| (name, value))),
            }
        }
        let locals = blocks(text, "locals", read);
        let locals: Values = locals
            .flat_map(|(_, body)| literals(body, "local."))
            .collect();
        if kept.spend(bytes(&defaults) + bytes(&switches) + bytes(&locals)) {
            module.switches.extend(switches);
            module.defaults.extend(defaults);
            module.locals.extend(locals);
        }
        for (_, body) in blocks(text, "module ", read) {
            let source = attribute(body, "source").map(str::trim);
            let source = source.and_then(|text| literal(text.strip_prefix('"')?));
            let Some(source) = source else { continue };
            self.take_elsewhere(path, text, body, &source);
            let called = normal(directory, &source).filter(|_| source.starts_with('.'));
            if let Some(called) = called.filter(|_| kept.spend(body.len() as u64)) {
                let body = body.to_owned();
                let calls = self.calls.entry(called).or_default();
                calls.push(Call { by: path, body });
            }
        }
        self.take_comments(path, text, kept);
    }

    /// Takes in what a unit of Terragrunt runs.
    pub(super) fn take_unit(&mut self, path: &'m str, runs: Runs, kept: &Budget) {
        match runs {
            Runs::Here(module, body) => {
                if kept.spend(body.len() as u64) {
                    let calls = self.calls.entry(module).or_default();
                    calls.push(Call { by: path, body });
                }
            }
            Runs::Elsewhere(source, line, files) => self.elsewhere.push(Elsewhere {
                tool: "Terragrunt",
                by: path,
                line,
                source,
                files,
            }),
        }
    }

    /// A module of another repository that is given a chart.
    fn take_elsewhere(&mut self, path: &'m str, text: &str, body: &str, source: &str) {
        let is_chart = |(name, _): &(&str, &str)| name.contains("chart") || name.contains("helm_");
        let speaks_of_charts = source.contains("helm") || outermost(body).iter().any(is_chart);
        if source.starts_with('.') || !speaks_of_charts {
            return;
        }
        let line = text.lines().position(|line| line.contains(source));
        self.elsewhere.push(Elsewhere {
            tool: "Terraform",
            by: path,
            line: line.unwrap_or_default() + 1,
            source: source.to_owned(),
            files: Vec::new(),
        });
    }

    /// Calls of modules that are comments.
    fn take_comments(&mut self, path: &'m str, text: &str, kept: &Budget) {
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_start();
            let comment = line.strip_prefix('#').or_else(|| line.strip_prefix("//"));
            let source = comment.and_then(|line| literals(line, "").remove("source"));
            let called = source
                .filter(|source| source.starts_with('.'))
                .and_then(|source| normal(directory_of(path), &source));
            if let Some(called) = called.filter(|called| kept.spend(called.len() as u64)) {
                self.comments.entry(called).or_insert((path, index + 1));
            }
        }
    }
}

/// About how many bytes values take.
fn bytes(values: &Values) -> u64 {
    let lengths = values.iter().map(|(name, value)| name.len() + value.len());
    lengths.sum::<usize>() as u64
}

/// Whether Terraform reads a file of variables without being told.
pub(super) fn is_always_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
}

/// The blocks of a kind at the beginning of a line, each with its label, where it has one. A block is not read further than
/// [`super::LONGEST`], and none when nothing is left of the budget.
pub(super) fn blocks<'t>(
    text: &'t str,
    kind: &'t str,
    budget: &'t Budget,
) -> impl Iterator<Item = (&'t str, &'t str)> {
    let starts = text.match_indices(kind).map(|(at, _)| at);
    let starts =
        starts.filter(|at| *at == 0 || text.get(..*at).is_some_and(|it| it.ends_with('\n')));
    starts.filter_map(move |at| {
        let rest = text.get(at + kind.len()..)?;
        let (label, body) = rest.split_at(rest.find(['{', '\n'])?);
        let body = block(head(body.strip_prefix('{')?, super::LONGEST));
        let label = label.trim().trim_matches('"');
        budget.spend(body.len() as u64).then_some((label, body))
    })
}

/// What a variable may be: `condition = contains(["dev", "prod"], var.environment)`.
fn allowed(body: &str) -> Option<Vec<String>> {
    let (_, validation) = body.split_once("validation")?;
    let (_, list) = validation.split_once("contains(")?;
    let list = list.trim_start().strip_prefix('[')?.split(']').next()?;
    let items = list.split(',').map(str::trim);
    let items = items.filter_map(|item| literal(item.strip_prefix('"')?));
    let items: Vec<String> = items.filter(|item| is_plain(item)).collect();
    (!items.is_empty()).then_some(items)
}

/// A switch or a number, without the comment behind it.
fn bare(value: &str) -> Option<String> {
    let value = value.split(['#', ' ']).next()?;
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    (is_number || matches!(value, "true" | "false")).then(|| value.to_owned())
}

/// The texts, switches and numbers that are written out at the outermost level, by their names behind a prefix.
pub(super) fn literals(text: &str, prefix: &str) -> Values {
    let mut found = Values::new();
    for (name, value) in outermost(text) {
        let value = match value.strip_prefix('"') {
            Some(text) => literal(text),
            None => bare(value),
        };
        let value = value.filter(|value| value.len() <= LONGEST);
        found.extend(value.map(|value| (format!("{prefix}{name}"), value)));
    }
    found
}

/// The files that what is given at the outermost level reads, by the names behind a prefix: calls of `file` with paths that
/// `place` gives.
pub(super) fn read_files(
    text: &str,
    prefix: &str,
    place: impl Fn(&str) -> Option<String>,
) -> Values {
    let mut found = Values::new();
    for (name, _) in outermost(text) {
        let value = attribute(text, name).unwrap_or_default();
        let paths = files(value).into_iter().filter_map(|path| place(&path));
        let mut calls: Vec<String> = paths
            .filter(|path| is_plain(path))
            .map(|path| format!("{READ}{path}\")"))
            .collect();
        if calls.is_empty() {
            continue;
        }
        let computed = COMPUTED.iter().find(|sign| value.contains(**sign));
        calls.extend(computed.map(|sign| (*sign).to_owned()));
        found.insert(format!("{prefix}{name}"), calls.join(", "));
    }
    found
}

/// How a value begins that is read from files.
const READ: &str = "file(\"";

/// Whether a value is read from files.
pub(super) fn is_read(value: &str) -> bool {
    value.starts_with(READ)
}

/// The names at the outermost level, each with what stands behind it in its line.
fn outermost(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut depth = 0usize;
    for line in text.lines().map(str::trim) {
        if let Some((name, value)) = line.split_once('=').filter(|_| depth == 0) {
            let name = name.trim();
            let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
            if !name.is_empty() && name.chars().all(is_name) {
                found.push((name, value.trim()));
            }
        }
        depth = (depth + line.matches(['{', '[', '(']).count())
            .saturating_sub(line.matches(['}', ']', ')']).count());
    }
    found
}

/// Whether a text may stand in an expression as it is.
pub(super) fn is_plain(text: &str) -> bool {
    let is_letter = |char: char| char.is_alphanumeric() || "-_./:@+ ".contains(char);
    text.len() <= LONGEST && text.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_say_what_they_may_be() {
        let body = "\n  default = true # on\n  validation {\n    condition = contains([\"cae\", \"cae-dev\"], var.env)\n  }\n";
        assert_eq!(
            allowed(body),
            Some(vec!["cae".to_owned(), "cae-dev".to_owned()])
        );
        let default = attribute(body, "default").and_then(|value| bare(value.trim()));
        assert_eq!(default.as_deref(), Some("true"));
        assert_eq!(bare("[]"), None);
    }

    #[test]
    fn blocks_stand_at_the_beginning_of_a_line() {
        let text = "variable \"env\" {\n  default = \"dev\"\n}\n# variable \"no\" {}\nlocals {\n  a = \"b\"\n}\n";
        let budget = Budget::new(1_000);
        let found = blocks(text, "variable ", &budget);
        let labels: Vec<&str> = found.map(|(label, _)| label).collect();
        assert_eq!(labels, ["env"]);
        assert_eq!(blocks(text, "locals", &budget).count(), 1);
    }

    #[test]
    fn blocks_without_an_end_are_read_as_far_as_the_budget_goes() {
        let text = "module {\n".repeat(20_000);
        let budget = Budget::new(1_000_000);
        let found: Vec<&str> = blocks(&text, "module ", &budget)
            .map(|(_, body)| body)
            .collect();
        assert!(budget.is_spent());
        assert!(found.iter().all(|body| body.len() <= super::super::LONGEST));
        assert_eq!(
            found.iter().map(|body| body.len()).sum::<usize>() / 1_000_000,
            0
        );
    }

    #[test]
    fn only_what_ways_are_made_of_is_kept() {
        let text = "# a comment\n".repeat(10_000)
            + "locals {\n  a = \"b\"\n}\nmodule \"x\" {\n  source = \"./x\"\n}\n";
        let (read, kept) = (Budget::new(1_000_000), Budget::new(1_000));
        let mut said = Said::default();
        said.take("main.tf", &text, &read, &kept);
        assert!(kept.left() > 900);
        assert_eq!(said.calls.get("x").map(Vec::len), Some(1));
        assert_eq!(
            said.modules.get("").map(|module| module.locals.len()),
            Some(1)
        );
    }
}
