//! Environments and apps that only several places together tell.

use super::{CHART, apps, deployments};
use crate::support::Sandbox;

fn application(name: &str, cluster: &str, file: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  destination: {{name: {cluster}, namespace: {name}}}\n  sources:\n  - {{repoURL: 'https://charts.example.com', chart: web, targetRevision: 1.0.0, helm: {{valueFiles: [$v/{file}]}}}}\n  - {{repoURL: 'https://git.example.com/a/b', ref: v}}\n"
    )
}

/// All run in the cluster of production; the names of siblings tell which is which.
#[test]
fn siblings_tell_more_than_the_cluster_that_all_are_deployed_to() {
    let names = [
        "test-shop",
        "prod-shop",
        "test-large-shop",
        "prod-large-shop",
    ];
    let files: Vec<(String, String)> = names
        .iter()
        .flat_map(|name| {
            let values = format!("values/{name}.yaml");
            let application = application(name, "prod-eks", &values);
            [
                (format!("apps/{name}.yaml"), application),
                (values, "a: 1\n".to_owned()),
            ]
        })
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    assert_eq!(
        deployments(&files),
        [
            "large-shop test https://charts.example.com/web@1.0.0 values/test-large-shop.yaml",
            "large-shop prod https://charts.example.com/web@1.0.0 values/prod-large-shop.yaml",
            "shop test https://charts.example.com/web@1.0.0 values/test-shop.yaml",
            "shop prod https://charts.example.com/web@1.0.0 values/prod-shop.yaml",
        ]
    );
}

/// No known name of an environment, but it stands where those of its siblings do, in the name and in the values file; so it
/// does in another name of the folder. What stands there in the name alone is an app.
#[test]
fn a_word_in_the_place_of_known_environments_is_one() {
    let file = |name: &str, values: &str| {
        let application = application(name, "in-cluster", values);
        (format!("apps/{name}.yaml"), application)
    };
    let mut files = vec![
        file("shop-staging", "shop/values-staging.yaml"),
        file("shop-production", "shop/values-production.yaml"),
        file("shop-mgmt", "shop/values-mgmt.yaml"),
        file("shop-worker", "shop/values.yaml"),
        file("board-mgmt", "board/values.yaml"),
    ];
    let values = [
        "shop/values-staging",
        "shop/values-production",
        "shop/values-mgmt",
        "shop/values",
        "board/values",
    ];
    files.extend(values.map(|path| (format!("{path}.yaml"), "a: 1\n".to_owned())));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    assert_eq!(
        deployments(&files),
        [
            "board mgmt https://charts.example.com/web@1.0.0 board/values.yaml",
            "shop staging https://charts.example.com/web@1.0.0 shop/values-staging.yaml",
            "shop production https://charts.example.com/web@1.0.0 shop/values-production.yaml",
            "shop mgmt https://charts.example.com/web@1.0.0 shop/values-mgmt.yaml",
            "shop-worker default https://charts.example.com/web@1.0.0 shop/values.yaml",
        ]
    );
}

/// The values lie in another repository: its file tells the environment, and that it is not here is no mistake.
#[test]
fn values_of_another_repository_tell_the_environment() {
    let shop = application("shop", "main", "deploy/prod-shop-values.yaml");
    let sandbox = Sandbox::with(&[("apps/shop.yaml", shop.as_str())]);
    let ran = sandbox.run(&["apps"]);
    let is_told = "shop\n  prod (production): release shop in shop\n";
    assert!(ran.stdout.starts_with(is_told), "{}", ran.stdout);
    let findings = sandbox.check().findings;
    assert!(
        findings
            .iter()
            .all(|found| found.rule != "layout/missing-file"),
        "{findings:?}"
    );
}

/// A file of Make that is named by another variable is that of each environment; a name that only a folder of
/// environments tells is one, too.
#[test]
fn a_file_by_two_variables_is_one_for_each_environment() {
    let makefile = "ENV ?= local\nVALUES_FILE ?= values-$(ENV).yaml\nup:\n\thelm upgrade --install shop ./chart -n shop -f $(VALUES_FILE)\n";
    let files = [
        ("shop/Makefile", makefile),
        ("shop/chart/Chart.yaml", CHART),
        ("shop/values-local.yaml", "a: 1\n"),
        ("shop/values-stage.yaml", "a: 1\n"),
        ("shop/values-acme.yaml", "a: 1\n"),
        ("shop/values-prod.yaml", "a: 1\n"),
        ("shop/values-bootstrap.yaml", "a: 1\n"),
        ("environments/stage.yaml", "b: 1\n"),
        ("environments/acme.yaml", "b: 1\n"),
        ("environments/prod.yaml", "b: 1\n"),
    ];
    let found = deployments(&files);
    let of_shop: Vec<&String> = found
        .iter()
        .filter(|line| line.starts_with("shop "))
        .collect();
    assert_eq!(
        of_shop,
        [
            "shop stage shop/chart shop/values-stage.yaml",
            "shop prod shop/chart shop/values-prod.yaml",
            "shop acme shop/chart shop/values-acme.yaml",
        ]
    );
}

