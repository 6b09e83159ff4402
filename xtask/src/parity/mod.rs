//! Comparing with the real helm: recording what it says, counting identical templates, and looking for differences. And with
//! other linters, on the same objects.

mod compare;
mod fuzz;
mod generate;
mod helm;
mod linters;
mod record;
mod vocabulary;

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The comparisons. The binary to compare with is the one that `ENVLINT_HELM` names, or `helm` on the path.
#[derive(Subcommand)]
pub(crate) enum Task {
    /// Ask for every recorded answer again and write it: the charts of tests/parity, the function table, YAML, secrets.
    Record,
    /// Render charts with both and count the templates that are the same.
    Compare(Compare),
    /// Render random templates with both until a time is up, and shrink what differs.
    Fuzz(Fuzz),
    /// Print where kube-score and kubeconform say something else of the objects of charts than envlint. `ENVLINT_KUBE_SCORE`
    /// and `ENVLINT_KUBECONFORM` name the programs, `ENVLINT_SCHEMAS` the directory with the schemas of Kubernetes.
    Linters(Linters),
}

#[derive(Args)]
pub(crate) struct Linters {
    /// Charts, and directories with charts.
    #[arg(required = true)]
    charts: Vec<PathBuf>,
    /// The envlint to compare with.
    #[arg(long, default_value = "target/debug/envlint")]
    program: PathBuf,
}

#[derive(Args)]
pub(crate) struct Compare {
    /// Directories of charts.
    #[arg(required = true)]
    charts: Vec<PathBuf>,
    /// Print the first lines that differ.
    #[arg(long)]
    verbose: bool,
}

#[derive(Args)]
pub(crate) struct Fuzz {
    /// How long to look.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Where the random numbers begin; printed with every difference.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Stop after so many differences.
    #[arg(long, default_value_t = 20)]
    most: usize,
}

pub(crate) fn run(task: &Task) -> anyhow::Result<()> {
    match task {
        Task::Record => record::run(),
        Task::Compare(args) => compare::run(args),
        Task::Fuzz(args) => fuzz::run(args),
        Task::Linters(args) => linters::run(args),
    }
}
