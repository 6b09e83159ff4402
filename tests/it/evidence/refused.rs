//! What Argo CD does not find, and what a chart that makes Applications cannot be rendered with.

use super::apps;
use crate::support::Sandbox;

fn application(helm: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop}}\nspec:\n  source: {{repoURL: 'https://git.example.com/a/b', targetRevision: main, path: ., helm: {{{helm}}}}}\n  destination: {{namespace: shop}}\n"
    )
}

/// The chart is of this repository, so its values are, too: the folder is misspelt.
#[test]
fn a_values_file_in_a_misspelt_folder_is_missing() {
    let shop = application("valueFiles: [../../environment/prod/values.yaml]");
    let shop = shop.replace("path: .", "path: charts/shop");
    let sandbox = Sandbox::with(&[
        ("apps/shop.yaml", shop.as_str()),
        ("charts/shop/Chart.yaml", super::CHART),
        ("charts/shop/values.yaml", "a: 1\n"),
        ("charts/shop/templates/a.yaml", "kind: ConfigMap\n"),
        ("environments/prod/values.yaml", "a: 2\n"),
    ]);
    let ran = sandbox.run(&["check"]);
    let said = "`shop` is deployed with `environment/prod/values.yaml`, which does not exist";
    assert!(ran.stdout.contains(said), "{}", ran.stdout);
    let near = "did you mean `environments/prod/values.yaml`?";
    assert!(ran.stdout.contains(near), "{}", ran.stdout);
}

/// What a template reads as a text is no values of the chart, and a layer that is no YAML is named with its line. Charts that
/// were not fetched do not keep a chart from making Applications.
#[test]
fn a_chart_that_makes_applications_is_rendered_with_what_is_here() {
    let template = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source: {repoURL: 'https://charts.example.com', chart: web, targetRevision: 1.0.0, helm: {values: {{ tpl (.Files.Get \"parts/web-values.yaml\") . | quote }}}}\n  destination: {namespace: web}\n";
    let root = application("releaseName: root");
    let chart = format!(
        "{}dependencies:\n- {{name: argo-cd, version: 1.0.0, repository: 'https://charts.example.com'}}\n",
        super::CHART
    );
    let files = [
        ("apps/root.yaml", root.as_str()),
        ("Chart.yaml", chart.as_str()),
        ("values.yaml", "a: 1\n"),
        (
            "parts/web-values.yaml",
            "{{ $a := 1 }}\nreplicas: {{ $a }}\n",
        ),
        ("templates/web.yaml", template),
    ];
    let seen = apps(&files);
    for said in [
        "the template makes the Application `web`",
        "the Application `shop`",
    ] {
        assert!(seen.contains(said), "{seen}");
    }
    assert!(!seen.contains("web-values.yaml"), "{seen}");
}
