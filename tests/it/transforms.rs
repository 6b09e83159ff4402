//! Values that a promotion transforms on their way: they count as promoted, are promoted once, and find the way back.

use crate::support::Sandbox;

const CONFIG: &str = "\
environments: {uat: {}, prod: {}}
apps: [{name: shop, values: \"{env}.yaml\"}]
perEnvironment:
  - {path: replicas, expect: non-decreasing}
promotion:
  transforms:
    - {find: \"-{from}[.]\", replace: \"-{to}.\"}
    - {path: debug, to: prod, value: false}
";

fn values(environment: &str, replicas: u8) -> String {
    format!(
        "# {environment}, kept by its team\nhost: 'shop-{environment}.example.com' # public\nurls:\n  - https://api-{environment}.example.com\n  - plain\nenv:\n  - name: KEEP-uat.x\n    value: db-{environment}.internal\ndebug: {}\nreplicas: {replicas}\n",
        environment == "uat"
    )
}

fn shop(config: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", config),
        ("uat.yaml", &values("uat", 1)),
        ("prod.yaml", &values("prod", 2)),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit_by("Ada", 1);
    sandbox
}

fn edit(sandbox: &Sandbox, file: &str, old: &str, new: &str) {
    let text = sandbox.read(file);
    assert!(text.contains(old), "{text}");
    sandbox.write(file, text.replace(old, new));
}

fn run(sandbox: &Sandbox, arguments: &[&str], status: i32) -> String {
    let ran = sandbox.run(arguments);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.status, status, "{arguments:?}: {said}");
    said
}

const FORWARD: [&str; 5] = ["promote", "--from", "uat", "--to", "prod"];
const BACK: [&str; 6] = ["backport", "--from", "prod", "--to", "uat", "--write"];

/// What a check says of drift, without the time that it took.
fn drift(sandbox: &Sandbox) -> String {
    let said = sandbox.run(&["check", "--only", "drift"]).stdout;
    let lines = said.lines().filter(|line| !line.contains(" ms: "));
    lines.map(|line| format!("{line}\n")).collect()
}

fn assert_in_step(sandbox: &Sandbox) {
    let said = run(sandbox, &FORWARD, 0);
    assert!(said.contains("nothing to promote"), "{said}");
    let said = run(sandbox, &["status"], 0);
    assert!(
        !said.contains("pending") && !said.contains("hotfix"),
        "{said}"
    );
    assert_eq!(drift(sandbox), "");
    let said = run(sandbox, &["diff", "uat", "prod", "--format", "json"], 0);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let counts = &said["apps"][0]["summary"];
    assert_eq!(counts["perEnvironment"], 1, "{said}");
    assert_eq!(counts["different"], 0, "{said}");
    assert_eq!(counts["pending"], 0, "{said}");
}

#[test]
fn a_transformed_value_is_a_promoted_one() {
    let sandbox = shop(CONFIG);
    assert_in_step(&sandbox);
    edit(&sandbox, "uat.yaml", "shop-uat", "shop2-uat");
    edit(
        &sandbox,
        "uat.yaml",
        "  - plain",
        "  - plain\n  - 'https://new-uat.example.com' # added",
    );
    sandbox.commit_by("Bob", 2);
    let status = run(&sandbox, &["status"], 0);
    // What a snapshot says must be true tomorrow, too.
    insta::with_settings!({filters => vec![(r"\d+ days ago", "[age]")]}, {
        insta::assert_snapshot!("transforms-pending", status);
    });
    insta::assert_snapshot!("transforms-drift", drift(&sandbox));
    insta::assert_snapshot!(
        "transforms-diff",
        run(&sandbox, &["diff", "uat", "prod"], 0)
    );
    insta::assert_snapshot!(
        "transforms-promoted",
        run(&sandbox, &[&FORWARD[..], &["--write"]].concat(), 0)
    );
    insta::assert_snapshot!("transforms-prod", sandbox.read("prod.yaml"));
    sandbox.commit_by("Bob", 3);
    assert_in_step(&sandbox);
}

#[test]
fn a_hotfix_is_told_from_a_transformed_value_and_finds_the_way_back() {
    let sandbox = shop(CONFIG);
    edit(&sandbox, "prod.yaml", "shop-prod", "night-prod");
    sandbox.commit_by("Eve", 2);
    let said = run(&sandbox, &FORWARD, 1);
    assert!(
        said.contains("`host` in prod has a value that uat never had"),
        "{said}"
    );
    run(&sandbox, &BACK, 0);
    assert_eq!(
        sandbox.read("uat.yaml"),
        values("uat", 1).replace("shop-uat", "night-uat")
    );
    sandbox.commit_by("Eve", 3);
    assert_in_step(&sandbox);
}

#[test]
fn what_a_promotion_would_not_bring_back_is_not_carried_back() {
    let sandbox = shop(CONFIG);
    edit(&sandbox, "prod.yaml", "debug: false", "debug: true");
    sandbox.commit_by("Eve", 2);
    let said = run(&sandbox, &FORWARD, 1);
    let given = "`debug` in prod is not what `promotion.transforms` gives it";
    assert!(said.contains(given), "{said}");
    // uat has the value already, and a promotion gives prod another one.
    insta::assert_snapshot!("transforms-given", run(&sandbox, &BACK, 1));
    insta::assert_snapshot!("transforms-given-drift", drift(&sandbox));
    run(&sandbox, &[&BACK[..], &["--except", "debug"]].concat(), 0);
    assert_eq!(sandbox.read("uat.yaml"), values("uat", 1));
    edit(&sandbox, "prod.yaml", "debug: true", "debug: 3");
    sandbox.commit_by("Eve", 3);
    let said = run(&sandbox, &BACK, 1);
    assert!(said.contains(given), "{said}");
    assert!(!said.contains("nothing says"), "{said}");
    // What the transform gives is what prod has: nobody has to decide any more.
    let changed = CONFIG.replace("value: false", "value: 3");
    sandbox.write("envlint.yaml", changed.as_str());
    let said = run(&sandbox, &FORWARD, 0);
    assert!(said.contains("nothing to promote"), "{said}");
    sandbox.write("envlint.yaml", changed.replace("value: 3", "value: 4"));
    edit(&sandbox, "prod.yaml", "debug: 3", "debug: false");
    let said = run(&sandbox, &["status"], 0);
    assert!(said.contains("makes another value now"), "{said}");

    let one_way = CONFIG
        .replace("-{from}", "-uat")
        .replace("replace: \"-{to}.\"", "replace: \"-prod.\", to: prod");
    let sandbox = shop(&one_way);
    assert_in_step(&sandbox);
    edit(&sandbox, "prod.yaml", "shop-prod", "night-prod");
    sandbox.commit_by("Eve", 2);
    insta::assert_snapshot!("transforms-one-way", run(&sandbox, &BACK, 1));
    assert_eq!(sandbox.read("uat.yaml"), values("uat", 1));
}

#[test]
fn an_earlier_revision_is_transformed_and_waves_have_values_of_their_own() {
    let config = CONFIG
        .replace(
            "prod: {}",
            "prod-eu: {tier: production}, prod-us: {tier: production}",
        )
        .replace("to: prod,", "")
        .replace("promotion:", "promotion:\n  waves: [[prod-eu], [prod-us]]");
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", &config),
        ("uat.yaml", &values("uat", 1)),
        ("prod-eu.yaml", &values("prod-eu", 2)),
        ("prod-us.yaml", &values("prod-us", 2)),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit_by("Ada", 1);
    assert_eq!(drift(&sandbox), "");
    edit(&sandbox, "uat.yaml", "shop-uat", "shop2-uat");
    let tested = sandbox.commit_by("Bob", 2);
    edit(&sandbox, "uat.yaml", "shop2-uat", "shop3-uat");
    sandbox.commit_by("Bob", 3);
    let promote = |to, status| {
        let arguments = [
            "promote", "--from", "uat", "--to", to, "--rev", &tested, "--write",
        ];
        run(&sandbox, &arguments, status)
    };
    let said = promote("prod-us", 1);
    assert!(said.contains("is of a later wave"), "{said}");
    promote("prod-eu", 0);
    sandbox.commit_by("Bob", 4);
    promote("prod-us", 0);
    for name in ["prod-eu", "prod-us"] {
        assert_eq!(
            sandbox.read(&format!("{name}.yaml")),
            values(name, 2).replace("shop-", "shop2-")
        );
    }
}

#[test]
fn transforms_that_cannot_be_meant_are_mistakes_of_the_configuration() {
    let lines = [
        "{find: a}",
        "{value: 1}",
        "{find: '(', replace: b}",
        "{find: 'x*', replace: b}",
        "{find: '(a)', replace: '$1b'}",
        "{find: a, replace: b, to: prd}",
        "{path: a, to: prod, value: 1}",
        "{path: a, value: 2}",
    ];
    let list: String = lines.iter().map(|line| format!("    - {line}\n")).collect();
    let config = format!(
        "environments: {{uat: {{}}, prod: {{}}}}\napps: [{{name: shop, values: \"{{env}}.yaml\"}}]\npromotion:\n  transforms:\n{list}"
    );
    let sandbox = Sandbox::with(&[("envlint.yaml", &config)]);
    insta::assert_snapshot!("transforms-mistakes", run(&sandbox, &["status"], 2));
}

#[test]
fn values_that_two_transforms_give_are_refused() {
    let two = CONFIG.replace(
        "to: prod, value: false}",
        "value: false}\n    - {path: \"*bug\", value: 3}\n    - {path: \"d*\", value: 4}",
    );
    let sandbox = shop(&two.replace("\"*bug\"", "'**'").replace("\"d*\"", "\"*\""));
    insta::assert_snapshot!("transforms-contradict", run(&sandbox, &FORWARD, 2));
}

#[test]
fn a_text_that_has_an_anchor_arrives_at_each_place_as_it_is_rewritten() {
    let sandbox = shop(CONFIG);
    edit(
        &sandbox,
        "uat.yaml",
        "host: 'shop-uat",
        "host: &host 'shop-uat",
    );
    edit(&sandbox, "uat.yaml", "- plain", "- *host");
    let said = run(&sandbox, &FORWARD, 0);
    assert!(said.contains("\n+  - shop-prod.example.com\n"), "{said}");
}

#[test]
fn the_plan_and_the_pull_request_say_what_was_rewritten() {
    let sandbox = shop(CONFIG);
    edit(
        &sandbox,
        "uat.yaml",
        "debug: true\n",
        "debug: true\nlevel: warn\nsite: b-uat.example.com\n",
    );
    sandbox.commit_by("Ada", 2);
    let said = run(
        &sandbox,
        &[&FORWARD[..], &["--pr-body", "body.md"]].concat(),
        0,
    );
    let rewritten = "b-prod.example.com (b-uat.example.com in uat, by `promotion.transforms`, envlint.yaml:7:14)";
    assert!(said.contains(rewritten), "{said}");
    assert!(!said.contains("warn (") && said.contains("warn"), "{said}");
    let body = sandbox.read("body.md");
    for told in [
        "(b-uat.example.com in uat, by `promotion.transforms`, envlint.yaml:7:14) |",
        "The values above that no transform rewrote are the ones tested in uat",
        "What `promotion.transforms` rewrote is right for prod: `site`",
    ] {
        assert!(body.contains(told), "{body}");
    }
}
