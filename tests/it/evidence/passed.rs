//! Values files next to what is deployed without them, and what looks deployed and is not.

use super::{CHART, apps};

#[test]
fn what_deploys_a_chart_says_which_of_the_files_next_to_it_are_read() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: kibana}\nspec:\n  source: {repoURL: x, path: charts/kibana, helm: {valueFiles: [values.yaml]}}\n  destination: {namespace: logging}\n";
    let of_prod = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-prod}\nspec:\n  source: {repoURL: x, path: charts/shop, helm: {valueFiles: [values-prod.yaml]}}\n  destination: {namespace: shop}\n";
    let seen = apps(&[
        ("argo/kibana.yaml", application),
        ("argo/shop.yaml", of_prod),
        ("charts/kibana/Chart.yaml", CHART),
        ("charts/kibana/values.yaml", "a: 1\n"),
        ("charts/kibana/values-staging.yaml", "a: 1\n"),
        ("charts/kibana/values-prod.yaml", "a: 1\n"),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values-staging.yaml", "a: 1\n"),
        ("charts/shop/values-prod.yaml", "a: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn a_chart_that_nothing_deploys_next_to_those_that_are_is_not_deployed() {
    let helmfile = "environments: {dev: {}, prod: {}}\n---\nreleases:\n{{- range list \"api\" \"web\" \"db\" }}\n- {name: {{ . }}, chart: ./charts/{{ . }}, values: [\"charts/{{ . }}/values-{{ $.Environment.Name }}.yaml\"]}\n{{- end }}\n# - {name: queue, chart: ./charts/queue, values: [\"charts/queue/values-{{`{{ .Environment.Name }}`}}.yaml\"]}\n";
    let mut files = vec![("helmfile.yaml.gotmpl".to_owned(), helmfile)];
    for name in ["api", "web", "db", "queue"] {
        files.push((format!("charts/{name}/Chart.yaml"), CHART));
        for environment in ["dev", "prod"] {
            files.push((format!("charts/{name}/values-{environment}.yaml"), "a: 1\n"));
        }
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn what_a_kustomization_does_not_list_is_not_deployed() {
    let application = |name: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{repoURL: https://charts.example.com, chart: {name}, targetRevision: 1.0.0}}\n  destination: {{namespace: {name}}}\n"
        )
    };
    let (api, web, old) = (application("api"), application("web"), application("old"));
    let seen = apps(&[
        (
            "argo/prod/kustomization.yaml",
            "resources:\n- apps/api.yaml\n- apps/web.yaml\n# - apps/old.yaml\n",
        ),
        ("argo/prod/apps/api.yaml", &api),
        ("argo/prod/apps/web.yaml", &web),
        ("argo/prod/apps/old.yaml", &old),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn charts_of_a_kustomization_that_flux_does_not_reach_are_not_deployed() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec: {path: ./apps/web/overlays/production}\n";
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: web}\nspec:\n  chart: {spec: {chart: web, version: 1.0.0}}\n  values: {a: 1}\n";
    let seen = apps(&[
        ("clusters/production/apps.yaml", flux),
        (
            "apps/web/overlays/production/kustomization.yaml",
            "resources: [release.yaml]\nconfigMapGenerator:\n- name: rules\n  files: [01-web.yaml, extra=02-extra.yaml]\n",
        ),
        ("apps/web/overlays/production/release.yaml", release),
        ("apps/web/overlays/production/01-web.yaml", "rules: [a]\n"),
        ("apps/web/overlays/production/02-extra.yaml", "rules: [b]\n"),
        (
            "apps/scan/overlays/production/kustomization.yaml",
            "helmCharts:\n- {name: scan, repo: https://charts.example.com, version: 1.0.0, valuesFile: values.yaml}\n",
        ),
        ("apps/scan/overlays/production/values.yaml", "a: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn a_stage_in_a_longer_name_needs_a_second_sign() {
    let chart = "helmCharts:\n- {name: tool, repo: https://charts.example.com, version: 1.0.0}\n";
    let redis = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: redis, namespace: cache}\nspec:\n  chart: {spec: {chart: redis, version: 1.0.0}}\n  values: {a: 1}\n";
    let other = redis.replace("namespace: cache", "namespace: queue");
    let seen = apps(&[
        ("policies/dev-spaces/kustomization.yaml", chart),
        ("policies/pipelines/kustomization.yaml", chart),
        (
            ".ci/tool/helmfile.yaml",
            "releases:\n- {name: tool, chart: example/tool}\n",
        ),
        ("apps/prod2/cache/pre/release.yaml", redis),
        ("apps/prod2/cache/post/note.yaml", "a: 1\n"),
        ("apps/prod2/queue/release.yaml", &other),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn a_dry_run_gives_way_to_the_command_that_deploys() {
    let script = "helm upgrade shop ./charts/shop -f values-prod.yaml -n dev --dry-run\nhelm upgrade shop ./charts/shop -f values-prod.yaml -n prod\n";
    let seen = apps(&[
        ("deploy.sh", script),
        ("charts/shop/Chart.yaml", CHART),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn commands_stand_in_python_in_documents_of_scripts_and_of_other_programs() {
    let python = "import subprocess\n\nENV = \"prod\"\n\n# helm upgrade old ./charts/old\nsubprocess.run(\n    [\"helm\", \"upgrade\", \"--install\", \"argocd\", \"argo/argo-cd\", \"-f\", f\"argocd/values-{env}.yaml\"],\n    check=True,\n)\n";
    let writer = "cat > install.sh <<'EOF'\nhelm upgrade --install gitops ./gitops -f gitops/values-prod.yaml\nEOF\ncat > app.yaml <<'EOF'\napiVersion: argoproj.io/v1alpha1\nkind: Application\nEOF\n";
    let create = "argocd app create web --repo https://example.com/x.git --path charts/web --dest-namespace web --values values-$ENVIRONMENT.yaml\n";
    let werf = "jobs:\n  deploy:\n    steps:\n    - run: werf converge --env prod --namespace shop-prod --values .helm/values-prod.yaml --set ci_url=x\n";
    let seen = apps(&[
        ("tools/setup.py", python),
        ("argocd/values-dev.yaml", "a: 1\n"),
        ("argocd/values-prod.yaml", "a: 1\n"),
        ("generate.sh", writer),
        ("gitops/Chart.yaml", CHART),
        ("gitops/values-prod.yaml", "a: 1\n"),
        ("create.sh", create),
        ("charts/web/Chart.yaml", CHART),
        ("charts/web/values-dev.yaml", "a: 1\n"),
        ("charts/web/values-prod.yaml", "a: 1\n"),
        (".github/workflows/deploy.yaml", werf),
        (
            "werf.yaml",
            "project: shop\nconfigVersion: 1\n---\nimage: x\n",
        ),
        (".helm/values-prod.yaml", "a: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn the_orb_of_circleci_deploys_with_what_workflows_give_to_its_job() {
    let config = "\
version: 2.1
orbs: {helm: circleci/helm@1.2.0}
jobs:
  deploy:
    parameters:
      helm-values: {type: string}
      image-tag: {type: string, default: <<pipeline.git.revision>>}
    steps:
    - checkout
    - helm/upgrade-helm-chart:
        chart: ./chart
        release-name: frontend
        values: <<parameters.helm-values>>
        values-to-override: imageTag=<<parameters.image-tag>>,replicas=2
workflows:
  dev: {jobs: [deploy: {helm-values: ./chart/values.dev.yaml}]}
  prod: {jobs: [deploy: {helm-values: ./chart/values.prod.yaml, image-tag: v1}]}
";
    let seen = apps(&[
        (".circleci/config.yml", config),
        ("chart/Chart.yaml", CHART),
        ("chart/values.dev.yaml", "a: 1\n"),
        ("chart/values.prod.yaml", "a: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn values_next_to_those_of_environments_lie_below_them_where_no_chart_is() {
    let seen = apps(&[
        ("helm/values.yaml", "a: 1\n"),
        ("helm/values.dev.yaml", "a: 1\n"),
        ("helm/values.prod.yaml", "a: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

/// Files without a chart next to layers of what is deployed are alternatives, and files without a name are settings of
/// something else: neither is an app.
#[test]
fn files_next_to_layers_that_nothing_reads_are_no_app() {
    let application = |environment: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-{environment}}}\nspec:\n  source: {{repoURL: x, path: charts/shop, helm: {{valueFiles: [../../environments/{environment}/registry.yaml, ../../environments/{environment}/shop-values.yaml]}}}}\n"
        )
    };
    let (dev, prod) = (application("dev"), application("prod"));
    let seen = apps(&[
        ("argo/dev.yaml", &dev),
        ("argo/prod.yaml", &prod),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/web/Chart.yaml", CHART),
        (
            "clusters/dev/cluster.yaml",
            "server: https://dev.example.com\n",
        ),
        (
            "clusters/prod/cluster.yaml",
            "server: https://prod.example.com\n",
        ),
        ("environments/dev/registry-other.yaml", "registry: b\n"),
        ("environments/dev/registry.yaml", "registry: a\n"),
        ("environments/dev/shop-values.yaml", "replicas: 1\n"),
        ("environments/dev/values.yaml", "name: shop\n"),
        ("environments/prod/registry-other.yaml", "registry: b\n"),
        ("environments/prod/registry.yaml", "registry: a\n"),
        ("environments/prod/shop-values.yaml", "replicas: 2\n"),
        ("environments/prod/values.yaml", "name: shop\n"),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn a_second_layout_of_a_chart_without_a_name_is_no_app() {
    let mut files = vec![("chart/Chart.yaml".to_owned(), CHART)];
    for environment in ["dev", "prod"] {
        files.push((format!("chart/values-{environment}.yaml"), "a: 1\n"));
        files.push((format!("chart/values/{environment}/all.yaml"), "a: 1\n"));
        files.push((format!("chart/values/{environment}/web.yaml"), "a: 1\n"));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    insta::assert_snapshot!(apps(&files));
}
