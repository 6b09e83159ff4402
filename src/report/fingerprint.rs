//! What stays the same of a finding while lines are added and removed around it.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::rules::Finding;

/// One fingerprint for each finding, in their order: 64 hexadecimal digits.
///
/// It is made of the rule, the file, the app, the environment and the path; where there is no path, of the message.
/// Never of a value, since a fingerprint of a secret could be guessed from. Equal findings are told apart by number.
pub(super) fn fingerprints(findings: &[Finding]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    findings
        .iter()
        .map(|finding| {
            let identity = identity(finding);
            let count = seen.entry(identity.clone()).or_default();
            *count += 1;
            let digest = Sha256::digest(format!("{identity}\0{count}"));
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        })
        .collect()
}

fn identity(finding: &Finding) -> String {
    let what = match &finding.path {
        Some(path) => path.to_string(),
        None => finding.message.show().into_string(),
    };
    [
        finding.rule,
        &finding.location.source.path,
        finding.app.as_deref().unwrap_or_default(),
        finding.environment.as_deref().unwrap_or_default(),
        &what,
    ]
    .join("\0")
}
