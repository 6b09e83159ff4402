//! The ways in which a module of Terraform is run: with each file of variables that tells an environment, and by each module
//! that calls it. Only texts that are written out count.
//!
//! <https://developer.hashicorp.com/terraform/language/values/variables>

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use envlint_budget::Budget;

use super::said::{Call, Said, TELLING, is_always_read, is_plain, is_read, literals, read_files};
use super::switches::is_made;
use super::{elsewhere, terragrunt};
use crate::evidence::claim::Claims;
use crate::evidence::commands::tasks::Idle;
use crate::evidence::files::{Files, directory_of, normal};
use crate::evidence::tells::Names;
use crate::masking::{Name, text};
use crate::naming::{is_folder_of_environments, is_no_environment};
use crate::source::ancestors;

/// What the workspace is called, by which one module is run for several environments.
pub(super) const WORKSPACE: &str = "terraform.workspace";
/// More files of Terraform are not looked at, nor more ways to run one module.
const MOST_FILES: usize = 2000;
const MOST_WAYS: usize = 50;
/// Modules that call modules.
const MOST_CALLS: usize = 3;
/// The bytes of files of Terraform, and of blocks in them, that are read, and those of what is kept of them.
const MOST_READ: u64 = 50_000_000;
const MOST_KEPT: u64 = 20_000_000;
/// The names of files with variables that are asked for an environment.
const MOST_ASKED: u64 = 500_000;

/// What variables are: `var.env`, `local.name`.
pub(super) type Values = BTreeMap<String, String>;

