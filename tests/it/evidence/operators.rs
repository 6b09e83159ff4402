//! Steps of pipelines, objects of operators and files of tools that deploy charts: each names a chart, values and, by one of
//! its names, an environment.

use super::{CHART, apps, deployments};

/// What is deployed with a file next to a chart and the values of two environments.
fn said(path: &str, text: &str) -> Vec<String> {
    deployments(&[
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values.yaml", "a: 1\n"),
        ("deploy/dev.yaml", "a: 1\n"),
        ("deploy/blue.yaml", "a: 2\n"),
        (path, text),
    ])
}

const CODEFRESH: &str = "\
steps:
  deploy:
    type: helm
    arguments:
      action: install
      chart_name: charts/shop
      release_name: shop
      namespace: shop-dev
      custom_value_files: [deploy/dev.yaml]
      custom_values: [image_tag=1]
";

const BITBUCKET: &str = "\
pipelines:
  default:
  - step:
      deployment: blue
      script:
      - pipe: atlassian/aws-eks-helm-deploy:2.2.0
        variables: {CHART: ./charts/shop, RELEASE_NAME: shop, VALUES: [deploy/blue.yaml]}
";

const AZURE: &str = "\
stages:
- jobs:
  - deployment: shop
    environment: blue.cluster
    strategy:
      runOnce:
        deploy:
          steps:
          - task: HelmDeploy@1
            inputs: {command: upgrade, chartName: charts/shop, releaseName: shop, valueFile: deploy/blue.yaml}
";

const CIRCLE: &str = "\
jobs:
  deploy:
    steps:
    - helm/upgrade_helm_chart: {chart: charts/shop, release_name: shop, namespace: dev, values: deploy/dev.yaml}
workflows: {w: {jobs: [deploy]}}
";

