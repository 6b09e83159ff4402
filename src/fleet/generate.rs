//! `envlint generate values`: what is to be written, and writing it: all files of an app, or none.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use envlint_yaml::Document;
use rayon::prelude::*;

use super::cause::Made;
use super::engine::on_deep_stacks;
use super::failure::{self, Failed, Failure};
use super::mark;
use super::template::{Templates, Unwritten};
use crate::masking::{Name, Said, text};
use crate::source::write::{self, NewFile};
use crate::source::{Location, Problem, ReadError, Source, read_text};
use crate::workspace::{Environment, Fleet, FleetApp, Workspace};

/// What is wanted.
#[derive(Debug, Default)]
pub struct Options<'o> {
    /// Only these apps; all when it is empty.
    pub apps: &'o [String],
    /// Only in these environments; in all when it is empty.
    pub environments: &'o [String],
    /// Nothing is written.
    pub check: bool,
    /// What a person changed is overwritten.
    pub force: bool,
    /// The files of apps that the list does not have are deleted.
    pub prune: bool,
}

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is as it should be.
    Current,
    /// It is new.
    New,
    /// It has another text.
    Changed,
    /// A person changed it.
    Edited,
    /// The list does not have its app, or not in this environment.
    Removed,
    /// The same, and it is deleted.
    Deleted,
}

/// What was done, or would be.
#[derive(Debug, Default)]
pub struct Report {
    /// The files, in the order of the list.
    pub files: Vec<(String, Change)>,
    /// What a person changed, at the lines that make it.
    pub edits: Vec<Problem>,
    /// What kept apps from being generated.
    pub problems: Vec<Problem>,
    /// How many apps were looked at.
    pub apps: usize,
    /// Whether nothing is deleted, because not all apps can be generated.
    pub is_unsure: bool,
}

/// The values file of an app in an environment.
pub(super) fn path_of(workspace: &Workspace, app: &FleetApp, environment: &Environment) -> String {
    let config = workspace.config.fleet.as_ref();
    config.map_or_else(String::new, |config| app.values_file(config, environment))
}

/// How many apps are generated before the failures are looked at.
const TOGETHER: usize = 64;
/// How many apps a template may take all its work for: it is not tried for the apps that follow.
const MOST_EXHAUSTED: usize = 20;

/// Generates the values files of a workspace with a fleet. `progress` is told how many apps are done; it may be called from
/// any thread.
pub fn generate(
    workspace: &Workspace,
    fleet: &Fleet,
    options: &Options<'_>,
    progress: &(dyn Fn(usize) + Sync),
) -> Report {
    on_deep_stacks(|| all(workspace, fleet, options, progress))
}

fn all(
    workspace: &Workspace,
    fleet: &Fleet,
    options: &Options<'_>,
    progress: &(dyn Fn(usize) + Sync),
) -> Report {
    let is_wanted = |app: &&FleetApp| {
        options.apps.is_empty() || options.apps.iter().any(|name| **name == *app.name)
    };
    let apps: Vec<&FleetApp> = fleet.items.iter().filter(is_wanted).collect();
    let templates = Templates::read(workspace, fleet, &apps, &Unwritten::new());
    // Whoever asks for one app is not kept from it by another one.
    let is_about = |name: &String| options.apps.is_empty() || options.apps.contains(name);
    let known = fleet.problems.iter();
    let known = known.filter(|known| known.app.as_ref().is_none_or(is_about));
    let mut report = Report {
        problems: known.map(|known| known.problem.clone()).collect(),
        apps: apps.len(),
        ..Report::default()
    };
    report.problems.extend(templates.problems());
    let run = Run {
        workspace,
        fleet,
        options,
        templates: &templates,
    };
    let done = AtomicUsize::new(0);
    let mut failures: Vec<Failure> = Vec::new();
    for apps in apps.chunks(TOGETHER) {
        let exhausted = exhausted(&failures);
        let ended = apps.par_iter().map(|app| {
            let ended = run.app(app, &exhausted);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            ended
        });
        for one in ended.collect::<Vec<Done>>() {
            report.files.extend(one.files);
            report.edits.extend(one.edits);
            failures.extend(one.failure);
        }
    }
    report.problems.extend(failure::problems(failures));
    if options.apps.is_empty() && options.environments.is_empty() {
        run.remove(&mut report);
    }
    report
}

