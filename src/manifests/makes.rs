//! Which kinds of objects a chart can make, whatever its values are.

use envlint_helm::Chart;
use envlint_yaml::{Path, Value};

use super::app::AppManifests;
use super::rendered::{RenderedObject, items};

impl AppManifests<'_> {
    /// Whether a template of the chart may make an object of a kind, whatever the values are; also where that is not known.
    pub fn may_make(&self, environment: &str, is_meant: &dyn Fn(&str) -> bool) -> bool {
        let chart = self.chart_in(environment);
        chart.is_none_or(|chart| may_make(chart, is_meant))
    }

    /// Whether a name that an object has in a field comes of the release's name, and is written nowhere: in no value, and not
    /// in the template. Who writes a name may mean an object that others make.
    pub fn is_computed(
        &self,
        environment: &str,
        object: &RenderedObject,
        path: &Path,
        name: &str,
    ) -> bool {
        let release = self.resolved.app.release(environment);
        let begins = name
            .strip_prefix(&*release)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        let is_written = || {
            let place = self.place_of(environment, object, Some(path));
            place.is_none_or(|place| place.source.text().contains(name))
        };
        let is_given = || {
            let origin = self.origin(environment, object, path);
            origin.is_some_and(|value| value.tree().as_str() == Some(name))
        };
        begins && !is_written() && !is_given()
    }

    /// Whether a program of the chart may make objects of a resource (`secrets`), as far as its permissions are known.
    pub fn may_be_made_by_program(&self, environment: &str, resource: &str) -> bool {
        let objects = self.objects(environment).unwrap_or_default();
        let known = |kind: &str, name: &str| {
            let mut objects = objects.iter();
            objects.any(|object| object.kind == kind && object.name == name)
        };
        objects.iter().any(|object| {
            let of = |field: &str| object.at(&["roleRef", field]).and_then(Value::as_str);
            match object.kind.as_str() {
                "Role" | "ClusterRole" => allows_to_make(object, resource),
                "RoleBinding" | "ClusterRoleBinding" => {
                    let role = of("kind").zip(of("name"));
                    role.is_none_or(|(kind, name)| !known(kind, name))
                }
                _ => false,
            }
        })
    }
}

fn allows_to_make(role: &RenderedObject, resource: &str) -> bool {
    let has = |rule: &Value, key: &str, wanted: &[&str]| {
        let mut words = items(rule.get(key)).iter().filter_map(Value::as_str);
        words.any(|word| wanted.contains(&word))
    };
    let mut rules = items(role.at(&["rules"])).iter();
    rules.any(|rule| {
        has(rule, "resources", &["*", resource]) && has(rule, "verbs", &["*", "create"])
    })
}

fn may_make(chart: &Chart, is_meant: &dyn Fn(&str) -> bool) -> bool {
    let begins = |data: &[u8]| begins_object(&String::from_utf8_lossy(data), is_meant);
    let templates = chart.templates().iter();
    let of_own = templates.clone().any(|template| begins(template.data()));
    // A template may print what lies next to the templates.
    let prints = |data: &[u8]| String::from_utf8_lossy(data).contains(".Files.");
    let mut printed = chart.files().iter();
    let of_own = of_own
        || printed.any(|file| begins(file.data()))
            && templates.clone().any(|template| prints(template.data()));
    let mut dependencies = chart.dependencies().iter();
    of_own || dependencies.any(|chart| may_make(chart, is_meant))
}

/// The lines behind its kind in which an object has its `metadata`, if they are not before.
const MOST_BEHIND: usize = 3;

/// Whether a template begins an object of a kind that is meant, or of one that an action writes: `kind: {{ .Values.kind }}`.
fn begins_object(text: &str, is_meant: &dyn Fn(&str) -> bool) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().enumerate().any(|(at, line)| {
        let behind = lines.iter().skip(at + 1).take(MOST_BEHIND);
        begins_in(line, behind, is_meant)
    })
}

/// Whether a line says that an object of a kind that is meant begins here.
fn begins_in<'l>(
    line: &str,
    mut behind: impl Iterator<Item = &'l &'l str>,
    is_meant: &dyn Fn(&str) -> bool,
) -> bool {
    let is_kind = |kind: &str| kind.contains("{{") || is_meant(kind);
    if let Some(kind) = line.strip_prefix("kind:") {
        let kind = kind.split(" #").next().unwrap_or(kind);
        return is_kind(unquoted(kind));
    }
    // In a list of objects, in JSON: one that is only named has no `metadata`.
    let mut pairs = line.split(['{', ',', '}']).map(|pair| {
        let (key, value) = pair.split_once(':').unwrap_or((pair, ""));
        (
            unquoted(key.trim_start_matches([' ', '-'])),
            unquoted(value),
        )
    });
    let is_inner = pairs.any(|(key, kind)| key == "kind" && is_meant(kind));
    let has_metadata = |line: &str| line.contains("metadata");
    if is_inner && (has_metadata(line) || behind.any(|line| has_metadata(line))) {
        return true;
    }
    // `dict "kind" "ServiceAccount"`, `kind: {{ … }}` of what is in a list.
    let of_item = line
        .split_once("kind:")
        .is_some_and(|(_, kind)| kind.contains("{{"));
    let mut texts = line.split('"').skip(1).step_by(2);
    of_item || line.contains("{{") && texts.any(is_meant)
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::begins_object;

    #[test]
    fn templates_tell_which_kinds_they_make() {
        let makes = |text: &str| begins_object(text, &|kind| kind == "ServiceAccount");
        assert!(makes("apiVersion: v1\nkind: ServiceAccount\n"));
        assert!(makes("kind: \"ServiceAccount\" # of the pods\n"));
        assert!(makes("kind: {{ .Values.kind }}\n"));
        assert!(makes(
            "{{- $object := dict \"kind\" \"ServiceAccount\" }}\n"
        ));
        // What a binding names is made elsewhere.
        assert!(!makes(
            "kind: RoleBinding\nsubjects:\n  - kind: ServiceAccount\n"
        ));
        assert!(!makes("kind: Deployment\n# kind: ServiceAccount\n"));
        assert!(makes(
            "items:\n  - apiVersion: v1\n    kind: ServiceAccount\n    metadata: {name: x}\n"
        ));
        assert!(makes(
            "{\"apiVersion\": \"v1\", \"kind\": \"ServiceAccount\", \"metadata\": {\"name\": \"x\"}}\n"
        ));
        assert!(!makes(
            "subjects: [{kind: ServiceAccount, name: x}]\nroleRef: {}\n"
        ));
    }
}
