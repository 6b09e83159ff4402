//! Tasks for people who work on envlint: `cargo xtask <task>`.

#[cfg(unix)]
mod bench;
mod chart;
mod docs;
mod fleet;
mod kubernetes;
mod parity;
#[cfg(unix)]
mod past;
#[cfg(unix)]
mod torture;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write what is made from the source: docs/rules/ and schemas/envlint.schema.json.
    Docs,
    /// Measure whole processes, next to the programs that do a part of the same, and print a table. See CONTRIBUTING.md.
    #[cfg(unix)]
    Bench(bench::Bench),
    /// Write a synthetic workspace of many apps, to measure on.
    Fleet {
        /// How many apps.
        #[arg(long, default_value_t = 1000)]
        apps: usize,
        /// Where to. Default: target/fleet-<apps>.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Write a synthetic chart of many templates that use a library chart, to measure on.
    Chart {
        /// How many templates.
        #[arg(long, default_value_t = 100)]
        templates: usize,
        /// Where to. Default: target/chart-<templates>.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Write schemas/kubernetes.txt: the fields of Kubernetes' own objects.
    Kubernetes {
        /// A folder with the unpacked Go modules: `kubernetes@v1.37.2`, `api@v0.37.2`, one of each minor version.
        modules: PathBuf,
    },
    /// Break things: mutated workspaces, kills, full disks, two writers. See CONTRIBUTING.md.
    #[cfg(unix)]
    Torture(torture::Torture),
    /// Compare with the real helm.
    #[command(subcommand)]
    Parity(parity::Task),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().task {
        Task::Docs => docs::write(),
        #[cfg(unix)]
        Task::Bench(args) => bench::run(&args),
        Task::Fleet { apps, out } => {
            let out = out.unwrap_or_else(|| PathBuf::from(format!("target/fleet-{apps}")));
            fleet::write(&out, apps)?;
            println!("{}", out.display());
            Ok(())
        }
        Task::Chart { templates, out } => {
            let out = out.unwrap_or_else(|| PathBuf::from(format!("target/chart-{templates}")));
            chart::write(&out, templates)?;
            println!("{}", out.display());
            Ok(())
        }
        Task::Kubernetes { modules } => {
            kubernetes::write(&modules, Path::new("schemas/kubernetes.txt"))
        }
        #[cfg(unix)]
        Task::Torture(args) => torture::run(&args),
        Task::Parity(task) => parity::run(&task),
    }
}
