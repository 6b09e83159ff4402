//! Terragrunt: a unit runs a module of Terraform with inputs, its own and those of the files that it includes. Paths are seen
//! from the unit's folder, functions are evaluated where they find files, and nothing else is.
//!
//! <https://terragrunt.gruntwork.io/docs/reference/hcl/>

use envlint_budget::Budget;

use super::said::{blocks, literals};
use super::ways::{Values, filled};
use super::{attribute, block, literal, up_to};
use crate::evidence::commands::words::head;
use crate::evidence::files::{Files, directory_of, normal};
use crate::source::{ancestors, is_yaml, join};

/// What a unit's file is called, and what files are called that units include.
pub(super) const UNIT: &str = "terragrunt.hcl";
const ABOVE: [&str; 2] = ["root.hcl", UNIT];
/// More files are not included by one unit, nor read for its local values.
const MOST: usize = 10;
/// Functions in functions.
const DEEPEST: usize = 5;

/// What a unit runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Runs {
    /// The module of a directory, with such inputs.
    Here(String, String),
    /// A module that is not in this repository: what it is called, the line, and the files that the unit names.
    Elsewhere(String, usize, Vec<String>),
}

/// What a unit runs; none where it only holds what others include.
pub(super) fn runs(path: &str, text: &str, files: &Files<'_>, read: &Budget) -> Option<Runs> {
    let unit = Unit {
        directory: directory_of(path),
        parent: directory_of(path).to_owned(),
        files,
        read,
    };
    let included = unit.included(text);
    let parent = included.first().map(|(path, _)| directory_of(path));
    let unit = Unit {
        parent: parent.unwrap_or(unit.directory).to_owned(),
        ..unit
    };
    let levels = || included.iter().map(|(_, text)| text.as_str()).chain([text]);
    let source = levels().filter_map(|text| unit.source(text)).next_back();
    let inputs: Vec<String> = levels().map(|text| unit.inputs(text)).collect();
    let Some(source) = source else {
        // A unit without a source runs the files next to it.
        return (!included.is_empty())
            .then(|| Runs::Here(unit.directory.to_owned(), inputs.concat()));
    };
    if source.starts_with('.') {
        let module = normal(unit.directory, source.split('?').next()?)?;
        return Some(Runs::Here(module, inputs.concat()));
    }
    let speaks_of_charts = ["helm", "chart", ".yaml"];
    let is_of_charts = |text: &str| speaks_of_charts.iter().any(|word| text.contains(word));
    let line = text.lines().position(|line| line.starts_with("terraform"));
    (levels().any(is_of_charts) && !source.contains("${")).then(|| {
        let named = inputs.iter().flat_map(|inputs| unit.files_in(inputs));
        Runs::Elsewhere(source, line.unwrap_or_default() + 1, named.collect())
    })
}

struct Unit<'u, 'f> {
    directory: &'u str,
    /// The folder of the file that it includes first.
    parent: String,
    files: &'u Files<'f>,
    read: &'u Budget,
}

impl Unit<'_, '_> {
    /// The files that the unit includes, the lowest first.
    fn included(&self, text: &str) -> Vec<(String, String)> {
        let includes = blocks(text, "include ", self.read);
        let paths = includes.filter_map(|(_, body)| self.path(attribute(body, "path")?));
        let found = paths.take(MOST).filter_map(|path| {
            let text = self.text(&path)?;
            Some((path, text))
        });
        found.collect()
    }

    fn text(&self, path: &str) -> Option<String> {
        let text = self.files.text(path)?;
        self.read.spend(text.len() as u64).then_some(text)
    }

    /// A path of the workspace that an expression gives.
    fn path(&self, expression: &str) -> Option<String> {
        normal(self.directory, &self.evaluated(expression, 0)?)
    }

    /// Where a file takes its module from.
    fn source(&self, text: &str) -> Option<String> {
        let (_, body) = blocks(text, "terraform ", self.read).next()?;
        let source = attribute(body, "source")?;
        let source = filled(source, &self.locals(text));
        self.evaluated(&source, 0)
            .or_else(|| literal(source.trim().strip_prefix('"')?))
    }

