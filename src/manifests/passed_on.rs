//! Texts that an object only passes on: Kubernetes takes them for no fields of its own, and who reads them may evaluate the
//! templates in them.

use envlint_yaml::Value;

use super::rendered::RenderedObject;

/// Groups of resources whose texts are templates of another program.
const TEMPLATES_OF_OTHERS: [&str; 2] =
    ["grafana.integreatly.org", "notification.toolkit.fluxcd.io"];

/// Beginnings of the keys under which a custom resource has the values or the templates of something else: `valuesObject` of
/// an Application, `valuesContent` of a HelmChart, `helm` of a Bundle. A map under `template` describes pods or other objects.
const PASSED_ON: [&str; 3] = ["values", "helm", "postrender"];

impl RenderedObject {
    /// The texts and keys of the object that nobody but Kubernetes reads, or a program takes as they are: all, without the
    /// files of a ConfigMap or Secret, and without what a custom resource has for charts or templates of others.
    pub fn own_texts(&self) -> Vec<&str> {
        let mut found = Vec::new();
        let is_set = self.kind == "ApplicationSet";
        if is_set || TEMPLATES_OF_OTHERS.contains(&self.group()) {
            return found;
        }
        let is_custom = self.group().contains('.') && !self.group().ends_with(".k8s.io");
        let holds_files = matches!(
            (self.kind.as_str(), self.group()),
            ("ConfigMap" | "Secret", "")
        );
        let is_left_out = |keys: &[&str], value: &Value| match keys {
            ["data" | "stringData", key] => holds_files && is_file(key, value),
            [.., key] => is_custom && is_passed_on(key, value),
            [] => false,
        };
        if let Some(root) = self.at(&[]) {
            collect(root, &mut Vec::new(), &is_left_out, &mut found);
        }
        found
    }
}

/// Whether an entry of a ConfigMap is a file: it has the name of one, or several lines. Others are settings.
fn is_file(key: &str, value: &Value) -> bool {
    key.contains('.')
        || value
            .as_str()
            .is_some_and(|text| text.trim_end().contains('\n'))
}

fn is_passed_on(key: &str, value: &Value) -> bool {
    let small = key.to_ascii_lowercase();
    PASSED_ON.iter().any(|word| small.starts_with(word))
        || small.starts_with("template") && value.as_str().is_some()
}

fn collect<'o>(
    value: &'o Value,
    keys: &mut Vec<&'o str>,
    is_left_out: &dyn Fn(&[&str], &Value) -> bool,
    found: &mut Vec<&'o str>,
) {
    if is_left_out(keys, value) {
        return;
    }
    match value {
        Value::String(text) => found.push(text),
        Value::Seq(items) => {
            for item in items {
                collect(item, keys, is_left_out, found);
            }
        }
        Value::Map(map) => {
            for (key, value) in map {
                found.push(key);
                keys.push(key);
                collect(value, keys, is_left_out, found);
                keys.pop();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use envlint_yaml::Document;

    use super::super::rendered::RenderedObject;

    fn own(text: &str) -> Vec<String> {
        let document = Document::parse(text);
        let object = document.root().and_then(RenderedObject::plain);
        let object = object.expect("it is an object");
        let texts = object.own_texts().into_iter();
        let texts = texts.filter(|text| text.contains("{{"));
        texts.map(str::to_owned).collect()
    }

    #[test]
    fn what_others_evaluate_is_left_out() {
        for (text, expected) in [
            (
                "kind: ConfigMap\nmetadata: {name: x}\ndata:\n  HOST: '{{ .a }}'\n  app.yaml: '{{ .b }}'\n  note: |\n    one\n    {{ .c }}\n",
                vec!["{{ .a }}"],
            ),
            (
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x, namespace: '{{ .a }}'}\nspec: {source: {helm: {values: '{{ .b }}'}}}\n",
                vec!["{{ .a }}"],
            ),
            (
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\nspec: {values: {a: ['{{ .b }}']}}\n",
                vec![],
            ),
            (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {spec: {nodeName: '{{ .a }}'}}}\n",
                vec!["{{ .a }}"],
            ),
        ] {
            assert_eq!(own(text), expected, "{text}");
        }
    }
}
