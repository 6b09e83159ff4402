//! What a check objects to in the values file that a promotion would write.

use std::sync::Arc;

use envlint_yaml::Path;

use super::plan::Plan;
use super::promote::Request;
use super::refusal::Refusal;
use super::verify;
use crate::check::Checker;
use crate::masking::{Text, text};
use crate::rules::Finding;
use crate::source::Source;
use crate::workspace::{App, AppFiles, ValuesFile};

/// The rule about what an environment has and the one before it never had.
const OUT_OF_ORDER: &str = "drift/out-of-order-change";
/// The rule about what the configuration expects of a path.
const EXPECTATION: &str = "drift/expectation";

/// What a check objects to in the new file.
pub(super) struct Objections {
    /// Secrets that would be copied, and errors that it does not find without it.
    pub refusals: Vec<Refusal>,
    /// Expectations of the configuration that the target does not meet, before and afterwards.
    pub unmet: Vec<Text>,
    /// Whether its chart does not render.
    pub breaks: bool,
    /// Where secrets arrive that no finding speaks of.
    pub unsaid: Vec<Path>,
}

/// Checks the app with the new file in the place of the target's.
pub(super) fn objections(
    request: &Request<'_>,
    app: &App,
    mut files: AppFiles,
    checker: &Checker<'_>,
    promoted: &Arc<Source>,
    plan: &Plan<'_>,
) -> Objections {
    let to = request.to;
    let find = |files: &AppFiles| verify::Findings {
        all: checker.findings_of(app, files),
        alone: checker.findings_of(app, &files.of_one(&to.name)),
    };
    let mut old = Vec::new();
    for file in &mut files.values {
        if file.environment.name == to.name {
            let new = file.with_source(Arc::clone(promoted));
            old.push(std::mem::replace(file, new));
        }
    }
    let mut after = find(&files);
    // What another environment lacks then is no reason to keep this one back.
    let is_of_target = |name: &Arc<str>| *name == to.name;
    let of_target = |finding: &Finding| finding.environment.as_ref().is_none_or(is_of_target);
    after.all.retain(of_target);
    if request.permissions.skip {
        // That is what was asked for.
        let is_out_of_order = |finding: &Finding| finding.rule == OUT_OF_ORDER;
        after.all.retain(|finding| !is_out_of_order(finding));
    }
    let secrets = verify::copied_secrets(request.from, to, plan, promoted, &after.all);
    let unsaid = verify::unsaid_secrets(plan, promoted, &after.all);
    // What was there before is looked for only where there is something now.
    let others = match after.refuses() {
        false => Vec::new(),
        true => {
            let mut old = old.into_iter();
            let of_target = |file: &&mut ValuesFile| file.environment.name == to.name;
            for (file, old) in files.values.iter_mut().filter(of_target).zip(&mut old) {
                *file = old;
            }
            verify::refusals(&find(&files), &after, to, promoted)
        }
    };
    let unmet = after.all.iter().filter(|finding| {
        finding.rule == EXPECTATION && finding.environment.as_ref().is_some_and(is_of_target)
    });
    let unmet =
        unmet.map(|finding| text!("{}, before the promotion and after it", finding.message));
    Objections {
        unmet: unmet.collect(),
        refusals: verify::without_repeats(secrets.into_iter().chain(others)),
        breaks: after.breaks(),
        unsaid,
    }
}
