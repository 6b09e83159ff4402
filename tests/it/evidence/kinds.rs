//! What makes a deployment another one, or the same: charts and files of each environment, trials, releases, parts.

use super::{CHART, apps, deployments};
use crate::support::{Sandbox, shown};

fn application(name: &str, path: &str, rest: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source:\n    repoURL: https://git.example.com/acme/shop.git\n    path: {path}\n{rest}"
    )
}

/// The messages of a rule, each behind its severity and place.
fn findings(files: &[(&str, &str)], rule: &str) -> Vec<String> {
    let findings = Sandbox::with(files).check().findings;
    let of_rule = findings.iter().filter(|finding| finding.rule == rule);
    let words = of_rule.map(|finding| {
        let place = finding.location.start();
        format!(
            "{:?} {}:{}: {}",
            finding.severity,
            finding.location.source.path,
            place.line,
            shown(&finding.message)
        )
    });
    words.collect()
}

#[test]
fn a_cluster_s_file_over_the_environment_s_own_is_no_environment() {
    let workflow = "jobs:\n  deploy:\n    steps:\n      - run: |\n          helm upgrade shop ~/git/deploy/chart/. --values ~/git/deploy/values-<< parameters.env >>.yaml --values ~/git/deploy/chart/values-live.yaml\n";
    let script = "cd deploy/chart\nhelm upgrade shop . -f ../values-dev.yaml -f values-live.yaml -n shop-dev\n";
    let seen = deployments(&[
        (".circleci/config.yml", workflow),
        ("run.sh", script),
        ("deploy/chart/Chart.yaml", CHART),
        ("deploy/chart/values-live.yaml", "a: 1\n"),
        ("deploy/values-dev.yaml", "a: 1\n"),
        ("deploy/values-prod.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop dev deploy/chart deploy/values-dev.yaml < deploy/chart/values-live.yaml",
            "shop prod deploy/chart deploy/values-prod.yaml < deploy/chart/values-live.yaml",
        ]
    );
}

#[test]
fn a_chart_in_each_environment_s_folder_is_that_one_s() {
    let values = [
        ("helm/dev/Chart.yaml", CHART),
        ("helm/dev/values.yaml", "a: 1\n"),
        ("helm/prod/Chart.yaml", CHART),
        ("helm/prod/values.yaml", "a: 2\n"),
    ];
    let expected = [
        "shop dev helm/dev helm/dev/values.yaml",
        "shop prod helm/prod helm/prod/values.yaml",
    ];
    assert_eq!(deployments(&values), expected);
    let (dev, prod) = (
        application("shop-dev", "helm/dev", ""),
        application("shop-prod", "helm/prod", ""),
    );
    let evidence = [("argo/dev.yaml", &*dev), ("argo/prod.yaml", &*prod)];
    assert_eq!(deployments(&[&values[..], &evidence].concat()), expected);
    // A chart of all environments with a file for each is another thing.
    assert_eq!(
        deployments(&[
            ("helm/Chart.yaml", CHART),
            ("helm/values-dev.yaml", "a: 1\n"),
            ("helm/values-prod.yaml", "a: 1\n"),
        ]),
        [
            "shop dev helm helm/values-dev.yaml",
            "shop prod helm helm/values-prod.yaml"
        ]
    );
}

#[test]
fn a_trial_with_some_of_the_layers_is_evidence_of_the_deployment() {
    let prod = application(
        "shop-prod",
        "chart",
        "    helm: {valueFiles: [../common.yaml, ../envs/prod/values.yaml, ../releases/prod.yaml]}\n",
    );
    let seen = deployments(&[
        ("argo/prod.yaml", &prod),
        (
            "Makefile",
            "lint:\n\thelm lint chart -f common.yaml -f envs/prod/values.yaml\n",
        ),
        ("chart/Chart.yaml", CHART),
        ("common.yaml", "a: 1\n"),
        ("envs/prod/values.yaml", "a: 1\n"),
        ("releases/prod.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        ["shop prod chart common.yaml < envs/prod/values.yaml < releases/prod.yaml"]
    );
}

#[test]
fn two_releases_of_one_chart_are_two_apps() {
    let helmfile = "environments:\n  staging: {}\n  prod: {}\n---\nreleases:\n- {name: main, chart: ./chart, values: ['values-{{ .Environment.Name }}.yaml', main.yaml]}\n- {name: canary, chart: ./chart, values: ['values-{{ .Environment.Name }}.yaml', canary.yaml]}\n";
    let seen = deployments(&[
        ("helmfile.yaml", helmfile),
        ("chart/Chart.yaml", CHART),
        ("values-staging.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
        ("main.yaml", "a: 1\n"),
        ("canary.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "canary staging chart values-staging.yaml < canary.yaml",
            "canary prod chart values-prod.yaml < canary.yaml",
            "shop staging chart values-staging.yaml < main.yaml",
            "shop prod chart values-prod.yaml < main.yaml",
        ]
    );
}

#[test]
fn each_chart_of_an_application_with_several_is_an_app() {
    let set = |environment: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-{environment}}}\nspec:\n  sources:\n  - {{repoURL: x, ref: values}}\n  - {{repoURL: x, path: charts/web, helm: {{valueFiles: [$values/envs/{environment}.yaml]}}}}\n  - {{repoURL: x, path: charts/api, helm: {{valueFiles: [$values/envs/{environment}.yaml]}}}}\n"
        )
    };
    let seen = deployments(&[
        ("argo/dev.yaml", &set("dev")),
        ("argo/prod.yaml", &set("prod")),
        ("charts/web/Chart.yaml", CHART),
        ("charts/api/Chart.yaml", CHART),
        ("envs/dev.yaml", "a: 1\n"),
        ("envs/prod.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "api dev charts/api envs/dev.yaml",
            "api prod charts/api envs/prod.yaml",
            "web dev charts/web envs/dev.yaml",
            "web prod charts/web envs/prod.yaml",
        ]
    );
}

#[test]
fn parts_of_values_are_layers_or_said_to_be_read_by_nothing() {
    let values = [
        ("chart/Chart.yaml", CHART),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
        ("secrets-dev.yaml", "b: 1\n"),
        ("secrets-prod.yaml", "b: 1\n"),
    ];
    // Nothing but names: what lies next to the values is laid over them.
    assert_eq!(
        deployments(&values),
        [
            "shop dev chart values-dev.yaml < secrets-dev.yaml",
            "shop prod chart values-prod.yaml < secrets-prod.yaml",
        ]
    );
    let with = [(
        "Makefile",
        "d:\n\thelm upgrade shop chart -f values-$(ENV).yaml -f secrets-$(ENV).yaml\n",
    )];
    assert_eq!(
        deployments(&[&values[..], &with].concat()),
        deployments(&values)
    );
    let without = [(
        "Makefile",
        "d:\n\thelm upgrade shop chart -f values-$(ENV).yaml\n",
    )];
    let said = apps(&[&values[..], &without].concat());
    for environment in ["dev", "prod"] {
        let expected = format!(
            "  secrets-{environment}.yaml: nothing reads this file: Makefile:2:2 deploys `shop` to {environment} without it\n"
        );
        assert!(said.contains(&expected), "{said}");
    }
    // An object of Kubernetes of that name is no values at all.
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n";
    let said = deployments(&[
        values[0],
        values[1],
        values[2],
        ("secrets-dev.yaml", secret),
        ("secrets-prod.yaml", secret),
    ]);
    assert_eq!(said[0], "shop dev chart values-dev.yaml");
}

#[test]
fn what_is_plainly_something_else_is_no_values() {
    let compose = "services:\n  web:\n    image: a\n    depends_on: [b]\n";
    let script = "helm upgrade shop chart --values $FILE\n";
    let said = apps(&[
        ("run.sh", script),
        ("setup.sh", ""),
        ("chart/Chart.yaml", CHART),
        ("docker-compose.dev.yml", compose),
        ("docker-compose.prod.yml", compose),
        ("dev.yaml", compose),
        ("prod.yaml", compose),
        ("openapi-dev.yaml", "openapi: 3.0.0\n"),
        ("openapi-prod.yaml", "openapi: 3.0.0\n"),
    ]);
    assert_eq!(
        said,
        "not read\n  run.sh:1:1: nothing tells the environment of `shop`\n  run.sh:1:1: which values file `{FILE}` is, the command does not tell\n\n0 apps, 0 environments, 0 deployments; 2 places not read\n"
    );
}

#[test]
fn charts_that_do_not_exist_are_said_at_the_line_that_names_them() {
    let here = application("shop-prod", "charts/shop", "");
    let gone = application("web-prod", "charts/wbe", "");
    let folder = application(
        "logs-prod",
        "charts/logs",
        "    helm: {releaseName: logs}\n",
    );
    let elsewhere = gone.replace("acme/shop", "other/charts");
    let helmfile = "environments: {prod: {}}\n---\nhelmfiles:\n- path: sub/gone.yaml\n---\nreleases:\n- name: api\n  chart: ./charts/api\n";
    let files = [
        ("argo/shop.yaml", &*here),
        ("argo/web.yaml", &gone),
        ("argo/logs.yaml", &folder),
        ("argo/else.yaml", &elsewhere),
        ("helmfile.yaml", helmfile),
        ("sub/other.yaml", "a: 1\n"),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/web/Chart.yaml", CHART),
        ("charts/logs/values.yaml", "a: 1\n"),
    ];
    assert_eq!(
        findings(&files, "layout/missing-file"),
        [
            "Error argo/logs.yaml:7: `logs-prod` is deployed with `charts/logs/Chart.yaml`, which does not exist",
            "Error argo/web.yaml:7: `web-prod` is deployed with `charts/wbe`, which does not exist",
            "Error helmfile.yaml:4: `helmfile.yaml` is deployed with `sub/gone.yaml`, which does not exist",
            "Error helmfile.yaml:8: `api` is deployed with `charts/api`, which does not exist",
        ]
    );
}

#[test]
fn a_missing_file_is_said_once() {
    let files = [
        (
            "Makefile",
            "d:\n\thelm upgrade shop chart -f values-prod.yaml -f missing-prod.yaml\n",
        ),
        ("chart/Chart.yaml", CHART),
        ("values-prod.yaml", "a: 1\n"),
    ];
    let ran = Sandbox::with(&files).run(&["check"]);
    assert_eq!(
        ran.stdout.matches("missing-prod.yaml").count(),
        2,
        "{}",
        ran.stdout
    );
    assert!(!ran.stderr.contains("not read"), "{}", ran.stderr);
    assert!(apps(&files).contains("1 place not read"));
}

#[test]
fn a_file_that_only_looks_alike_gets_no_layers_of_another_tier() {
    let script = "helm upgrade shop chart -f type/non-prod-values.yaml -f envs/qa-values.yaml\nhelm upgrade shop chart -f type/prod-values.yaml -f envs/prod-us-values.yaml\n";
    let files = [
        ("deploy.sh", script),
        ("chart/Chart.yaml", CHART),
        ("type/non-prod-values.yaml", "a: 1\n"),
        ("type/prod-values.yaml", "a: 1\n"),
        ("envs/qa-values.yaml", "a: 1\n"),
        ("envs/prod-us-values.yaml", "a: 1\n"),
        ("envs/prod-eu-values.yaml", "a: 1\n"),
    ];
    let seen = deployments(&files);
    let expected = "shop prod-eu chart type/prod-values.yaml < envs/prod-eu-values.yaml".to_owned();
    assert!(seen.contains(&expected), "{seen:?}");
    assert_eq!(
        findings(&files, "layout/unknown-environment"),
        Vec::<String>::new()
    );
}

#[test]
fn the_target_of_a_makefile_and_the_set_of_an_application_tell_the_environment() {
    let makefile = "install-prod:\n\thelm install shop chart\n";
    let seen = deployments(&[("Makefile", makefile), ("chart/Chart.yaml", CHART)]);
    assert_eq!(seen, ["shop prod chart "]);
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: shops-production}\nspec:\n  generators: [{list: {elements: [{app: shop}]}}]\n  template: {metadata: {name: '{{app}}'}, spec: {source: {repoURL: x, path: chart}}}\n";
    let seen = deployments(&[("argo/set.yaml", set), ("chart/Chart.yaml", CHART)]);
    assert_eq!(seen, ["shop production chart "]);
}

#[test]
fn a_release_from_here_and_from_a_registry_is_one_app() {
    let script = "helm upgrade --install shop ./chart -f values-staging.yaml\nhelm upgrade --install shop acme/shop --version 1.0.0 -f values-prod.yaml\n";
    let seen = deployments(&[
        ("run.sh", script),
        ("chart/Chart.yaml", CHART),
        ("values-staging.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop staging chart values-staging.yaml",
            "shop prod acme/shop@1.0.0 values-prod.yaml",
        ]
    );
}

#[test]
fn with_declared_apps_the_other_values_are_said_to_be_unread() {
    let config = "environments: {dev: {}, prod: {}}\napps:\n- {name: shop, values: 'shop/values-{env}.yaml'}\n";
    let files = [
        ("envlint.yaml", config),
        ("shop/values-dev.yaml", "a: 1\n"),
        ("shop/values-prod.yaml", "a: 1\n"),
        ("web/values-dev.yaml", "a: 1\n"),
        ("web/values-prod.yaml", "a: 1\n"),
    ];
    assert_eq!(
        findings(&files, "layout/unread-values"),
        [
            "Warning web/values-prod.yaml:1: 2 files look like values, but belong to no app in an environment, so they are only searched for secrets: web/values-prod.yaml, web/values-dev.yaml (no app of envlint.yaml has this file)"
        ]
    );
    assert!(apps(&files).contains("web/values-dev.yaml: no app of envlint.yaml has this file"));
    assert_eq!(
        findings(&files[..3], "layout/unread-values"),
        Vec::<String>::new()
    );
}

#[test]
fn command_lines_of_helmfile_tell_its_environments() {
    let helmfile = "releases:\n- name: shop\n  chart: ./chart\n  values: ['values-{{ .Environment.Name }}.yaml']\n";
    let values = [
        ("helmfile.yaml", helmfile),
        ("chart/Chart.yaml", CHART),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ];
    let run = "helmfile -e prod -f helmfile.yaml apply\nhelmfile --environment dev apply\n";
    let seen = deployments(&[&values[..], &[("run.sh", run)]].concat());
    assert_eq!(
        seen,
        [
            "shop dev chart values-dev.yaml",
            "shop prod chart values-prod.yaml"
        ]
    );
    // `helmfile sync` deploys the environment without a name, though it has nothing of its own.
    let helmfile = "environments: {default: {values: [a.yaml]}, dev: {values: [a.yaml, b.yaml]}}\n---\nreleases:\n- name: shop\n  chart: ./chart\n";
    let seen = deployments(&[
        ("helmfile.yaml", helmfile),
        values[1],
        ("a.yaml", "a: 1\n"),
        ("b.yaml", "a: 1\n"),
        ("Makefile", "deploy:\n\thelmfile sync\n"),
    ]);
    assert_eq!(seen.len(), 2, "{seen:?}");
    // What a helmfile is given beside what it names.
    let helmfile = "environments: {prod: {}}\n---\nreleases:\n- name: shop\n  chart: ./chart\n  values: ['{{ .Values.file }}']\n";
    let run = "helmfile -e prod --state-values-file state.yaml apply\n";
    let seen = deployments(&[
        ("helmfile.yaml", helmfile),
        values[1],
        values[3],
        ("state.yaml", "file: values-prod.yaml\n"),
        ("run.sh", run),
    ]);
    assert_eq!(seen, ["shop prod chart values-prod.yaml"]);
}

#[test]
fn a_chart_that_is_missing_is_said_once_for_all_who_want_it() {
    let wants = |name: &str| application(name, "charts/web", "    helm: {releaseName: web}\n");
    let (dev, prod) = (wants("web-dev"), wants("web-prod"));
    let files = [
        ("argo/a.yaml", &*dev),
        ("argo/b.yaml", &prod),
        ("argo/c.yaml", &application("shop-prod", "charts/shop", "")),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/web/templates/a.yaml", "a: 1\n"),
    ];
    assert_eq!(
        findings(&files, "layout/missing-file"),
        [
            "Error argo/a.yaml:7: `web-dev` is deployed with `charts/web/Chart.yaml`, which does not exist; also `web-prod`"
        ]
    );
}

#[test]
fn an_empty_file_above_other_layers_is_no_mistake() {
    let files = [
        (
            "Makefile",
            "d:\n\thelm upgrade shop chart -n shop-prod -f values.yaml -f values-prod.yaml\n",
        ),
        ("chart/Chart.yaml", CHART),
        ("values.yaml", "a: 1\n"),
        ("values-prod.yaml", ""),
    ];
    assert_eq!(
        findings(&files, "yaml/syntax"),
        [
            "Info values-prod.yaml:1: the values file is empty: every value comes from the layers below it"
        ]
    );
}

#[test]
fn a_folder_that_is_misspelt_is_meant_to_be_the_one_that_is_there() {
    let application = application(
        "shop-prod",
        "charts/shop",
        "    helm: {valueFiles: [../../environment/prod/values.yaml]}\n",
    );
    let far = application
        .replace("shop-prod", "web-prod")
        .replace("../../environment/", "../../argo/environments/");
    let files = [
        ("argo/shop.yaml", &*application),
        ("argo/web.yaml", &far),
        ("charts/shop/Chart.yaml", CHART),
        ("environments/prod/values.yaml", "a: 1\n"),
        ("environments/dev/values.yaml", "a: 1\n"),
    ];
    let said = Sandbox::with(&files).run(&["check"]).stdout;
    let (findings, _) = said.trim_end().rsplit_once("\n\n").expect("a summary");
    insta::assert_snapshot!(findings);
}

#[test]
fn files_of_a_script_are_looked_for_where_its_folders_lie() {
    let helmfile = "environments:\n  qa:\n    values: [env/common.yaml]\n  prod:\n    values: [env/common.yaml]\nreleases:\n- {name: web, chart: charts/shop}\n";
    let files = [
        (
            "deploy/run.sh",
            "helm upgrade shop ./shop -f ./shop/values-prd.yaml\n",
        ),
        ("deploy/shop/Chart.yaml", CHART),
        ("deploy/shop/values-dev.yaml", "a: 1\n"),
        ("helmfile.yaml", helmfile),
        ("env/qa.yaml", "a: 1\n"),
    ];
    assert_eq!(
        findings(&files, "layout/missing-file"),
        [
            "Error deploy/run.sh:1: `shop` is deployed with `deploy/shop/values-prd.yaml`, which does not exist",
            "Warning helmfile.yaml:3: `qa` is deployed with `env/common.yaml`, which does not exist; also `prod`",
        ]
    );
}
