//! The ways in which a module of Terraform is run: with each file of variables that tells an environment, and by each module
//! that calls it. Only texts that are written out count.
//!
//! <https://developer.hashicorp.com/terraform/language/values/variables>

use std::cell::OnceCell;
use std::collections::BTreeMap;

use envlint_budget::Budget;

use super::{RESOURCE, attribute, block, literal};
use crate::evidence::commands::tasks::Idle;
use crate::evidence::commands::words::head;
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
/// The bytes of files of Terraform, and of blocks in them, that are read, and those of what is kept of them.
const MOST_READ: u64 = 50_000_000;
const MOST_KEPT: u64 = 20_000_000;
/// The names of files with variables that are asked for an environment.
const MOST_ASKED: u64 = 500_000;
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
    said: OnceCell<Said<'m>>,
    asked: Budget,
}

/// What all files of Terraform say: the little that ways are made of.
#[derive(Default)]
struct Said<'m> {
    modules: BTreeMap<&'m str, Module<'m>>,
    /// By the directory of the module that is called.
    calls: BTreeMap<String, Vec<Call<'m>>>,
    /// Calls that are comments: the directory of the module, with the file and the line of the first one.
    comments: BTreeMap<String, (&'m str, usize)>,
}

/// What the files of one directory say.
#[derive(Default)]
struct Module<'m> {
    /// Whether one of them is no file of variables.
    is_module: bool,
    /// Whether one of them says itself where it is deployed to: a module that nobody calls.
    is_root: bool,
    /// The first of them with a release.
    first: Option<&'m str>,
    /// Defaults of variables, and the local values.
    defaults: Values,
    locals: Values,
    /// The files of variables with what they say.
    given: Vec<(&'m str, Values)>,
}

/// A call of a module: by a file, with what that one gives it.
struct Call<'m> {
    by: &'m str,
    body: String,
}

impl<'m, 'f> Modules<'m, 'f> {
    pub(in crate::evidence::commands) fn new(
        files: &'m Files<'f>,
        names: &'m Names,
    ) -> Modules<'m, 'f> {
        Modules {
            files,
            names,
            said: OnceCell::new(),
            asked: Budget::new(MOST_ASKED),
        }
    }

    /// What the files of Terraform say, and those with variables. Each is read once.
    fn said(&self) -> &Said<'m> {
        self.said.get_or_init(|| {
            let all = self.files.below("").iter();
            let wanted = all.filter(|path| path.ends_with(".tf") || path.ends_with(".tfvars"));
            let mut said = Said::default();
            let (read, kept) = (Budget::new(MOST_READ), Budget::new(MOST_KEPT));
            for path in wanted.take(MOST_FILES) {
                if read.is_spent() || kept.is_spent() {
                    break;
                }
                if let Some(text) = self.files.text(path) {
                    said.take(path, &text, &read, &kept);
                }
            }
            said
        })
    }

    /// The ways in which the module of a directory is run; without any that tells more, one.
    pub(super) fn ways(&self, directory: &str) -> Vec<Way> {
        let called: Vec<Way> = self
            .calls(directory)
            .flat_map(|call| self.called(call))
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
        let said = self.said();
        let module = said.modules.get(directory)?;
        let is_told = ways.iter().any(|way| way.environment.is_some())
            || self.names.of_folders(directory).is_some();
        let is_module = |directory: &str| {
            let module = said.modules.get(directory);
            module.is_some_and(|module| module.is_module)
        };
        let is_below = || ancestors(directory).skip(1).any(is_module);
        if is_told || module.is_root || self.calls(directory).next().is_some() || !is_below() {
            return None;
        }
        let mut reason = text!("no `module` block calls `{}`", Name(directory));
        if let Some((file, line)) = said.comments.get(directory) {
            reason.push(text!(" ({}:{} is a comment)", Name(file), line));
        }
        Some(Idle {
            reason,
            is_first: module.first == Some(path),
        })
    }

    /// What the module says of its variables itself: defaults, locals, files that are always read.
    fn own(&self, directory: &str) -> Values {
        let Some(module) = self.said().modules.get(directory) else {
            return Values::new();
        };
        let mut values = module.defaults.clone();
        let always = module.given.iter();
        for (_, given) in always.filter(|(path, _)| is_always_read(path)) {
            values.extend(given.clone());
        }
        for (name, value) in &module.locals {
            let value = filled(value, &values);
            values.extend(is_plain(&value).then(|| (name.clone(), value)));
        }
        values
    }

    /// The ways with each file of variables that tells an environment, or the one without.
    fn with_files(&self, directory: &str, own: &Values) -> Vec<Way> {
        let below = match directory {
            "" => String::new(),
            directory => format!("{directory}/"),
        };
        let modules = self.said().modules.range(directory..);
        let modules = modules
            .take_while(|(folder, _)| folder.starts_with(directory))
            .filter(|(folder, module)| {
                let is_below = folder.starts_with(&below) && !module.is_module;
                **folder == directory || is_below
            });
        let files = modules.flat_map(|(folder, module)| {
            let given = module.given.iter();
            given.filter(move |(path, _)| *folder != directory || !is_always_read(path))
        });
        let files = files.take_while(|_| self.asked.spend(1));
        let ways = files.filter_map(|(path, values)| {
            let environment = self.names.of_path(path.trim_end_matches(".tfvars"));
            let environment = environment.or_else(|| self.told(values))?;
            let way = Way {
                environment: Some(environment),
                values: values.clone(),
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
    fn calls(&self, directory: &str) -> impl Iterator<Item = &Call<'m>> {
        self.said().calls.get(directory).into_iter().flatten()
    }

    /// What a call gives, in each way in which its own module is run. Paths are seen from the root then.
    fn called(&self, call: &Call<'_>) -> Vec<Way> {
        let directory = directory_of(call.by);
        let own = self.own(directory);
        let ways = self.with_files(directory, &own).into_iter();
        let ways = ways.map(|way| {
            let given = literals(&filled(&call.body, &way.values), "var.");
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

impl<'m> Said<'m> {
    fn take(&mut self, path: &'m str, text: &str, read: &Budget, kept: &Budget) {
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
        let default = |body| {
            let default = attribute(body, "default").map(str::trim)?;
            literal(default.strip_prefix('"')?)
        };
        let variables = blocks(text, "variable ", read);
        let variables = variables.filter_map(|(label, body)| {
            let default = default(body).filter(|value| is_plain(value))?;
            Some((format!("var.{label}"), default))
        });
        let defaults: Values = variables.collect();
        let locals = blocks(text, "locals", read);
        let locals: Values = locals
            .flat_map(|(_, body)| literals(body, "local."))
            .collect();
        if kept.spend(bytes(&defaults) + bytes(&locals)) {
            module.defaults.extend(defaults);
            module.locals.extend(locals);
        }
        for (_, body) in blocks(text, "module ", read) {
            let source = attribute(body, "source").map(str::trim);
            let source = source.and_then(|text| literal(text.strip_prefix('"')?));
            let called = source
                .filter(|source| source.starts_with('.'))
                .and_then(|source| normal(directory, &source));
            if let Some(called) = called.filter(|_| kept.spend(body.len() as u64)) {
                let body = body.to_owned();
                let calls = self.calls.entry(called).or_default();
                calls.push(Call { by: path, body });
            }
        }
        self.take_comments(path, text, kept);
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

/// The blocks of a kind at the beginning of a line, each with its label, where it has one. A block is not read further than
/// [`super::LONGEST`], and none when nothing is left of the budget.
fn blocks<'t>(
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
