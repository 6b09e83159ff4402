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
            &["web/values.pr.yaml", "web/values.prod.yaml"][..],
            &["web - pr=web/values.pr.yaml prod=web/values.prod.yaml"][..],
        ),
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
                "shop - dev=environments/dev.yaml prod=environments/prod.yaml acme=environments/acme.yaml",
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

/// What `envlint apps` says in a workspace of these files.
fn apps(files: &[(&str, &str)]) -> String {
    Sandbox::with(files).run(&["apps"]).stdout
}

#[test]
fn values_are_told_from_other_files_by_their_shape() {
    for text in [
        "replicas: 1\nhosts:\n- a.example.com\n",
        "jobs: {cleanup: {schedule: '@daily'}}\n",
        "stages: 3\npipeline: {workers: 2}\nreleases: [a, b]\n",
        "openapi: {enabled: true}\n",
        "apiVersion: batch/v1\n",
    ] {
        let said = apps(&[
            ("environments/dev.yaml", text),
            ("environments/prod.yaml", text),
        ]);
        assert!(said.contains("1 app, 2 environments"), "{text}{said}");
    }
}

#[test]
fn what_is_left_out_for_its_shape_is_said() {
    let said = apps(&[
        ("environments/dev.yaml", "replicas: 1\n"),
        ("environments/staging.yaml", "replicas: 1\n"),
        ("environments/prod.yaml", "- replicas: 1\n"),
        ("environments/qa.yaml", "# later\n"),
        (
            "environments/uat.yaml",
            "stages: [build]\nbuild: {script: [make]}\n",
        ),
        (
            "environments/sit.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        ),
        ("overlays/prod/patch.yaml", "- {op: remove, path: /a}\n"),
    ]);
    let (_, unread) = said.split_once("not read\n").expect("what is not read");
    assert_eq!(
        unread,
        "  environments/prod.yaml: it has the name of an environment's values, but holds a list, which Helm does not take for values
  environments/qa.yaml: it has the name of an environment's values, but holds nothing
  environments/uat.yaml: it has the name of an environment's values, but holds the jobs of a pipeline

1 app, 2 environments, 2 deployments; 3 places not read\n"
    );
}

#[test]
fn a_declared_environment_is_a_word_at_any_place_of_a_name() {
    let said = apps(&[
        ("envlint.yaml", "environments: {dev: {}, prod: {}}\n"),
        ("values-device-dev.yaml", "a: 1\n"),
        ("values-device-prod.yaml", "a: 1\n"),
    ]);
    assert!(said.starts_with("device\n"), "{said}");
    assert!(
        said.contains("1 app, 2 environments, 2 deployments; 0 places"),
        "{said}"
    );
}

#[test]
fn what_the_walk_leaves_out_is_said() {
    let deep: Vec<String> = (0..26).map(|at| format!("d{at}")).collect();
    let file = format!("{}/values-dev.yaml", deep.join("/"));
    let sandbox = Sandbox::with(&[("values-dev.yaml", "a: 1\n"), (&file, "a: 1\n")]);
    let said = sandbox.run(&["apps"]).stdout;
    let place = deep.get(..24).expect("folders").join("/");
    let reason = "envlint does not look at more than 24 directories in one another";
    assert!(said.contains(&format!("{place}: {reason}")), "{said}");
}

#[cfg(unix)]
#[test]
fn what_lies_behind_a_link_out_of_the_workspace_is_not_listed() {
    let outside = Sandbox::with(&[
        ("dev.yaml", "a: 1\n"),
        ("customer-acme.yaml", "a: 1\n"),
        ("common.yaml", "a: 1\n"),
    ]);
    let sandbox = Sandbox::with(&[(
        "envlint.yaml",
        "environments: {dev: {}}\napps: [{name: shop, values: 'environments/{env}.yaml'}]\n",
    )]);
    let link = sandbox.root().join("environments");
    std::os::unix::fs::symlink(outside.root(), link).expect("a link");
    let ran = sandbox.run(&["check"]);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!said.contains("acme") && !said.contains("common"), "{said}");
}

#[test]
fn nothing_is_told_of_files_outside_of_the_workspace() {
    let said = |file: &str| {
        let chart = format!("helmCharts: [{{name: a, releaseName: a, valuesFile: {file}}}]\n");
        apps(&[("overlays/prod/kustomization.yaml", &chart)]).replace(file, "X")
    };
    let there = said("../../../../../../../../../../etc/passwd");
    assert!(there.contains("lies outside of the workspace"), "{there}");
    assert_eq!(
        there,
        said("../../../../../../../../../../etc/no-such-file")
    );
}

