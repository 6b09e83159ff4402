//! What the place that deploys an app writes out of the values that it gives: they lie over all layers.

use super::CHART;
use crate::support::Sandbox;

const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  tag: '{{ .Values.image.tag }}'\n  zone: {{ .Values.zone | quote }}\n  size: '{{ kindOf .Values.size }}'\n";

const APPLICATION: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-prod}
spec:
  source:
    repoURL: https://git.example.com/a/b
    path: charts/shop
    helm:
      valueFiles: [values-prod.yaml]
      parameters:
        - {name: image.tag, value: '1.2'}
        - {name: size, value: '3', forceString: true}
  destination: {namespace: shop}
";

fn sandbox(path: &str, text: &str) -> Sandbox {
    Sandbox::with(&[
        ("charts/shop/Chart.yaml", CHART),
        (
            "charts/shop/values.yaml",
            "image: {tag: ''}\nzone: a\nsize: 1\n",
        ),
        ("charts/shop/values-prod.yaml", "zone: b\n"),
        ("charts/shop/templates/a.yaml", TEMPLATE),
        (path, text),
    ])
}

#[test]
fn parameters_of_an_application_are_what_is_deployed() {
    let sandbox = sandbox("argocd/shop.yaml", APPLICATION);
    let ran = sandbox.run(&["render", "--env", "prod"]);
    for line in ["tag: '1.2'", "zone: \"b\"", "size: 'string'"] {
        assert!(ran.stdout.contains(line), "{}{}", ran.stdout, ran.stderr);
    }
    assert_eq!(ran.stderr, "");
    let ran = sandbox.run(&["trace", "--env", "prod", "--value", "image.tag"]);
    assert!(
        ran.stdout.contains("set in    argocd/shop.yaml:11:36"),
        "{}",
        ran.stdout
    );
}

/// What only the pipeline knows is said, and is not in what is shown.
#[test]
fn what_nobody_knows_is_said() {
    let script = "helm upgrade shop charts/shop -f charts/shop/values-prod.yaml --set zone=c --set image.tag=$TAG\n";
    let sandbox = sandbox("deploy.sh", script);
    let ran = sandbox.run(&["render", "--env", "prod"]);
    for line in ["tag: ''", "zone: \"c\""] {
        assert!(ran.stdout.contains(line), "{}", ran.stdout);
    }
    let note = "note: what is given when shop is deployed to prod is not known, so it is not in what is shown: `image.tag`\n";
    assert_eq!(ran.stderr, note);
    let ran = sandbox.run(&["trace", "--env", "prod", "--value", "image.tag"]);
    for said in ["(the chart's default)", "given     when it is deployed"] {
        assert!(ran.stdout.contains(said), "{}", ran.stdout);
    }
}

/// The defaults of a command that gives all its values are laid over the chart's own: it is no guess what it makes.
#[test]
fn a_command_without_values_files_is_known_by_what_it_writes_out() {
    let script = "helm upgrade shop charts/shop -n shop-staging --set zone=c,image.tag=1\n";
    let ran = sandbox("deploy.sh", script).run(&["render", "--env", "staging"]);
    assert!(
        ran.stdout.contains("zone: \"c\""),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert!(ran.stdout.contains("tag: '1'"), "{}", ran.stdout);
}

/// Where two places deploy it, nobody knows which of them is the last one.
#[test]
fn of_two_places_none_is_believed() {
    let script = "helm upgrade shop charts/shop -f charts/shop/values-prod.yaml --set zone=c\nhelm upgrade shop charts/shop -f charts/shop/values-prod.yaml --set zone=d\n";
    let ran = sandbox("deploy.sh", script).run(&["render", "--env", "prod"]);
    assert!(ran.stdout.contains("zone: \"b\""), "{}", ran.stdout);
}
