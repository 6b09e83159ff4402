//! Charts of the repository itself, named by where it publishes them or by a path in another chart.

use super::{CHART, apps, deployments};
use crate::support::Sandbox;

const REPOSITORY: &str = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: acme, namespace: flux-system}\nspec: {url: https://acme.github.io/deploy}\n";
const RELEASER: &str =
    "on: push\njobs:\n  release:\n    steps:\n    - uses: helm/chart-releaser-action@v1\n";

fn release(chart: &str, version: &str) -> String {
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {chart}}}\nspec:\n  chart: {{spec: {{chart: {chart}, version: '{version}', sourceRef: {{kind: HelmRepository, name: acme}}}}}}\n  values: {{replicas: 1}}\n"
    )
}

/// A chart that a workflow publishes is the one that lies here, in a version that lies here. Another version is said.
#[test]
fn a_published_chart_is_the_one_of_this_repository() {
    let (fits, other) = (release("shop", "1.x"), release("shop", "0.9.0"));
    let web = release("web", "1.0.0");
    insta::assert_snapshot!(apps(&[
        (".github/workflows/release.yaml", RELEASER),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/web/Chart.yaml", &CHART.replace("shop", "web")),
        ("repositories/acme.yaml", REPOSITORY),
        ("apps/dev/shop.yaml", &fits),
        ("apps/prod/shop.yaml", &fits),
        ("apps/dev/web.yaml", &web),
        ("apps/prod/web.yaml", &web.replace("1.0.0", "1.1.0")),
    ]));
    // Nothing publishes charts here: one of that name in another repository is another chart.
    let seen = deployments(&[
        ("charts/shop/Chart.yaml", CHART),
        ("repositories/acme.yaml", REPOSITORY),
        ("apps/prod/shop.yaml", &other),
    ]);
    assert_eq!(
        seen,
        ["shop prod https://acme.github.io/deploy/shop@0.9.0 apps/prod/shop.yaml"]
    );
}

/// A chart that makes Applications by a chart that it depends on, which lies in the repository; and one of these
/// Applications is of a chart that makes Applications itself, with the values that it is given.
#[test]
fn a_chart_makes_applications_by_a_chart_that_it_depends_on() {
    let template = "{{ range $name, $app := .Values.apps }}\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: {{ $name }}}\nspec:\n  destination: {namespace: {{ $name }}}\n  source:\n    repoURL: https://git.example.com/acme/deploy\n    path: {{ $app.path }}\n    helm:\n      ignoreMissingValueFiles: true\n      valueFiles: [values.yaml, 'values.{{ $.Values.global.env }}.yaml']\n      values: |\n        global: {env: {{ $.Values.global.env }}}\n---\n{{ end }}";
    let chart = |name: &str, path: &str, version: &str| {
        format!(
            "apiVersion: v2\nname: {name}\nversion: 0.1.0\ndependencies:\n- {{name: registry, version: '{version}', repository: 'file://{path}'}}\n"
        )
    };
    let (dev, prod) = (
        chart("dev", "../../registry", "0.2.0"),
        chart("prod", "../../registry", "0.1.0"),
    );
    let infra = chart("infra", "../registry", "0.2.x");
    insta::assert_snapshot!(apps(&[
        (
            "Makefile",
            "dev:\n\thelm upgrade dev env/dev -f env/dev/values.yaml\nprod:\n\thelm upgrade prod env/prod -f env/prod/values.yaml\n"
        ),
        (
            "registry/Chart.yaml",
            "apiVersion: v2\nname: registry\nversion: 0.2.0\n"
        ),
        ("registry/templates/application.yaml", template),
        ("env/dev/Chart.yaml", &dev),
        (
            "env/dev/values.yaml",
            "registry: {apps: {infra: {path: infra}}}\nglobal: {env: dev}\n"
        ),
        ("env/prod/Chart.yaml", &prod),
        (
            "env/prod/values.yaml",
            "registry: {apps: {infra: {path: infra}}}\nglobal: {env: prod}\n"
        ),
        ("infra/Chart.yaml", &infra),
        (
            "infra/values.yaml",
            "registry: {apps: {shop: {path: shop}}}\n"
        ),
        ("shop/Chart.yaml", CHART),
        ("shop/values.yaml", "a: 1\n"),
        ("shop/values.dev.yaml", "a: 2\n"),
    ]));
}

/// What an environment is for whose name tells nothing is not known, and that is said once.
#[test]
fn an_environment_of_which_nothing_is_known_is_said() {
    let files = |environments: [&str; 2]| -> Vec<(String, String)> {
        let [first, second] = environments;
        vec![
            ("chart/Chart.yaml".to_owned(), CHART.to_owned()),
            (format!("envs/{first}/values.yaml"), "a: 1\n".to_owned()),
            (format!("envs/{second}/values.yaml"), "a: 1\n".to_owned()),
            (
                "helmfile.yaml".to_owned(),
                format!(
                    "environments:\n  {first}: {{values: [{{a: 1}}]}}\n  {second}: {{values: [{{a: 1}}]}}\n---\nreleases:\n- {{name: shop, chart: ./chart, values: ['envs/{{{{ .Environment.Name }}}}/values.yaml']}}\n"
                ),
            ),
        ]
    };
    let said = |environments| {
        let files = files(environments);
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let sandbox = Sandbox::with(&files);
        let apps = sandbox.run(&["apps"]);
        let check = sandbox.run(&["check"]);
        let note = |text: &str| {
            let mut lines = text.lines();
            lines
                .find(|line| line.contains("is not known"))
                .map(str::to_owned)
        };
        let notes = (note(&apps.stdout), note(&check.stderr));
        assert_eq!(notes.0, notes.1, "{}{}", apps.stdout, check.stderr);
        notes.0.unwrap_or_default()
    };
    insta::assert_snapshot!(
        [
            said(["dev", "kestrel"]),
            said(["kestrel", "prod"]),
            said(["dev", "prod"])
        ]
        .join("\n")
    );
}

/// A folder of manifests with a file of values is no chart that lacks its definition.
#[test]
fn a_folder_of_manifests_is_no_chart() {
    let application = |more: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop}}\nspec:\n  sources:\n  - {{repoURL: https://charts.example.com, chart: shop, targetRevision: 1.0.0, helm: {{valueFiles: [$repo/apps/prod/shop/values.yaml]}}}}\n  - {{repoURL: https://git.example.com/acme/deploy, path: apps/prod/shop, ref: repo{more}}}\n"
        )
    };
    for more in ["", ", directory: {recurse: true}"] {
        let seen = apps(&[
            ("argocd/prod/shop.yaml", &application(more)),
            ("apps/prod/shop/values.yaml", "a: 1\n"),
            (
                "apps/prod/shop/config.yaml",
                "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n",
            ),
        ]);
        assert!(seen.ends_with("; 0 places not read\n"), "{seen}");
    }
}
