//! Fields that an object does not have.

use envlint_yaml::{Mapping, Path};

use super::table::{Field, Kind};
use super::{Check, MOST};
use crate::manifests::objects::{Violation, ViolationSort};
use crate::masking::{Name, ObjectName, Text, text};
use crate::source::nearest;

impl Check {
    /// The pods of a workload in a version of the API that is gone: they are what they were, so what is wrong with them today
    /// would only be said once the version is mended.
    pub(super) fn pods_of_removed(
        &mut self,
        mapping: &Mapping,
        known: &Kind,
        versions: &[Kind],
        path: &mut Path,
    ) {
        let successor = versions
            .iter()
            .find(|other| Some(other.api_version) == known.successor);
        let Some(of) = successor.and_then(|successor| successor.of(self.minor)) else {
            return;
        };
        let template = path.key("spec").key("template").key("spec");
        let before = self.found.split_off(0);
        self.fields(mapping, of, path);
        let is_of_pods = |violation: &Violation| {
            let place = violation.path.as_ref();
            place.is_some_and(|place| template.contains(place))
        };
        let of_pods = std::mem::replace(&mut self.found, before);
        self.found.extend(of_pods.into_iter().filter(is_of_pods));
    }

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
