//! What the rules of definitions (`x-kubernetes-validations`) say of objects.

use crate::support::{Sandbox, shown};

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";
const CONFIG: &str =
    "apps: [{name: shop, values: 'values-{env}.yaml', chart: chart}]\nenvironments: {prod: {}}\n";

/// A definition of the kind Queue with rules of each place where they may stand.
const CRD: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: queues.example.com}
spec:
  group: example.com
  names: {kind: Queue, plural: queues}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              x-kubernetes-validations:
                - {rule: "self.least <= self.most", message: "least must not be above most"}
                - {rule: "!has(self.__namespace__) || self.__namespace__ != 'default'", message: "not in default"}
                - {rule: "self.least >= oldSelf.least", message: "never fewer"}
                - {rule: "url(self.address).getScheme() == 'https'", message: "needs a function of the server"}
              properties:
                least: {type: integer, default: 1}
                most: {type: integer}
                namespace: {type: string}
                address: {type: string}
                kind:
                  type: string
                  x-kubernetes-validations:
                    - rule: "self in ['fifo', 'lifo'] || self.startsWith('x-')"
                every:
                  type: string
                  format: duration
                  x-kubernetes-validations:
                    - {rule: "self <= duration('1h')", message: "too long"}
                steps:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name, stage]
                  items: {type: object, properties: {name: {type: string}, stage: {type: string, default: all}}}
                tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
                target:
                  type: object
                  properties: {kind: {type: string, default: host}, ip: {type: string}, host: {type: string}}
                  oneOf:
                    - properties: {kind: {enum: [ip]}}
                      required: [ip]
                    - properties: {kind: {not: {enum: [ip]}}}
                users:
                  type: array
                  items:
                    type: object
                    x-kubernetes-validations:
                      - {rule: "has(self.role) != has(self.group)", message: "either a role or a group"}
                    properties: {role: {type: string}, group: {type: string}}
                weights:
                  type: object
                  additionalProperties: {type: number, x-kubernetes-validations: [{rule: "self < 1.0", message: "below one"}]}
"#;

/// What is said of a Queue with this `spec`, the definition being where `path` says.
fn said_of(spec: &str, path: &str, config: &str) -> Vec<String> {
    let queue =
        format!("apiVersion: example.com/v1\nkind: Queue\nmetadata: {{name: q}}\nspec: {spec}\n");
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", config),
        (path, CRD),
        ("chart/Chart.yaml", CHART),
        ("chart/templates/queue.yaml", &queue),
        ("values-prod.yaml", "{}\n"),
    ]);
    let outcome = sandbox.check();
    let of_queue = outcome
        .findings
        .iter()
        .map(|finding| shown(&finding.message));
    of_queue
        .filter(|message| message.starts_with("Queue"))
        .collect()
}

fn said(spec: &str) -> Vec<String> {
    let config = format!("{CONFIG}schemas: {{crds: ['crds/*.yaml']}}\n");
    said_of(spec, "crds/queue.yaml", &config)
}

#[test]
fn an_object_that_breaks_a_rule_of_its_definition_is_reported() {
    for (spec, expected) in [
        (
            "{least: 3, most: 2}",
            "Queue `q`: `spec` breaks a rule of its definition: least must not be above most",
        ),
        // The server fills in defaults before it asks the rules.
        (
            "{most: 0}",
            "Queue `q`: `spec` breaks a rule of its definition: least must not be above most",
        ),
        (
            "{most: 2, namespace: default}",
            "Queue `q`: `spec` breaks a rule of its definition: not in default",
        ),
        (
            "{most: 2, kind: random}",
            "Queue `q`: `spec.kind` breaks a rule of its definition: self in ['fifo', 'lifo'] || self.startsWith('x-')",
        ),
        (
            "{most: 2, users: [{role: a}, {role: a, group: b}]}",
            "Queue `q`: `spec.users[1]` breaks a rule of its definition: either a role or a group",
        ),
        (
            "{most: 2, steps: [{name: a}, {name: a, stage: last}, {name: a, stage: all}]}",
            "Queue `q`: `spec.steps[2]` is the second item with the same `name` and `stage`, and the API server takes none",
        ),
        (
            "{most: 2, tags: [a, b, a]}",
            "Queue `q`: `spec.tags[2]` is the second item, and the API server takes none",
        ),
        (
            "{most: 2, target: {kind: ip, host: a}}",
            "Queue `q`: the API server refuses `spec.target`",
        ),
        (
            "{most: 2, weights: {a: 0.5, b: 2}}",
            "Queue `q`: `spec.weights.b` breaks a rule of its definition: below one",
        ),
    ] {
        assert_eq!(said(spec), [expected], "{spec}");
    }
}

#[test]
fn what_holds_or_is_not_known_here_is_no_finding() {
    for spec in [
        "{most: 2}",
        "{least: 2, most: 2, namespace: shop, kind: x-own, users: [{role: a}], weights: {a: 0.5}}",
        // Formats and functions that only the server has.
        "{most: 2, every: 2h, address: http://a}",
        "{most: 2, steps: [{name: a}, {name: b}], target: {kind: ip, ip: a}}",
        "{most: 2, tags: [a, b], target: {kind: host, host: a}}",
        // The default of `kind` settles which alternative is meant.
        "{most: 2, target: {host: a}}",
        // The API server drops a null that its definition does not allow.
        "{most: 2, namespace: null, steps: null}",
        // What is missing may be filled in elsewhere.
        "{least: 2}",
        "{most: '${MOST}'}",
    ] {
        assert_eq!(said(spec), [""; 0], "{spec}");
    }
    // A form that is wrong is said, and nothing of the rules besides.
    let wrong = said("{least: 3, most: two}");
    assert!(
        wrong.len() == 1 && wrong[0].contains("`spec.most` has the wrong type"),
        "{wrong:?}"
    );
}

/// A chart may bring the definitions of its own objects.
#[test]
fn a_chart_brings_its_own_definitions() {
    let found = said_of(
        "{least: 3, most: 2, mots: 1}",
        "chart/crds/queue.yaml",
        CONFIG,
    );
    assert_eq!(
        found,
        [
            "Queue `q`: `spec` breaks a rule of its definition: least must not be above most",
            "Queue `q`: `spec.mots` is not a known field, so the API server silently drops it",
        ]
    );
}

/// Rules come with the repository: one that would not end is given up.
#[test]
fn rules_are_bounded() {
    let loops = "self.all(a, self.all(b, self.all(c, self.all(d, a + b + c + d >= 0))))";
    let crd = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  group: example.com\n  names: {{kind: Queue}}\n  versions: [{{name: v1, served: true, schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: array, items: {{type: integer}}, x-kubernetes-validations: [{{rule: '{loops}'}}, {{rule: 'self.nonsense('}}]}}}}}}}}}}]\n"
    );
    let numbers: Vec<String> = (0..2_000).map(|number| number.to_string()).collect();
    let queue = format!(
        "apiVersion: example.com/v1\nkind: Queue\nmetadata: {{name: q}}\nspec: [{}]\n",
        numbers.join(", ")
    );
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("chart/crds/queue.yaml", &crd),
        ("chart/Chart.yaml", CHART),
        ("chart/templates/queue.yaml", &queue),
        ("values-prod.yaml", "{}\n"),
    ]);
    let outcome = sandbox.check();
    assert!(
        outcome
            .findings
            .iter()
            .all(|finding| !shown(&finding.message).starts_with("Queue"))
    );
}
