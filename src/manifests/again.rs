//! Where the objects of apps are written that were let go: when all apps are known, only the little is kept of their objects
//! that `brought` says, and a chart is rendered once more for what is found in it.

use std::sync::{Arc, Mutex, PoisonError};

use envlint_budget::Budget;
use envlint_helm::Rendered;
use envlint_yaml::Path;

use super::written::MOST_SEARCHED;
use super::{
    Brought, BroughtObject, all, field_in_template, kind_in, template_file, with_origins,
    written_in,
};
use crate::resolve::resolve;
use crate::source::Location;
use crate::workspace::{App, Charts, Workspace};

/// More renders are not made again: the lines of the templates are searched for what else is found.
const MOST: usize = 100;
/// The renders that are kept: what is found is of two apps at most, which follow one another.
const KEPT: usize = 2;

/// The charts that were rendered again.
#[derive(Debug)]
pub struct Again {
    renders: Mutex<Renders>,
    /// How many bytes of templates may still be searched
    left: Budget,
}

impl Default for Again {
    fn default() -> Self {
        Again {
            renders: Mutex::default(),
            left: Budget::new(MOST_SEARCHED),
        }
    }
}

#[derive(Debug, Default)]
struct Renders {
    made: usize,
    /// By app and environment, the last one first
    kept: Vec<(Arc<str>, Arc<str>, Option<Rendered>)>,
}

impl Again {
    /// Where a field of an object is written, or where the object begins; none where that is no file of the workspace.
    pub fn place_of(
        &self,
        (workspace, charts, app): (&Workspace, &Charts, &App),
        (brought, object): (&Brought, &BroughtObject),
        path: Option<&Path>,
    ) -> Option<Location> {
        let chart = charts.in_environment(app, &brought.environment)?;
        let mut renders = self.renders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rendered) = renders.of((workspace, charts, app), brought) {
            let is_it = |manifest: &&_| object.is_made_by(manifest);
            let manifest = all(rendered).find(is_it)?;
            return written_in(
                workspace,
                (chart, Some(rendered)),
                (manifest, path),
                &self.left,
            );
        }
        let template = template_file(workspace, chart, &object.template)?;
        if !self.left.spend(template.text().len() as u64) {
            return Some(Location::start_of(&template));
        }
        let kind = kind_in(&template, &object.kind);
        Some(match path {
            Some(path) => field_in_template(kind, path, None),
            None => kind,
        })
    }
}

impl Renders {
    /// What an app's chart makes in an environment; none where it was asked for too often.
    fn of(
        &mut self,
        (workspace, charts, app): (&Workspace, &Charts, &App),
        brought: &Brought,
    ) -> Option<&Rendered> {
        let is_of = |(app, environment, _): &(Arc<str>, Arc<str>, _)| {
            (app, environment) == (&brought.app, &brought.environment)
        };
        let known = self.kept.iter().position(is_of);
        if known.is_none() {
            if self.made == MOST {
                return None;
            }
            self.made += 1;
            self.kept.truncate(KEPT - 1);
            let files = app.load(workspace);
            let resolved = resolve(workspace, app, &files, charts.by_environment(app));
            let mut environments = resolved.environments.iter();
            let values = environments.find(|values| values.name() == &brought.environment);
            let rendered = values.and_then(|values| with_origins(app, values));
            let key = (Arc::clone(&brought.app), Arc::clone(&brought.environment));
            self.kept.insert(0, (key.0, key.1, rendered));
        }
        let (_, _, rendered) = self.kept.get(known.unwrap_or_default())?;
        rendered.as_ref()
    }
}
