//! `envlint init`: a configuration that the workspace it was written from keeps to.

use std::fs;

use insta::assert_snapshot;

use crate::support::{Sandbox, shown};

const EXAMPLE: &[(&str, &str)] = &[
    (
        "environments/dev/values.yaml",
        "replicas: 1\nhost: shop-dev.example.com\nlogLevel: debug\nimage: {tag: 4.2.0}\n\
         resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: 1, memory: 2Gi}}\n\
         database: {host: one.db.example.com, port: 5432}\nretries: 3\nflags: [a]\n\
         conf: {\"spark.sql.partitions\": 10}\nsecrets: {vault: {role: dev}}\n",
    ),
    (
        "environments/staging/values.yaml",
        "replicas: 2\nhost: shop-staging.example.com\nlogLevel: info\nimage: {tag: 4.1.0}\n\
         resources: {requests: {cpu: 1, memory: 2Gi}, limits: {cpu: 2, memory: 4Gi}}\n\
         database: {host: two.db.example.com, port: 5432}\nretries: 2\nflags: [a, b]\n\
         conf: {\"spark.sql.partitions\": 20}\nsecrets: {vault: {role: staging}}\n",
    ),
    (
        "environments/prod/values.yaml",
        "replicas: 3\nhost: shop-prod.example.com\nlogLevel: info\nimage: {tag: 4.1.0}\n\
         resources: {requests: {cpu: 2, memory: 4Gi}, limits: {cpu: 4, memory: 8Gi}}\n\
         database: {host: three.db.example.com, port: 5432}\nretries: 3\nflags: [a, b]\n\
         conf: {\"spark.sql.partitions\": 20}\nsecrets: {vault: {role: prod}}\nonlyHere: true\n",
    ),
];

fn config(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.root().join("envlint.yaml")).expect("the file is there")
}

fn drift(sandbox: &Sandbox) -> Vec<String> {
    let findings = sandbox.check().findings;
    let drift = findings
        .iter()
        .filter(|found| found.rule.starts_with("drift/"));
    drift
        .map(|found| format!("{}: {}", found.rule, shown(&found.message)))
        .collect()
}

#[test]
fn init_writes_what_it_sees_and_check_finds_no_drift_afterwards() {
    let sandbox = Sandbox::with(EXAMPLE);
    let ran = sandbox.run(&["init"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_snapshot!("init-stdout", ran.stdout);
    assert_snapshot!("init-config", config(&sandbox));
    assert_eq!(drift(&sandbox), Vec::<String>::new());
}

#[test]
fn paths_of_single_apps_are_declared_with_the_app() {
    let sandbox = Sandbox::empty();
    for app in ["cart", "mail", "search"] {
        for (environment, number) in [("dev", 1), ("prod", 2)] {
            let retries = if app == "mail" { number } else { 1 };
            sandbox.write(
                &format!("{app}/values-{environment}.yaml"),
                format!("replicas: {number}\nretries: {retries}\n"),
            );
        }
    }
    assert_eq!(sandbox.run(&["init"]).status, 0);
    assert_snapshot!("init-apps", config(&sandbox));
    assert_eq!(drift(&sandbox), Vec::<String>::new());
}

#[test]
fn an_existing_configuration_stays_unless_that_is_asked_for() {
    let sandbox = Sandbox::with(EXAMPLE);
    sandbox.write("envlint.yaml", "# mine\n");
    let ran = sandbox.run(&["init"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("--force"), "{}", ran.stderr);
    assert_eq!(config(&sandbox), "# mine\n");
    let shown = sandbox.run(&["init", "--dry-run"]);
    assert_eq!(shown.status, 0);
    assert_eq!(config(&sandbox), "# mine\n");
    assert_eq!(sandbox.run(&["init", "--force"]).status, 0);
    assert_eq!(config(&sandbox), shown.stdout);
}

#[test]
fn a_directory_without_values_files_is_said_to_be_one() {
    let sandbox = Sandbox::with(&[("README.md", "nothing\n")]);
    let ran = sandbox.run(&["init"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("no values file was found"),
        "{}",
        ran.stderr
    );
    assert!(!sandbox.root().join("envlint.yaml").exists());
}
