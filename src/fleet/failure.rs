//! Apps that a template fails for: one mistake of the template is said once, with the apps that are not generated for it.

use std::sync::Arc;

use crate::masking::{Name, Text, text};
use crate::source::{Location, Problem};
use crate::workspace::{Environment, Fleet, FleetApp};

/// How many apps are named and pointed at.
const SHOWN: usize = 5;

/// Why an app is not generated.
#[derive(Debug)]
pub(super) enum Failure {
    /// The template fails for it.
    Template(Failed),
    /// Anything else.
    Other(Problem),
}

/// A template that fails for an app.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    /// Where in the template.
    pub(super) place: Location,
    /// What it does not do: the sentence goes on with the app.
    pub(super) what: &'static str,
    /// Why.
    pub(super) reason: Text,
    /// The way out.
    pub(super) help: &'static str,
    /// Whether it took all the work that a template may take.
    is_exhausted: bool,
    app: Arc<str>,
    app_place: Location,
    environment: Arc<str>,
}

impl Failed {
    /// A failure for an app in an environment.
    pub(super) fn of(
        (fleet, app, environment): (&Fleet, &FleetApp, &Environment),
        place: Location,
        what: &'static str,
        reason: Text,
        help: &'static str,
    ) -> Box<Failure> {
        Box::new(Failure::Template(Failed {
            place,
            what,
            reason,
            help,
            is_exhausted: false,
            app: Arc::clone(&app.name),
            app_place: app.location(fleet),
            environment: Arc::clone(&environment.name),
        }))
    }

    /// The same failure for another app, whose template was not tried.
    pub(super) fn again(&self, (fleet, app): (&Fleet, &FleetApp)) -> Failed {
        Failed {
            app: Arc::clone(&app.name),
            app_place: app.location(fleet),
            ..self.clone()
        }
    }

    fn is_like(&self, other: &Failed) -> bool {
        Arc::ptr_eq(&self.place.source, &other.place.source)
            && self.place.span == other.place.span
            && self.reason == other.reason
    }
}

impl Failure {
    /// The same, of a template that took all the work that it may take.
    pub(super) fn exhausted(mut self: Box<Failure>, is_exhausted: bool) -> Box<Failure> {
        if let Failure::Template(failed) = &mut *self {
            failed.is_exhausted = is_exhausted;
        }
        self
    }

    /// The template that took all the work that it may take.
    pub(super) fn exhausting(&self) -> Option<&Failed> {
        match self {
            Failure::Template(failed) if failed.is_exhausted => Some(failed),
            _ => None,
        }
    }
}

/// What is wrong, each cause once, in the order of the list.
pub(super) fn problems(failures: impl IntoIterator<Item = Failure>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut causes: Vec<Vec<Failed>> = Vec::new();
    for failure in failures {
        let failed = match failure {
            Failure::Other(problem) => {
                problems.push(problem);
                continue;
            }
            Failure::Template(failed) => failed,
        };
        let known = causes
            .iter_mut()
            .find(|cause| cause.iter().take(1).any(|first| first.is_like(&failed)));
        match known {
            Some(cause) => cause.push(failed),
            None => causes.push(vec![failed]),
        }
    }
    problems.extend(causes.iter().filter_map(|cause| said(cause)));
    problems
}

fn said(cause: &[Failed]) -> Option<Problem> {
    let first = cause.first()?;
    let message = match cause {
        [one] => text!(
            "{} `{}` in {}: {}",
            first.what,
            Name(&one.app),
            Name(&one.environment),
            first.reason
        ),
        several => {
            let apps = several
                .iter()
                .map(|failed| text!("`{}`", Name(&failed.app)));
            text!(
                "{} {} apps: {}; not generated: {}",
                first.what,
                several.len(),
                first.reason,
                Text::first(apps, SHOWN)
            )
        }
    };
    let problem = Problem::located(first.place.clone(), message).help(first.help);
    let shown = cause.iter().take(SHOWN);
    Some(shown.fold(problem, |problem, failed| {
        problem.note(failed.app_place.clone(), "not generated")
    }))
}
