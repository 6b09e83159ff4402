//! `envlint generate app` and `generate chart`: a new app passes the strict profile, and the list stays what it was.

use crate::fleet::{LIST, fleet, generate, said};
use crate::helm;
use crate::support::{Ran, Sandbox};

/// What the strict profile has to say.
fn strict(sandbox: &Sandbox) -> Ran {
    let config = sandbox.read("envlint.yaml");
    sandbox.write("strict.yaml", config + "rules: {extends: strict}\n");
    sandbox.run(&["check", "--config", "strict.yaml", "--fail-on", "info"])
}

#[test]
fn new_apps_of_all_kinds_start_from_nothing_and_pass_the_strict_profile() {
    let sandbox = Sandbox::empty();
    let new = |arguments: &[&str]| sandbox.run(&[&["generate", "app"], arguments].concat());
    said(
        &new(&["shop"]),
        0,
        &[
            "wrote envlint.yaml",
            "wrote charts/web/templates/deployment.yaml",
            "wrote environments/prod/shop/values.yaml",
        ],
    );
    let list = sandbox.read("fleet.yaml");
    sandbox.write("fleet.yaml", list.replace("web}", "web} # the first"));
    said(
        &new(&["mailer", "--kind", "worker"]),
        0,
        &["changed fleet.yaml"],
    );
    said(
        &new(&["report", "--kind", "job"]),
        0,
        &["wrote templates/values/job.yaml.j2"],
    );
    assert!(sandbox.read("fleet.yaml").ends_with(
        "apps:\n  - {name: shop, kind: web} # the first\n  - {name: mailer, kind: worker}\n  - {name: report, kind: job}\n"
    ));
    let again = new(&["shop"]);
    said(
        &again,
        0,
        &["`shop` is in the list, and all its files are there"],
    );
    assert_eq!(again.stdout, "");
    said(
        &generate(&sandbox, &["--check"]),
        0,
        &["3 apps: 9 files unchanged"],
    );
    said(
        &strict(&sandbox),
        0,
        &["3 apps, 3 environments", "no findings"],
    );
    // A secret for all apps is none of theirs until one of their objects names it.
    let config = sandbox.read("envlint.yaml");
    sandbox.write(
        "envlint.yaml",
        format!("{config}secrets: {{database: {{password: {{}}}}}}\n"),
    );
    let alone = ["check", "--only", "secrets/no-backend"];
    said(&sandbox.run(&alone), 0, &["no findings"]);
    let values = sandbox.read("environments/prod/shop/values.yaml");
    assert!(values.contains("secretNames: []"), "{values}");
    let named = values.replace("secretNames: []", "secretNames: [database]");
    sandbox.write("environments/prod/shop/values.yaml", named);
    said(&sandbox.run(&alone), 1, &["app: shop in prod", "1 error"]);
    sandbox.write("environments/prod/shop/values.yaml", values);
    sandbox.write("envlint.yaml", config);
    let web = sandbox.run(&[
        "template",
        "shop",
        "charts/web",
        "-f",
        "environments/prod/shop/values.yaml",
    ]);
    for kind in [
        "Deployment",
        "Service",
        "ServiceAccount",
        "PodDisruptionBudget",
        "NetworkPolicy",
        "Ingress",
    ] {
        let line = format!("\nkind: {kind}\n");
        assert!(web.stdout.contains(&line), "{kind}: {}", web.stdout);
    }
}

#[test]
fn a_new_app_has_what_the_list_gives_and_leaves_the_rest_of_it_alone() {
    let sandbox = Sandbox::empty();
    let config = "# mine\nenvironments: {dev: {}, prod: {}}\nfleet:\n  template: t/{kind}.j2\n  values: \"{app}-{env}.yaml\"\n  \
        chart: charts/{kind}\n  namespace: \"{app}-{env}\"\n  apps: # the list\n    shared: {kind: web}\n    groups: {night: {kind: job}}\n    apps:\n      \
        # the first\n      - name: shop # ours\n\nperEnvironment: [replicas]\n";
    let config = config.replace(": [replicas]", ":\n  - {path: replicas}");
    sandbox.write("envlint.yaml", &config);
    let new = |arguments: &[&str]| sandbox.run(&[&["generate", "app"], arguments].concat());
    said(
        &new(&["news"]),
        0,
        &["changed envlint.yaml", "wrote news-prod.yaml"],
    );
    said(
        &new(&["backup", "--group", "night"]),
        0,
        &["wrote charts/job/Chart.yaml"],
    );
    said(&new(&["shop"]), 0, &["wrote shop-prod.yaml"]);
    let text = sandbox.read("envlint.yaml");
    let list = "      - name: shop # ours\n      - name: news\n      - name: backup\n        groups: [night]\n\nperEnvironment:\n  \
        - {path: replicas}\n  - {path: resources, expect: non-decreasing}\n";
    assert!(
        text.starts_with("# mine\n") && text.contains(list),
        "{text}"
    );
    said(
        &strict(&sandbox),
        0,
        &["3 apps, 2 environments", "no findings"],
    );
}

