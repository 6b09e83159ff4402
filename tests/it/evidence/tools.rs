//! One release that two tools deploy.

use super::{CHART, apps, deployments};

const HELMFILE: &str = "releases:\n- {name: shop, namespace: web, chart: ./charts/shop}\n";

/// It is one deployment, with the values of who names more of them; that the other one has others is said.
#[test]
fn a_release_of_helmfile_and_of_argo_cd_is_one_deployment() {
    let application = |files: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-of-lab}}\nspec:\n  source: {{repoURL: 'https://git.example.com/a/b', path: charts/shop, helm: {{releaseName: shop, valueFiles: [{files}]}}}}\n  destination: {{server: 'https://kubernetes.default.svc', namespace: web}}\n"
        )
    };
    for (layers, is_other) in [("", false), ("lab.yaml", true)] {
        let application = application(layers);
        let files = [
            ("helmfile.yaml", HELMFILE),
            ("argocd/shop.yaml", application.as_str()),
            ("charts/shop/Chart.yaml", CHART),
            ("charts/shop/values.yaml", "a: 1\n"),
            ("charts/shop/lab.yaml", "a: 2\n"),
            ("charts/shop/templates/a.yaml", "kind: ConfigMap\n"),
        ];
        let seen = deployments(&files);
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert_eq!(seen.concat().contains("lab.yaml"), is_other, "{seen:?}");
        let seen = apps(&files);
        let said = "with other values than";
        assert_eq!(seen.contains(said), is_other, "{seen}");
        for evidence in ["argocd/shop.yaml", "helmfile.yaml"] {
            assert!(seen.contains(evidence), "{seen}");
        }
    }
}

/// The Application says for which environment its plugin runs helmfile, whatever it is called.
#[test]
fn a_plugin_of_argo_cd_runs_helmfile_for_an_environment() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: lab}\nspec:\n  source:\n    repoURL: https://git.example.com/a/b\n    path: deploy\n    plugin:\n      name: helmfile\n      env: [{name: ENV_NAME, value: lab-1}, {name: HELMFILE_FILE, value: web.yaml}]\n  destination: {namespace: web}\n";
    let helmfile = "environments:\n  {{ .Environment.Name }}:\n    values: [{{ .Environment.Name }}.yaml]\n---\nreleases:\n- {name: shop, namespace: web, chart: acme/shop, version: {{ .Values.version }}}\n";
    let seen = apps(&[
        ("apps/lab.yaml", application),
        ("deploy/web.yaml", helmfile),
        ("deploy/lab-1.yaml", "version: 2.0.0\n"),
    ]);
    for said in [
        "lab-1 (tier not known): release shop in web",
        "acme/shop@2.0.0",
        "the Application `lab`, which runs helmfile",
    ] {
        assert!(seen.contains(said), "{seen}");
    }
}
