//! What Kustomize and Flux change of objects before an API server sees them: such an object is not judged by what stands in
//! its file.

use envlint_yaml::{Document, Node, Path, Segment};
use serde_json::Value;

/// What patches and replacements of a workspace change.
#[derive(Debug, Default)]
pub(super) struct Changes(Vec<Target>);

/// Which objects a patch changes.
/// <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/>
#[derive(Debug, Default)]
struct Target {
    /// Of any kind where none is named: objects are selected by their labels.
    kind: Option<String>,
    /// Of any name where none is named, or where the name is a regular expression.
    name: Option<String>,
}

impl Changes {
    /// What a file changes: a kustomization, or a Flux Kustomization. `read` gives the text of a file beside it.
    pub(super) fn of(text: &str, read: &dyn Fn(&str) -> Option<String>) -> Changes {
        let mut changes = Changes::default();
        for document in Document::parse(text).documents() {
            let spec = at(document, "spec");
            for root in std::iter::once(document).chain(spec) {
                changes.add(root, read);
            }
        }
        changes
    }

    /// Whether a text may say of anything that it is changed.
    pub(super) fn may_be_in(text: &str) -> bool {
        text.contains("atches") && (text.contains("ustomiz") || text.contains("resources:"))
            || text.contains("replacements:")
    }

    /// With those of another file.
    pub(super) fn and(mut self, other: Changes) -> Changes {
        self.0.extend(other.0);
        self
    }

    /// Whether an object is changed before it is applied.
    pub(super) fn reach(&self, object: &Node) -> bool {
        let kind = text(object, "kind");
        let name = at(object, "metadata").and_then(|metadata| text(metadata, "name"));
        let is_it =
            |wanted: &Option<String>, is: Option<&str>| wanted.is_none() || wanted.as_deref() == is;
        let mut targets = self.0.iter();
        targets.any(|target| is_it(&target.kind, kind) && is_it(&target.name, name))
    }

    fn add(&mut self, root: &Node, read: &dyn Fn(&str) -> Option<String>) {
        for patch in items(root, "patches") {
            if let Some(target) = at(patch, "target") {
                self.0.push(Target::of(target));
            } else if let Some(patch) = text(patch, "patch") {
                self.add_objects(patch);
            } else if let Some(patch) = text(patch, "path").and_then(read) {
                self.add_objects(&patch);
            }
        }
        for patch in items(root, "patchesJson6902") {
            self.0.extend(at(patch, "target").map(Target::of));
        }
        for patch in items(root, "patchesStrategicMerge") {
            let patch = patch.as_str().unwrap_or_default();
            let of_file = read(patch);
            self.add_objects(of_file.as_deref().unwrap_or(patch));
        }
        for replacement in items(root, "replacements") {
            let targets = items(replacement, "targets").iter();
            let selected = targets.filter_map(|target| at(target, "select"));
            self.0.extend(selected.map(Target::of));
        }
    }

    /// A strategic merge patch names what it changes as an object does, and is itself only a part of one.
    fn add_objects(&mut self, patch: &str) {
        for object in Document::parse(patch).documents() {
            let Some(kind) = text(object, "kind") else {
                continue;
            };
            let name = at(object, "metadata").and_then(|metadata| text(metadata, "name"));
            self.0.push(Target {
                kind: Some(kind.to_owned()),
                name: name.map(str::to_owned),
            });
        }
    }
}

impl Target {
    fn of(node: &Node) -> Target {
        let plain = |key: &str| {
            let named = text(node, key).filter(|name| !name.is_empty());
            let is_pattern = |name: &&str| name.contains(['*', '.', '|', '[', '(', '+', '?', '^']);
            named.filter(|name| !is_pattern(name)).map(str::to_owned)
        };
        Target {
            kind: plain("kind"),
            name: plain("name"),
        }
    }
}

/// Whether a value is written for whoever fills it in before it is applied: Flux, `envsubst`, a template.
/// <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>
pub(super) fn is_filled_in(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.contains("${") || text.contains("{{"))
}

/// Whether an object says that Kustomize takes it away: a patch that no API server sees.
pub(super) fn is_taken_away(object: &Node) -> bool {
    text(object, "$patch") == Some("delete")
}

/// Whether a field is a directive of strategic merge, which Kustomize follows and writes nowhere.
/// <https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md>
pub(super) fn is_directive(field: &Path) -> bool {
    let Some(Segment::Key(key)) = field.segments().last() else {
        return false;
    };
    matches!(key.as_ref(), "$patch" | "$retainKeys")
        || key.starts_with("$setElementOrder/")
        || key.starts_with("$deleteFromPrimitiveList/")
}

fn at<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.as_mapping()?.get(key)
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    at(node, key)?.as_str()
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    at(node, key)
        .and_then(Node::as_sequence)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(changes: &Changes, object: &str) -> bool {
        let document = Document::parse(object);
        changes.reach(document.root().expect("an object"))
    }

    #[test]
    fn directives_are_no_fields() {
        for (key, expected) in [
            ("$patch", true),
            ("$retainKeys", true),
            ("$setElementOrder/data", true),
            ("$deleteFromPrimitiveList/finalizers", true),
            ("$patches", false),
            ("patch", false),
        ] {
            let field = Path::root().key("spec").key(key);
            assert_eq!(is_directive(&field), expected, "{key}");
        }
        assert!(!is_directive(&Path::root()));
    }

    #[test]
    fn patches_reach_what_they_name() {
        let read = |path: &str| {
            (path == "patch.yaml").then(|| "kind: SecretStore\nmetadata: {name: b}\n".to_owned())
        };
        for kustomization in [
            "patches:\n- target: {kind: SecretStore, name: b}\n  patch: '[]'\n",
            "patches:\n- patch: |\n    kind: SecretStore\n    metadata: {name: b}\n",
            "patches: [{path: patch.yaml}]\n",
            "patchesStrategicMerge: [patch.yaml]\n",
            "patchesJson6902: [{target: {kind: SecretStore, name: b}, path: x.yaml}]\n",
            "replacements: [{targets: [{select: {kind: SecretStore, name: b}}]}]\n",
            "spec: {patches: [{target: {kind: SecretStore, name: b}, patch: '[]'}]}\n",
        ] {
            let changes = Changes::of(kustomization, &read);
            assert!(
                reaches(&changes, "{kind: SecretStore, metadata: {name: b}}"),
                "{kustomization}"
            );
            for other in [
                "{kind: SecretStore, metadata: {name: c}}",
                "{kind: ExternalSecret, metadata: {name: b}}",
            ] {
                assert!(!reaches(&changes, other), "{kustomization}: {other}");
            }
        }
        let any = Changes::of(
            "patches: [{target: {kind: SecretStore, name: .*}}]\n",
            &read,
        );
        assert!(reaches(&any, "{kind: SecretStore, metadata: {name: c}}"));
    }
}
