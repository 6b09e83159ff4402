//! Manifests that no chart makes: what is said of them, and that little is.

use crate::findings::check;
use crate::support::Sandbox;

const SET: &str = "apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop}
spec:
  goTemplate: true
  template:
    spec:
      project: default
      {{- if .values }}
      source: {path: chart}
      {{- end }}
";

#[test]
fn what_deploys_and_is_no_yaml_is_an_error() {
    let with = |path: &str, text: &str, expected: &[&str]| {
        let files = [("values-prod.yaml", "a: 1\n"), (path, text)];
        check(&files, &["yaml/syntax"], expected);
    };
    with(
        "argocd/shop.yaml",
        SET,
        &[
            "error argocd/shop.yaml:10 this ApplicationSet is no YAML, so it cannot be applied: while scanning a simple key, could not find expected ':'",
        ],
    );
    let indented = SET.replace("      {{- if .values }}\n", "     b: 1\n");
    let indented = indented.replace("      {{- end }}\n", "");
    with(
        "argocd/shop.yaml",
        &indented.replace("ApplicationSet", "Application"),
        &[
            "error argocd/shop.yaml:9 this Application is no YAML, so it cannot be applied: while parsing a block mapping, did not find expected key",
        ],
    );
    // Something fills the template first.
    with(
        "argocd/shop.yaml",
        &SET.replace("ApplicationSet", "Application"),
        &[],
    );
    with("docs/shop.yaml", SET, &[]);
    with("shop.yaml.gotmpl", SET, &[]);
    // A script that writes a manifest is none.
    let script = format!("cat > shop.yaml <<EOF\n{SET}EOF\nhelm version --short: \n");
    with("scripts/install.sh", &script, &[]);
}

#[test]
fn manifests_of_which_little_is_checked_are_counted() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n";
    let sandbox = Sandbox::with(&[
        ("values-prod.yaml", "a: 1\n"),
        ("apps/a.yaml", pod),
        ("examples/a.yaml", pod),
        (
            "apps/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        ),
    ]);
    let note = "note: 1 file runs pods without a chart; envlint checks it for secrets, and not as a manifest of an environment\n";
    assert!(sandbox.run(&["check"]).stderr.contains(note));
    sandbox.write("apps/b.yaml", pod);
    assert!(
        sandbox
            .run(&["check"])
            .stderr
            .contains("note: 2 files run pods")
    );
    // Who asks for one file does not ask for the others.
    let ran = sandbox.run(&["check", "values-prod.yaml"]);
    assert!(!ran.stderr.contains("pods"), "{}", ran.stderr);
}
