//! Where values files of several environments lie, and which apps `envlint` makes of them by their names alone.

use envlint::workspace::Workspace;

use crate::support::Sandbox;

/// The apps of a workspace with these files: name, chart, and the environments with their files' layers.
fn found(files: &[&str]) -> Vec<String> {
    let sandbox = Sandbox::empty();
    for file in files {
        let text = match file.rsplit('/').next() {
            Some("Chart.yaml") => "apiVersion: v2\nname: chart-name\nversion: 1.0.0\n",
            _ => "replicas: 1\n",
        };
        sandbox.write(file, text);
    }
    let workspace = Workspace::open(&sandbox.root()).expect("a workspace");
    let app = |app: &envlint::workspace::App| {
        let places = app.deployments.iter().map(|known| {
            let layers: Vec<String> = known.layers().map(|layer| layer.path.clone()).collect();
            format!("{}={}", known.environment.name, layers.join("<"))
        });
        let chart = app.chart.as_deref().unwrap_or("-");
        format!(
            "{} {chart} {}",
            app.name,
            places.collect::<Vec<_>>().join(" ")
        )
    };
    workspace.apps.iter().map(app).collect()
}

#[test]
fn files_and_folders_tell_apps_and_environments() {
    for (files, expected) in [
        (
            &["apps/web/values_dev.yaml", "apps/web/values_prod.yaml"][..],
            &["web - dev=apps/web/values_dev.yaml prod=apps/web/values_prod.yaml"][..],
        ),
        (
            &["web/dev-values.yaml", "web/prod.values.yaml"],
            &["web - dev=web/dev-values.yaml prod=web/prod.values.yaml"],
        ),
        (
            &[
                "clusters/dev/web/values.yaml",
                "clusters/prod/web/values.yaml",
                "clusters/prod/api/values.yaml",
            ],
            &[
                "api - prod=clusters/prod/api/values.yaml",
                "web - dev=clusters/dev/web/values.yaml prod=clusters/prod/web/values.yaml",
            ],
        ),
        (
            &["envs/stg/web.yaml", "envs/prd/web.yaml"],
            &["web - stg=envs/stg/web.yaml prd=envs/prd/web.yaml"],
        ),
        (
            &[
                "web/chart/Chart.yaml",
                "web/config/dev.yaml",
                "web/config/prod.yaml",
            ],
            &["web web/chart dev=web/config/dev.yaml prod=web/config/prod.yaml"],
        ),
        (
            &[
                ".helm/Chart.yaml",
                ".helm/values-dev.yaml",
                ".helm/values-prod.yaml",
            ],
            &["chart-name .helm dev=.helm/values-dev.yaml prod=.helm/values-prod.yaml"],
        ),
        (
            &["web-dev/values.yaml", "web-prod/values.yaml"],
            &["web - dev=web-dev/values.yaml prod=web-prod/values.yaml"],
        ),
        (
            &[
                "web/prod/eu-west-1/values.yaml",
                "web/prod/us-east-1/values.yaml",
                "web/dev/values.yaml",
            ],
            &[
                "web - dev=web/dev/values.yaml prod-eu-west-1=web/prod/eu-west-1/values.yaml prod-us-east-1=web/prod/us-east-1/values.yaml",
            ],
        ),
        (
            &[
                "web/values-dev.yaml",
                "web/values-prod.yaml",
                "web/values-prod-secrets.yaml",
            ],
            &[
                "web - dev=web/values-dev.yaml prod=web/values-prod.yaml<web/values-prod-secrets.yaml",
            ],
        ),
        (
            &[
                "environments/dev.yaml",
                "environments/prod.yaml",
                "environments/acme.yaml",
            ],
            &[
                "shop - acme=environments/acme.yaml dev=environments/dev.yaml prod=environments/prod.yaml",
            ],
        ),
    ] {
        assert_eq!(found(files), expected, "{files:?}");
    }
}

#[test]
fn what_only_looks_like_an_environment_is_none() {
    for files in [
        &["values-load.yaml"][..],
        &["charts/web/Chart.yaml", "charts/web/ci/test-values.yaml"],
        &[
            "charts/web-integration/Chart.yaml",
            "charts/web-integration/values.yaml",
        ],
        &["config/prod.yaml", "config/dev.yaml"],
        &["values-minimal.yaml", "values-ha.yaml"],
    ] {
        assert_eq!(found(files), Vec::<String>::new(), "{files:?}");
    }
}