    /// The inputs that a file gives, with its local values.
    fn inputs(&self, text: &str) -> String {
        let mut places = text.match_indices("inputs").map(|(at, _)| at);
        let rest = places.find_map(|at| {
            let is_edge = at == 0 || text.get(..at)?.ends_with('\n');
            let rest = text.get(at + "inputs".len()..)?.trim_start();
            rest.strip_prefix('=').filter(|_| is_edge)
        });
        let rest = head(rest.unwrap_or_default(), super::LONGEST);
        let Some((_, body)) = rest.split_once('{') else {
            return String::new();
        };
        let body = self.with_functions(&filled(block(body), &self.locals(text)));
        match self.read.spend(body.len() as u64) {
            true => body + "\n",
            false => String::new(),
        }
    }

    /// The local values of a file that are written out, in it or in a file that it reads for them.
    fn locals(&self, text: &str) -> Values {
        let mut known = Values::new();
        for (_, body) in blocks(text, "locals", self.read) {
            let lines = body.lines().filter_map(|line| line.split_once('='));
            let read = lines.filter_map(|(name, value)| {
                let (_, argument) = value.split_once("read_terragrunt_config(")?;
                Some((name.trim(), self.path(argument.strip_suffix(')')?)?))
            });
            for (name, path) in read.take(MOST) {
                let Some(text) = self.text(&path) else {
                    continue;
                };
                for (_, body) in blocks(&text, "locals", self.read) {
                    known.extend(literals(body, &format!("local.{name}.locals.")));
                }
            }
            // Local values of others.
            for _ in 0..2 {
                known.extend(literals(&filled(body, &known), "local."));
            }
        }
        known
    }

    /// A text with what the functions in its `${…}` give.
    fn with_functions(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            out += before;
            let end = up_to(behind, '{', '}').len();
            let (expression, after) = behind.split_at(end);
            match self.evaluated(expression, 0) {
                Some(value) => {
                    out += &value;
                    rest = after.strip_prefix('}').unwrap_or(after);
                }
                None => {
                    out += "${";
                    rest = behind;
                }
            }
        }
        out + rest
    }

    /// What an expression gives: a text, or a function that looks for a place. Places are seen from the unit's folder.
    fn evaluated(&self, expression: &str, depth: usize) -> Option<String> {
        let expression = expression.trim();
        if depth > DEEPEST || expression.len() > super::LONGEST {
            return None;
        }
        if let Some(text) = expression.strip_prefix('"') {
            let text = self.with_functions(&literal(text)?);
            return (!text.contains("${")).then_some(text);
        }
        let (name, argument) = expression.split_once('(')?;
        let argument = up_to(argument, '(', ')');
        match name {
            "get_terragrunt_dir" | "get_original_terragrunt_dir" => Some(".".to_owned()),
            "get_parent_terragrunt_dir" | "path_relative_from_include" => {
                Some(self.seen_from_here(&self.parent))
            }
            "get_repo_root" | "get_path_to_repo_root" => Some(self.seen_from_here("")),
            "path_relative_to_include" => {
                let below = self.directory.strip_prefix(&self.parent)?;
                Some(below.trim_start_matches('/').to_owned())
            }
            "dirname" => {
                let path = self.evaluated(argument, depth + 1)?;
                Some(directory_of(&path).to_owned())
            }
            "find_in_parent_folders" => self.found_above(argument, depth),
            _ => None,
        }
    }

    /// What has a name, in the nearest folder above.
    fn found_above(&self, argument: &str, depth: usize) -> Option<String> {
        let named = argument.split(',').next().unwrap_or_default().trim();
        let named = (!named.is_empty()).then(|| self.evaluated(named, depth + 1));
        let names: Vec<String> = match named {
            Some(name) => vec![name?],
            None => ABOVE.iter().rev().map(|name| (*name).to_owned()).collect(),
        };
        let above = ancestors(self.directory).skip(1);
        let all = above.flat_map(|folder| names.iter().map(move |name| join(folder, name)));
        let found = all
            .filter_map(|path| normal("", &path))
            .find(|path| self.files.is_file(path) || self.files.is_directory(path))?;
        Some(self.seen_from_here(&found))
    }

    /// A path of the workspace, seen from the unit's folder.
    fn seen_from_here(&self, path: &str) -> String {
        let depth = ancestors(self.directory).count() - 1;
        join(&"../".repeat(depth), path).replace("//", "/")
    }

    /// The files with values that inputs name.
    fn files_in(&self, inputs: &str) -> Vec<String> {
        let texts = inputs.split('"').skip(1).step_by(2);
        let paths = texts.filter(|text| is_yaml(text));
        let paths = paths.filter_map(|path| normal(self.directory, path));
        paths.filter(|path| self.files.is_file(path)).collect()
    }
}
