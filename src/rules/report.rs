//! Where a rule says what it found.

use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::{Path, Spanned, Value};

use super::{AppContext, Rule, WorkspaceContext, profile};
use super::{Finding, Found};
use crate::manifests::objects::ViolationSort;
use crate::manifests::{Printed, PrintedValue, RenderedObject, RenderedViolation};
use crate::masking::{Name, ObjectName, Text, text};
use crate::resolve::EnvironmentValues;
use crate::secrets::Mistake;
use crate::source::{
    Confidence, Diagnostic, Location, Severity, Source, nearest_within, slip_within,
};
use crate::values::{Located, Pattern, Tree};
use crate::workspace::{Config, Environment, Profile};

/// Collects the findings of one rule on one app, with the severity and the exceptions that the configuration gives it.
#[derive(Debug)]
pub struct Reporter<'a> {
    rule: &'static str,
    severity: Severity,
    configured: bool,
    is_strict: bool,
    ignore: &'a [Spanned<Pattern>],
    app: Option<&'a Arc<str>>,
    findings: &'a mut Vec<Finding>,
    /// How many findings were taken.
    taken: usize,
    /// Whether there were more.
    is_over: bool,
    work: Budget,
}

/// How many findings of one rule an app may have; a generated file could make millions, which nobody reads.
const MOST: usize = 10_000;

/// How many objects, letters of words and the like one rule compares with each other for an app.
const MOST_WORK: u64 = 20_000_000;

impl<'a> Reporter<'a> {
    /// The collector of a rule's findings; none when the configuration turns the rule off.
    pub fn new(
        rule: &'static Rule,
        config: &'a Config,
        app: Option<&'a Arc<str>>,
        findings: &'a mut Vec<Finding>,
    ) -> Option<Self> {
        let severity = profile::configured(config, rule)?;
        let setting = config.rules.get(rule.name);
        let level = setting.and_then(|setting| setting.level());
        let ignore = setting.map(|setting| setting.ignore()).unwrap_or_default();
        Some(Reporter {
            rule: rule.name,
            severity,
            configured: level.is_some(),
            is_strict: level.is_none() && config.rules.extends == Profile::Strict,
            ignore,
            app,
            findings,
            taken: 0,
            is_over: false,
            work: Budget::new(MOST_WORK),
        })
    }

    /// Whether the rule may do so much more: compare an object with so many others. A rule compares things of an app with each
    /// other, whose number a stranger chooses; it is silent about the rest when too much was done.
    pub fn may_do(&self, steps: usize) -> bool {
        self.work.spend(steps as u64)
    }

    /// Whether there was more to do than the rule may do, so that it was silent about the rest.
    pub fn is_spent(&self) -> bool {
        self.work.is_spent()
    }

