//! `workflow/ignored-environments`.

use super::reader::Workflow;
use crate::masking::{Name, text};
use crate::rules::{Check, Reporter, SourceContext, rule};

rule! {
    /// A workflow names its environments at the top, where they protect nothing.
    ///
    /// ## What it does
    ///
    /// Reports the keys `environment` and `environments` at the top of a GitHub workflow, outside of its jobs.
    ///
    /// ## Why it matters
    ///
    /// GitHub knows `environment` in a job only. At the top it asks nobody for approval and gives no secrets of the
    /// environment; a workflow with a key that GitHub does not know is invalid and does not run.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # .github/workflows/deploy.yml
    /// environments: [production]
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # .github/workflows/deploy.yml
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     environment: production
    /// ```
    ///
    /// ## References
    ///
    /// - [GitHub: using environments for deployment](https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/control-deployments)
    "workflow/ignored-environments", Error, Check::File(check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let Some(workflow) = Workflow::of(cx) else {
        return;
    };
    for (key, tree) in workflow.root.entries() {
        if matches!(key, "environment" | "environments") {
            let finding = out.finding(
                tree.key_location(),
                text!(
                    "`{}` at the top of a workflow protects nothing, because GitHub knows `environment` in a job only",
                    Name(key)
                ),
            );
            out.push(
                finding.help("set `environment:` in each job that deploys, and remove this key"),
            );
        }
    }
}
