//! `docs/coming-from`: what the pages promise to people who used another tool.

use crate::support::Sandbox;

#[test]
fn the_configuration_for_users_of_helm_env_delta_does_what_theirs_did() {
    let page = include_str!("../../docs/coming-from/helm-env-delta.md");
    let (_, config) = page.split_once("```yaml\n").expect("a block");
    let (config, _) = config.split_once("```").expect("its end");
    let values = |tag: &str, workers: u32, env: &str, replicas: u32, debug: bool| {
        format!(
            "image: {{tag: {tag}}}\nworkers: {workers}\nreplicas: {replicas}\ndebug: {debug}\n\
             ingress: {{host: shop.{env}.example.com}}\nenv:\n  - {{name: REGION, value: {env}}}\n  - {{name: LEVEL, value: info}}\n"
        )
    };
    let prod = values("v1.4.0", 2, "prod", 4, false);
    let sandbox = Sandbox::with(&[("envlint.yaml", config), ("prod/shop.yaml", &prod)]);
    let promote = |tag: &str, workers: u32| {
        sandbox.write("prod/shop.yaml", &prod);
        sandbox.write("uat/shop.yaml", values(tag, workers, "uat", 2, true));
        sandbox.run(&["promote", "--from", "uat", "--to", "prod", "--write"])
    };
    let ran = promote("v1.5.0", 3);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let expected = values("v1.5.0", 3, "prod", 4, false);
    assert_eq!(sandbox.read("prod/shop.yaml"), expected);
    for (tag, workers) in [
        ("v2.0.0", 2),
        ("v1.3.9", 2),
        ("v1.5.0-rc", 2),
        ("v1.5.0", 11),
    ] {
        let ran = promote(tag, workers);
        assert_eq!(ran.status, 1, "{tag}, {workers}: {}", ran.stdout);
        assert!(ran.stdout.contains("promotion.stop"), "{}", ran.stdout);
        assert_eq!(sandbox.read("prod/shop.yaml"), prod);
    }
    let wrong = values("v1.4.0", 2, "uat", 1, true);
    sandbox.write("prod/shop.yaml", wrong);
    let mut rules: Vec<_> = sandbox
        .check()
        .findings
        .iter()
        .map(|finding| finding.rule)
        .collect();
    rules.retain(|rule| *rule == "drift/expectation");
    assert_eq!(rules.len(), 3, "replicas, host, debug");
}

#[test]
fn the_pages_for_users_of_linters_name_rules_that_are_there() {
    let pages = [
        include_str!("../../docs/coming-from/kube-linter.md"),
        include_str!("../../docs/coming-from/kube-score.md"),
    ];
    for page in pages {
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
        let named = rows.filter_map(|row| row.split(" | ").nth(1));
        let words = named.flat_map(|said| said.split('`').skip(1).step_by(2));
        let rules: Vec<&str> = words
            .filter(|word| word.contains('/') && !word.contains(' '))
            .collect();
        assert!(rules.len() > 15, "{rules:?}");
        for rule in rules {
            assert!(
                envlint::rules::find(rule).is_some(),
                "there is no rule `{rule}`"
            );
        }
    }
}