/// What others than the charts read may have their names for keys.
#[test]
fn names_of_charts_with_other_keys_are_no_values_of_charts() {
    let text =
        "api:\n  namespace: api\n  release: api\nauth:\n  namespace: auth\n  release: auth\n";
    let files = [
        ("api/Chart.yaml", CHART),
        ("api/values.yaml", "replicas: 1\nimage: {}\n"),
        ("auth/Chart.yaml", CHART),
        ("auth/values.yaml", "replicas: 1\nimage: {}\n"),
        ("environments/stage.yaml", text),
        ("environments/prod.yaml", text),
    ];
    insta::assert_snapshot!(apps(&files));
}

/// A cluster on the own machine is where something is tried.
#[test]
fn what_is_deployed_to_the_own_machine_is_tried() {
    let script = "helm --kube-context kind-kind upgrade --install shop ./chart -f kind/values.dev.yaml\nhelm --kube-context kind-kind upgrade --install shop ./chart -f kind/values.prod.yaml\n";
    let files = [
        ("kind/run.sh", script),
        ("kind/values.dev.yaml", "a: 1\n"),
        ("kind/values.prod.yaml", "a: 1\n"),
        ("chart/Chart.yaml", CHART),
        ("chart/values/dev.yaml", "a: 1\n"),
        ("chart/values/preprod.yaml", "a: 1\n"),
        ("chart/values/prod.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

/// A path into a folder of the repository where no chart is deploys nothing.
#[test]
fn a_chart_that_is_not_where_a_command_names_it_is_not_deployed() {
    let script =
        "helm upgrade --install shop-dev deploy/helm/app/ -f deploy/helm/app/values-dev.yaml\n";
    let files = [
        ("deploy.sh", script),
        ("deploy/helm/Chart.yaml", CHART),
        ("deploy/helm/values-dev.yaml", "a: 1\n"),
        ("deploy/helm/values-prod.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

/// Values of a chart's tests, and of clusters on somebody's machine, are listed and no warning.
#[test]
fn values_that_nobody_expects_to_be_checked_are_no_warning() {
    let sandbox = Sandbox::with(&[
        ("chart/Chart.yaml", CHART),
        ("chart/ci/all-values.yaml", "a: 1\n"),
        ("chart/values-local.yaml", "a: 1\n"),
        ("chart/values-dev.yaml", "a: 1\n"),
        ("chart/values-prod.yaml", "a: 1\n"),
    ]);
    let ran = sandbox.run(&["apps"]);
    for file in ["chart/ci/all-values.yaml", "chart/values-local.yaml"] {
        assert!(ran.stdout.contains(file), "{}", ran.stdout);
    }
    let findings = sandbox.check().findings;
    assert!(
        findings
            .iter()
            .all(|found| found.rule != "layout/unread-values"),
        "{findings:?}"
    );
}

/// What the templates read are keys of a chart, too, though it has no values of its own.
#[test]
fn a_chart_near_fits_by_what_its_templates_read() {
    let template = "kind: X\na: {{ .Values.services }} {{ .Values.db.host }} {{ .Values.jobs }}\n";
    let values = "services: []\ndb: {host: a}\njobs: []\n";
    let files = [
        ("devops/helm/Chart.yaml", CHART),
        (
            "devops/helm/values.yaml",
            "dashboard: {}\nreplicas: 1\nimage: {}\n",
        ),
        ("devops/helm/templates/all.yaml", template),
        ("devops/values/acme-staging.yaml", values),
        ("devops/values/acme-prod.yaml", values),
    ];
    assert_eq!(
        deployments(&files),
        [
            "acme staging devops/helm devops/values/acme-staging.yaml",
            "acme prod devops/helm devops/values/acme-prod.yaml",
        ]
    );
}