/// The templates that took all their work for too many apps, by path, each with the first such failure.
fn exhausted(failures: &[Failure]) -> BTreeMap<String, Failed> {
    let mut found: BTreeMap<&str, Vec<&Failed>> = BTreeMap::new();
    for failed in failures.iter().filter_map(Failure::exhausting) {
        let path = failed.place.source.path.as_str();
        found.entry(path).or_default().push(failed);
    }
    let many = found.into_iter();
    let many = many.filter(|(_, failures)| failures.len() >= MOST_EXHAUSTED);
    many.filter_map(|(path, failures)| Some((path.to_owned(), Failed::clone(failures.first()?))))
        .collect()
}

/// What a run has to know.
pub(super) struct Run<'r> {
    pub(super) workspace: &'r Workspace,
    pub(super) fleet: &'r Fleet,
    pub(super) options: &'r Options<'r>,
    pub(super) templates: &'r Templates,
}

/// What became of an app.
#[derive(Default)]
struct Done {
    files: Vec<(String, Change)>,
    edits: Vec<Problem>,
    failure: Option<Failure>,
}

/// A file of an app.
pub(super) struct Planned {
    pub(super) path: String,
    pub(super) change: Change,
    pub(super) text: String,
    pub(super) edits: Vec<Problem>,
}