/// One way to run a module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Way {
    pub environment: Option<String>,
    pub values: Values,
    /// Those of them that who runs it does not say otherwise: no defaults where no file of variables is there.
    pub sure: Values,
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
            let ends = [".tf", ".tfvars", terragrunt::UNIT];
            let wanted = all.filter(|path| ends.iter().any(|end| path.ends_with(end)));
            let mut said = Said::default();
            let (read, kept) = (Budget::new(MOST_READ), Budget::new(MOST_KEPT));
            for path in wanted.take(MOST_FILES) {
                if read.is_spent() || kept.is_spent() {
                    break;
                }
                let Some(text) = self.files.text(path) else {
                    continue;
                };
                if !path.ends_with(terragrunt::UNIT) {
                    said.take(path, &text, &read, &kept);
                } else if let Some(runs) = terragrunt::runs(path, &text, self.files, &read) {
                    said.take_unit(path, runs, &kept);
                }
            }
            said
        })
    }

    /// Says what modules deploy of which nothing is known.
    pub(in crate::evidence::commands) fn say_elsewhere(&self, said: &mut Claims) {
        let mut all = self.files.below("").iter();
        if all.any(|path| path.ends_with(".tf") || path.ends_with(terragrunt::UNIT)) {
            elsewhere::say(&self.said().elsewhere, said);
        }
    }

    /// The ways in which the module of a directory is run; without any that tells more, one.
    pub(super) fn ways(&self, directory: &str) -> Vec<Way> {
        self.ways_at(directory, 0)
    }

    fn ways_at(&self, directory: &str, depth: usize) -> Vec<Way> {
        let is_called = self.calls(directory).next().is_some();
        if !is_called || depth > MOST_CALLS {
            return self.with_files(directory);
        }
        let calls = self.calls(directory).take_while(|_| self.asked.spend(1));
        let called = calls.flat_map(|call| self.called(call, depth));
        let called: Vec<Way> = called.take(MOST_WAYS).collect();
        let own = self.own(directory, true);
        called.into_iter().map(|way| way.over(&own)).collect()
    }

    /// That the module of a file is called in no way that files tell: `count` is 0 in each.
    pub(super) fn turned_off(&self, path: &str) -> Option<Idle> {
        let directory = directory_of(path);
        let call = self.calls(directory).next()?;
        let first = self.said().modules.get(directory)?.first;
        Some(Idle {
            reason: text!(
                "`count` or `for_each` of the `module` block in {} is empty with the variables of each environment",
                Name(call.by)
            ),
            is_first: first == Some(path),
        })
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

    /// What the module says of its variables itself: locals, files that are always read, and defaults if asked.
    fn own(&self, directory: &str, with_defaults: bool) -> Values {
        let Some(module) = self.said().modules.get(directory) else {
            return Values::new();
        };
        let mut values = Values::new();
        if with_defaults {
            values.extend(module.defaults.clone());
            values.extend(module.switches.clone());
        }
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

    /// The ways with each file of variables that tells an environment; without any, with each environment that the module
    /// allows, or one.
    fn with_files(&self, directory: &str) -> Vec<Way> {
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
        let own = self.own(directory, true);
        let files = files.take_while(|_| self.asked.spend(1));
        let files: Vec<&(&str, Values)> = files.collect();
        // What lies next to a file with the whole name is given with it: the settings of the backend.
        let whole = files.iter().filter_map(|(path, values)| {
            let name = self.whole_name(directory, path, values)?;
            Some((directory_of(path), name))
        });
        let whole: BTreeSet<(&str, String)> = whole.collect();
        let beside = |path: &str| {
            let folder = directory_of(path);
            let mut names = whole.iter().filter(|(known, _)| *known == folder);
            let name = names.next().filter(|_| folder != directory)?;
            names.next().is_none().then(|| name.1.clone())
        };
        let mut ways: Vec<Way> = Vec::new();
        for (path, values) in files {
            let environment = self.whole_name(directory, path, values);
            let environment = environment
                .or_else(|| beside(path))
                .or_else(|| self.names.of_path(path.trim_end_matches(".tfvars")))
                .or_else(|| self.told(values))
                .or_else(|| self.of_folder_of_environments(path));
            let Some(environment) = environment else {
                continue;
            };
            let is_same = |way: &&mut Way| {
                let by = way.by.as_deref().map(directory_of);
                by == Some(directory_of(path)) && way.environment.as_ref() == Some(&environment)
            };
            if let Some(known) = ways.iter_mut().find(is_same) {
                known.add(values);
                continue;
            }
            if ways.len() >= MOST_WAYS {
                break;
            }
            let mut filled_in = values.clone();
            filled_in.insert(WORKSPACE.to_owned(), environment.clone());
            ways.push(Way {
                environment: Some(environment),
                values: filled_in,
                sure: values.clone(),
                by: Some((*path).to_owned()),
            });
        }
        let ways: Vec<Way> = ways.into_iter().map(|way| way.over(&own)).collect();
        match ways.is_empty() {
            true => self.without_files(directory),
            false => ways,
        }
    }

    /// The way without a file of variables. Where the module says which environments there may be and has none as its default,
    /// there is one for each.
    fn without_files(&self, directory: &str) -> Vec<Way> {
        let module = self.said().modules.get(directory);
        let is_told = module.is_some_and(|module| !module.given.is_empty());
        let (own, sure) = (self.own(directory, true), self.own(directory, is_told));
        let allowed = module.into_iter().flat_map(|module| &module.allowed);
        let mut open = allowed.filter(|(name, _)| !own.contains_key(&format!("var.{name}")));
        let each = open.find(|(_, all)| {
            let mut all = all.iter();
            all.any(|name| self.names.of_part(name).is_some())
        });
        let Some((name, all)) = each else {
            return vec![Way {
                environment: self.told(&own),
                values: own,
                sure,
                by: None,
            }];
        };
        let ways = all.iter().map(|environment| {
            let name = format!("var.{name}");
            let (mut values, mut sure) = (own.clone(), sure.clone());
            for known in [&mut values, &mut sure] {
                known.insert(name.clone(), environment.clone());
            }
            Way {
                environment: self.names.of_part(environment).or_else(|| {
                    let is_open = !self.names.are_declared();
                    is_open.then(|| environment.clone())
                }),
                values,
                sure,
                by: None,
            }
        });
        ways.take(MOST_WAYS).collect()
    }

    /// The environment that a file of variables gives by its whole name, where the module allows it or the file's own path has
    /// it, too: `acme-dev` is `acme-dev`, and `acme` next to it is one as well.
    fn whole_name(&self, directory: &str, path: &str, values: &Values) -> Option<String> {
        let allowed = self
            .said()
            .modules
            .get(directory)
            .map(|module| &module.allowed);
        let parts = || path.trim_end_matches(".tfvars").split('/');
        let given = TELLING.iter().filter_map(|name| {
            let value = values.get(&format!("var.{name}"))?;
            let allowed = allowed.and_then(|allowed| allowed.get(*name));
            let is_allowed = allowed.is_some_and(|allowed| allowed.contains(value));
            (is_allowed || parts().any(|part| part == value)).then_some(value)
        });
        let mut given = given.filter(|_| !self.names.are_declared());
        given.next().cloned()
    }

    /// The environment of a file of variables in a folder of environments, whatever it is called: `envs/blue.tfvars`.
    fn of_folder_of_environments(&self, path: &str) -> Option<String> {
        let mut parts = path.trim_end_matches(".tfvars").rsplit('/');
        let (stem, folder) = (parts.next()?, parts.next()?);
        let name = match is_folder_of_environments(folder) {
            true => stem,
            false => parts
                .next()
                .filter(|above| is_folder_of_environments(above))
                .map(|_| folder)?,
        };
        let is_one = !self.names.are_declared() && !is_no_environment(name);
        is_one.then(|| name.to_owned())
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
    fn called(&self, call: &Call<'_>, depth: usize) -> Vec<Way> {
        let directory = directory_of(call.by);
        // A unit of Terragrunt is none of the modules, though it may lie next to the files of its own.
        let is_unit = call.by.ends_with(terragrunt::UNIT);
        let ways = match is_unit {
            true => vec![Way::default()],
            false => self.ways_at(directory, depth + 1),
        };
        let ways = ways.into_iter();
        let ways = ways.filter(|way| is_made(&call.body, &way.sure) != Some(false));
        let ways = ways.map(|way| {
            let values = self.given_by(call, &way.values);
            let of_folder = || self.names.of_folders(directory);
            let told = || self.told(&values);
            // What lies in `live/eu/` may be production or not.
            let environment = match is_unit {
                true => told().or_else(of_folder),
                false => way.environment.or_else(of_folder).or_else(told),
            };
            Way {
                environment,
                sure: self.given_by(call, &way.sure),
                values,
                by: Some(call.by.to_owned()),
            }
        });
        ways.collect()
    }

    /// What a call gives with such values, with the paths of files that are there.
    fn given_by(&self, call: &Call<'_>, values: &Values) -> Values {
        let body = filled(&call.body, values);
        let seen = |path: &str| {
            let path = normal(directory_of(call.by), path)?;
            self.files.is_file(&path).then_some(path)
        };
        let given = literals(&body, "var.").into_iter().map(|(name, value)| {
            let path = seen(&super::here(&value));
            (name, path.unwrap_or(value))
        });
        given.chain(read_files(&body, "var.", seen)).collect()
    }
}

impl Way {
    /// With what another file says that is given, too.
    fn add(&mut self, values: &Values) {
        for known in [&mut self.values, &mut self.sure] {
            for (name, value) in values {
                known.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }

    /// With what is known without it.
    fn over(self, own: &Values) -> Way {
        let over = |values: Values| -> Values {
            let mut all = own.clone();
            all.extend(values);
            all
        };
        Way {
            values: over(self.values),
            sure: over(self.sure),
            ..self
        }
    }
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
        let value = values
            .get(name)
            .filter(|value| is_plain(value) || is_read(value));
        let inside = before.strip_suffix("${").zip(behind.strip_prefix('}'));
        match (value, inside) {
            (Some(value), Some((before, behind))) => {
                out += before;
                out += value;
                rest = behind;
            }
            (Some(value), None) => {
                out += before;
                out += &match is_read(value) {
                    true => value.clone(),
                    false => format!("\"{value}\""),
                };
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
    let all = ["var.", "local.", WORKSPACE];
    all.into_iter().filter_map(of).min()
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
}
