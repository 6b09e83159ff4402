//! Where rules say nothing because they cannot know: what `--verbose` lists.

use std::collections::BTreeSet;
use std::sync::Arc;

use envlint_helm::Coverage;
use envlint_yaml::Path;

use crate::history::History;
use crate::manifests::objects::Definitions;
use crate::masking::{Name, ObjectName, Said, Text, text};
use crate::resolve::resolve;
use crate::rules::AppContext;
use crate::values::{Located, Pattern, Tree};
use crate::workspace::{App, Charts, Workspace, each_app};

/// How many paths one line names.
const MOST: usize = 8;

/// A rule that says nothing of an app, or of a part of it.
#[derive(Debug)]
pub struct Silence {
    /// The rules, as a person names them.
    pub rules: Text,
    /// The app; none where it is the workspace.
    pub app: Option<Arc<str>>,
    /// Why they say nothing.
    pub reason: Text,
}

/// What rules say nothing of in these apps, and why.
pub fn silences(workspace: &Workspace, apps: &[&App]) -> Vec<Silence> {
    let charts = Charts::load(workspace, apps.iter().copied());
    let definitions = Definitions::default();
    let history = History::of(workspace, apps);
    let of_app = |app: &App| {
        let files = app.load(workspace);
        let resolved = resolve(workspace, app, &files, charts.of(app));
        of_app(&AppContext::new(
            &resolved,
            definitions.of(workspace),
            &history,
        ))
    };
    let of_apps = each_app(workspace, apps, "checked", of_app, |_| Vec::new());
    let mut found: Vec<Silence> = of_apps.into_iter().flatten().collect();
    if apps.len() < workspace.apps.len() {
        found.push(Silence {
            rules: "rules about the workspace as a whole".into(),
            app: None,
            reason: "only some of its apps are checked".into(),
        });
    }
    found
}

/// Where rules met a limit and said nothing of the rest, in what was checked of one app, or of no app: of these rules it is
/// known.
pub(super) fn at_limit(app: Option<&Arc<str>>, rules: &BTreeSet<&'static str>) -> Option<Silence> {
    let names = rules.iter().map(|rule| text!("`{}`", Name(rule)));
    (!rules.is_empty()).then(|| Silence {
        rules: Text::first(names, rules.len()),
        app: app.cloned(),
        reason: "there is more to compare than one rule compares".into(),
    })
}

/// The same of what an app's chart makes.
pub(super) fn of_manifests(cx: &AppContext<'_>) -> Vec<Silence> {
    let mut found = Vec::new();
    let mut say = |rules: &'static str, reason: Text| {
        found.push(Silence {
            rules: rules.into(),
            app: Some(Arc::clone(&cx.app.name)),
            reason,
        });
    };
    for rendered in cx.manifests.rendered() {
        let environment = rendered.environment;
        if rendered.manifests.is_err() {
            continue; // A finding says so.
        }
        if rendered.workloads().is_none() {
            let reason = text!(
                "its chart makes too many workloads in {}",
                Name(environment)
            );
            say("rules about workloads", reason);
        }
        if cx.manifests.objects(environment).is_none() {
            let reason = text!("its chart makes too many objects in {}", Name(environment));
            say("rules about objects and what they name", reason);
        }
    }
    if cx.manifests.is_spent() {
        let reason = "checking them takes more work than a check does for an app";
        say("rules about the fields of manifests", reason.into());
    }
    found
}

/// Why an app's chart is not looked at.
fn without_chart(app: &App) -> Text {
    let deployments = app.deployments.iter();
    let charts: BTreeSet<&str> = deployments
        .filter_map(|deployment| deployment.chart.as_deref())
        .collect();
    let named = charts.iter().map(|chart| text!("`{}`", ObjectName(chart)));
    match charts.len() {
        0 if app.chart.is_some() => "its chart is not in the workspace".into(),
        0 => "nothing says which chart it is deployed with".into(),
        1 => text!(
            "its chart {} is not in the workspace",
            Text::first(named, 1)
        ),
        _ => text!(
            "its charts {} are not in the workspace, or each environment has one of its own",
            Text::first(named, MOST)
        ),
    }
}

