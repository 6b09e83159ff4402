//! The keys of the Secrets that operators make of their objects, where the objects say them.

use std::collections::BTreeSet;

use envlint_yaml::Value;

use super::rendered::{RenderedObject, items};

impl RenderedObject {
    /// The keys of the only Secret that comes of an ExternalSecret or a SealedSecret; none where they are not known before it is
    /// in the cluster.
    pub fn made_keys(&self) -> Option<BTreeSet<&str>> {
        match (self.kind.as_str(), self.group()) {
            ("ExternalSecret", "external-secrets.io") => self.external_keys(),
            ("SealedSecret", "bitnami.com") => self.sealed_keys(),
            _ => None,
        }
    }

    /// What is written to the target: all that is read, unless a template says what becomes of it.
    /// <https://external-secrets.io/latest/guides/templating/>
    fn external_keys(&self) -> Option<BTreeSet<&str>> {
        let text = |keys: &[&str]| self.at(keys).and_then(Value::as_str);
        let policy = text(&["spec", "target", "creationPolicy"]);
        let is_whole = policy.is_none_or(|policy| policy == "Owner");
        let is_open = |keys: &[&str]| !items(self.at(keys)).is_empty();
        let from_elsewhere = is_open(&["spec", "dataFrom"])
            || is_open(&["spec", "target", "template", "templateFrom"]);
        if !is_whole || from_elsewhere {
            return None;
        }
        let read = items(self.at(&["spec", "data"])).iter();
        let mut keys: BTreeSet<&str> = read
            .filter_map(|item| item.get("secretKey")?.as_str())
            .collect();
        let made = self.map_keys(&["spec", "target", "template", "data"]);
        if made.is_empty() {
            return Some(keys);
        }
        if text(&["spec", "target", "template", "mergePolicy"]) != Some("Merge") {
            keys.clear();
        }
        keys.extend(made);
        Some(keys)
    }

    /// <https://github.com/bitnami-labs/sealed-secrets#sealedsecrets-as-templates-for-secrets>
    fn sealed_keys(&self) -> Option<BTreeSet<&str>> {
        let marks = &["spec", "template", "metadata", "annotations"];
        let mut marks = self.map_keys(marks).into_iter();
        // It is added to a Secret that is there.
        if marks.any(|mark| mark.ends_with("/patch")) {
            return None;
        }
        let sealed = self.map_keys(&["spec", "encryptedData"]).into_iter();
        Some(
            sealed
                .chain(self.map_keys(&["spec", "template", "data"]))
                .collect(),
        )
    }

    fn map_keys(&self, path: &[&str]) -> Vec<&str> {
        let map = self.at(path).and_then(Value::as_map);
        map.into_iter()
            .flat_map(|map| map.keys().map(String::as_str))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use envlint_yaml::Document;

    use super::super::rendered::RenderedObject;

    #[test]
    fn keys_are_known_where_the_object_says_them() {
        let external =
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: ";
        let sealed =
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a}\nspec: ";
        for (of, spec, expected) in [
            (
                external,
                "{data: [{secretKey: b}, {secretKey: c}]}",
                Some("b c"),
            ),
            (
                external,
                "{data: [{secretKey: b}], dataFrom: [{extract: {key: x}}]}",
                None,
            ),
            (
                external,
                "{data: [{secretKey: b}], target: {creationPolicy: Merge}}",
                None,
            ),
            (
                external,
                "{data: [{secretKey: b}], target: {template: {data: {d: x}}}}",
                Some("d"),
            ),
            (
                external,
                "{data: [{secretKey: b}], target: {template: {mergePolicy: Merge, data: {d: x}}}}",
                Some("b d"),
            ),
            (
                external,
                "{data: [{secretKey: b}], target: {template: {type: Opaque}}}",
                Some("b"),
            ),
            (
                external,
                "{data: [], target: {template: {templateFrom: [{literal: x}]}}}",
                None,
            ),
            (
                sealed,
                "{encryptedData: {b: x}, template: {data: {c: y}}}",
                Some("b c"),
            ),
        ] {
            let text = format!("{of}{spec}\n");
            let document = Document::parse(text.as_str());
            let object = document.root().and_then(RenderedObject::plain);
            let object = object.expect("it is an object");
            let keys = object.made_keys();
            let keys = keys.map(|keys| keys.into_iter().collect::<Vec<_>>().join(" "));
            assert_eq!(keys.as_deref(), expected, "{spec}");
        }
    }
}
