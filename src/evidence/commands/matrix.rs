//! The matrix of a job: the values with which it is run.

use std::collections::BTreeMap;

use envlint_yaml::{Document, Node};

use super::circle;
use super::runs::Runs;
use super::variables::{LONGEST, Variables};
use crate::evidence::nodes::{at, items};
use crate::masking::is_secret_key;

/// More combinations of one job are not looked at.
const MOST: usize = 200;
/// Larger files are not read for them, in bytes.
const LARGEST: usize = 512 * 1024;

/// The jobs that are run with several values: those with a matrix in a pipeline of GitHub or GitLab, and those of workflows of
/// CircleCI that ask for one. The bytes of each, and its combinations.
pub(in crate::evidence) fn matrices(text: &str) -> Runs {
    if text.len() > LARGEST {
        return Vec::new();
    }
    let mut found = circle::runs(text);
    found.extend(of_jobs(text));
    found
}

fn of_jobs(text: &str) -> Runs {
    if !text.contains("matrix:") {
        return Vec::new();
    }
    let document = Document::parse(text);
    let Some(root) = document.root() else {
        return Vec::new();
    };
    let jobs = at(root, &["jobs"]).unwrap_or(root).as_mapping();
    let jobs = jobs.into_iter().flat_map(|jobs| jobs.iter());
    let found = jobs.filter_map(|(_, job)| {
        let mut all = matrix_of(job);
        if let [only] = all.as_slice()
            && only.is_empty()
        {
            all = parallel(job);
        }
        let is_usable = |(name, value): &(String, String)| {
            !is_secret_key(name) && !value.is_empty() && value.len() < LONGEST
        };
        let all = all
            .into_iter()
            .map(|one| one.into_iter().filter(is_usable).collect());
        let all: Vec<Variables> = all.filter(|one: &Variables| !one.is_empty()).collect();
        let span = job.span();
        (!all.is_empty()).then_some((span.start..span.end, all))
    });
    found.collect()
}

/// What the entries of `parallel: matrix:` may be in a job of GitLab.
/// <https://docs.gitlab.com/ci/yaml/#parallelmatrix>
fn parallel(job: &Node) -> Vec<BTreeMap<String, String>> {
    let mut all = Vec::new();
    for entry in items(job, &["parallel", "matrix"]) {
        let lists = entry.as_mapping().into_iter().flat_map(|map| map.iter());
        let lists = lists.map(|(key, node)| {
            let list = node.as_sequence().unwrap_or(std::slice::from_ref(node));
            (key.text(), list)
        });
        all.extend(combined(lists));
        all.truncate(MOST);
    }
    all
}

/// All combinations of some lists of single values. Lists without any are left out.
fn combined<'n>(
    lists: impl Iterator<Item = (&'n str, &'n [Node])>,
) -> Vec<BTreeMap<String, String>> {
    let mut all: Vec<BTreeMap<String, String>> = vec![BTreeMap::new()];
    for (key, list) in lists {
        let values: Vec<&str> = list
            .iter()
            .filter_map(|value| Some(value.as_scalar()?.text()))
            .collect();
        if values.is_empty() {
            continue;
        }
        let longer = all.iter().flat_map(|known| {
            values.iter().map(|value| {
                let mut known = known.clone();
                known.insert(key.to_owned(), (*value).to_owned());
                known
            })
        });
        all = longer.take(MOST).collect();
    }
    all
}

/// What `matrix.*` may be in a job of GitHub: all combinations of its lists, or what `include` lists.
pub(super) fn matrix_of(job: &Node) -> Vec<BTreeMap<String, String>> {
    let matrix = at(job, &["strategy", "matrix"]).and_then(Node::as_mapping);
    let lists = matrix.into_iter().flat_map(|matrix| matrix.iter());
    let lists = lists.filter(|(key, _)| !matches!(key.text(), "include" | "exclude"));
    let mut all =
        combined(lists.map(|(key, list)| (key.text(), list.as_sequence().unwrap_or_default())));
    let include = at(job, &["strategy", "matrix", "include"]).and_then(Node::as_sequence);
    let included = include.into_iter().flatten().take(MOST).filter_map(|item| {
        let item = item.as_mapping()?.into_iter();
        let scalars = item.filter_map(|(key, value)| {
            Some((key.text().to_owned(), value.as_scalar()?.text().to_owned()))
        });
        Some(scalars.collect::<BTreeMap<String, String>>())
    });
    let included: Vec<_> = included.collect();
    match all.as_slice() {
        [one] if one.is_empty() && !included.is_empty() => included,
        _ => {
            // An entry adds to the combinations that it agrees with, and is one of its own otherwise.
            // <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrixinclude>
            let lists: Vec<String> = all.iter().flat_map(BTreeMap::keys).cloned().collect();
            for entry in included {
                let agrees = |known: &BTreeMap<String, String>| {
                    let same = |(key, value): (&String, &String)| {
                        !lists.contains(key) || known.get(key) == Some(value)
                    };
                    entry.iter().all(same)
                };
                let is_new = !all.iter().any(agrees);
                for known in all.iter_mut().filter(|known| agrees(known)) {
                    known.extend(entry.clone());
                }
                if is_new && all.len() < MOST {
                    all.push(entry);
                }
            }
            all
        }
    }
}
