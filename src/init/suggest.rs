//! `envlint init --suggest`: what could be declared besides what `envlint.yaml` declares, and how sure that is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::Path;

use super::infer::{Declaration, Expected, Verdict, verdict};
use super::kinds::Kind;
use super::observe::{self, Facts};
use super::text::{comment, declared};
use crate::resolve::resolve;
use crate::source::{Confidence, Problem};
use crate::workspace::{App, Charts, Workspace, each_app};

/// So many apps are named behind a suggestion.
const NAMED: usize = 3;

/// A declaration that could be made.
#[derive(Debug)]
pub struct Suggestion {
    /// It.
    pub declaration: Declaration,
    /// How sure it is that the path belongs to the environment.
    pub confidence: Confidence,
    /// Why.
    pub reason: &'static str,
    /// The apps in which the path differs.
    pub apps: Vec<Arc<str>>,
}

/// What could be declared in a workspace.
#[derive(Debug, Default)]
pub struct Suggestions {
    /// The surest first, then by path.
    pub list: Vec<Suggestion>,
    /// How many paths differ and look wrong, so that nobody should declare them without a look.
    pub defects: usize,
    /// How many versions differ: they are promoted.
    pub versions: usize,
    /// How many paths only the first or the last environments have: additions and removals, which are promoted.
    pub travelling: usize,
    /// Why some apps could not be looked at.
    pub problems: Vec<Problem>,
}

/// Looks at the paths that differ and are not declared.
pub fn suggest(workspace: &Workspace) -> Suggestions {
    let charts = Charts::load(workspace, workspace.apps.iter());
    let read = |app: &App| {
        let files = app.load(workspace);
        let resolved = resolve(workspace, app, &files, charts.of(app));
        let own = resolved
            .all_rows()
            .filter(|(_, class)| class.is_per_environment());
        let own: BTreeSet<Path> = own.map(|(row, _)| row.path.clone()).collect();
        let mut seen = observe::app(&resolved);
        seen.retain(|seen| seen.differs && !own.contains(&seen.path));
        Ok(seen)
    };
    let all: Vec<&App> = workspace.apps.iter().collect();
    let observed = each_app(workspace, &all, "read", read, Err);
    let mut suggestions = Suggestions::default();
    let mut paths: BTreeMap<Path, (Facts, Vec<Arc<str>>)> = BTreeMap::new();
    for (app, seen) in all.iter().zip(observed) {
        match seen {
            Ok(seen) => seen.into_iter().for_each(|seen| {
                let (facts, apps) = paths
                    .entry(seen.path)
                    .or_insert_with(|| (seen.facts.clone(), Vec::new()));
                *facts = facts.and(&seen.facts);
                apps.push(Arc::clone(&app.name));
            }),
            Err(problem) => suggestions.problems.push(problem),
        }
    }
    for (path, (facts, apps)) in paths {
        if facts.travels && facts.pattern.is_none() && !facts.named {
            suggestions.travelling += 1;
            continue;
        }
        let expected = match verdict(&facts) {
            Verdict::Declare(expected) => expected,
            Verdict::Travels => {
                suggestions.versions += 1;
                continue;
            }
            Verdict::Keep(Some(_)) => {
                suggestions.defects += 1;
                continue;
            }
            Verdict::Keep(None) => Expected::Nothing,
        };
        let (confidence, reason) = sureness(&facts, &expected);
        suggestions.list.push(Suggestion {
            declaration: Declaration { path, expected },
            confidence,
            reason,
            apps,
        });
    }
    suggestions
        .list
        .sort_by_key(|known| std::cmp::Reverse(known.confidence));
    suggestions
}

/// How sure it is that a path belongs to the environment, and why.
fn sureness(facts: &Facts, expected: &Expected) -> (Confidence, &'static str) {
    match (facts.kind, expected) {
        (_, Expected::Pattern(_)) => (
            Confidence::High,
            "the values are one text with the environment's name in it",
        ),
        _ if facts.encrypted => (
            Confidence::High,
            "the values are ciphertext, and each environment has other keys",
        ),
        (Kind::Address, Expected::Distinct) => (
            Confidence::High,
            "the key is an address, and each environment has its own",
        ),
        (Kind::Place, _) => (Confidence::High, "the section is about where and how large"),
        (_, Expected::Distinct) => (
            Confidence::Medium,
            "the values are addresses, and each environment has its own",
        ),
        (Kind::Amount, Expected::NonDecreasing) => (
            Confidence::Medium,
            "the key is an amount, and it never decreases",
        ),
        (Kind::Amount, _) => (Confidence::Medium, "the key is an amount"),
        (Kind::Address, _) => (Confidence::Medium, "the key is an address"),
        (Kind::Level, _) => (Confidence::Medium, "the key is a log level"),
        _ if facts.named => (
            Confidence::Medium,
            "each value has the environment's name in it",
        ),
        _ => (
            Confidence::Low,
            "it differs, and nothing tells whom it belongs to",
        ),
    }
}

impl Suggestions {
    /// Those that are at least so sure, as a part of `envlint.yaml`.
    pub fn text(&self, least: Confidence) -> String {
        let shown = self.list.iter().filter(|known| known.confidence >= least);
        let mut text = String::from("perEnvironment:\n");
        for known in shown {
            let mut apps: Vec<&str> = known.apps.iter().take(NAMED).map(|app| &**app).collect();
            let more = format!("{} more", known.apps.len().saturating_sub(NAMED));
            if known.apps.len() > NAMED {
                apps.push(&more);
            }
            let why = format!(
                "{}: {} ({})",
                known.confidence.as_str(),
                known.reason,
                apps.join(", ")
            );
            text += &comment(&why, "  ");
            text += &format!("  - {}\n", declared(&known.declaration));
        }
        text
    }
}
