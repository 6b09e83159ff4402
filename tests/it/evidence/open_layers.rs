//! Layers of which nothing is known: any value may be among them.

use super::{CHART, apps, deployments};
use crate::support::Sandbox;

/// What a command reads that is made before it, or is not here, may give any value: rules that need them are silent.
#[test]
fn a_layer_that_cannot_be_read_may_give_anything() {
    let template = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: '{{ required \"no key\" .Values.key }}'}\n";
    let scripts = [
        "envsubst < values.tpl > values.prod.yaml\nhelm upgrade shop chart -n prod -f values.prod.yaml\n",
        "helm upgrade shop chart -n prod -f other/values.prod.yaml\n",
        "make-values | helm upgrade shop chart -n prod -f -\n",
    ];
    for script in scripts {
        let files = [
            ("deploy.sh", script),
            ("values.tpl", "key: ${KEY}\n"),
            ("chart/Chart.yaml", CHART),
            ("chart/templates/a.yaml", template),
        ];
        let seen = apps(&files);
        assert!(seen.contains("given     **"), "{seen}");
        let findings = Sandbox::with(&files).check().findings;
        let renders = |rule: &str| rule == "chart/does-not-render";
        assert!(!findings.iter().any(|it| renders(it.rule)), "{script}");
    }
}

/// A plugin of Argo CD that runs helm is given its options in a variable or a parameter, or the files by their names.
#[test]
fn options_of_a_plugin_are_those_of_helm() {
    let application = |environment: &str, plugin: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-{environment}}}\nspec:\n  source:\n    repoURL: https://git.example.com/a/b\n    path: chart\n    plugin: {plugin}\n  destination: {{name: {environment}, namespace: web}}\n"
        )
    };
    let dev = application(
        "dev",
        "{name: avp, env: [{name: helm_args, value: '-f values.yaml -f values-dev.yaml --set image.tag=v1'}]}",
    );
    let stage = application(
        "stage",
        "{name: avp, env: [{name: VALUES_FILES, value: 'values.yaml,values-stage.yaml'}]}",
    );
    let prod = application(
        "prod",
        "{name: avp, parameters: [{name: helm-options, array: ['--values=values-prod.yaml']}]}",
    );
    let seen = deployments(&[
        ("argocd/dev.yaml", &dev),
        ("argocd/stage.yaml", &stage),
        ("argocd/prod.yaml", &prod),
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", "a: 1\n"),
        ("chart/values-dev.yaml", "a: 1\n"),
        ("chart/values-stage.yaml", "a: 1\n"),
        ("chart/values-prod.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop dev chart chart/values.yaml < chart/values-dev.yaml",
            "shop stage chart chart/values.yaml < chart/values-stage.yaml",
            "shop prod chart chart/values-prod.yaml",
        ]
    );
}

/// A script in a ConfigMap runs in a pod, and deploys nothing of the folder that it lies in.
#[test]
fn a_script_in_a_config_map_is_no_command_of_the_repository() {
    let plugin = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plugin}\ndata:\n  plugin.yaml: |\n    generate:\n      command: [sh, -c, 'helm template $ARGOCD_APP_NAME . -f values-prod.yaml']\n";
    let seen = apps(&[("argocd/plugin.yaml", plugin)]);
    assert!(!seen.contains("plugin.yaml"), "{seen}");
}