#[test]
fn a_new_app_that_cannot_be_is_refused_and_nothing_is_written() {
    let sandbox = fleet(LIST);
    let before = sandbox.read("fleet.yaml");
    for (arguments, words) in [
        (&["Bad_Name"][..], "DNS cannot hold the name `Bad_Name`"),
        (&["x", "--group", "sit"], "did you mean `site`?"),
        (
            &["x", "--kind", "wep"],
            "the template `templates/wep.yaml.j2` of the kind `wep` cannot be read",
        ),
        (
            &["x", "--kind", "cronjob"],
            "`envlint generate app` brings along the templates of `web`, `worker` and `job`",
        ),
        (
            &["x", "--kind", "web"],
            "the template does not render for `x` in dev",
        ),
        (
            &["shop", "--kind", "job"],
            "`shop` is in the list already, with the kind `web`",
        ),
    ] {
        said(
            &sandbox.run(&[&["generate", "app"], arguments].concat()),
            2,
            &[words],
        );
        assert_eq!(sandbox.read("fleet.yaml"), before);
        assert!(!sandbox.root().join("environments").exists());
    }
    let none = Sandbox::with(&[("envlint.yaml", "environments: {dev: {}}\n")]);
    said(
        &none.run(&["generate", "app", "x"]),
        2,
        &["envlint.yaml has no `fleet:`"],
    );
    let found = Sandbox::with(&[
        ("shop/values-dev.yaml", "a: 1\n"),
        ("shop/values-prod.yaml", "a: 1\n"),
    ]);
    said(
        &found.run(&["generate", "app", "x"]),
        2,
        &["the workspace has apps that no list names"],
    );
    sandbox.write("environments/prod/wiki/values.yaml", "replicas: 7\n");
    sandbox.write(
        "fleet.yaml",
        before.replace("replicas: 1", "tag: \"1\", replicas: 1"),
    );
    said(
        &sandbox.run(&["generate", "app", "wiki", "--kind", "web"]),
        2,
        &["environments/prod/wiki/values.yaml was not generated by envlint"],
    );
}

#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_helm_takes_the_charts_and_the_values_of_all_kinds() {
    let helm = helm::program();
    let sandbox = Sandbox::empty();
    for kind in ["web", "worker", "job"] {
        said(
            &sandbox.run(&["generate", "app", kind, "--kind", kind]),
            0,
            &[],
        );
        let chart = format!("charts/{kind}");
        for environment in ["dev", "staging", "prod"] {
            let values = format!("environments/{environment}/{kind}/values.yaml");
            for command in [&["lint", "--strict"][..], &["template", kind]] {
                let arguments = [command, &[&chart, "-f", &values]].concat();
                let ran = std::process::Command::new(&helm)
                    .args(arguments)
                    .current_dir(sandbox.root())
                    .output()
                    .expect("helm runs");
                assert!(ran.status.success(), "{kind} {environment}: {ran:?}");
            }
        }
    }
}

#[test]
fn a_chart_is_written_once_and_not_over_another_one() {
    let sandbox = Sandbox::empty();
    for kind in ["web", "worker", "job"] {
        let ran = sandbox.run(&["generate", "chart", kind, "--kind", kind]);
        said(
            &ran,
            0,
            &[
                "/templates/_helpers.tpl",
                "envlint generate templates --chart charts/",
            ],
        );
        let again = sandbox.run(&["generate", "chart", kind, "--kind", kind]);
        assert!(!again.stdout.contains("wrote"), "{}", again.stdout);
        let rendered = sandbox.run(&["template", "x", &format!("charts/{kind}")]);
        said(
            &rendered,
            0,
            &["kind: NetworkPolicy", "readOnlyRootFilesystem: true"],
        );
    }
    said(
        &sandbox.run(&["generate", "chart", "web", "--kind", "job"]),
        2,
        &["already exists with other content"],
    );
    said(
        &sandbox.run(&["generate", "chart", "W_"]),
        2,
        &["DNS cannot hold the name `W_`"],
    );
    said(
        &sandbox.run(&["generate", "chart", "web", "--out", "deploy"]),
        0,
        &["wrote deploy/web/Chart.yaml"],
    );
}

#[test]
fn one_template_for_all_apps_asks_for_no_kind() {
    let config = "environments: {dev: {}}\nfleet: {template: all.yaml.j2, apps: fleet.yaml, values: \"{env}/{app}.yaml\"}\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", config),
        ("all.yaml.j2", "name: {{ name }}\n"),
        (
            "fleet.yaml",
            "apps: [{name: shop}, {name: cart, kind: web}]\n",
        ),
    ]);
    said(
        &generate(&sandbox, &[]),
        0,
        &["2 apps: 0 files unchanged, 2 written"],
    );
    assert!(sandbox.read("dev/shop.yaml").ends_with("\nname: shop\n"));
    sandbox.write(
        "envlint.yaml",
        config.replace("all.yaml.j2", "\"{kind}.yaml.j2\""),
    );
    said(&generate(&sandbox, &[]), 2, &["`shop` has no kind"]);
}
