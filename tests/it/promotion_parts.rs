//! `envlint promote --path` and `--except`: a part of the shared paths travels, the rest stays and is listed.

use insta::assert_snapshot;

use crate::support::Sandbox;

const STAGING: &str = "environments/staging/values.yaml";

#[test]
fn a_part_travels_and_the_rest_is_listed() {
    let sandbox = Sandbox::fixture("promotion/pending");
    let part = [
        "--path", "image", "--path", "database", "--except", "**.pool",
    ];
    for format in ["text", "json", "markdown"] {
        let ran = sandbox.promote(&[&part[..], &["--format", format]].concat());
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        assert_snapshot!(format!("part-{format}"), ran.stdout);
    }
    let ran = sandbox.promote(&[&part[..], &["--write"]].concat());
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_snapshot!("part-written", sandbox.read(STAGING));
    let again = sandbox.promote(&part);
    assert_snapshot!(again.stdout, @r"
    shop: environments/dev/values.yaml -> environments/staging/values.yaml
      3 per-environment paths keep the values of staging
      8 paths were not asked for: database.pool.size, database.pool.idle, hosts, env[name=FEATURES].name, env[name=FEATURES].value, search.enabled, banner, legacy.export
      note: search.host is per-environment and missing in staging: add a value there if it needs one

    dev -> staging: 1 app, nothing to promote
    ");
}

#[test]
fn all_parts_together_are_the_whole() {
    let whole = Sandbox::fixture("promotion/pending");
    assert_eq!(whole.promote(&["--write"]).status, 0);
    let parts = Sandbox::fixture("promotion/pending");
    for part in [
        &["--path", "image"][..],
        &["--except", "env"],
        &["--path", "env[name=FEATURES].value"],
        &[],
    ] {
        let ran = parts.promote(&[part, &["--write"]].concat());
        assert_eq!(ran.status, 0, "{part:?}: {}{}", ran.stdout, ran.stderr);
    }
    assert_eq!(parts.read(STAGING), whole.read(STAGING));
}

#[test]
fn a_value_in_a_new_item_brings_the_name_of_the_item() {
    let sandbox = Sandbox::with(&[
        (
            "values-dev.yaml",
            "env:\n  - {name: A, value: 1}\n  - name: B\n    value: 2\n    note: new\n",
        ),
        ("values-staging.yaml", "env:\n  - {name: A, value: 1}\n"),
    ]);
    let ran = sandbox.promote(&["--path", "env[name=B].value", "--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let text = sandbox.read("values-staging.yaml");
    assert_eq!(
        text,
        "env:\n  - {name: A, value: 1}\n  - name: B\n    value: 2\n"
    );
}

#[test]
fn an_item_without_a_name_travels_by_its_place_while_there_are_equally_many() {
    let staging = "hosts:\n  - {at: a, port: 1}\n  - {at: b, port: 1}\n";
    let sandbox = Sandbox::with(&[
        (
            "values-dev.yaml",
            "hosts:\n  - {at: a, port: 2}\n  - {at: b, port: 2}\n",
        ),
        ("values-staging.yaml", staging),
    ]);
    let arguments = ["--path", "hosts[1].port", "--write"];
    let ran = sandbox.promote(&arguments);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let read = || sandbox.read("values-staging.yaml");
    assert_eq!(read(), staging.replace("at: b, port: 1", "at: b, port: 2"));
    sandbox.write(
        "values-dev.yaml",
        "hosts:\n  - {at: b, port: 3}\n  - {at: c, port: 3}\n  - {at: d, port: 3}\n",
    );
    let before = read();
    for option in ["--path", "--except"] {
        let ran = sandbox.promote(&[option, "hosts[0].port", "--write"]);
        assert_eq!((ran.status, read()), (1, before.clone()));
        assert!(
            ran.stdout.contains(&format!(
                "refused[edit]: {option} `hosts[0].port` names a part of `hosts`, which can only be promoted as a whole"
            )),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn what_is_nowhere_was_not_meant() {
    let sandbox = Sandbox::fixture("promotion/pending");
    let before = sandbox.read(STAGING);
    for (arguments, expected) in [
        (
            ["--path", "image.tga"],
            "error: --path `image.tga` matches no path of any app\n = help: did you mean `image.tag`?\n",
        ),
        (
            ["--except", "nothing.**"],
            "error: --except `nothing.**` matches no path of any app\n = help: `envlint diff` lists the paths that are pending\n",
        ),
        (
            ["--path", "a[b"],
            "error: --path: `a[b` is not a pattern of paths",
        ),
    ] {
        let ran = sandbox.promote(&[&arguments[..], &["--write"]].concat());
        assert_eq!((ran.status, sandbox.read(STAGING)), (2, before.clone()));
        assert!(ran.stderr.starts_with(expected), "{}", ran.stderr);
    }
}

#[test]
fn what_has_no_effect_is_said() {
    let sandbox = regions();
    let plan = |targets: &str, arguments: &[&str]| {
        let command = ["promote", "--from", "staging", "--to", targets];
        sandbox.run(&[&command[..], arguments].concat())
    };
    let idle = plan("prod-us", &["--path", "replicas"]);
    let expected = "note: --path `replicas` moves nothing, because every path that it covers is per-environment\n";
    assert_eq!((idle.status, &*idle.stderr), (0, expected));
    let idle = plan("prod-eu", &["--overwrite-hotfix", "timeout"]);
    let expected = "note: --overwrite-hotfix `timeout` overwrites nothing, because no path that it covers is a hotfix\n";
    assert_eq!((idle.status, &*idle.stderr), (0, expected));
    let nowhere = plan("prod-eu,prod-us", &["--overwrite-hotfix", "time-out"]);
    let expected = "error: --overwrite-hotfix `time-out` matches no path of any app\n = help: did you mean `timeout`?\n\n";
    assert_eq!((nowhere.status, &*nowhere.stderr), (2, expected));
    // What works in one of several targets works.
    let works = plan("prod-eu,prod-us", &["--overwrite-hotfix", "timeout"]);
    assert_eq!((works.status, &*works.stderr), (0, ""));
}

#[test]
fn changes_of_one_kind_travel_and_the_rest_is_listed() {
    let dev =
        "replicas: 1\ntag: 2\nnew: x\nenv:\n  - name: B\n    value: 2\n  - name: A\n    value: 1\n";
    let staging =
        "replicas: 2\ntag: 1\nold: y\nenv:\n  - name: A\n    value: 0\n  - name: B\n    value: 2\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", "perEnvironment: [{path: replicas}]\n"),
        ("values-dev.yaml", dev),
        ("values-staging.yaml", staging),
    ]);
    let diff = sandbox.run(&["diff", "dev", "staging", "--kind", "add,reorder"]);
    let lines: Vec<&str> = diff.stdout.lines().skip(1).take(3).collect();
    let expected = [
        "  different  env  order: B, A -> A, B",
        "  different  old  (none) -> y",
        "",
    ];
    assert_eq!(lines, expected);
    for (kinds, expected) in [
        ("add", staging.replace("tag: 1\n", "tag: 1\nnew: x\n")),
        ("remove", staging.replace("old: y\n", "")),
        (
            "change,remove",
            staging
                .replace("tag: 1", "tag: 2")
                .replace("old: y\n", "")
                .replace("value: 0", "value: 1"),
        ),
        (
            "add,change,remove,reorder",
            dev.replace("replicas: 1", "replicas: 2"),
        ),
    ] {
        sandbox.write("values-staging.yaml", staging);
        let ran = sandbox.promote(&["--kind", kinds, "--write"]);
        assert_eq!(ran.status, 0, "{kinds}: {}{}", ran.stdout, ran.stderr);
        if !kinds.contains("change") {
            assert_eq!(sandbox.read("values-staging.yaml"), expected, "{kinds}");
            assert!(
                ran.stdout.contains("paths were not asked for: "),
                "{}",
                ran.stdout
            );
        }
        let left = sandbox.promote(&["--kind", kinds]);
        assert!(
            left.stdout.ends_with("1 app, nothing to promote\n"),
            "{kinds}: {}",
            left.stdout
        );
    }
    let patch = [
        "diff",
        "dev",
        "staging",
        "--kind",
        "add",
        "--format",
        "json-patch",
    ];
    assert_eq!(sandbox.run(&patch).status, 2);
}

/// Two apps, and production in two regions; one has a hotfix in prod-us.
fn regions() -> Sandbox {
    let config = "environments: {staging: {}, prod-eu: {tier: production}, prod-us: {tier: production}}\n\
                  apps: [{name: '{app}', values: 'apps/{app}/{env}.yaml'}]\nperEnvironment: [{path: replicas}]\n";
    let sandbox = Sandbox::with(&[("envlint.yaml", config)]);
    for (environment, replicas) in [("staging", 1), ("prod-eu", 3), ("prod-us", 5)] {
        for app in ["cart", "shop"] {
            let values = format!("replicas: {replicas}\ntag: 1.0.0\ntimeout: 30s\n");
            sandbox.write(&format!("apps/{app}/{environment}.yaml"), values);
        }
    }
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    let change = |file: &str, from: &str, to: &str| {
        sandbox.write(file, sandbox.read(file).replace(from, to));
        sandbox.commit();
    };
    change("apps/shop/staging.yaml", "1.0.0", "1.1.0");
    change("apps/cart/staging.yaml", "1.0.0", "1.2.0");
    change("apps/cart/staging.yaml", "30s", "40s");
    change("apps/cart/prod-us.yaml", "30s", "60s");
    sandbox
}

#[test]
fn several_regions_get_the_same_in_one_pull_request() {
    let sandbox = regions();
    let promote = |more: &[&str]| {
        let all = ["promote", "--from", "staging", "--to", "prod-eu,prod-us"];
        sandbox.run(&[&all, more].concat())
    };
    let plan = promote(&[]);
    assert_eq!(plan.status, 1, "{}", plan.stderr);
    assert_snapshot!("regions-plan", plan.stdout);
    let ran = promote(&["--write", "--pr-body", "body.md", "--outputs", "outputs"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let commit = sandbox.git(&["rev-parse", "HEAD"]);
    let body = sandbox.read("body.md").replace(commit.trim(), "[commit]");
    assert_snapshot!("regions-body", body);
    assert_snapshot!(sandbox.read("outputs"), @r#"
    changed=true
    changes=4
    title=Promote staging to prod-eu, prod-us: 2 apps
    branch=promote/staging-to-prod-eu-prod-us/apps
    labels=promotion,to-prod-eu,to-prod-us
    apps=["cart","shop"]
    refused=["cart"]
    "#);
    for (file, expected) in [
        (
            "apps/shop/prod-us.yaml",
            "replicas: 5\ntag: 1.1.0\ntimeout: 30s\n",
        ),
        (
            "apps/cart/prod-eu.yaml",
            "replicas: 3\ntag: 1.2.0\ntimeout: 40s\n",
        ),
        (
            "apps/cart/prod-us.yaml",
            "replicas: 5\ntag: 1.0.0\ntimeout: 60s\n",
        ),
    ] {
        assert_eq!(sandbox.read(file), expected, "{file}");
    }
    let again = promote(&[
        "--app",
        "shop",
        "--write",
        "--allow-dirty",
        "--format",
        "json",
    ]);
    assert_eq!(again.status, 0, "{}", again.stderr);
    let report: serde_json::Value = serde_json::from_str(&again.stdout).expect("JSON");
    assert_eq!(report["to"], "prod-eu,prod-us");
    let targets = [&report["apps"][0]["to"], &report["apps"][1]["to"]];
    assert_eq!(targets, ["prod-eu", "prod-us"]);
    assert_eq!(report["summary"]["upToDate"], 2);
}

#[test]
fn a_later_wave_gets_what_the_earlier_ones_have() {
    let sandbox = regions();
    let config = sandbox.read("envlint.yaml");
    sandbox.write(
        "envlint.yaml",
        format!("{config}promotion: {{waves: [[prod-eu], [prod-us]]}}\n"),
    );
    sandbox.commit();
    let promote = |to: &str, more: &[&str]| {
        let all = [
            "promote", "--from", "staging", "--app", "shop", "--write", "--to", to,
        ];
        sandbox.run(&[&all, more].concat())
    };
    let early = promote("prod-us", &[]);
    assert_eq!(early.status, 1, "{}", early.stderr);
    let said = "refused[wave]: `tag` in prod-eu is not what would be promoted, and prod-us is of a later wave";
    assert!(early.stdout.contains(said), "{}", early.stdout);
    // The first wave is written, the second one waits for the next run.
    let both = promote("prod-eu,prod-us", &[]);
    assert_eq!(both.status, 1, "{}", both.stderr);
    assert_eq!(
        sandbox.read("apps/shop/prod-eu.yaml"),
        "replicas: 3\ntag: 1.1.0\ntimeout: 30s\n"
    );
    assert_eq!(promote("prod-us", &[]).status, 0);
    assert_eq!(
        sandbox.read("apps/shop/prod-us.yaml"),
        "replicas: 5\ntag: 1.1.0\ntimeout: 30s\n"
    );
    sandbox.git(&["checkout", "--quiet", "."]);
    assert_eq!(promote("prod-us", &["--allow-skip"]).status, 0);
    for (waves, said) in [
        ("[[prod-eu], [prod-eu]]", "`prod-eu` is of two waves"),
        ("[[prod-es]]", "there is no environment `prod-es`"),
    ] {
        sandbox.write(
            "envlint.yaml",
            format!("{config}promotion: {{waves: {waves}}}\n"),
        );
        let ran = promote("prod-us", &[]);
        assert_eq!(ran.status, 2);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn every_target_has_to_be_one() {
    let sandbox = regions();
    for targets in [
        "prod-eu,qa",
        "prod-eu,staging",
        "prod-eu,",
        "prod-eu prod-us",
    ] {
        let ran = sandbox.run(&["promote", "--from", "staging", "--to", targets, "--write"]);
        assert_eq!(ran.status, 2, "{targets}: {}", ran.stdout);
    }
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    let twice = sandbox.run(&["promote", "--from", "staging", "--to", "prod-eu,prod-eu"]);
    assert!(twice.stdout.contains("2 apps, "), "{}", twice.stdout);
}

#[test]
fn what_other_layers_give_is_said() {
    let app = "{name: shop, values: [common.yaml, '{env}.yaml'], given: [image.tag]}";
    let config = format!("apps: [{app}]\nperEnvironment: [{{path: replicas}}]\n");
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", &config),
        (
            "common.yaml",
            "level: 1\nlegacy: true\nlabels: {team: shop}\n",
        ),
        (
            "dev.yaml",
            "level: 2\nimage: {tag: 2.0.0}\nlabels: {tier: web}\nown: 1\n",
        ),
        (
            "staging.yaml",
            "image: {tag: 1.0.0}\nlegacy: false\nlabels: {}\nown: 2\n",
        ),
    ]);
    let ran = sandbox.promote(&["--format", "json"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let warnings = report["apps"][0]["warnings"].as_array().expect("a list");
    let warnings: Vec<&str> = warnings.iter().filter_map(|said| said.as_str()).collect();
    assert_snapshot!(warnings.join("\n"), @r"
    3 paths of staging are replaced or removed, and nothing tells whether somebody changed them there, since there is no git repository
    `level` in staging came from common.yaml, and gets a value in the environment's own file
    `image.tag` in staging is given when it is deployed, so the value in the file does not count
    `legacy` in staging comes from common.yaml again, once it is removed
    ");
    let ran = sandbox.promote(&["--write", "--pr-body", "body.md"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        sandbox
            .read("body.md")
            .contains("- [ ] It is meant that `level` in staging came from")
    );
    assert_eq!(
        sandbox.read("common.yaml"),
        "level: 1\nlegacy: true\nlabels: {team: shop}\n"
    );
}

#[test]
fn a_layer_over_the_environments_own_file_is_said() {
    let line = |env: &str| {
        format!("helm upgrade --install shop chart -n {env} -f {env}.yaml -f always.yaml\n")
    };
    let sandbox = Sandbox::with(&[
        ("deploy.sh", &(line("dev") + &line("staging"))),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("dev.yaml", "zone: us\n"),
        ("staging.yaml", "zone: uk\n"),
        ("always.yaml", "zone: eu\n"),
    ]);
    let ran = sandbox.promote(&[]);
    let said = "warning: `zone` in staging still comes from always.yaml, which is laid over the environment's own file";
    assert!(ran.stdout.contains(said), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn the_only_key_or_item_of_a_map_or_list_brings_its_comments() {
    let dev =
        "env:\n  # the port\n  - name: HTTP_PORT # yes\n    value: 80\nmap:\n  # about a\n  a: 1\n";
    let renamed = dev.replace("HTTP_PORT", "PORT").replace("a: 1", "b: 1");
    for staging in [renamed.as_str(), "env: []\nmap: {}\n", "env:\nmap:\n"] {
        let sandbox = Sandbox::with(&[
            (
                "envlint.yaml",
                "environments: {dev: {}, staging: {}}\nperEnvironment: [{path: replicas}]\n",
            ),
            ("values-dev.yaml", dev),
            ("values-staging.yaml", staging),
        ]);
        let ran = sandbox.run(&["promote", "--from", "dev", "--to", "staging", "--write"]);
        assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(sandbox.read("values-staging.yaml"), dev, "{staging}");
    }
}
