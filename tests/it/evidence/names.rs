//! What names of files and keys tell.

use super::{CHART, apps, deployments};

#[test]
fn a_file_with_the_values_of_several_charts_is_an_app_for_each() {
    let files = [
        ("charts/api/Chart.yaml", CHART),
        ("charts/auth/Chart.yaml", CHART),
        ("charts/store/Chart.yaml", CHART),
        (
            "environments/dev/values.yaml",
            "api:\n  replicas: 1\nauth:\n  a: 1\n",
        ),
        (
            "environments/prod/values.yaml",
            "global: {}\napi:\n  replicas: 3\nauth:\n  a: 2\nstore:\n  b: 1\nfeatures:\n  c: 1\n",
        ),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn environments_of_the_house_are_those_that_a_pipeline_names() {
    let orb = "workflows:\n  build:\n    jobs:\n      - acme/deploy_env: {name: a, env: prod}\n      - acme/deploy_env:\n          env: \"t2\"\n";
    let files = [
        (".circleci/config.yml", orb),
        ("helm/shop/Chart.yaml", CHART),
        ("helm/values-preprod.yaml", "a: 1\n"),
        ("helm/values-prod.yaml", "a: 1\n"),
        ("helm/values-t2.yaml", "a: 1\n"),
        ("helm/values-t3.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn a_folder_of_trials_is_no_environment_of_an_app_without_another() {
    let trial = [
        ("shop/ci/values.yaml", "a: 1\n"),
        ("shop/test/values.yaml", "a: 1\n"),
    ];
    let seen = apps(&trial);
    assert!(seen.contains("0 apps"), "{seen}");
    assert!(
        seen.contains("shop/ci/values.yaml: `ci` is a folder of trials"),
        "{seen}"
    );
    let seen = apps(&[trial[0], trial[1], ("shop/prod/values.yaml", "a: 1\n")]);
    assert!(seen.contains("1 app, 3 environments"), "{seen}");
}

#[test]
fn an_app_is_called_after_the_repository_where_nothing_else_tells() {
    let files = [
        (".git/HEAD", "ref: refs/heads/main\n"),
        (
            ".git/config",
            "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://user:pass@git.example.com/team/checkout-api.git\n",
        ),
        ("environments/dev/values.yaml", "a: 1\n"),
        ("environments/prod/values.yaml", "a: 1\n"),
    ];
    let seen = apps(&files);
    assert!(seen.starts_with("checkout-api\n"), "{seen}");
}

#[test]
fn one_release_in_several_namespaces_is_several_apps() {
    let release = |namespace: &str| {
        format!(
            "environments: {{prod: {{}}}}\n---\nreleases: [{{name: secrets, namespace: {namespace}, chart: acme/secrets}}]\n"
        )
    };
    let seen = apps(&[
        ("auth/helmfile.yaml", &release("auth")),
        ("mail/helmfile.yaml", &release("mail")),
    ]);
    assert!(
        seen.contains("2 apps, 1 environment, 2 deployments"),
        "{seen}"
    );
    for release in ["release secrets in auth", "release secrets in mail"] {
        assert!(seen.contains(release), "{seen}");
    }
}

/// What is deployed tells which files are values: others of the same chart, and variants next to them, are read by nothing.
#[test]
fn files_next_to_what_is_deployed_are_no_apps_of_their_own() {
    let deploy = "helm upgrade shop charts/shop -n shop-prod -f environments/prod/values.yaml\nhelm upgrade cache acme/cache -n cache-prod -f cache/values-prod-minimal.yaml\n";
    let files = [
        ("deploy.sh", deploy),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values-prod.yaml", "a: 1\n"),
        ("environments/prod/values.yaml", "a: 2\n"),
        ("cache/values-dev.yaml", "a: 1\n"),
        ("cache/values-prod.yaml", "a: 1\n"),
        ("cache/values-prod-minimal.yaml", "a: 1\n"),
    ];
    assert_eq!(
        deployments(&files),
        [
            "cache prod acme/cache cache/values-prod-minimal.yaml",
            "shop prod charts/shop environments/prod/values.yaml",
        ]
    );
    let seen = apps(&files);
    for path in [
        "charts/shop/values-prod.yaml: nothing reads this file: deploy.sh",
        "cache/values-prod.yaml: nothing reads this file: deploy.sh:2:1 deploys `cache`",
        "cache/values-dev.yaml: nothing reads this file, though others",
    ] {
        assert!(seen.contains(path), "{seen}");
    }
}

#[test]
fn a_chart_of_the_apps_name_is_nearer_than_the_one_above() {
    let seen = deployments(&[
        ("Chart.yaml", CHART),
        ("web/Chart.yaml", CHART),
        ("api/Chart.yaml", CHART),
        ("environments/prod/web.yaml", "a: 1\n"),
        ("environments/prod/worker.yaml", "a: 1\n"),
        ("environments/dev/web.yaml", "a: 1\n"),
        ("environments/dev/worker.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "web dev web environments/dev/web.yaml",
            "web prod web environments/prod/web.yaml",
            "worker dev . environments/dev/worker.yaml",
            "worker prod . environments/prod/worker.yaml",
        ]
    );
}

#[test]
fn programs_that_are_called_after_a_part_of_values_are_apps() {
    let seen = deployments(&[
        ("values/dev/ingress-nginx-values.yaml", "a: 1\n"),
        ("values/prod/ingress-nginx-values.yaml", "a: 1\n"),
        ("values/dev/shop-values.yaml", "a: 1\n"),
        ("values/prod/shop-values.yaml", "a: 1\n"),
        ("values/review/shop-values.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "ingress-nginx dev - values/dev/ingress-nginx-values.yaml",
            "ingress-nginx prod - values/prod/ingress-nginx-values.yaml",
            "shop review - values/review/shop-values.yaml",
            "shop dev - values/dev/shop-values.yaml",
            "shop prod - values/prod/shop-values.yaml",
        ]
    );
}

/// A folder of environments may hold that of somebody's own machine.
#[test]
fn the_environment_of_a_machine_is_one_next_to_others() {
    let application = |environment: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-{environment}}}\nspec:\n  source: {{repoURL: x, path: charts/shop, helm: {{valueFiles: [../../environments/{environment}/values.yaml]}}}}\n"
        )
    };
    let (local, prod) = (application("local"), application("prod"));
    let seen = deployments(&[
        ("argo/local.yaml", &local),
        ("argo/prod.yaml", &prod),
        ("charts/shop/Chart.yaml", CHART),
        ("environments/local/values.yaml", "a: 1\n"),
        ("environments/prod/values.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop local charts/shop environments/local/values.yaml",
            "shop prod charts/shop environments/prod/values.yaml",
        ]
    );
}

/// A folder that is called as an environment is may be an app, among others of its form.
#[test]
fn a_folder_among_apps_is_an_app_whatever_it_is_called() {
    let mut files = vec![
        (
            "hub/Chart.yaml",
            "apiVersion: v2\nname: hub\nversion: 1.0.0\n",
        ),
        ("hub/values.yaml", "pool: 1\n"),
        ("hub/templates/a.yaml", "a: {{ .Values.pool }}\n"),
    ];
    let paths: Vec<String> = ["maths", "law", "dev"]
        .iter()
        .flat_map(|hub| ["staging", "prod"].map(|name| format!("hubs/{hub}/config/{name}.yaml")))
        .collect();
    files.extend(paths.iter().map(|path| (path.as_str(), "pool: 2\n")));
    assert_eq!(
        deployments(&files),
        [
            "dev staging hub hubs/dev/config/staging.yaml",
            "dev prod hub hubs/dev/config/prod.yaml",
            "law staging hub hubs/law/config/staging.yaml",
            "law prod hub hubs/law/config/prod.yaml",
            "maths staging hub hubs/maths/config/staging.yaml",
            "maths prod hub hubs/maths/config/prod.yaml",
        ]
    );
}

/// A chart may be called after a cluster on one's own machine.
#[test]
fn the_name_of_a_chart_stays_whole() {
    let application = |name: &str, chart: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{repoURL: 'https://charts.example.com', chart: {chart}, targetRevision: 1.0.0}}\n  destination: {{server: 'https://kubernetes.default.svc', namespace: web}}\n"
        )
    };
    let (product, shop) = (
        application("dynamodb-local", "dynamodb-local"),
        application("shop-local", "shop"),
    );
    let prod = application("shop-prod", "shop");
    let seen = deployments(&[
        ("clusters/local/dynamodb.yaml", product.as_str()),
        ("clusters/local/shop.yaml", shop.as_str()),
        ("clusters/prod/shop.yaml", prod.as_str()),
    ]);
    assert_eq!(
        seen,
        [
            "dynamodb-local local https://charts.example.com/dynamodb-local@1.0.0 ",
            "shop local https://charts.example.com/shop@1.0.0 ",
            "shop prod https://charts.example.com/shop@1.0.0 ",
        ]
    );
}

