//! The rules: what is checked. One file is one rule: its documentation and its check.

mod api;
mod autoscaling;
mod chart;
mod comments;
pub mod configuration;
mod context;
mod disruption_budget;
mod drift;
mod finding;
mod layout;
mod links;
mod objects;
mod preview;
mod production;
mod profile;
mod pulumi;
mod report;
mod resources;
mod schema;
mod secrets;
mod security;
mod setting;
mod shared;
mod suppression;
mod values;
mod workflow;
mod yaml;

use std::sync::LazyLock;

pub use context::{AppContext, Exposure, Role, SourceContext, WorkspaceContext};
pub use finding::{Absent, Cause, Finding, Fix, Found, Wanted};
pub use report::Reporter;
pub use shared::Shared;

use crate::masking::Printable;
use crate::source::Severity;

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// `category/name`.
    pub name: &'static str,
    /// How bad a finding is, unless the configuration says otherwise.
    pub severity: Severity,
    /// The documentation, in Markdown: the text that `envlint explain` prints and that the rule's page is made of.
    pub documentation: &'static str,
    /// What it looks at, and how: most rules have one check.
    pub checks: &'static [Check],
}

/// What a rule looks at.
#[derive(Debug)]
pub enum Check {
    /// Each file by itself: every values file, and the chart's own defaults once.
    Source(fn(&SourceContext<'_>, &mut Reporter<'_>)),
    /// The same, and every other YAML file of the workspace: manifests, templates of charts, values of no app.
    File(fn(&SourceContext<'_>, &mut Reporter<'_>)),
    /// One app in all its environments.
    App(fn(&AppContext<'_>, &mut Reporter<'_>)),
    /// The workspace, after its apps have been checked.
    Workspace(fn(&WorkspaceContext<'_>, &mut Reporter<'_>)),
    /// Nothing by itself: another stage finds it, and the rule gives it a name, a severity and a page.
    Elsewhere,
}

/// Declares the rule of a file: its doc comment is its documentation.
macro_rules! rule {
    ($(#[doc = $line:literal])+ $name:literal, $severity:ident, $($check:expr),+) => {
        /// The rule of this file.
        pub(in crate::rules) static RULE: crate::rules::Rule = crate::rules::Rule {
            name: $name,
            severity: crate::source::Severity::$severity,
            documentation: concat!($($line, "\n"),+),
            checks: &[$($check),+],
        };
    };
}
use rule;

static ALL: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let mut rules = [
        api::RULES,
        autoscaling::RULES,
        chart::RULES,
        disruption_budget::RULES,
        drift::RULES,
        layout::RULES,
        objects::RULES,
        preview::RULES,
        production::RULES,
        pulumi::RULES,
        resources::RULES,
        schema::RULES,
        secrets::RULES,
        security::RULES,
        suppression::RULES,
        values::RULES,
        workflow::RULES,
        yaml::RULES,
    ]
    .concat();
    rules.sort_by_key(|rule| rule.name);
    rules
});

/// All rules, by name.
pub fn all() -> &'static [&'static Rule] {
    &ALL
}

/// What the severity of a rule is, for every list of rules.
pub const ABOUT_SEVERITIES: &str = "The severity is the highest one that a rule gives. A finding that is less certain, or outside of production, may get a\nlower one; its rule's page says when. A severity under `rules:` in envlint.yaml is that of all findings of the rule.";

/// The rule of that name.
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.binary_search_by_key(&name, |rule| rule.name)
        .ok()
        .and_then(|index| ALL.get(index))
        .copied()
}

impl Rule {
    /// The documentation without the blank that every doc comment line begins with.
    pub fn text(&self) -> Printable {
        Printable::from(self.documentation).rewrite(|text| {
            let lines = text
                .lines()
                .map(|line| line.strip_prefix(' ').unwrap_or(line));
            lines.map(|line| format!("{line}\n")).collect()
        })
    }

    /// The documentation as a terminal shows it: a link is its text, with the address behind it where that is not another
    /// rule's page.
    pub fn plain_text(&self) -> Printable {
        self.text().rewrite(links::plain)
    }

    /// How bad a finding is at most: `up to error`.
    pub fn highest_severity(&self) -> &'static str {
        match self.severity {
            Severity::Error => "up to error",
            Severity::Warning => "up to warning",
            Severity::Info => "info",
        }
    }

    /// The documentation's first paragraph, on one line: what the rule finds.
    pub fn summary(&self) -> Printable {
        Printable::from(self.documentation).rewrite(|text| {
            let lines = text.lines().map(str::trim);
            let first = lines.take_while(|line| !line.is_empty());
            first.collect::<Vec<_>>().join(" ")
        })
    }

    /// The part of the name before the slash: what the rule protects.
    pub fn category(&self) -> &'static str {
        self.name
            .split_once('/')
            .map_or(self.name, |(category, _)| category)
    }
}
