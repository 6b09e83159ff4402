//! How far the secrets come that stand in templates of charts: what is in a branch that the values of no environment take is
//! deployed nowhere.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::Checker;
use super::exposure::in_environment;
use super::role::charts_around;
use crate::manifests::AppManifests;
use crate::resolve::resolve;
use crate::rules::Exposure;
use crate::source::Source;
use crate::workspace::App;

/// How many apps with one chart are asked what it makes of their values.
const MOST_APPS: usize = 20;

/// How many bytes are searched for the secrets of one template, each time for one of them.
const MOST_SEARCHED: usize = 4_000_000;

/// What charts make of the values of the apps that deploy them. Each app is rendered once, however many of its templates ask.
pub(super) struct Taken<'t, 'w> {
    checker: &'t Checker<'w>,
    apps: Mutex<HashMap<Arc<str>, Slot>>,
}

/// What is made of an app; none where nobody knows.
type Slot = Arc<OnceLock<Option<Vec<Made>>>>;

/// What a chart makes in one environment.
struct Made {
    /// How far that comes.
    exposure: Exposure,
    /// How far what it does not make may come: whoever deploys may give what a branch asks for.
    least: Exposure,
    /// The manifests, by the files of the workspace that make them.
    texts: HashMap<String, String>,
}

impl<'t, 'w> Taken<'t, 'w> {
    /// Of no app yet.
    pub(super) fn new(checker: &'t Checker<'w>) -> Self {
        Taken {
            checker,
            apps: Mutex::default(),
        }
    }

    /// How far the secrets of a template come, by where they begin; none where nobody knows what its chart makes of the values
    /// of every app that deploys it.
    pub(super) fn of(&self, source: &Source) -> Option<BTreeMap<usize, Exposure>> {
        let name = source.path.rsplit('/').next().unwrap_or_default();
        let around: HashSet<&str> = charts_around(&source.path).collect();
        // Only what an app's own chart writes: nobody sees which of a parent's values reach a subchart, and where what a
        // named template makes ends up.
        let is_of = |app: &&App| {
            let chart = app.chart.as_deref();
            chart.is_some_and(|chart| around.contains(chart)) && !name.starts_with('_')
        };
        let apps: Vec<&App> = self.checker.workspace.apps.iter().filter(is_of).collect();
        if apps.is_empty() || apps.len() > MOST_APPS {
            return None;
        }
        let slots: Vec<Slot> = apps.into_iter().map(|app| self.slot(app)).collect();
        let mut all: Vec<&Made> = Vec::new();
        for slot in &slots {
            all.extend(slot.get()?.as_ref()?);
        }
        let texts = all.iter().filter_map(|made| made.texts.get(&source.path));
        let bytes: usize = texts.map(String::len).sum();
        if bytes.saturating_mul(source.sensitive().len()) > MOST_SEARCHED {
            return None;
        }
        let exposures = source.sensitive().iter().map(|sensitive| {
            let of = |made: &&Made| match made.texts.get(&source.path) {
                Some(text) if sensitive.is_in(text) => made.exposure,
                _ => made.least,
            };
            let most = all.iter().map(of).max();
            (sensitive.span.start, most.unwrap_or(Exposure::Unused))
        });
        Some(exposures.collect())
    }

    /// What is made of an app, made when the first template asks.
    fn slot(&self, app: &App) -> Slot {
        let mut apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(apps.entry(Arc::clone(&app.name)).or_default());
        drop(apps);
        slot.get_or_init(|| self.checker.made_of(app));
        slot
    }
}

impl Checker<'_> {
    /// What an app's chart makes in every environment; none where it does not render in one of them.
    fn made_of(&self, app: &App) -> Option<Vec<Made>> {
        let at_most = self.at_most(app);
        let files = app.load(self.workspace);
        let resolved = resolve(self.workspace, app, &files, self.charts.by_environment(app));
        let manifests = AppManifests::new(&resolved, &[]);
        let made = resolved.environments.iter().map(|values| {
            let mut rendered = manifests.rendered().iter();
            let rendered = rendered.find(|chart| chart.environment == values.name())?;
            let mut texts: HashMap<String, String> = HashMap::new();
            for (template, text) in rendered.texts()? {
                let inside = template
                    .split_once('/')
                    .map_or(template, |(_, inside)| inside);
                *texts.entry(rendered.chart.path(inside)).or_default() += text;
            }
            Some(Made {
                exposure: at_most.min(in_environment(values.environment)),
                least: match values.file.is_given_something() {
                    true => Exposure::Unclear,
                    false => Exposure::Unused,
                },
                texts,
            })
        });
        made.collect()
    }
}