fn of_app(cx: &AppContext<'_>) -> Vec<Silence> {
    let mut found = Vec::new();
    let mut say = |rules: &'static str, reason: Text| {
        found.push(Silence {
            rules: rules.into(),
            app: Some(Arc::clone(&cx.app.name)),
            reason,
        });
    };
    let Some(chart) = cx.chart else {
        // A stack of Pulumi has none.
        if !cx.app.is_of_stacks() {
            say(
                "rules about manifests, values/unused and values/undefined",
                without_chart(cx.app),
            );
        }
        return found;
    };
    if let Err(error) = &chart.chart {
        let reason = text!("its chart cannot be loaded: {}", Said(error));
        say(
            "rules about manifests, values/unused and values/undefined",
            reason,
        );
        return found;
    }
    let given = cx
        .environments
        .iter()
        .flat_map(|values| values.file.given());
    let given: BTreeSet<Path> = given
        .filter_map(Pattern::as_path)
        .filter(|path| !path.is_root())
        .collect();
    if !given.is_empty() {
        let given = given.iter().map(|path| text!("`{}`", path));
        let given = Text::first(given, MOST);
        let reason = text!("what is given when it is deployed is not known: {}", given);
        say("rules about what comes of values", reason);
    }
    for rendered in cx.manifests.rendered() {
        if let Err(failure) = &rendered.manifests {
            let reason = text!(
                "its chart does not render in {}: {}",
                Name(rendered.environment),
                Said(&failure.reason())
            );
            say("rules about manifests", reason);
        }
    }
    if !cx.has_one_chart() {
        let reason = match cx.has_known_layers() {
            true => "not all environments deploy the same chart",
            false => "nothing says which of its values files are laid over each other",
        };
        say("values/unused and values/undefined", reason.into());
        return found;
    }
    let (taken, unknown) = coverage(cx);
    for (paths, reason) in [
        (taken, "templates take all that is in"),
        (
            unknown,
            "the templates that may read it are not in the workspace:",
        ),
    ] {
        if !paths.is_empty() {
            let reason = text!("{} {}", reason, Text::first(paths, MOST));
            say("values/unused", reason);
        }
    }
    let without: Vec<&str> = cx
        .environments
        .iter()
        .filter(|values| values.environment.kubernetes.is_none())
        .map(|values| &**values.name())
        .collect();
    if !without.is_empty() {
        let reason = text!(
            "no `kubernetes:` gives the version of the cluster in {}",
            Text::listed(&without)
        );
        say("api/deprecated", reason);
    }
    found
}

/// The topmost paths that a template takes as a whole, and those of which nothing is known.
fn coverage(cx: &AppContext<'_>) -> (Vec<Text>, Vec<Text>) {
    let (mut taken, mut unknown) = (BTreeSet::new(), BTreeSet::new());
    for values in &cx.environments {
        let own = values.file.source.as_ref().ok();
        let Some(tree) = own.and_then(Tree::of).filter(Tree::is_mapping) else {
            continue;
        };
        let mut waiting = vec![Located::root(&tree)];
        while let Some(value) = waiting.pop() {
            for child in value.children() {
                match cx.coverage(child.path()) {
                    Coverage::Read => waiting.push(child),
                    // What is taken is the map around it.
                    Coverage::Taken if value.path().is_root() => {
                        taken.insert(text!("`{}`", child.path()));
                    }
                    Coverage::Taken => {
                        taken.insert(text!("`{}`", value.path()));
                    }
                    Coverage::Unknown => {
                        unknown.insert(text!("`{}`", child.path()));
                    }
                    Coverage::Unread => {}
                }
            }
        }
    }
    (taken.into_iter().collect(), unknown.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_at_a_limit_are_named_together() {
        assert!(at_limit(None, &BTreeSet::new()).is_none());
        let rules = ["objects/selects-nothing", "drift/missing-key"].into();
        let silence = at_limit(None, &rules).unwrap();
        assert_eq!(
            silence.rules.show().to_string(),
            "`drift/missing-key`, `objects/selects-nothing`"
        );
    }
}
