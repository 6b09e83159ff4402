//! The `sarif` format: SARIF 2.1.0, for code scanning.
//!
//! Source: the OASIS standard, and GitHub's "SARIF support for code scanning". Columns count characters, as envlint's
//! do. A result's fingerprint stays the same while lines move.

mod limits;
mod model;

use envlint_yaml::Span;

use super::fingerprint::fingerprints;
use super::{name, path};
use crate::check::Outcome;
use crate::masking::{Printable, Said, Text, printable, text};
use crate::rules::{self, Rule};
use crate::rules::{Finding, Fix};
use crate::source::{Location, Note, Severity};
use crate::source::{Problem, Source};

use model::*;

/// Where the pages of the rules are.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/rules");
/// The name of the root that addresses begin at.
const ROOT: &str = "ROOT";

/// The findings as one run of one tool, and how many of them were left out.
pub(super) fn render(outcome: &Outcome) -> (Printable, usize) {
    let results = outcome
        .findings
        .iter()
        .zip(fingerprints(&outcome.findings))
        .map(|(finding, fingerprint)| (finding.severity, result(finding, fingerprint)))
        .collect();
    let (results, left_out) = limits::within(results);
    let problems = outcome.problems.iter().map(notification);
    let missing = (left_out > 0).then(|| Notification {
        level: "warning",
        message: Message::text(super::left_out(left_out)),
        locations: Vec::new(),
    });
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "envlint",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: rules::all().iter().copied().map(rule).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: Bases {
                root: Base {
                    description: Message::text(
                        "the root of the git work tree, else of the workspace",
                    ),
                },
            },
            invocations: [Invocation {
                execution_successful: outcome.problems.is_empty(),
                tool_execution_notifications: problems.chain(missing).collect(),
            }],
            results,
        }],
    };
    (Printable::json(&log), left_out)
}

fn rule(rule: &'static Rule) -> Descriptor {
    let text = rule.text();
    Descriptor {
        id: rule.name,
        name: rule.name,
        short_description: Message::text(rule.summary()),
        full_description: Message::text(rule.summary()),
        help: Help {
            text: text.clone(),
            markdown: text,
        },
        help_uri: printable!("{}/{}.md", PAGES, rule.name),
        default_configuration: Configuration {
            level: level(rule.severity),
        },
        properties: Tags {
            tags: [rule.category()],
        },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(finding: &Finding, fingerprint: String) -> SarifResult {
    let text = match finding.advice() {
        Some(help) => text!("{}\n\nhelp: {}", finding.message, help),
        None => finding.message.clone(),
    };
    let logical = path(finding).map(|path| Logical {
        fully_qualified_name: path,
        kind: "value",
    });
    SarifResult {
        rule_id: finding.rule,
        rule_index: rules::all()
            .iter()
            .position(|rule| rule.name == finding.rule),
        level: level(finding.severity),
        message: Message::text(text),
        locations: [SarifLocation {
            id: None,
            physical_location: physical(&finding.location),
            logical_locations: logical.into_iter().collect(),
            message: None,
        }],
        related_locations: finding
            .related
            .iter()
            .take(limits::MOST_RELATED)
            .enumerate()
            .map(related)
            .collect(),
        partial_fingerprints: Fingerprints { first: fingerprint },
        fixes: finding
            .fix
            .iter()
            .filter_map(|fix| repair(&finding.location.source, fix))
            .collect(),
        properties: Belonging {
            confidence: finding.confidence,
            app: finding.app.as_ref().map(name),
            environment: finding.environment.as_ref().map(name),
        },
    }
}

fn related((index, note): (usize, &Note)) -> SarifLocation {
    SarifLocation {
        id: Some(index + 1),
        physical_location: physical(&note.location),
        logical_locations: Vec::new(),
        message: Some(Message::text(&note.message)),
    }
}

fn physical(location: &Location) -> Physical {
    Physical {
        artifact_location: artifact(&location.source),
        region: region(&location.source, location.span),
    }
}

fn artifact(source: &Source) -> Artifact {
    Artifact {
        uri: source.name().show().rewrite(address),
        uri_base_id: ROOT,
    }
}

fn region(source: &Source, span: Span) -> Region {
    let (start, end) = (
        source.document.position(span.start),
        source.document.position(span.end),
    );
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

/// The repair as replacements; none when it would touch a secret.
fn repair(source: &Source, fix: &Fix) -> Option<Repair> {
    let touches = |span: &Span| {
        source
            .sensitive_text()
            .iter()
            .any(|secret| secret.start < span.end && span.start < secret.end)
    };
    if fix.edits.iter().any(|edit| touches(&edit.span)) {
        return None;
    }
    let replacements = fix.edits.iter().map(|edit| Replacement {
        deleted_region: region(source, edit.span),
        inserted_content: Message::text(Text::of(&Said(&edit.replacement))),
    });
    Some(Repair {
        description: Message::text(&fix.title),
        artifact_changes: [Change {
            artifact_location: artifact(source),
            replacements: replacements.collect(),
        }],
    })
}

fn notification(problem: &Problem) -> Notification {
    let message = match problem.advice() {
        Some(advice) => text!("{}; {}", problem.message, advice),
        None => problem.message.clone(),
    };
    Notification {
        level: "error",
        message: Message::text(&message),
        locations: problem
            .location
            .iter()
            .map(|location| SarifLocation {
                id: None,
                physical_location: physical(location),
                logical_locations: Vec::new(),
                message: None,
            })
            .collect(),
    }
}

/// A path as a relative address (RFC 3986): all but unreserved characters and slashes are encoded.
fn address(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address += &format!("%{byte:02X}");
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn paths_become_addresses() {
        assert_eq!(address("apps/my app/prod.yaml"), "apps/my%20app/prod.yaml");
        assert_eq!(address("ä#?.yaml"), "%C3%A4%23%3F.yaml");
    }
}
