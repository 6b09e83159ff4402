//! The files of a preview.

use super::plan::Plan;
use crate::secrets::output_directory::{Texts, add};

/// All files: the objects, with what is applied first in front, and the values.
pub fn files(plan: &Plan, values_only: bool) -> Texts {
    let mut files = Texts::new();
    if !values_only {
        for object in plan.objects() {
            // `kubectl apply -f DIR` takes files by name.
            let turn = format!("{}-", object.turn as u8);
            add(
                &mut files,
                &turn,
                (&object.kind, &object.name),
                &object.text,
            );
        }
    }
    for app in &plan.apps {
        files.insert(app.file.clone(), app.values.clone());
    }
    files
}

/// The objects as one YAML stream, in the order in which they are applied.
pub fn stream(plan: &Plan) -> String {
    let objects = plan.objects().into_iter();
    objects
        .map(|object| format!("---\n{}\n", object.text))
        .collect()
}