/// Each stage may have a second place for disasters, and `prod-drive` is no app `ive` of `prod-dr`.
#[test]
fn the_place_for_disasters_is_one_of_each_stage() {
    let script = "helm upgrade dev-drive ./chart -f chart/values-dev.yaml\nhelm upgrade dev-drive ./chart -f chart/values-dev-dr.yaml\nhelm upgrade prod-drive ./chart -f chart/values-prod-dr.yaml\n";
    let seen = deployments(&[
        ("deploy.sh", script),
        ("chart/Chart.yaml", CHART),
        ("chart/values-dev.yaml", "a: 1\n"),
        ("chart/values-dev-dr.yaml", "a: 2\n"),
        ("chart/values-prod-dr.yaml", "a: 3\n"),
        ("chart/templates/a.yaml", "kind: ConfigMap\n"),
    ]);
    assert_eq!(
        seen,
        [
            "drive dev chart chart/values-dev.yaml",
            "drive dev-dr chart chart/values-dev-dr.yaml",
            "drive prod-dr chart chart/values-prod-dr.yaml",
        ]
    );
}

/// A file is one app's, whatever else its name could tell.
#[test]
fn a_file_that_tells_an_app_is_no_environment_of_another_one() {
    let seen = deployments(&[
        ("Chart.yaml", CHART),
        ("templates/a.yaml", "kind: ConfigMap\n"),
        ("values/dev.yaml", "a: 1\n"),
        ("values/prod.yaml", "a: 2\n"),
        ("values/dev-operator.yaml", "a: 3\n"),
        ("values/prod-operator.yaml", "a: 4\n"),
    ]);
    assert_eq!(
        seen,
        [
            "operator dev . values/dev-operator.yaml",
            "operator prod . values/prod-operator.yaml",
            "shop dev . values/dev.yaml",
            "shop prod . values/prod.yaml",
        ]
    );
}

/// A file says its own name where its siblings say theirs.
#[test]
fn a_file_that_says_its_own_name_is_of_it() {
    let values = |name: &str| format!("labels: {{landscape: {name}, tier: x}}\nreplicas: 1\n");
    let (dev, stage, indo) = (values("dev"), values("stage"), values("indo"));
    let seen = super::deployments(&[
        ("chart/Chart.yaml", super::CHART),
        (
            "chart/values.yaml",
            "labels: {landscape: ''}\nreplicas: 1\n",
        ),
        ("chart/values.dev.yaml", &dev),
        ("chart/values.stage.yaml", &stage),
        ("chart/values.indo.yaml", &indo),
        ("chart/values.acme.yaml", &stage),
    ]);
    let expected = ["dev", "stage", "indo"];
    let expected = expected.map(|name| format!("shop {name} chart chart/values.{name}.yaml"));
    assert_eq!(seen, expected);
}
