//! The environment that a job of a pipeline names, which holds for all that it runs: of GitHub, Azure, Bitbucket.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idenvironment>,
//! <https://learn.microsoft.com/azure/devops/pipelines/process/deployment-jobs>,
//! <https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-monitor-deployments/>

use std::ops::Range;

use envlint_yaml::{Document, Node};

use crate::evidence::nodes::at;
use crate::source::is_yaml;

/// More jobs of a workflow are not looked at.
const MOST: usize = 1000;
/// Larger files are not read, in bytes.
const LARGEST: usize = 512 * 1024;

/// Jobs in stages in templates are not looked for deeper than this.
const DEEPEST: usize = 20;

/// Where the jobs of a pipeline stand that name an environment, and which one. One that an expression makes is not known here.
pub(super) fn environments(path: &str, text: &str) -> Vec<(Range<usize>, String)> {
    let is_workflow = path.contains(".github/workflows/") && text.contains("environment:");
    let is_other = is_yaml(path) && text.contains("deployment:");
    if !(is_workflow || is_other) || text.len() > LARGEST {
        return Vec::new();
    }
    let document = Document::parse(text);
    if !is_workflow {
        let mut found = Vec::new();
        let root = document.root().into_iter();
        root.for_each(|root| add_deployments(root, 0, &mut found));
        return found;
    }
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

/// Adds the deployment jobs of Azure, of which `environment` is `prod`, `prod.namespace` or a map with a name, and the steps of
/// Bitbucket, of which `deployment` is the environment.
fn add_deployments(node: &Node, depth: usize, found: &mut Vec<(Range<usize>, String)>) {
    if depth > DEEPEST || found.len() >= MOST {
        return;
    }
    let span = node.span();
    let of_azure = at(node, &["deployment"]).and_then(|_| at(node, &["environment"]));
    let of_azure = of_azure.and_then(|environment| {
        let name = environment
            .as_str()
            .or_else(|| at(environment, &["name"])?.as_str())?;
        name.split('.').next()
    });
    let of_bitbucket = || {
        at(node, &["script"])?;
        at(node, &["deployment"])?.as_str()
    };
    let name = of_azure.or_else(of_bitbucket);
    let name = name.filter(|name| !name.is_empty() && !name.contains(['$', '{']));
    found.extend(name.map(|name| (span.start..span.end, name.to_owned())));
    let map = node.as_mapping().into_iter().flat_map(|map| map.iter());
    let items = node.as_sequence().unwrap_or_default().iter();
    for child in items.chain(map.map(|(_, value)| value)) {
        add_deployments(child, depth + 1, found);
    }
}

#[cfg(test)]
mod tests {
    use super::environments;

    #[test]
    fn jobs_name_their_environments() {
        for (path, text, expected) in [
            (
                ".github/workflows/a.yml",
                "jobs:\n  a: {environment: dev}\n  b: {environment: {name: prod}}\n  c: {environment: \"${{ x }}\"}\n",
                &["dev", "prod"][..],
            ),
            (
                "azure-pipelines.yml",
                "stages:\n- jobs:\n  - deployment: a\n    environment: blue.shop\n  - deployment: b\n    environment: {name: t2}\n",
                &["blue", "t2"],
            ),
            (
                "bitbucket-pipelines.yml",
                "pipelines:\n  default:\n  - step:\n      deployment: blue\n      script: [helm]\n",
                &["blue"],
            ),
            ("values.yaml", "deployment: blue\n", &[]),
        ] {
            let found: Vec<String> = environments(path, text)
                .into_iter()
                .map(|(_, name)| name)
                .collect();
            assert_eq!(found, expected, "{path}");
        }
    }
}