impl Run<'_> {
    fn app(&self, app: &FleetApp, exhausted: &BTreeMap<String, Failed>) -> Done {
        let mut done = Done::default();
        let Some(config) = &self.workspace.config.fleet else {
            return done;
        };
        let Some(template) = self.templates.of(&app.template(config)) else {
            return done;
        };
        if let Some(failed) = exhausted.get(&template.path) {
            let failed = failed.again((self.fleet, app));
            done.failure = Some(Failure::Template(failed));
            return done;
        }
        let planned = match self.planned(app, template) {
            Ok(planned) => planned,
            Err(failure) => {
                done.failure = Some(*failure);
                return done;
            }
        };
        let is_edited = planned.iter().any(|file| file.change == Change::Edited);
        let is_refused = is_edited && !self.options.force;
        if !self.options.check && !is_refused {
            let new = planned.iter().filter(|file| file.change != Change::Current);
            let new: Vec<NewFile> = new
                .map(|file| NewFile {
                    path: self.workspace.root.join(&file.path),
                    text: file.text.clone(),
                    executable: false,
                })
                .collect();
            if let Err(error) = write::all(&new) {
                let message = text!("`{}` is not generated: {}", Name(&app.name), error);
                let problem = Problem::located(app.location(self.fleet), message);
                done.failure = Some(Failure::Other(problem));
                return done;
            }
        }
        for file in planned {
            let change = match file.change {
                Change::Edited if !is_refused => Change::Changed,
                // Nothing of the app was written.
                Change::New | Change::Changed if is_refused && !self.options.check => continue,
                change => change,
            };
            if is_refused {
                done.edits.extend(file.edits);
            }
            done.files.push((file.path, change));
        }
        done
    }

    /// The files of an app, in the environments that are wanted.
    ///
    /// # Errors
    /// When the template fails for it, or a file that is there cannot be read.
    pub(super) fn planned(
        &self,
        app: &FleetApp,
        template: &Arc<Source>,
    ) -> Result<Vec<Planned>, Box<Failure>> {
        let wanted = self.options.environments;
        let is_wanted = |environment: &&Environment| {
            wanted.is_empty() || wanted.iter().any(|name| **name == *environment.name)
        };
        let environments = app.environments.iter().filter(is_wanted);
        environments
            .map(|environment| self.file(app, environment, template))
            .collect()
    }

    fn file(
        &self,
        app: &FleetApp,
        environment: &Environment,
        template: &Arc<Source>,
    ) -> Result<Planned, Box<Failure>> {
        let body = self
            .templates
            .render(template, self.fleet, app, environment)?;
        let document = Document::parse(body.as_str());
        self.usable(app, environment, template, &document)?;
        let sum = mark::sum(&document);
        let line = mark::line(&sum, &self.fleet.list.path, &template.path);
        let path = path_of(self.workspace, app, environment);
        let mut planned = Planned {
            text: [line.as_str(), &body].concat(),
            path,
            change: Change::New,
            edits: Vec::new(),
        };
        let old = match read_text(&self.workspace.root, &planned.path) {
            Ok(old) => old,
            Err(ReadError::Missing) => return Ok(planned),
            Err(error) => {
                let message = text!(
                    "`{}` is not generated: cannot read {}: {}",
                    Name(&app.name),
                    Name(&planned.path),
                    error
                );
                let problem = Problem::located(app.location(self.fleet), message);
                return Err(Box::new(Failure::Other(problem)));
            }
        };
        planned.change = if old == planned.text {
            Change::Current
        } else {
            let (known, rest) = mark::split(&old).unwrap_or(("", &old));
            let now = mark::sum(&Document::parse(rest));
            if now == sum && known == sum {
                // Only a formatter was here.
                Change::Current
            } else if now == sum {
                // It says what it should, by a promotion or by hand: its form stays.
                planned.text = [line.as_str(), rest].concat();
                Change::Changed
            } else if now == known {
                Change::Changed
            } else {
                Change::Edited
            }
        };
        if planned.change == Change::Edited && !self.options.force {
            let lines = self
                .templates
                .lines(template, &body, self.fleet, app, environment);
            let made = Made::of((self.fleet, app, environment), template, &body, lines);
            planned.edits = made.edits(&planned.path, &old);
        }
        Ok(planned)
    }

    /// Whether a text is a values file.
    fn usable(
        &self,
        app: &FleetApp,
        environment: &Environment,
        template: &Arc<Source>,
        document: &Document,
    ) -> Result<(), Box<Failure>> {
        let error = document.errors().iter().find(|error| error.is_fatal());
        let is_map = document
            .root()
            .is_none_or(|root| root.is_null() || root.as_mapping().is_some());
        let (at, reason) = match error {
            Some(error) => (error.span.start, text!("{}", Said(&error.message))),
            None if is_map && document.documents().len() <= 1 => return Ok(()),
            None => (0, "it is no map".into()),
        };
        let line = document.position(at).line.saturating_sub(1);
        let lines = self
            .templates
            .lines(template, document.source(), self.fleet, app, environment);
        let place =
            super::template::line_of(template, lines.get(line).copied().unwrap_or_default());
        Err(Failed::of(
            (self.fleet, app, environment),
            place,
            "the template makes no values file for",
            reason,
            "write text of the list with the filter `yaml`, which quotes what needs quotes: `{{ values.tag | yaml }}`",
        ))
    }

    /// The files of apps that the list does not have.
    fn remove(&self, report: &mut Report) {
        // Nobody knows which apps a list has that cannot be read as a whole.
        if self.fleet.problems.iter().any(|known| known.app.is_none()) {
            return;
        }
        // What a list with mistakes does not have may be there when it is corrected, and an app that was renamed has only its old
        // files as long as it is not generated.
        report.is_unsure = !report.problems.is_empty();
        let root = &self.workspace.root;
        for path in self.workspace.outside_of_fleet() {
            let Ok(text) = read_text(root, path) else {
                continue;
            };
            let Some((known, rest)) = mark::split(&text) else {
                continue;
            };
            let is_edited = mark::sum(&Document::parse(rest)) != known;
            if !self.options.prune || self.options.check || report.is_unsure {
                report.files.push((path.to_owned(), Change::Removed));
            } else if is_edited && !self.options.force {
                let file = Arc::new(Source::new(path, text));
                let message = text!("{} was edited by hand, so it is not deleted", Name(path));
                report.edits.push(
                    Problem::located(Location::start_of(&file), message)
                        .help("delete it yourself, or with --prune --force"),
                );
                report.files.push((path.to_owned(), Change::Removed));
            } else {
                match delete(root, path) {
                    Ok(()) => report.files.push((path.to_owned(), Change::Deleted)),
                    Err(error) => report.problems.push(Problem::without_place(text!(
                        "cannot delete {}: {}",
                        Name(path),
                        error
                    ))),
                }
            }
        }
    }
}

/// Deletes a file, and the directories that are empty then. A walk found it: no link leads to it.
fn delete(root: &Path, path: &str) -> std::io::Result<()> {
    fs::remove_file(root.join(path))?;
    for directory in crate::source::ancestors(crate::source::directory_of(path)) {
        if directory.is_empty() || fs::remove_dir(root.join(directory)).is_err() {
            break;
        }
    }
    Ok(())
}
