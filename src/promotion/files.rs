//! The two values files that a comparison or a promotion is about.

use std::sync::Arc;

use crate::masking::{Name, Said, Text, text};
use crate::source::Location;
use crate::source::{Problem, ReadError, Source, conflicts};
use crate::values::Tree;
use crate::workspace::{App, AppFiles, Environment, Workspace};

/// The values file of an app in an environment, when values can be read from it.
///
/// # Errors
/// What is wrong with the file, and where.
pub(super) fn values_file(
    workspace: &Workspace,
    app: &App,
    files: &AppFiles,
    environment: &Environment,
) -> Result<Arc<Source>, Box<Problem>> {
    let file = files
        .values
        .iter()
        .find(|file| file.environment.name == environment.name);
    let Some(file) = file else {
        return Err(missing(workspace, app, environment, None));
    };
    if !file.is_own_file() {
        return Err(missing(workspace, app, environment, None));
    }
    match &file.source {
        Ok(source) => usable(source).map(|()| Arc::clone(source)),
        Err(ReadError::Missing) => Err(missing(workspace, app, environment, Some(&file.path))),
        Err(error) => Err(Box::new(unreadable(&file.path, error))),
    }
}

/// What keeps a file from being read.
pub(super) fn unreadable(path: &str, error: &ReadError) -> Problem {
    Problem::without_place(text!("cannot read {}: {}", Name(path), Said(&error)))
}

fn missing(
    workspace: &Workspace,
    app: &App,
    environment: &Environment,
    path: Option<&str>,
) -> Box<Problem> {
    let file = path.map(|path| text!(": {} does not exist", Name(path)));
    let problem = Problem::without_place(text!("app `{}` has no values file for {}{}", Name(&app.name), Name(&environment.name), file.unwrap_or_default()))
    .help(match app.fleet_item(workspace) {
        Some(_) => "`envlint generate values` makes the files of a fleet",
        None => "write the file once by hand, with the environment's own values; promotions then keep it up to date",
    });
    Box::new(match app.declaration(workspace) {
        Some(location) => Problem {
            location: Some(location),
            ..problem
        },
        None => problem,
    })
}

/// Whether values can be read from a file: YAML that Helm accepts, with a map at the top or nothing at all.
///
/// # Errors
/// The first thing that is wrong with it.
pub(super) fn usable(source: &Arc<Source>) -> Result<(), Box<Problem>> {
    let at = |span, message: Text| Box::new(Problem::located(Location::new(source, span), message));
    if let Some(conflict) = conflicts(source.text()).first() {
        let message = text!(
            "the file holds the markers of a merge that was not finished, so no program can read it"
        );
        let mut problem = at(conflict.start, message);
        *problem = problem.help(
            "finish the merge: keep one side or join both, and delete the lines with the markers",
        );
        return Err(problem);
    }
    if let Some(error) = source
        .document
        .errors()
        .iter()
        .find(|error| error.is_fatal())
    {
        return Err(at(
            error.span,
            text!("cannot be read as YAML: {}", Said(&error.message)),
        ));
    }
    match Tree::of(source) {
        Some(tree) if !tree.is_mapping() && !tree.is_null() => {
            let mut problem = at(
                tree.node().span(),
                text!("a values file is a map, but this is {}", tree.describe()),
            );
            *problem = problem.help("write `key: value` lines");
            Err(problem)
        }
        _ => Ok(()),
    }
}
