//! What a program costs as a whole process.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wait4::Wait4 as _;

/// One run of a program.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) directory: PathBuf,
    /// Where its standard output goes, for the next run to read.
    pub(super) output: Option<PathBuf>,
}

/// What a chain of runs took.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// CPU time of all runs and of all that they start.
    pub(super) cpu: Duration,
    /// The time on the clock.
    pub(super) wall: Duration,
    /// The most memory that one of them had, in bytes.
    pub(super) memory: u64,
}

impl Run {
    pub(super) fn new(program: &Path, directory: &Path, arguments: &[&str]) -> Run {
        Run {
            program: program.to_owned(),
            arguments: arguments.iter().map(|text| (*text).to_owned()).collect(),
            directory: directory.to_owned(),
            output: None,
        }
    }

    pub(super) fn into(self, output: PathBuf) -> Run {
        let output = Some(output);
        Run { output, ..self }
    }

    /// Runs it to its end. Findings are no failure; that it could not do its work is.
    fn cost(&self) -> Result<Cost> {
        let stdout = match &self.output {
            Some(file) => Stdio::from(File::create(file)?),
            None => Stdio::null(),
        };
        let start = Instant::now();
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .current_dir(&self.directory)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} does not start", self.program.display()))?;
        let used = child.wait4()?;
        let wall = start.elapsed();
        match used.status.code() {
            Some(0 | 1) => Ok(Cost {
                cpu: used.rusage.utime + used.rusage.stime,
                wall,
                memory: used.rusage.maxrss,
            }),
            _ => bail!(
                "{} {} ended with {}",
                self.program.display(),
                self.arguments.join(" "),
                used.status
            ),
        }
    }
}

/// The least that a chain took in several attempts, each after `prepare`.
pub(super) fn least(
    chain: &[Run],
    attempts: u32,
    mut prepare: impl FnMut() -> Result<()>,
) -> Result<Cost> {
    let mut least: Option<Cost> = None;
    for _ in 0..attempts.max(1) {
        prepare()?;
        let mut all = Cost::default();
        for run in chain {
            let cost = run.cost()?;
            all.cpu += cost.cpu;
            all.wall += cost.wall;
            all.memory = all.memory.max(cost.memory);
        }
        least = Some(match least {
            None => all,
            Some(known) => Cost {
                cpu: known.cpu.min(all.cpu),
                wall: known.wall.min(all.wall),
                memory: known.memory.min(all.memory),
            },
        });
    }
    least.context("no attempt")
}
