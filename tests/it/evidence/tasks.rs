//! What deploys charts without a command line of helm.

use super::{CHART, apps, deployments};

const FILES: [(&str, &str); 4] = [
    ("chart/Chart.yaml", CHART),
    ("chart/values.yaml", "a: 1\n"),
    ("deploy/dev/values.yaml", "a: 1\n"),
    ("deploy/prod/values.yaml", "a: 1\n"),
];

fn said(path: &str, text: &str) -> String {
    apps(&[&FILES[..], &[(path, text)]].concat())
}

const SKAFFOLD: &str = "\
apiVersion: skaffold/v4beta6
kind: Config
deploy:
  helm:
    releases:
      - name: web
        chartPath: chart
        valuesFiles: [deploy/dev/values.yaml]
        setValueTemplates: {image.tag: '{{.IMAGE_TAG}}'}
profiles:
  - name: prod
    patches:
      - {op: replace, path: /deploy/helm/releases/0/valuesFiles/0, value: deploy/prod/values.yaml}
      - {op: add, path: /deploy/helm/releases/0/namespace, value: web-prod}
";

const ANSIBLE: &str = "\
- hosts: localhost
  tasks:
    - name: deploy
      kubernetes.core.helm:
        release_name: web
        release_namespace: web-{{ env }}
        chart_ref: '{{ playbook_dir }}/../chart'
        values_files: ['deploy/{{ env }}/values.yaml']
        values: {image: {tag: '{{ tag }}'}}
    - name: remove
      kubernetes.core.helm: {release_name: old, chart_ref: chart, state: absent, values_files: [deploy/dev/values.yaml]}
";

const FLEET: &str = "\
defaultNamespace: web
helm:
  releaseName: web
  values: {image: {tag: v1}}
targetCustomizations:
  - {name: dev, helm: {valuesFiles: [../deploy/dev/values.yaml]}}
  - {name: prod, helm: {valuesFiles: [../deploy/prod/values.yaml]}}
";

const DRONE: &str = "\
kind: pipeline
steps:
  - name: deploy
    image: pelotech/drone-helm3
    settings:
      mode: upgrade
      chart: ./chart
      release: web
      namespace: web-prod
      values_files: [deploy/prod/values.yaml]
";

const OLD_DRONE: &str = "\
pipeline:
  deploy-prod:
    image: quay.io/acme/drone-helm
    chart: charts/web
    chart_version: 1.0.0
    values: image.tag=${DRONE_TAG##v},zone=a
    values_files: deploy/prod/values.yaml
    release: web
    namespace: web
";

const ACTION: &str = "\
on: push
jobs:
  deploy:
    steps:
      - uses: deliverybot/helm@v1
        with:
          release: web
          namespace: web-prod
          chart: chart
          values: |
            image: {tag: v1}
          value-files: '[\"deploy/prod/values.yaml\"]'
";

const TERRAFORM: &str = "\
resource \"helm_release\" \"web\" {
  name      = \"web\"
  chart     = \"${path.module}/../chart\"
  namespace = \"web-${var.env}\"
  values = [
    templatefile(\"${path.module}/../deploy/${var.env}/values.yaml\", { tag = var.tag }),
  ]
  set {
    name  = \"image.tag\"
    value = var.tag
  }
}
";

#[test]
fn tasks_are_the_commands_that_they_come_to() {
    for (name, path, text) in [
        ("skaffold", "skaffold.yaml", SKAFFOLD),
        ("ansible", "playbook.yml", ANSIBLE),
        ("fleet", "chart/fleet.yaml", FLEET),
        ("drone", ".drone.yml", DRONE),
        ("old-drone", ".drone.yml", OLD_DRONE),
        ("action", ".github/workflows/deploy.yaml", ACTION),
        ("terraform", "infra/main.tf", TERRAFORM),
    ] {
        insta::assert_snapshot!(format!("task-{name}"), said(path, text));
    }
}

#[test]
fn earthfiles_and_scripts_of_packages_have_commands() {
    for (path, text) in [
        (
            "Earthfile",
            "VERSION 0.8\ndeploy:\n    ARG ENV=dev\n    RUN helm upgrade -i web chart -f deploy/${ENV}/values.yaml\n",
        ),
        (
            "package.json",
            "{\"scripts\": {\"deploy\": \"helm upgrade -i web chart -f deploy/$ENV/values.yaml\"}}\n",
        ),
    ] {
        assert_eq!(
            deployments(&[&FILES[..], &[(path, text)]].concat()),
            [
                "web dev chart deploy/dev/values.yaml",
                "web prod chart deploy/prod/values.yaml"
            ],
            "{path}"
        );
    }
}

#[test]
fn a_folder_of_terraform_tells_the_environment() {
    let release = "resource \"helm_release\" \"web\" {\n  name  = \"web\"\n  chart = \"../../chart\"\n  values = [file(\"values.yaml\")]\n}\n";
    assert_eq!(
        deployments(&[
            ("chart/Chart.yaml", CHART),
            ("infra/acme-prod/main.tf", release),
            ("infra/acme-prod/values.yaml", "a: 1\n"),
            ("infra/acme-dev/main.tf", release),
            ("infra/acme-dev/values.yaml", "a: 1\n"),
        ]),
        [
            "web dev chart infra/acme-dev/values.yaml",
            "web prod chart infra/acme-prod/values.yaml"
        ]
    );
}

/// What runs on somebody's machine says nothing of production.
#[test]
fn what_tilt_deploys_is_tried() {
    let text = "load('ext://x', 'y')\nk8s_yaml(helm('chart', name='web', namespace='web-dev', values=['deploy/dev/values.yaml'], set=['a=2']))\n";
    insta::assert_snapshot!(said("Tiltfile", text));
}

#[test]
fn jsonnet_is_not_evaluated_and_that_is_said() {
    let text =
        "local helm = x;\n{\n  web: helm.template('web', '../../chart', {values: {a: 1}}),\n}\n";
    let said = said("environments/prod/main.jsonnet", text);
    let line = "environments/prod/main.jsonnet:3:8: Jsonnet deploys the chart of `web`, and envlint does not evaluate Jsonnet, so its values are not known";
    assert!(said.contains(line), "{said}");
}

/// Targets by their first name, each with the labels of the clusters that it selects.
#[test]
fn targets_of_fleet_tell_environments_by_their_labels() {
    let fleet = "\
defaultNamespace: shop
helm: {chart: ./chart, releaseName: shop}
targets:
- name: first
  clusterSelector: {matchLabels: {env: dev}}
  defaultNamespace: shop-dev
  helm: {valuesFiles: [deployments/one.yaml]}
- name: second
  clusterSelector: {matchLabels: {env: prod}}
  helm: {valuesFiles: [deployments/two.yaml]}
- name: third
  doNotDeploy: true
  clusterSelector: {matchLabels: {env: staging}}
  helm: {valuesFiles: [deployments/two.yaml]}
";
    let seen = apps(&[
        ("fleet.yaml", fleet),
        ("chart/Chart.yaml", CHART),
        ("deployments/one.yaml", "a: 1\n"),
        ("deployments/two.yaml", "a: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}