    /// The candidate that a person may have meant by a word.
    pub fn nearest<'c>(
        &self,
        word: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Option<&'c str> {
        nearest_within(word, candidates, &self.work)
    }

    /// The candidate that is the same word but for a slip of the fingers.
    pub fn slip<'c>(
        &self,
        word: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Option<&'c str> {
        slip_within(word, candidates, &self.work)
    }

    /// A finding of the rule, to be completed and pushed.
    pub fn finding(&self, location: Location, message: impl Into<Text>) -> Finding {
        let mut finding = Finding::new(self.rule, self.severity, location, message);
        finding.app = self.app.cloned();
        finding
    }

    /// A finding about a value of an environment. It points into the environment's own values file: at the value where
    /// it is written there, else at the place where it would override the chart's default.
    pub fn value(
        &self,
        values: &EnvironmentValues<'_>,
        value: &Located<'_>,
        message: impl Into<Text>,
    ) -> Finding {
        let (path, tree) = (value.path(), value.tree());
        let written = match tree.as_scalar() {
            Some(_) => tree.location(),
            None => tree.key_location(),
        };
        let finding = if values.file.is_written_in(&written.source) {
            self.finding(written, message)
        } else {
            let place = values.place_of(path).unwrap_or_else(|| written.clone());
            self.finding(place, message)
                .note(written, "the chart's default")
        };
        finding.at(path.clone()).environment(values.name())
    }

    /// A finding about a value of an environment, at the line that decides: where the value is written, in a values file
    /// or in the defaults of the chart. Where that is no file of the workspace, as [`Self::value`].
    pub fn written(
        &self,
        cx: &AppContext<'_>,
        values: &EnvironmentValues<'_>,
        value: &Located<'_>,
        message: impl Into<Text>,
    ) -> Finding {
        let source = value.tree().source();
        if !values.file.is_written_in(source) && !cx.workspace.root.join(&source.path).is_file() {
            return self.value(values, value, message);
        }
        let written = match value.tree().as_scalar() {
            Some(_) => value.tree().location(),
            None => value.tree().key_location(),
        };
        self.finding(written, message)
            .at(value.path().clone())
            .environment(values.name())
    }

    /// A finding about a field of an object that a chart renders: at the value that the field is made of, with the template's
    /// line; where no value decides, at the template's line. None where nothing of it is a file of the workspace.
    pub fn field(
        &self,
        cx: &AppContext<'_>,
        values: &EnvironmentValues<'_>,
        (object, path): (&RenderedObject, &Path),
        message: impl Into<Text>,
    ) -> Option<Finding> {
        let name = values.name();
        let template = cx.manifests.place_of(name, object, Some(path))?;
        Some(match cx.manifests.origin(name, object, path) {
            Some(value) => self.written(cx, values, &value, message).note(
                template,
                text!("the template, which writes `{}`", ObjectName(path)),
            ),
            None => self.finding(template, message).environment(name),
        })
    }

    /// A finding that is less bad than the rule's usual ones, unless the configuration sets a severity.
    pub fn lowered(
        &self,
        severity: Severity,
        location: Location,
        message: impl Into<Text>,
    ) -> Finding {
        let finding = self.finding(location, message);
        self.lower_severity(severity, finding)
    }

    /// Makes a finding less bad than the rule's usual ones, unless the configuration sets a severity.
    pub fn lower_severity(&self, severity: Severity, mut finding: Finding) -> Finding {
        if !self.configured {
            finding.severity = finding.severity.min(severity);
        }
        finding
    }

    /// What another stage found, as a finding of the rule at this place.
    pub fn again<Own, At>(&self, said: Diagnostic<Own, At>, location: Location) -> Finding {
        let mut found = Found::by(self.rule, self.severity);
        found.app = self.app.cloned();
        said.moved_to(location, found)
    }

    /// What is wrong with a selection of a secret backend, as a finding.
    pub fn mistake(&self, mistake: &Mistake, environment: &Environment) -> Finding {
        self.again(mistake.clone(), mistake.location.clone())
            .environment(&environment.name)
    }

    /// What is wrong with the objects that the workspace keeps as plain YAML. Only when every app is checked: a check of
    /// some files says nothing about others.
    pub fn violations(&mut self, cx: &WorkspaceContext<'_>, sort: ViolationSort) {
        if !cx.complete {
            return;
        }
        for file in cx.objects() {
            for (object, violation) in file
                .violations
                .iter()
                .filter(|(_, violation)| violation.own == sort)
            {
                let path = violation.path.clone().unwrap_or_default();
                let place = file.location(*object, &path, sort.is_of_name());
                self.push(self.again(violation.clone(), place));
            }
        }
    }

    /// What is wrong with the objects that the app's chart renders. Points at the template's line that begins the object.
    pub fn rendered_violations(&mut self, cx: &AppContext<'_>, sort: ViolationSort) {
        let of_sort = |found: &&RenderedViolation| found.violation.own == sort;
        for RenderedViolation {
            kind,
            name,
            violation,
            location,
            is_in_template,
            value,
            untaken,
        } in cx.manifests.violations().iter().filter(of_sort)
        {
            let mut finding = self.again(violation.clone(), location.clone());
            if let Some(printed) = value {
                finding = self.with_value(cx, finding, printed);
            }
            finding.is_of_object = true;
            let object = match name.as_str() {
                "" => text!("{}", ObjectName(kind)),
                name => text!("{} `{}`", ObjectName(kind), ObjectName(name)),
            };
            finding.message = match untaken {
                None => text!("{}: {}", object, violation.message),
                Some(settings) => text!(
                    "{}, which no environment has, with {}: {}",
                    object,
                    settings,
                    violation.message
                ),
            };
            // One line of a template may make many objects, and a chart that is old is so in many templates.
            let path = location.source.path.as_str();
            let place = match untaken {
                None => format!("{path}:{}", location.span.start),
                Some(_) => path.split("/templates/").next().unwrap_or(path).to_owned(),
            };
            // Nobody here can mend what others wrote, and an old cluster may still take what later ones refuse.
            let is_theirs = sort == ViolationSort::UnknownApiField && !is_in_template;
            if untaken.is_some() && sort == ViolationSort::Removed {
                finding = self.lower_severity(Severity::Info, finding);
            } else if is_theirs || untaken.is_some() || violation.confidence < Confidence::High {
                finding = self.lower_severity(Severity::Warning, finding);
            }
            self.push(finding.once_of(
                place,
                violation.message.clone(),
                text!("`{}`", ObjectName(name)),
            ));
        }
        let mut violations = cx.manifests.violations().iter();
        if let Some(environment) = cx.manifests.cut()
            && let Some(last) = violations.rfind(of_sort)
        {
            let message = text!(
                "the objects in {} have more mistakes than envlint lists of an app",
                Name(environment)
            );
            let finding = self.finding(last.location.clone(), message);
            let finding = finding.help("correct those that are listed, and check again");
            self.push(self.lower_severity(Severity::Info, finding));
        }
    }

    /// The same finding with the value that the field is made of: at the value, where it is what a person mends, and with the
    /// other of the two lines.
    fn with_value(&self, cx: &AppContext<'_>, finding: Finding, of: &PrintedValue<'_>) -> Finding {
        let mut environments = cx.environments.iter();
        let Some(values) = environments.find(|values| values.name() == of.environment) else {
            return finding;
        };
        let template = finding.location.clone();
        let at_value = self.written(cx, values, &of.value, "");
        // A number where text is wanted is quoted where the template prints it, whatever the value is.
        let is_text = matches!(of.value.tree().to_value(), Value::String(_));
        match of.printed == Printed::Whole || is_text {
            true => {
                let mut finding = finding.at(of.value.path().clone());
                // The defaults of a chart are those of all environments.
                if values.file.is_written_in(&at_value.location.source) {
                    finding = finding.environment(of.environment);
                }
                finding.location = at_value.location;
                finding.note(template, "the template, which prints it")
            }
            false => {
                let message = text!("`{}`, which the template prints", of.value.path());
                finding.note(at_value.location, message)
            }
        }
    }

    /// Whether the configuration tells the rule to leave a path alone.
    pub fn ignores(&self, path: &Path, source: &Arc<Source>) -> bool {
        let values = std::iter::once_with(|| Tree::of(source)).flatten();
        let mut patterns = self.ignore.iter().map(|pattern| &pattern.value);
        patterns.any(|pattern| pattern.covers_in(path, values.clone()))
    }

    /// Takes a finding, unless its path is one that the configuration tells the rule to leave alone.
    pub fn push(&mut self, mut finding: Finding) {
        if self.is_strict && finding.severity == Severity::Warning {
            finding.severity = Severity::Error;
        }
        let source = &finding.location.source;
        let path = finding.path.as_ref();
        if path.is_some_and(|path| self.ignores(path, source)) {
            return;
        }
        if self.taken < MOST {
            self.taken += 1;
            self.findings.push(finding);
        } else if !self.is_over
            && let Some(last) = self.findings.last_mut()
        {
            self.is_over = true;
            last.message
                .push(" (there are more findings of this rule, which are not listed)");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MOST, Reporter};
    use crate::rules::{Finding, find};
    use crate::source::{Location, Source};
    use crate::workspace::Config;

    #[test]
    fn findings_that_are_left_out_are_told_of() {
        let source = Arc::new(Source::new("a.yaml", "a: 1\n".to_owned()));
        let config = Config::default();
        let rule = find("yaml/syntax").expect("a rule");
        let mut findings: Vec<Finding> = Vec::new();
        let push = |count: usize, findings: &mut Vec<Finding>| {
            let mut out = Reporter::new(rule, &config, None, findings).expect("it is on");
            for _ in 0..count {
                let finding = out.finding(Location::start_of(&source), "wrong");
                out.push(finding);
            }
        };
        push(MOST, &mut findings);
        let plain = findings.last().map(|last| last.message.clone());
        assert_eq!(plain, findings.first().map(|first| first.message.clone()));
        findings.clear();
        push(MOST + 2, &mut findings);
        assert_eq!(findings.len(), MOST);
        assert_ne!(findings.last().map(|last| last.message.clone()), plain);
    }
}
