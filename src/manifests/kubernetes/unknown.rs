//! Fields that an object does not have.

use envlint_yaml::Path;

use super::table::Field;
use super::{Check, MOST};
use crate::manifests::objects::ViolationSort;
use crate::masking::{Name, ObjectName, Text, text};
use crate::source::nearest;

impl Check {
    /// A field that other versions of Kubernetes have.
    pub(super) fn field_of_others(&mut self, key: &str, path: &Path) {
        let here = path.key(key);
        let message = text!(
            "Kubernetes 1.{} does not know the field `{}`, other versions do",
            self.minor,
            ObjectName(&here)
        );
        let help = "remove it, or upgrade the cluster first";
        self.say(&here, ViolationSort::UnknownApiField, message, help);
    }

    /// The fields of a map that no version has. Those that are no slip of a known one have one cause: they belong elsewhere.
    pub(super) fn unknown_fields(&mut self, keys: &[&str], fields: &[Field], path: &Path) {
        let minor = self.minor;
        let known = fields.iter().filter(|field| field.form(minor).is_some());
        let known: Vec<&str> = known.map(|field| field.name).collect();
        let mut lost: Vec<&str> = Vec::new();
        for key in keys {
            let Some(near) = nearest(key, known.iter().copied()) else {
                lost.push(key);
                continue;
            };
            let message = no_field(&path.key(*key));
            let help = text!("did you mean `{}`?", Name(near));
            self.say(
                &path.key(*key),
                ViolationSort::UnknownApiField,
                message,
                help,
            );
        }
        let Some(first) = lost.first() else {
            return;
        };
        let message = match (lost.as_slice(), path.is_root()) {
            ([_], _) => no_field(&path.key(*first)),
            (_, true) => text!(
                "{} are no fields of this object, so the API server refuses or drops them",
                quoted(&lost)
            ),
            (_, false) => text!(
                "{} are no fields of `{}`, so the API server refuses or drops them",
                quoted(&lost),
                ObjectName(path)
            ),
        };
        let help = match known.len() <= MOST {
            true => text!("known here: {}", Text::names(&known, ", ")),
            false => text!(
                "{}",
                match lost.len() {
                    1 => "remove it, or move it to where it belongs",
                    _ => "remove them, or move them to where they belong",
                }
            ),
        };
        self.say(
            &path.key(*first),
            ViolationSort::UnknownApiField,
            message,
            help,
        );
    }
}

/// How many fields a message names.
const MOST_NAMED: usize = 10;

fn quoted(keys: &[&str]) -> Text {
    match keys.len() {
        0..=MOST_NAMED => Text::sentence(keys.iter().map(|key| text!("`{}`", ObjectName(key)))),
        _ => Text::first(
            keys.iter().map(|key| text!("`{}`", ObjectName(key))),
            MOST_NAMED,
        ),
    }
}

fn no_field(path: &Path) -> Text {
    text!(
        "`{}` is no field of this object, so the API server refuses or drops it",
        ObjectName(path)
    )
}
