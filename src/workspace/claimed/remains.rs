//! Values files that only their names tell, of what is deployed in another way: layers' siblings of environments that nothing
//! deploys to, charts that are parts of one that is deployed, copies of values that something else holds. They are no apps, and
//! that nothing reads them is said of each.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use envlint_budget::Budget;
use envlint_yaml::{Map, Node, Value};

use super::{Claimed, ClaimedApp, Fitting, Others};
use crate::evidence::{Chart, LayerPath};
use crate::masking::{Name, Text, text};
use crate::source::read_text;
use crate::workspace::discover::{FoundApp, FoundFile};

/// Fewer values may be the same by chance.
const FEWEST: usize = 5;
/// More layers are not read for copies, nor are more values of one file compared.
const MOST_LAYERS: usize = 1000;
const MOST_VALUES: usize = 1000;
/// Of all apps, more charts in their charts are not looked at.
const MOST_PARTS: u64 = 200_000;

impl Claimed {
    /// Whether other files of the form (`siblings`) are layers of apps that manifests deploy to all their environments, and to none
    /// of these: `preview-db.yaml` next to `staging-db.yaml`, where nothing is deployed to preview.
    pub(super) fn is_left_beside(&mut self, found: &FoundApp, siblings: &[String]) -> bool {
        let reads = |app: &&ClaimedApp| {
            let layers = app.places.values().flat_map(|place| &place.claim.layers);
            let mut layers = layers.filter(|layer| layer.part.is_none());
            layers.any(|layer| siblings.contains(&layer.path))
        };
        let readers: Vec<&ClaimedApp> = self.apps.iter().filter(reads).collect();
        let reason = |file: &FoundFile| {
            let reasons = readers.iter().map(|app| app.is_left_over(file));
            let reasons: Option<Vec<Text>> = reasons.collect();
            Some((file.path.clone(), reasons?.into_iter().next()?))
        };
        let reasons: Option<Vec<(String, Text)>> = found.files().map(reason).collect();
        self.name_all(reasons)
    }

    /// Whether the chart of some files is a part of another one, by `file://`, that is deployed to all of their environments:
    /// what they were for is deployed with that, and with its values.
    pub(super) fn is_part_of_deployed(
        &mut self,
        found: &FoundApp,
        others: &Others<'_>,
        known: &OnceCell<Wholes>,
    ) -> bool {
        let Some(chart) = others.fitting.chart_of(found) else {
            return false;
        };
        let wholes = known.get_or_init(|| Wholes::of(&self.apps, others.fitting));
        let wholes = wholes.0.get(&chart).into_iter().flatten();
        let wholes: Vec<&ClaimedApp> = wholes.filter_map(|app| self.apps.get(*app)).collect();
        let reason = |file: &FoundFile| {
            let mut places = wholes.iter().filter_map(|app| {
                let place = app.place_of(&file.environment)?;
                (!place.claim.rank.is_trial()).then_some((app, place))
            });
            let (app, place) = places.next()?;
            let reason = text!(
                "nothing reads this file: {} deploys `{}` to {}, with the chart `{}` in it",
                place.claim.evidence.place(),
                Name(&app.name),
                Name(&file.environment),
                Name(&chart)
            );
            Some((file.path.clone(), reason))
        };
        let reasons: Option<Vec<(String, Text)>> = found.files().map(reason).collect();
        self.name_all(reasons)
    }

    /// Whether files without a chart say what the layers of something say that is deployed to the same environments: they are
    /// copies of these values, or what these were copied from.
    pub(super) fn is_copy_of_deployed(
        &mut self,
        found: &FoundApp,
        others: &Others<'_>,
        read: &Layers<'_>,
    ) -> bool {
        if found.chart.is_some() || others.fits(found) {
            return false;
        }
        let reason = |file: &FoundFile| {
            let places = self.apps.iter().filter_map(|app| {
                let place = app.place_of(&file.environment)?;
                (!place.claim.rank.is_trial()).then_some((app, place))
            });
            let mut places = places.peekable();
            // Next to nothing that is deployed, no file need be read.
            places.peek()?;
            let values = read.values(&LayerPath::file(&file.path))?;
            if !(FEWEST..=MOST_VALUES).contains(&count(&values)) {
                return None;
            }
            let mut holding = places.filter_map(|(app, place)| {
                let mut layers = place.claim.layers.iter();
                let layer = layers.find(|layer| {
                    let known = read.values(layer);
                    known.is_some_and(|known| holds(&known, &values))
                });
                Some((app, layer?))
            });
            let (app, layer) = holding.next()?;
            let reason = text!(
                "nothing reads this file: `{}` is deployed to {} with the same values in {}",
                Name(&app.name),
                Name(&file.environment),
                Name(&layer.path)
            );
            Some((file.path.clone(), reason))
        };
        let reasons: Option<Vec<(String, Text)>> = found.files().map(reason).collect();
        self.name_all(reasons)
    }

    /// Keeps what is said of files; none where something is not said of all.
    fn name_all(&mut self, reasons: Option<Vec<(String, Text)>>) -> bool {
        let Some(reasons) = reasons.filter(|reasons| !reasons.is_empty()) else {
            return false;
        };
        for (file, reason) in reasons {
            self.named.entry(file).or_insert(reason);
        }
        true
    }
}

/// The apps that deploy a chart with others in it, by those: found once for all files that only their names tell.
pub(super) struct Wholes(HashMap<String, Vec<usize>>);

impl Wholes {
    fn of(apps: &[ClaimedApp], fitting: &Fitting<'_>) -> Wholes {
        let room = Budget::new(MOST_PARTS);
        let mut known: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, app) in apps.iter().enumerate() {
            let Some(Chart::Local(whole)) = &app.chart else {
                continue;
            };
            let parts = fitting.parts(whole, &room).into_iter();
            for part in parts.filter(|part| part != whole) {
                known.entry(part).or_default().push(index);
            }
        }
        Wholes(known)
    }
}

/// The values that layers hold, each read once.
pub(super) struct Layers<'r> {
    root: &'r Path,
    known: RefCell<HashMap<LayerPath, Option<Rc<Map>>>>,
}

impl<'r> Layers<'r> {
    pub(super) fn new(root: &'r Path) -> Layers<'r> {
        Layers {
            root,
            known: RefCell::default(),
        }
    }

    /// The values of a layer that can be read.
    fn values(&self, layer: &LayerPath) -> Option<Rc<Map>> {
        if let Some(known) = self.known.borrow().get(layer) {
            return known.clone();
        }
        let mut known = self.known.borrow_mut();
        if known.len() >= MOST_LAYERS {
            return None;
        }
        let read = || {
            let document = layer.read(read_text(self.root, &layer.path).ok()?);
            match document.root().map(Node::to_value)? {
                Value::Map(map) => Some(Rc::new(map)),
                _ => None,
            }
        };
        let values = read();
        known.insert(layer.clone(), values.clone());
        values
    }
}

/// The number of values that are no maps; of many, only that they are more than are compared.
fn count(values: &Map) -> usize {
    let mut found = 0;
    for value in values.values() {
        found += match value {
            Value::Map(map) => count(map),
            _ => 1,
        };
        if found > MOST_VALUES {
            break;
        }
    }
    found
}

/// Whether values hold all of others.
fn holds(known: &Map, values: &Map) -> bool {
    values
        .iter()
        .all(|(key, value)| match (known.get(key), value) {
            (Some(Value::Map(known)), Value::Map(values)) => holds(known, values),
            (Some(known), value) => known == value,
            (None, _) => false,
        })
}
