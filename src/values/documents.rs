//! Several YAML documents in one values file: what is wrong with them, in the same words for every command.

use std::sync::Arc;

use envlint_yaml::Span;

use crate::masking::text;
use crate::source::{Location, Problem, Source};

/// Says that a file holds several documents with content. Helm 3 reads the first (sigs.k8s.io/yaml: `Unmarshal`); Helm 4
/// lays the later ones over it (helm: pkg/chart/common/util, `ReadValues`), which `helm template` shows.
pub fn several_documents(source: &Arc<Source>) -> Option<Problem> {
    let documents = source.document.documents();
    let mut filled = documents.iter().filter(|root| !root.is_null());
    let second = filled.nth(1)?;
    let start = second.span().start;
    let text = source.text();
    let line = text.get(start..).and_then(|rest| rest.find('\n'));
    let end = line.map_or(second.span().end, |length| start + length);
    let span = Span::new(start, end.min(second.span().end));
    let count = 2 + filled.count();
    let problem = Problem::located(
        Location::new(source, span),
        text!(
            "the values file holds {} YAML documents: Helm 3 reads the first one only, and Helm 4 lays the others over it",
            count
        ),
    );
    Some(problem.help("join them into one map, and remove the `---` between them"))
}
