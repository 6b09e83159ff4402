//! `envlint generate chart`.

use std::path::{Path, PathBuf};

use super::scaffold::{self, Scaffold};
use crate::cli::{Failure, Invocation, Status};
use crate::fleet::{KINDS, Kind};
use crate::masking::{Name, Said, text};
use crate::source::{Problem, join};
use crate::workspace::unusable_name;

/// Writes a small chart with every object that the checks want: for a web service, a worker or a scheduled job.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The chart's name.
    #[arg(value_name = "NAME")]
    name: String,
    /// What it deploys: `web`, `worker` or `job`.
    #[arg(long, value_name = "KIND", default_value = "web", value_parser = KINDS.map(|kind| kind.name))]
    kind: String,
    /// The directory that the chart's own directory is written into.
    #[arg(long, value_name = "DIR", default_value = "charts")]
    out: PathBuf,
    /// Overwrite files that have other content.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(cx: &Invocation, args: &Args) -> Result<Status, Failure> {
    if let Some((message, help)) = unusable_name(&args.name) {
        return Err(Problem::without_place(message).help(help).into());
    }
    let unknown = || Problem::without_place(text!("there is no kind `{}`", Name(&args.kind)));
    let kind = Kind::named(&args.kind).ok_or_else(unknown)?;
    let unrendered = |error| Problem::without_place(text!("{}", Said(&error)));
    let files = kind.chart(&args.name).map_err(unrendered)?;
    let out = args.out.to_string_lossy().replace('\\', "/");
    let directory = join(&out, &args.name);
    let scaffolds: Vec<Scaffold> = files
        .into_iter()
        .map(|(path, text)| Scaffold {
            path: join(&directory, &path),
            text,
            executable: false,
        })
        .collect();
    let status = scaffold::write(cx, Path::new(""), args.force, &scaffolds)?;
    cx.output.remark(text!(
        "its secrets, from any of the seven backends: envlint generate templates --chart {}\n",
        Name(&directory)
    ));
    Ok(status)
}
