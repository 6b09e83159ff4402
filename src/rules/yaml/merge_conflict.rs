//! `yaml/merge-conflict`.

use std::sync::Arc;

use envlint_yaml::Span;

use crate::masking::text;
use crate::rules::{Check, Reporter, Role, SourceContext, rule};
use crate::source::{Location, Severity, Source, conflicts};

rule! {
    /// A file holds the markers of a merge that was not finished.
    ///
    /// ## What it does
    ///
    /// Reports values files, the chart's own `values.yaml`, templates and other YAML files with the lines `<<<<<<<`, `=======` and `>>>>>>>`
    /// that git writes where two branches changed the same lines. Such a file is one finding: nothing else in it is
    /// checked. In an example or a test it is a warning.
    ///
    /// ## Why it matters
    ///
    /// The file holds two versions of the values, and Helm refuses it. The error that Helm prints is about YAML, at a
    /// line that is often another one.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// <<<<<<< HEAD
    /// replicas: 3
    /// =======
    /// replicas: 5
    /// >>>>>>> scale-up
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// replicas: 5
    /// ```
    ///
    /// ## References
    ///
    /// - [git: how conflicts are presented](https://git-scm.com/docs/git-merge#_how_conflicts_are_presented)
    "yaml/merge-conflict", Error, Check::File(check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let conflicts = conflicts(cx.source.text());
    let Some(first) = conflicts.first() else {
        return;
    };
    let place = |span: Span| Location::new(cx.source, span);
    let mut message = text!(
        "the file holds the markers of a merge that was not finished, so no program can read it"
    );
    match conflicts.len() - 1 {
        0 => {}
        1 => message.push("; one more conflict follows"),
        more => message.push(text!("; {} more conflicts follow", more)),
    }
    let finding = out
        .finding(place(first.start), message)
        .note(place(first.middle), "the other side begins")
        .note(place(first.end), "the conflict ends")
        .help("keep one side or join both, and delete the lines with the markers");
    out.push(match cx.role {
        Role::Local | Role::Test => out.lower_severity(Severity::Warning, finding),
        Role::Deployed | Role::Default | Role::Applied | Role::Unread => finding,
    });
}

/// Whether a file holds a merge that was not finished: what else is wrong with it follows from that.
pub(super) fn has_conflict(source: &Arc<Source>) -> bool {
    !conflicts(source.text()).is_empty()
}
