//! Counting identical templates over charts from anywhere.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use super::Compare;
use super::helm;

pub(super) fn run(args: &Compare) -> Result<()> {
    let mut total = Count::default();
    for chart in &args.charts {
        let count = compare(chart, args.verbose)?;
        println!(
            "{} of {} templates identical: {}",
            count.same,
            count.all,
            chart.display()
        );
        total.same += count.same;
        total.all += count.all;
    }
    println!(
        "{} of {} templates identical in {} charts",
        total.same,
        total.all,
        args.charts.len()
    );
    Ok(())
}

/// Templates, and how many of them both render alike. A chart that fails counts as one.
#[derive(Default)]
struct Count {
    same: usize,
    all: usize,
}

fn compare(chart: &Path, verbose: bool) -> Result<Count> {
    let Some(real) = helm::real(chart)? else {
        anyhow::bail!("helm gives no answer for {}", chart.display());
    };
    let ours = helm::ours(chart);
    let (real, ours) = match (&real, &ours) {
        (Ok(real), Ok(ours)) => (sections(real), sections(ours)),
        (real, ours) => {
            if verbose && real != ours {
                println!("helm: {real:.600?}\nenvlint: {ours:.600?}");
            }
            return Ok(Count {
                same: usize::from(real == ours),
                all: 1,
            });
        }
    };
    let mut names: Vec<&str> = real.keys().chain(ours.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    let mut count = Count {
        same: 0,
        all: names.len(),
    };
    for name in names {
        let (real, ours) = (real.get(name), ours.get(name));
        if real == ours {
            count.same += 1;
        } else if verbose {
            println!("  {name}");
            show(real, ours);
        }
    }
    Ok(count)
}

/// What each template printed, all of its manifests together.
fn sections(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for part in text.split("---\n# Source: ").skip(1) {
        let (name, body) = part.split_once('\n').unwrap_or((part, ""));
        sections.entry(name).or_default().push(body);
    }
    sections
}

/// The first line that differs, of both.
fn show(real: Option<&Vec<&str>>, ours: Option<&Vec<&str>>) {
    let lines = |bodies: Option<&Vec<&str>>| -> Vec<String> {
        bodies
            .into_iter()
            .flatten()
            .flat_map(|body| body.lines())
            .map(str::to_owned)
            .collect()
    };
    let (real, ours) = (lines(real), lines(ours));
    let at = real
        .iter()
        .zip(&ours)
        .take_while(|(real, ours)| real == ours)
        .count();
    let line = |lines: &[String]| lines.get(at).cloned().unwrap_or_else(|| "(end)".to_owned());
    println!(
        "    line {}\n    helm:    {}\n    envlint: {}",
        at + 1,
        line(&real),
        line(&ours)
    );
}