const JENKINS: &str = "\
pipeline {
  parameters { choice(name: 'ENV', choices: ['dev', 'blue']) }
  stages { stage('a') { steps { sh \"helm upgrade --install shop charts/shop -f deploy/${params.ENV}.yaml\" } } }
}
";

const TEKTON: &str = "\
apiVersion: tekton.dev/v1
kind: Pipeline
spec:
  tasks:
  - taskRef: {name: helm-upgrade-from-source}
    params:
    - {name: charts_dir, value: charts/shop}
    - {name: release_name, value: shop}
    - {name: release_namespace, value: shop-dev}
    - {name: values_file, value: deploy/dev.yaml}
";

#[test]
fn steps_of_pipelines_name_chart_values_and_environment() {
    let dev = "shop dev charts/shop deploy/dev.yaml";
    let blue = "shop blue charts/shop deploy/blue.yaml";
    for (path, text, expected) in [
        ("codefresh.yml", CODEFRESH, &[dev][..]),
        ("bitbucket-pipelines.yml", BITBUCKET, &[blue]),
        ("azure-pipelines.yml", AZURE, &[blue]),
        (".circleci/config.yml", CIRCLE, &[dev]),
        ("Jenkinsfile", JENKINS, &[dev, blue]),
        ("tekton/pipeline.yaml", TEKTON, &[dev]),
    ] {
        assert_eq!(said(path, text), expected, "{path}");
    }
}

const CROSSPLANE: &str = "\
apiVersion: helm.crossplane.io/v1beta1
kind: Release
metadata: {name: web}
spec:
  forProvider:
    chart: {name: web, repository: 'https://charts.example.com', version: 1.0.0}
    namespace: web-prod
    values: {a: 1}
";

const PROXY: &str = "\
apiVersion: addons.cluster.x-k8s.io/v1alpha1
kind: HelmChartProxy
metadata: {name: web}
spec:
  clusterSelector: {matchLabels: {env: prod}}
  repoURL: https://charts.example.com
  chartName: web
  version: 1.0.0
";

const SVELTOS: &str = "\
apiVersion: config.projectsveltos.io/v1beta1
kind: ClusterProfile
metadata: {name: web}
spec:
  clusterSelector: {matchLabels: {env: prod}}
  helmCharts:
  - {repositoryURL: 'https://charts.example.com', chartName: acme/web, chartVersion: 1.0.0, releaseName: web, releaseNamespace: web}
";

const KAPP: &str = "\
apiVersion: kappctrl.k14s.io/v1alpha1
kind: App
metadata: {name: shop}
spec:
  fetch: [{git: {url: 'https://git.example.com/a/b'}}]
  template: [{helmTemplate: {path: charts/shop, valuesFrom: [{path: deploy/dev.yaml}]}}]
";

const PLURAL: &str = "\
apiVersion: deployments.plural.sh/v1alpha1
kind: ServiceDeployment
metadata: {name: shop}
spec:
  namespace: shop
  git: {folder: charts/shop, ref: main}
  helm: {valuesFiles: [../../deploy/dev.yaml]}
";

#[test]
fn objects_of_operators_name_chart_values_and_environment() {
    let dev = "shop dev charts/shop deploy/dev.yaml";
    let prod = "web prod https://charts.example.com/web@1.0.0 ";
    let written = "web prod https://charts.example.com/web@1.0.0 infra/object.yaml";
    for (text, expected) in [
        (CROSSPLANE, written),
        (PROXY, prod),
        (SVELTOS, prod),
        (KAPP, dev),
        (PLURAL, dev),
    ] {
        assert_eq!(said("infra/object.yaml", text), [expected], "{text}");
    }
}

const DEVSPACE: &str = "\
version: v2beta1
deployments:
  shop:
    helm: {chart: {name: ./charts/shop}, valuesFiles: [deploy/dev.yaml], values: {b: 1}}
";

const GARDEN: &str = "\
kind: Deploy
type: helm
name: shop
spec: {chart: {path: ./charts/shop}, valueFiles: ['./deploy/${environment.name}.yaml']}
";

const KLUCTL: &str = "\
helmChart: {repo: 'https://charts.example.com', chartName: web, chartVersion: 1.0.0, releaseName: web, namespace: web-dev}
";

#[test]
fn files_of_tools_name_chart_values_and_environment() {
    let dev = "shop dev charts/shop deploy/dev.yaml";
    for (path, text, expected) in [
        (
            "devspace.yaml",
            DEVSPACE,
            "shop dev charts/shop deploy/dev.yaml < devspace.yaml",
        ),
        ("garden.yml", GARDEN, dev),
        (
            "web/helm-chart.yaml",
            KLUCTL,
            "web dev https://charts.example.com/web@1.0.0 ",
        ),
    ] {
        assert_eq!(said(path, text), [expected], "{path}");
    }
}

/// Profiles of DevSpace that are called by environments are these, and so is what a variable is unless somebody says otherwise.
#[test]
fn profiles_and_defaults_of_devspace_tell_environments() {
    let file = "\
version: v2beta1
vars:
  STAGE_OF_APP:
    source: env
    default: local
deployments:
  web:
    helm: {chart: {name: ./chart}, valuesFiles: ['./values.${STAGE_OF_APP}.yaml']}
  db:
    helm: {chart: {name: ./chart}, valuesFiles: [./values.yaml]}
profiles:
- {name: local}
- name: prod
  patches:
  - {op: add, path: deployments.db.helm.valuesFiles, value: [./more.yaml]}
  - {op: replace, path: 'deployments.db.helm.values.image[0].tag', value: v1}
- name: without-tests
";
    let seen = apps(&[
        ("devspace.yaml", file),
        ("chart/Chart.yaml", CHART),
        ("values.yaml", "a: 1\n"),
        ("more.yaml", "a: 1\n"),
        ("values.local.yaml", "a: 1\n"),
        ("values.prod.yaml", "a: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

/// A module of a playbook is surely helm, though it has no values files; other maps with such keys are not.
#[test]
fn a_module_without_values_files_is_no_less_one() {
    let play = "- kubernetes.core.helm: {name: web, chart_ref: acme/web, release_namespace: web-prod}\n- other.helm.thing: {name: x, chart_ref: acme/x}\n";
    assert_eq!(said("play.yml", play), ["web prod acme/web "]);
}

/// What is filled in first is no deployment, and it is said.
#[test]
fn an_application_that_something_fills_in_is_no_deployment() {
    let application = |name: &str, folder: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{repoURL: 'https://charts.example.com', chart: web, targetRevision: 1.0.0, helm: {{valueFiles: [../{folder}/values.yaml]}}}}\n  destination: {{namespace: web}}\n"
        )
    };
    let template = application("web-__ENVIRONMENT__", "__ENVIRONMENT__");
    let real = application("web-prod", "prod");
    let seen = apps(&[
        ("preview/template.yaml", &template),
        ("prod/app.yaml", &real),
    ]);
    assert!(
        seen.contains("1 app, 1 environment, 1 deployment"),
        "{seen}"
    );
    let said =
        "preview/template.yaml:3:18: something fills in the name `web-__ENVIRONMENT__` first";
    assert!(seen.contains(said), "{seen}");
}
