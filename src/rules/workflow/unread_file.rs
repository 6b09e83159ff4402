//! `workflow/unread-file`.

use std::ops::Range;

use super::reader::Workflow;
use crate::masking::{Name, text};
use crate::rules::{Check, Reporter, SourceContext, rule};

rule! {
    /// A workflow writes new values into a temporary file that nothing reads.
    ///
    /// ## What it does
    ///
    /// Looks at the scripts of GitHub workflows for output that goes into a file whose name ends in `.tmp` after that of a
    /// YAML file (`> values.yaml.tmp`), where the workflow names no `.tmp` file anywhere else.
    ///
    /// ## Why it matters
    ///
    /// The step succeeds, and the values file stays as it was: the promotion changes nothing, and nobody notices.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # .github/workflows/promote.yml
    /// - run: |
    ///     yq '.image.tag = "1.5.0"' values.yaml > values.yaml.tmp
    ///     git commit --all --message "Promote"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # .github/workflows/promote.yml
    /// - run: |
    ///     yq '.image.tag = "1.5.0"' values.yaml > values.yaml.tmp
    ///     mv values.yaml.tmp values.yaml
    /// ```
    ///
    /// `envlint promote --write` replaces the file as a whole.
    ///
    /// ## References
    ///
    /// - [envlint promote](https://github.com/envlint/envlint/blob/main/docs/promote.md)
    "workflow/unread-file", Error, Check::File(check)
}

const ENDINGS: [&str; 2] = [".yaml.tmp", ".yml.tmp"];

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let text = cx.source.text();
    if !text.contains(".tmp") {
        return;
    }
    let Some(workflow) = Workflow::of(cx) else {
        return;
    };
    let scripts = workflow.scripts();
    let written: Vec<_> = scripts
        .iter()
        .flat_map(|script| outputs(script.text).into_iter().map(move |at| (script, at)))
        .collect();
    // Whatever else names such a file may read it: `mv *.tmp`, `for f in *.yaml.tmp`.
    if text.matches(".tmp").count() != written.len() {
        return;
    }
    if let Some((script, range)) = written.first() {
        let file = script.text.get(range.clone()).unwrap_or_default();
        let finding = out.finding(
            script.place(range),
            text!(
                "nothing in the workflow reads `{}`, so what is written there changes no values",
                Name(file)
            ),
        );
        out.push(finding.help("move it onto the values file in the same step, or write with a tool that changes the file (`yq -i`, `envlint promote --write`)"));
    }
}

/// Where a script writes into such files: the names behind `>`.
fn outputs(script: &str) -> Vec<Range<usize>> {
    let arrows = script.match_indices('>');
    let names = arrows.filter_map(|(at, _)| {
        let rest = script.get(at + 1..)?;
        let start = at + 1 + (rest.len() - rest.trim_start_matches([' ', '"', '\'']).len());
        let name = script.get(start..)?;
        let is_end =
            |char: char| char.is_whitespace() || matches!(char, '"' | '\'' | ';' | '&' | '|' | ')');
        let end = start + name.find(is_end).unwrap_or(name.len());
        let name = script.get(start..end)?;
        ENDINGS
            .iter()
            .any(|ending| name.ends_with(ending))
            .then_some(start..end)
    });
    names.collect()
}
