//! What envlint costs as a whole process, next to the programs that do a part of the same: CPU time, peak memory, and the ratio
//! of both in one run on one machine.

mod material;
mod measure;
mod rows;

use std::path::PathBuf;

use anyhow::{Context, Result};

use material::Material;
use measure::{Cost, Run, least};

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// The program. Build it with `cargo build --release` first.
    #[arg(long, default_value = "target/release/envlint")]
    program: PathBuf,
    /// Where the peers are: helm, kubeconform, kube-score, hed. Default: the directories of PATH.
    #[arg(long)]
    peers: Option<PathBuf>,
    /// Charts to render besides the synthetic ones, as directories or archives. May be repeated.
    #[arg(long = "chart")]
    charts: Vec<PathBuf>,
    /// Only the rows whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// How often each row is measured; the least counts.
    #[arg(long, default_value_t = 3)]
    attempts: u32,
}

/// One line of the table.
struct Row {
    name: String,
    /// What envlint runs.
    own: Vec<Run>,
    /// The peer's name, and what it runs; none where there is no peer, or it is not there.
    peer: Option<(&'static str, Vec<Run>)>,
    goal: Goal,
    /// The repository whose files are restored before each attempt, since the row writes.
    restore: Option<PathBuf>,
}

/// What is to be reached.
#[derive(Debug, Clone, Copy, Default)]
struct Goal {
    /// Seconds of CPU time.
    cpu: Option<f64>,
    /// Milliseconds on the clock.
    wall: Option<f64>,
    /// MB.
    memory: Option<f64>,
    /// How often the peer's CPU time is envlint's.
    ratio: Option<f64>,
    /// How much more CPU time it may take than the peer, in milliseconds.
    more: Option<f64>,
}

impl Goal {
    /// The goals, each with a mark when it is missed.
    fn said(&self, own: &Cost, peer: Option<&Cost>) -> String {
        let seconds = |cost: &Cost| cost.cpu.as_secs_f64();
        let ratio = peer.map(|peer| seconds(peer) / seconds(own));
        let more = peer.map(|peer| (seconds(own) - seconds(peer)) * 1e3);
        let mut said = Vec::new();
        let mut goal = |is: Option<f64>, wanted: Option<f64>, is_least: bool, unit: &str| {
            let Some(wanted) = wanted else { return };
            let mark = match is {
                None => "?",
                Some(is) if (is_least && is < wanted) || (!is_least && is > wanted) => " missed",
                Some(_) => "",
            };
            let sign = if is_least { "≥" } else { "≤" };
            said.push(format!("{sign} {wanted}{unit}{mark}"));
        };
        goal(Some(own.cpu.as_secs_f64()), self.cpu, false, " s CPU");
        goal(Some(own.wall.as_secs_f64() * 1e3), self.wall, false, " ms");
        goal(Some(megabytes(own)), self.memory, false, " MB");
        goal(ratio, self.ratio, true, " ×");
        goal(more, self.more, false, " ms more");
        said.join(", ")
    }
}

fn megabytes(cost: &Cost) -> f64 {
    // No peak of memory is near the precision of a float.
    cost.memory as f64 / 1e6
}

/// Measures all rows and prints the table.
pub(crate) fn run(args: &Bench) -> Result<()> {
    let program = std::fs::canonicalize(&args.program)
        .with_context(|| format!("there is no {}", args.program.display()))?;
    let peers = rows::Peers::find(args.peers.as_deref());
    let material = Material::new()?;
    let rows = rows::all(&program, &peers, &material, args)?;
    println!("| | CPU | clock | peak memory | peer | its CPU | its memory | ratio | goal |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for row in &rows {
        let prepare = || row.restore.as_deref().map_or(Ok(()), rows::restore);
        let own = least(&row.own, args.attempts, prepare)?;
        let peer = match &row.peer {
            Some((name, chain)) => Some((*name, least(chain, args.attempts, || Ok(()))?)),
            None => None,
        };
        let ratio = peer.map(|(_, cost)| cost.cpu.as_secs_f64() / own.cpu.as_secs_f64());
        let of_peer = match peer {
            Some((name, cost)) => format!(
                "{name} | {:.2} s | {:.0} MB | {:.1} ×",
                cost.cpu.as_secs_f64(),
                megabytes(&cost),
                ratio.unwrap_or_default()
            ),
            None => "| | |".to_owned(),
        };
        println!(
            "| {} | {:.3} s | {:.0} ms | {:.0} MB | {of_peer} | {} |",
            row.name,
            own.cpu.as_secs_f64(),
            own.wall.as_secs_f64() * 1e3,
            megabytes(&own),
            row.goal.said(&own, peer.as_ref().map(|(_, cost)| cost))
        );
    }
    for absent in peers.absent() {
        println!("\nnot here, so not compared with: {absent}");
    }
    Ok(())
}
