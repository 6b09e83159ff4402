//! Values files as a commit has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::files::usable;
use crate::git::Revision;
use crate::history::History;
use crate::masking::{Name, Said, text};
use crate::source::{Problem, Source};
use crate::workspace::{App, Deployment, Environment, Workspace};

/// The values files of one environment, of several apps, as a commit has them.
#[derive(Debug)]
pub(super) struct Committed<'a> {
    revision: &'a Revision,
    environment: &'a Environment,
    /// By the paths of today: the paths there, and the contents.
    files: BTreeMap<String, (String, Vec<u8>)>,
    history: &'a History<'a>,
}

impl<'a> Committed<'a> {
    /// Reads them, all at once; one that was renamed since by the path that it had.
    ///
    /// # Errors
    /// When git cannot give them.
    pub(super) fn read(
        revision: &'a Revision,
        environment: &'a Environment,
        apps: &[&App],
        history: &'a History<'a>,
    ) -> Result<Committed<'a>, Problem> {
        let deployments = apps.iter();
        let deployments = deployments.filter_map(|app| app.deployment(&environment.name));
        let paths = deployments.filter_map(|deployment| deployment.values_file());
        let paths: Vec<String> = paths.map(str::to_owned).collect();
        let read = revision.read(&paths)?;
        let missing = paths.iter().filter(|path| !read.contains_key(*path));
        let former: Vec<(String, Vec<String>)> = missing
            .map(|path| (path.clone(), history.former_paths(path)))
            .collect();
        let own = read.into_iter();
        let mut files: BTreeMap<String, (String, Vec<u8>)> = own
            .map(|(path, bytes)| (path.clone(), (path, bytes)))
            .collect();
        let all: Vec<String> = former.iter().flat_map(|(_, paths)| paths.clone()).collect();
        if !all.is_empty() {
            let read = revision.read(&all)?;
            for (path, former) in former {
                let mut there = former
                    .into_iter()
                    .filter_map(|path| read.get_key_value(&path));
                // A file has one path at a time; where the commit has several, another file has one of them.
                if let (Some((old, bytes)), None) = (there.next(), there.next()) {
                    files.insert(path, (old.clone(), bytes.clone()));
                }
            }
        }
        Ok(Committed {
            revision,
            environment,
            files,
            history,
        })
    }

    /// The file of an app.
    ///
    /// # Errors
    /// When the commit has none, or values cannot be read from it.
    pub(super) fn source(
        &self,
        workspace: &Workspace,
        app: &App,
    ) -> Result<Arc<Source>, Box<Problem>> {
        let revision = &self.revision.name;
        let deployment = app.deployment(&self.environment.name);
        let path = deployment.and_then(Deployment::values_file);
        let Some((path, bytes)) = path.and_then(|path| self.files.get(path)) else {
            let problem = Problem::without_place(text!(
                "app `{}` has no values file for {} in the commit {}",
                Name(&app.name),
                Name(&self.environment.name),
                Name(revision)
            ));
            return Err(Box::new(match path {
                Some(path) if self.history.is_elsewhere(path) => problem.help(text!(
                    "{} is in a repository of its own (a submodule): promote in that repository, with an envlint.yaml there",
                    Name(path)
                )),
                Some(path) => problem.help(text!(
                    "`git log --follow --name-status -- {}` lists the names that it had before",
                    Name(path)
                )),
                None => problem,
            }));
        };
        let text = Source::text_of(bytes.clone()).map_err(|error| {
            Box::new(Problem::without_place(text!(
                "cannot read {} in commit {}: {}",
                Name(path),
                Name(revision),
                Said(&error)
            )))
        })?;
        let source = Arc::new(Source::new(format!("{path}@{revision}"), text));
        workspace.learn_marked(app, &source);
        usable(&source)?;
        Ok(source)
    }
}