#[test]
fn in_a_monorepo_of_charts_each_app_is_found_beside_its_own() {
    let sandbox = Sandbox::empty();
    for at in 0..400 {
        sandbox.write(
            &format!("s/s{at}/chart/Chart.yaml"),
            "name: x\nversion: 1.0.0\n",
        );
        sandbox.write(&format!("s/s{at}/chart/values.yaml"), "other: 1\n");
        for environment in ["dev", "prod"] {
            sandbox.write(&format!("s/s{at}/values-{environment}.yaml"), "a: 1\n");
        }
    }
    let said = sandbox.run(&["apps"]).stdout;
    assert!(said.contains("400 apps"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_that_is_read_is_no_second_file() {
    let sandbox = Sandbox::with(&[
        (
            "keys.yaml",
            "token: ghp_016C7ASDkq2Zr8vLmTnXyWbE4HdJf5GsP9uB\n",
        ),
        ("deploy/values-blue.yaml", "a: 1\n"),
    ]);
    for (from, to) in [
        ("keys.yaml", "copy.yaml"),
        ("deploy/values-blue.yaml", "values-blue.yaml"),
    ] {
        let link = sandbox.root().join(to);
        std::os::unix::fs::symlink(from, link).expect("a link");
    }
    assert_eq!(sandbox.findings_of("secrets/plaintext").len(), 1);
    let said = sandbox.run(&["apps"]).stdout;
    assert!(said.contains("1 place not read"), "{said}");
}

#[cfg(unix)]
#[test]
fn links_to_values_are_no_second_app_and_no_second_finding() {
    use crate::support::Sandbox;
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::with(&[
        ("shop/values-dev.yaml", "a: 1\n"),
        ("shop/values-prod.yaml", "a: 1\n"),
        ("shared/values-all.yaml", "db: {password: Xk29vQ7mLpZ}\n"),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        ),
        ("web/values-prod.yaml", "b: 1\n"),
        (
            "Makefile",
            "prod:\n\thelm upgrade web chart -n web-prod -f web/global.yaml -f web/values-prod.yaml\n\thelm upgrade api chart -n api-prod -f api/global.yaml -f api/values-prod.yaml\n",
        ),
        ("api/values-prod.yaml", "c: 1\n"),
    ]);
    let root = sandbox.root();
    std::fs::create_dir(root.join("copy")).expect("a directory");
    for (target, link) in [
        ("../shop/values-dev.yaml", "copy/values-dev.yaml"),
        ("../shop/values-prod.yaml", "copy/values-prod.yaml"),
        ("../shared/values-all.yaml", "web/global.yaml"),
        ("../shared/values-all.yaml", "api/global.yaml"),
    ] {
        symlink(target, root.join(link)).expect("a link");
    }
    let apps = sandbox.run(&["apps"]).stdout;
    assert!(!apps.contains("copy"), "{apps}");
    assert!(apps.contains("0 places not read"), "{apps}");
    assert_eq!(sandbox.findings_of("secrets/plaintext").len(), 1);
}

/// `config/<env>.yaml` far from every chart may be anything, unless all that it holds are keys of one chart.
#[test]
fn files_far_from_a_chart_are_values_by_their_keys() {
    let sandbox = Sandbox::with(&[
        (
            "hub/Chart.yaml",
            "apiVersion: v2\nname: hub\nversion: 1.0.0\ndependencies: [{name: jupyterhub, version: 1.0.0, repository: https://x}]\n",
        ),
        ("hub/values.yaml", "nfs: {}\n"),
        (
            "support/Chart.yaml",
            "apiVersion: v2\nname: support\nversion: 1.0.0\n",
        ),
        ("support/values.yaml", "grafana: {}\n"),
        ("deployments/math/config/staging.yaml", "jupyterhub: {}\n"),
        (
            "deployments/math/config/prod.yaml",
            "jupyterhub: {}\nnfs: {}\n",
        ),
        (
            "services/api/config/staging.yaml",
            "jupyterhub: {}\nport: 1\n",
        ),
        ("services/api/config/prod.yaml", "nfs: {}\n"),
    ]);
    let workspace = Workspace::open(&sandbox.root()).expect("a workspace");
    let apps = workspace.apps.iter();
    let apps: Vec<(&str, Option<&str>, usize)> = apps
        .map(|app| (&*app.name, app.chart.as_deref(), app.deployments.len()))
        .collect();
    assert_eq!(apps, [("math", Some("hub"), 2)]);
}

/// What lies in a folder of examples is deployed by nobody, unless a repository holds nothing else.
#[test]
fn examples_are_no_apps_next_to_others() {
    let example = [
        "examples/web/values-dev.yaml",
        "examples/web/values-prod.yaml",
    ];
    let app = ["api/values-dev.yaml", "api/values-prod.yaml"];
    assert_eq!(
        found(&example),
        ["web - dev=examples/web/values-dev.yaml prod=examples/web/values-prod.yaml"]
    );
    assert_eq!(
        found(&[&example[..], &app].concat()),
        ["api - dev=api/values-dev.yaml prod=api/values-prod.yaml"]
    );
}

/// Examples and copies of values are nobody's, whatever environment they name.
#[test]
fn examples_of_values_are_no_values() {
    let files = [
        "web/values-prod.yaml",
        "web/values-prod.example.yaml",
        "web/values-staging.yaml",
        "web/secrets-staging-sample.yaml",
        "sample-app/values-prod.yaml",
    ];
    assert_eq!(
        found(&files),
        [
            "sample-app - prod=sample-app/values-prod.yaml",
            "web - staging=web/values-staging.yaml prod=web/values-prod.yaml",
        ]
    );
}
