//! The files of a promotion's results: the pull request's description, the outputs, and both of each app by itself.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::Invocation;
use crate::cli::output::{Appending, PendingFile};
use crate::masking::{Name, Printable, Said, text};
use crate::promotion::report::promote::Title;
use crate::promotion::report::{PromoteFormat, outputs, pull_request_body};
use crate::promotion::{AppPromotion, Progress};
use crate::source::{Problem, work_tree, write};
use crate::workspace::{Deployment, Workspace};

/// Where the results go besides the values files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Results<'a> {
    /// The file of the pull request's description.
    pub pr_body: Option<&'a Path>,
    /// The file that outputs are added to.
    pub outputs: Option<&'a Path>,
    /// The directory that gets a folder for each app.
    pub split: Option<&'a Path>,
    /// The format of the plan.
    pub format: PromoteFormat,
}

impl Results<'_> {
    /// Holds the files to be none that the workspace is made of: they would be written over.
    pub(super) fn keep_off(&self, workspace: &Workspace) -> Result<(), Problem> {
        let named = [("--pr-body", self.pr_body), ("--outputs", self.outputs)];
        for (option, path) in named {
            // What is not there yet is none of them.
            let Some(path) = path.and_then(|path| fs::canonicalize(path).ok()) else {
                continue;
            };
            let Some(below) = path
                .strip_prefix(&workspace.root)
                .ok()
                .and_then(Path::to_str)
            else {
                continue;
            };
            let below = below.replace('\\', "/");
            let mut apps = workspace.apps.iter();
            let is_values = apps.any(|app| {
                let mut layers = app.deployments.iter().flat_map(Deployment::layers);
                layers.any(|layer| *layer.path == *below)
            });
            let config = workspace.config_source.as_ref();
            if is_values || config.is_some_and(|config| config.path == below) {
                return Err(Problem::without_place(text!(
                    "{} names {}, which the workspace is made of",
                    option,
                    Name(&below)
                ))
                .help("name another file: it would be written over"));
            }
        }
        Ok(())
    }
}

/// These files, which are ready before any values file is written: what cannot be written must not be found out when the values
/// are.
pub(super) struct Files<'a> {
    body: Option<PendingFile<'a>>,
    log: Option<Appending<'a>>,
    split: Option<&'a Path>,
}

impl<'a> Files<'a> {
    pub(super) fn ready(
        invocation: &Invocation,
        results: &Results<'a>,
        body: impl Fn() -> Printable,
    ) -> Result<Files<'a>, Problem> {
        let output = &invocation.output;
        let pending = |file| output.pending(file, &body());
        let log = results.outputs.map(|file| output.appending(file));
        if let Some(directory) = results.split {
            is_free(directory)?;
        }
        Ok(Files {
            body: results.pr_body.map(pending).transpose()?,
            log: log.transpose()?,
            split: results.split,
        })
    }

    /// Writes all of them, or none. `root` is the workspace's.
    pub(super) fn write(
        self,
        title: Title<'_>,
        root: &Path,
        apps: &mut [AppPromotion],
    ) -> Result<(), Problem> {
        let log = self.log;
        let added = log.map(|log| log.add(&outputs(title, apps))).transpose()?;
        let take_back = |problem| {
            if let Some(added) = &added {
                added.take_back();
            }
            problem
        };
        let made = match self.split {
            Some(directory) => split(directory, title, root, apps).map_err(take_back)?,
            None => Vec::new(),
        };
        let Some(body) = self.body else {
            return Ok(());
        };
        body.write(&pull_request_body(title, apps))
            .map_err(|problem| {
                for folder in &made {
                    // They are all new.
                    let _ = fs::remove_dir_all(folder);
                }
                take_back(problem)
            })
    }
}

/// Holds a directory to be a new or an empty one: a folder of another promotion would become a pull request of this one.
fn is_free(directory: &Path) -> Result<(), Problem> {
    let mut entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(Problem::without_place(text!(
                "cannot write into {}: {}",
                directory,
                error
            )));
        }
    };
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(
            Problem::without_place(text!("{} holds files already", directory))
                .help("name a new directory: each folder in it is one pull request"),
        ),
    }
}

/// Writes a folder for each app that changes; returns the folders.
fn split(
    directory: &Path,
    title: Title<'_>,
    root: &Path,
    apps: &mut [AppPromotion],
) -> Result<Vec<PathBuf>, Problem> {
    // An app of several targets is one pull request.
    let mut first: HashMap<Arc<str>, usize> = HashMap::new();
    for app in &*apps {
        let next = first.len();
        first.entry(Arc::clone(&app.app)).or_insert(next);
    }
    apps.sort_by_key(|app| first.get(&app.app).copied());
    let title = Title {
        failed: &[],
        ..title
    };
    let is_moving =
        |app: &AppPromotion| matches!(app.progress, Progress::Planned | Progress::Written);
    let of_apps = apps.chunk_by(|left, right| left.app == right.app);
    let moving: Vec<&[AppPromotion]> = of_apps.filter(|of| of.iter().any(is_moving)).collect();
    let digits = moving.len().to_string().len();
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for (at, of) in moving.into_iter().enumerate() {
        // A number: the name of an app may be no name of a folder.
        let folder = directory.join(format!("{:0digits$}", at + 1));
        let mut file = |name: &str, text: String| {
            files.push(write::NewFile {
                path: folder.join(name),
                text,
                executable: false,
            });
        };
        file("body.md", pull_request_body(title, of).to_string());
        file("outputs", outputs(title, of).to_string());
        let moving = of.iter().filter(|app| is_moving(app));
        let paths = moving.map(|app| below_work_tree(root, &app.file) + "\0");
        file("files", paths.collect());
        folders.push(folder);
    }
    match write::all(&files) {
        Ok(()) => Ok(folders),
        Err(error) => {
            for folder in &folders {
                let _ = fs::remove_dir_all(folder);
            }
            let problem = text!(
                "cannot write {}: {}",
                Name(error.path.display()),
                Said(&error.error)
            );
            Err(Problem::without_place(problem))
        }
    }
}

/// A path of the workspace as git names it: from the root of the work tree.
fn below_work_tree(root: &Path, file: &str) -> String {
    let tree = work_tree(root);
    let below = tree
        .as_deref()
        .and_then(|tree| root.strip_prefix(tree).ok());
    match below
        .and_then(Path::to_str)
        .filter(|below| !below.is_empty())
    {
        Some(below) => format!("{}/{file}", below.replace('\\', "/")),
        None => file.to_owned(),
    }
}
