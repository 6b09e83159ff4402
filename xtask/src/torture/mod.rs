//! Torture: mutated workspaces through every command, runs that are killed, full disks, and two writers at once.
//!
//! An attempt depends on its seed alone, so `--seed N --attempts 1` repeats one. What breaks a promise is kept with a script
//! that shows it. Limits, signals and links are those of Unix.

mod attempt;
mod commands;
mod program;
mod seeds;
mod tree;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use fastrand::Rng;

use attempt::Broken;
use program::Program;
use seeds::Seeds;

#[derive(Args)]
pub(crate) struct Torture {
    /// How long.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many attempts at most.
    #[arg(long, default_value_t = u64::MAX)]
    attempts: u64,
    /// The seed of the first attempt; each following one has the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only attempts of this kind. Default: all kinds in turn.
    #[arg(long)]
    only: Option<Kind>,
    /// Broken promises to stop after.
    #[arg(long, default_value_t = 10)]
    most: usize,
    /// The program. Default: the envlint next to this one, which `cargo build` makes.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Seconds of CPU time that a run may take. Programs without optimisation need more than the 10 that are promised.
    #[arg(long, default_value_t = if cfg!(debug_assertions) { 60 } else { 10 })]
    cpu: u64,
    /// MiB of memory that a run may take.
    #[arg(long, default_value_t = 1024)]
    memory: u64,
    /// Where broken promises are kept.
    #[arg(long, default_value = "target/torture")]
    out: PathBuf,
}

/// What is done to a workspace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum)]
enum Kind {
    /// Files are mutated, and commands run over them.
    Mutate,
    /// A command that writes is killed at any moment, and run again.
    Kill,
    /// A command that writes may write only so many bytes.
    Full,
    /// Two commands write at the same time.
    Two,
}

const KINDS: [Kind; 6] = [
    Kind::Mutate,
    Kind::Kill,
    Kind::Mutate,
    Kind::Full,
    Kind::Mutate,
    Kind::Two,
];

pub(crate) fn run(args: &Torture) -> Result<()> {
    let beside = || Ok::<_, anyhow::Error>(std::env::current_exe()?.with_file_name("envlint"));
    let path = args.program.clone().map_or_else(beside, Ok)?;
    let program = Program {
        path: fs::canonicalize(&path).with_context(|| format!("no {}", path.display()))?,
        cpu: args.cpu,
        memory: args.memory,
    };
    let seeds = Seeds::read(Path::new("."))?;
    let end = Instant::now() + Duration::from_secs(args.seconds);
    let mut tried = BTreeMap::<Kind, u64>::new();
    let (mut runs, mut broken) = (0, 0);
    let mut seed = args.seed;
    while Instant::now() < end && seed - args.seed < args.attempts && broken < args.most {
        let mut rng = Rng::with_seed(seed);
        let turn = usize::try_from(seed % KINDS.len() as u64)?;
        let kind = args.only.unwrap_or(KINDS[turn]);
        let tried_now = attempt::attempt(kind, &program, &seeds, &mut rng)?;
        runs += tried_now.runs;
        *tried.entry(kind).or_default() += 1;
        if let Some(promise) = tried_now.broken {
            broken += 1;
            let place = args.out.join(seed.to_string());
            keep(&place, &promise)?;
            println!(
                "seed {seed}, {kind:?}: envlint {} {}; {}",
                promise.command.join(" "),
                promise.why,
                place.display()
            );
        }
        seed += 1;
    }
    let kinds: Vec<String> = tried
        .iter()
        .map(|(kind, count)| format!("{count} {kind:?}"))
        .collect();
    println!(
        "{}; {runs} runs, {broken} broken promises; the next seed is {seed}",
        kinds.join(", ")
    );
    if broken > 0 {
        // What was broken is said; where in this program that was found out is no help.
        std::process::exit(1);
    }
    Ok(())
}

/// Keeps a workspace with which a promise is broken, the command, and what it said.
fn keep(place: &Path, broken: &Broken) -> Result<()> {
    if place.exists() {
        fs::remove_dir_all(place)?;
    }
    let workspace = place.join("workspace");
    fs::create_dir_all(&workspace)?;
    broken.before.write(&workspace)?;
    let quoted: Vec<String> = broken
        .command
        .iter()
        .map(|word| format!("'{}'", word.replace('\'', r"'\''")))
        .collect();
    fs::write(
        place.join("run.sh"),
        format!(
            "#!/bin/sh\n# {}\ncd \"$(dirname \"$0\")/workspace\" && exec envlint {}\n",
            broken.why.replace('\n', " "),
            quoted.join(" ")
        ),
    )?;
    fs::write(place.join("said"), &broken.said)?;
    Ok(())
}
