//! Jobs of GitLab: what the variables of a script are in each job that runs it, by itself, as one that extends another, or by
//! an anchor.
//!
//! <https://docs.gitlab.com/ci/yaml/#extends>, <https://docs.gitlab.com/ci/yaml/#environment>

use std::collections::BTreeMap;

use envlint_yaml::{Document, Mapping, Node};

use super::runs::Runs;
use super::variables::{LONGEST, Variables};
use crate::evidence::nodes::at;
use crate::masking::is_secret_key;

/// Jobs that extend jobs.
const DEEPEST: usize = 10;
/// More jobs are not looked at for one script, nor in one file.
const MOST: usize = 100;
const MOST_JOBS: usize = 1000;
/// Larger files are not read, in bytes.
const LARGEST: usize = 512 * 1024;

/// Keys with the commands of a job.
const SCRIPTS: [&str; 3] = ["before_script", "script", "after_script"];

/// The scripts of a pipeline, each with the variables of the jobs that run it.
pub(super) fn jobs(path: &str, text: &str) -> Runs {
    let is_one = path.contains("gitlab") && text.contains("script:");
    if !is_one || text.len() > LARGEST {
        return Runs::new();
    }
    let document = Document::parse(text);
    let Some(root) = document.root().and_then(Node::as_mapping) else {
        return Runs::new();
    };
    let mut found: BTreeMap<(usize, usize), Vec<Variables>> = BTreeMap::new();
    let all = root.iter().filter(|(key, _)| !key.text().starts_with('.'));
    for (_, job) in all.take(MOST_JOBS) {
        let chain = chain(job, root);
        let mut turn = Variables::new();
        add_variables(root.get("variables"), &mut turn);
        for job in chain.iter().rev() {
            add_variables(at(job, &["variables"]), &mut turn);
        }
        let environment = chain.iter().find_map(|job| {
            let environment = at(job, &["environment"])?;
            environment
                .as_str()
                .or_else(|| at(environment, &["name"])?.as_str())
        });
        if let Some(name) = environment.filter(|name| is_usable("", name) && !name.contains('$')) {
            for variable in ["environment", "CI_ENVIRONMENT_NAME", "CI_ENVIRONMENT_SLUG"] {
                turn.insert(variable.to_owned(), name.to_owned());
            }
        }
        let script = |key: &&str| chain.iter().find_map(|job| at(job, &[key]));
        for script in SCRIPTS.iter().filter_map(script) {
            let span = script.span();
            let turns = found.entry((span.start, span.end)).or_default();
            if !turns.contains(&turn) && turns.len() < MOST {
                turns.push(turn.clone());
            }
        }
    }
    // A script without variables is run as it is.
    let told = found
        .into_iter()
        .filter(|(_, turns)| turns.iter().any(|turn| !turn.is_empty()));
    told.map(|((start, end), turns)| (start..end, turns))
        .collect()
}

/// A job with those that it extends, the nearest first. Of several, the last one says most.
fn chain<'n>(job: &'n Node, root: &'n Mapping) -> Vec<&'n Node> {
    let mut chain = vec![job];
    let mut open = vec![job];
    while let Some(job) = open.pop().filter(|_| chain.len() < DEEPEST) {
        let Some(extended) = at(job, &["extends"]) else {
            continue;
        };
        let names = extended
            .as_sequence()
            .unwrap_or(std::slice::from_ref(extended));
        // GitLab refuses what is deeper; of a longer list, the names that say most are looked at.
        for name in names.iter().rev().take(DEEPEST).filter_map(Node::as_str) {
            let known = root.get(name);
            let known = known.filter(|known| !chain.iter().any(|job| std::ptr::eq(*job, *known)));
            chain.extend(known);
            open.extend(known);
        }
    }
    chain
}

fn add_variables(node: Option<&Node>, turn: &mut Variables) {
    let variables = node.and_then(Node::as_mapping);
    for (name, value) in variables.into_iter().flat_map(|map| map.iter()) {
        let value = at(value, &["value"]).unwrap_or(value);
        if let Some(value) = value.as_scalar().map(|value| value.text())
            && is_usable(name.text(), value)
        {
            turn.insert(name.text().to_owned(), value.to_owned());
        }
    }
}

fn is_usable(name: &str, value: &str) -> bool {
    !value.is_empty() && value.len() < LONGEST && !is_secret_key(name)
}
