//! The files of a preview.

use super::object::{PreviewObject, Turn};
use super::plan::Plan;
use crate::secrets::output_directory::{Texts, add};

/// Which parts of a preview are told: another system may make the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// All objects, and the values
    All,
    /// The values, and the objects that no chart makes: namespaces with their limits, and secrets
    WithoutCharts,
    /// The values alone
    Values,
}

impl Parts {
    fn has(self, object: &PreviewObject) -> bool {
        match self {
            Parts::All => true,
            Parts::WithoutCharts => object.turn != Turn::App,
            Parts::Values => false,
        }
    }
}

/// All files: the objects, with what is applied first in front, and the values.
pub fn files(plan: &Plan, parts: Parts) -> Texts {
    let mut files = Texts::new();
    let objects = plan.objects().into_iter();
    for object in objects.filter(|object| parts.has(object)) {
        // `kubectl apply -f DIR` takes files by name.
        let turn = format!("{}-", object.turn as u8);
        add(
            &mut files,
            &turn,
            (&object.kind, &object.name),
            &object.text,
        );
    }
    for app in &plan.apps {
        files.insert(app.file.clone(), app.values.clone());
    }
    files
}

/// The objects as one YAML stream, in the order in which they are applied.
pub fn stream(plan: &Plan, parts: Parts) -> String {
    let objects = plan.objects().into_iter();
    objects
        .filter(|object| parts.has(object))
        .map(|object| format!("---\n{}\n", object.text))
        .collect()
}
