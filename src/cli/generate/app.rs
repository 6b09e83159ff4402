//! `envlint generate app`.

use std::path::Path;

use crate::cli::{Failure, Invocation, Status};
use crate::fleet::{NewApp, new_app};
use crate::masking::{Name, text};
use crate::source::Problem;
use crate::source::write::{self, NewFile};

/// Starts a new app: adds it to the list of the fleet, and writes its values files for all environments, with the template
/// and the chart of its kind where they are missing.
///
/// In a directory without apps and without envlint.yaml it begins with these, too.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The app's name, as DNS takes it.
    #[arg(value_name = "NAME")]
    name: String,
    /// Its kind: `web`, `worker`, `job`, or one that has a template. Default: that of its groups or of the list, else
    /// `web`.
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// A group of the list that it belongs to. May be repeated.
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
}

pub(super) fn run(cx: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = cx.workspace(Path::new("."))?;
    let new = NewApp {
        name: &args.name,
        kind: args.kind.as_deref(),
        groups: &args.groups,
    };
    let files = new_app(&workspace, &new).map_err(Failure::Problems)?;
    let is_there = |path: &str| workspace.root.join(path).exists();
    let words: Vec<&'static str> = (files.iter())
        .map(|(path, _)| if is_there(path) { "changed" } else { "wrote" })
        .collect();
    let new: Vec<NewFile> = files
        .iter()
        .map(|(path, text)| NewFile {
            path: workspace.root.join(path),
            text: text.clone(),
            executable: false,
        })
        .collect();
    write::all(&new).map_err(|error| Problem::without_place(text!("{}", error)))?;
    for ((path, _), word) in files.iter().zip(words) {
        cx.output.result(text!("{} {}\n", word, Name(path)));
    }
    cx.output.remark(match files.is_empty() {
        true => text!(
            "`{}` is in the list, and all its files are there\n",
            Name(&args.name)
        ),
        false => text!(
            "its entry in the list says what the app is; after a change there, run: envlint{} generate values --app {}\n",
            match &cx.config {
                Some(config) => text!(" --config {}", Name(&config.display())),
                None => text!(""),
            },
            Name(&args.name)
        ),
    });
    Ok(Status::Clean)
}
