//! Whether a promotion would bring an error that was not there before.

use envlint_yaml::Path;

use super::refusal::{Reason, Refusal};
use crate::findings::{Finding, Severity};

/// The errors of `after` that have no counterpart in `before`.
///
/// Findings are compared by what they are about, never by their line: a promotion moves lines. Drift is about all
/// environments at once, so its environment and wording change while a value travels: a path that drifted before may
/// still drift on its way.
pub fn new_errors(before: &[Finding], after: &[Finding]) -> Vec<Refusal> {
    after
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .filter(|finding| !before.iter().any(|known| is_same(known, finding)))
        .map(refusal)
        .collect()
}

fn is_same(known: &Finding, finding: &Finding) -> bool {
    if known.rule != finding.rule {
        return false;
    }
    if known.rule.starts_with("drift/") {
        return match (&known.path, &finding.path) {
            (Some(known), Some(path)) => known.contains(path) || path.contains(known),
            (None, None) => true,
            _ => false,
        };
    }
    known.environment == finding.environment
        && known.path == finding.path
        && known.message == finding.message
}

fn refusal(finding: &Finding) -> Refusal {
    let environment = finding
        .environment
        .as_ref()
        .map(|environment| format!(" in {environment}"))
        .unwrap_or_default();
    let mut refusal = Refusal::new(
        Reason::Finding,
        format!(
            "the result would have a new error{environment}: {}",
            finding.message
        ),
    );
    refusal.rule = Some(finding.rule);
    refusal.path = finding.path.clone();
    refusal.help = Some(
        finding
            .help
            .clone()
            .unwrap_or_else(|| format!("`envlint explain {}` says what to do", finding.rule)),
    );
    refusal
}

/// Whether a refusal says again what another one already says of its path.
pub fn is_repeated(refusal: &Refusal, others: &[Refusal]) -> bool {
    let same_path = |path: &Path| others.iter().any(|other| other.path.as_ref() == Some(path));
    refusal
        .rule
        .is_some_and(|rule| rule.starts_with("secrets/"))
        && refusal.path.as_ref().is_some_and(same_path)
}
