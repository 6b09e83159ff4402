//! The environment that a job of GitHub names, which holds for all that it runs.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idenvironment>

use std::ops::Range;

use envlint_yaml::{Document, Node};

use crate::evidence::nodes::at;

/// More jobs of a workflow are not looked at.
const MOST: usize = 1000;
/// Larger files are not read, in bytes.
const LARGEST: usize = 512 * 1024;

/// Where the jobs of a workflow stand that name an environment, and which one. One that an expression makes is not known here.
pub(super) fn environments(path: &str, text: &str) -> Vec<(Range<usize>, String)> {
    let is_one = path.contains(".github/workflows/") && text.contains("environment:");
    if !is_one || text.len() > LARGEST {
        return Vec::new();
    }
    let document = Document::parse(text);
    let jobs = document.root().and_then(|root| at(root, &["jobs"]));
    let jobs = jobs.and_then(Node::as_mapping).into_iter();
    let jobs = jobs.flat_map(|jobs| jobs.iter()).take(MOST);
    jobs.filter_map(|(_, job)| {
        let environment = at(job, &["environment"])?;
        let name = environment
            .as_str()
            .or_else(|| at(environment, &["name"])?.as_str())?;
        let span = job.span();
        (!name.contains("${{")).then(|| (span.start..span.end, name.to_owned()))
    })
    .collect()
}
