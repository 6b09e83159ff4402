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
    // What the transforms make of uat is what prod has.
    let ran = promote("v1.4.0", 2);
    assert!(ran.stdout.contains("nothing to promote"), "{}", ran.stdout);
    let wrong = values("v1.4.0", 2, "uat", 1, true);
    sandbox.write("prod/shop.yaml", &wrong);
    let mut rules: Vec<_> = sandbox
        .check()
        .findings
        .iter()
        .map(|finding| finding.rule)
        .collect();
    rules.retain(|rule| *rule == "drift/expectation");
    assert_eq!(rules.len(), 1, "replicas");
    let ran = sandbox.run(&["promote", "--from", "uat", "--to", "prod", "--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let right = wrong.replace(".uat.", ".prod.").replace("true", "false");
    assert_eq!(sandbox.read("prod/shop.yaml"), right);
}

#[test]
fn a_configuration_of_helm_env_delta_is_converted() {
    let base = "skipPath:\n  '**/*.yaml': [replicas, 'env[name=REGION].value', 'env[name^=DB_]']\n\
                stopRules:\n  '**/*.yaml':\n    - {type: semverMajorUpgrade, path: image.tag}\n";
    let config = "extends: ./base.yaml\nsource: ./deploy/uat\ndestination: ./deploy/prod\nprune: true\n\
        transforms:\n  '**/*.yaml':\n    content:\n      - {find: '\\buat\\b', replace: prod}\n      - {find: '^x(\\d)y$', replace: z$1y}\n      - {find: none, replace: nothing}\n\
        fixedValues:\n  shop.yaml: [{path: debug, value: false}, {path: $.level, value: warn}, {path: db.password, value: Zk3-vT9xQw21}]\n\
        stopRules:\n  '**/*.yaml':\n    - {type: numeric, path: workers, min: 2, max: 10}\n    - {type: numeric, path: replicas, min: 3}\n    - {type: versionFormat, path: image.tag, vPrefix: required}\n    - {type: regex, regex: '^127'}\n  Chart.yaml: [{type: semverDowngrade, path: version}]\n\
        outputFormat:\n  keySeparator: true\n  keyOrders: {'**/*.yaml': [image, replicas, image.repository]}\n  keySort: {'**/*.yaml': [{path: labels}]}\n  arraySort: {'**/*.yaml': [{path: env, sortBy: name}]}\n  quoteValues: {'**/*.yaml': ['env[].value']}\n";
    let values = |env: &str, code: &str, tag: &str| {
        format!(
            "image: {{repository: shop, tag: {tag}}}\nreplicas: 1\nhost: shop.{env}.example.com\ncode: {code}\nworkers: 2\ndebug: false\nlevel: warn\ndb: {{password: {env}.s3cr3t-Pa55}}\n"
        )
    };
    let prod = values("prod", "z1y", "v1.0.0");
    let sandbox = Sandbox::with(&[
        ("base.yaml", base),
        ("hed.yaml", config),
        ("deploy/uat/shop.yaml", &values("uat", "x1y", "v1.1.0")),
        ("deploy/prod/shop.yaml", &prod),
        ("deploy/uat/cart/values.yaml", "level: debug\n"),
        ("deploy/prod/cart/values.yaml", "level: warn\n"),
        (
            "deploy/uat/all/object.yaml",
            "apiVersion: v1\nkind: ConfigMap\n",
        ),
    ]);
    let ran = sandbox.run(&["init", "--from-hed", "hed.yaml"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(!sandbox.read("envlint.yaml").contains("Zk3-vT9xQw21"));
    assert!(!sandbox.read("envlint.yaml").contains("s3cr3t-Pa55"));
    insta::assert_snapshot!("converted", sandbox.read("envlint.yaml"));
    insta::assert_snapshot!("converted-said", ran.stdout);
    let again = sandbox.run(&["init", "--from-hed", "hed.yaml"]);
    assert_eq!(again.status, 2);
    let checked = sandbox.run(&["check", "--only", "drift"]);
    assert_eq!(checked.status, 0, "{}{}", checked.stdout, checked.stderr);
    let promoted = sandbox.run(&["promote", "--from", "uat", "--to", "prod", "--write"]);
    assert_eq!(promoted.status, 0, "{}{}", promoted.stdout, promoted.stderr);
    assert_eq!(
        sandbox.read("deploy/prod/shop.yaml"),
        prod.replace("v1.0.0", "v1.1.0")
    );
    for (config, said) in [
        ("destination: ./prod\n", "names no `source`"),
        (
            "source: ../uat\ndestination: ./prod\n",
            "leads out of the directory",
        ),
        (
            "source: a/uat/x\ndestination: b/prod/x\n",
            "differ in more than",
        ),
        ("source: [a]\n", "source"),
        ("extends: ./hed.yaml\n", "more than 5 files"),
        ("a: [\n", "hed.yaml:2"),
    ] {
        sandbox.write("hed.yaml", config);
        let ran = sandbox.run(&["init", "--from-hed", "hed.yaml", "--dry-run"]);
        assert_eq!(ran.status, 2, "{}", ran.stdout);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
}

#[test]
fn names_of_files_that_spell_an_environment_in_another_way_are_found() {
    let config = "source: ./uat\ndestination: ./production\ntransforms:\n  '**/*.yaml':\n    filename:\n      - {find: '-stg\\.', replace: '-prod.'}\n      - {find: shop, replace: store}\n    filenameFile: names.yaml\n";
    let sandbox = Sandbox::with(&[
        ("hed.yaml", config),
        ("names.yaml", "stage: live\n"),
        ("uat/shop-stg.yaml", "level: debug\n"),
        ("production/shop-prod.yaml", "level: info\n"),
        ("uat/cart/values.stage.yaml", "level: debug\n"),
        ("production/cart/values.live.yaml", "level: info\n"),
    ]);
    let ran = sandbox.run(&["init", "--from-hed", "hed.yaml"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    insta::assert_snapshot!("converted-names", sandbox.read("envlint.yaml"));
    let promote = ["promote", "--from", "uat", "--to", "production", "--write"];
    let ran = sandbox.run(&[&promote[..], &["--everything"]].concat());
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    for file in [
        "production/shop-prod.yaml",
        "production/cart/values.live.yaml",
    ] {
        assert_eq!(sandbox.read(file), "level: debug\n");
    }
}

#[test]
fn a_configuration_reads_nothing_outside_and_none_without_end() {
    let sandbox = Sandbox::with(&[
        ("outside.txt", "SECRETLINE: of: outside\n"),
        ("w/dev/shop.yaml", "a: 1\n"),
        ("w/prod/shop.yaml", "a: 1\n"),
    ]);
    let outside = sandbox.root().join("outside.txt");
    let init = |config: &str| {
        let folders = "source: ./dev\ndestination: ./prod\n";
        sandbox.write("w/hed.yaml", [folders, config].concat());
        sandbox.run(&["init", "--from-hed", "w/hed.yaml", "w", "--dry-run"])
    };
    for config in [
        "extends: ../outside.txt\n".to_owned(),
        format!("extends: {}\n", outside.display()),
        "transforms: {'*.yaml': {contentFile: ../outside.txt}}\n".to_owned(),
    ] {
        let ran = init(&config);
        assert_eq!(ran.status, 2, "{config}: {}", ran.stdout);
        assert!(!ran.stderr.contains("SECRETLINE"), "{}", ran.stderr);
        assert!(ran.stderr.contains("cannot read"), "{}", ran.stderr);
    }
    let endless: String = (0..3000)
        .map(|number| format!("      - {{find: \"(\\\\pL{{60}}{number}){{3}}\", replace: a}}\n"))
        .collect();
    let ran = init(&format!(
        "transforms:\n  '*.yaml':\n    content:\n{endless}"
    ));
    let words = "all regular expressions together are too large";
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout.matches(words).count(), 1, "{}", ran.stdout);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_configuration_outside_is_not_followed() {
    let sandbox = Sandbox::with(&[
        ("outside.txt", "SECRETLINE: of: outside\n"),
        ("w/dev/shop.yaml", "a: 1\n"),
    ]);
    let link = sandbox.root().join("w/hed.yaml");
    std::os::unix::fs::symlink("../outside.txt", link).expect("a link");
    let ran = sandbox.run(&["init", "--from-hed", "w/hed.yaml", "w", "--dry-run"]);
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(!ran.stderr.contains("SECRETLINE"), "{}", ran.stderr);
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

#[test]
fn files_that_do_not_count_are_no_apps() {
    for counting in [
        "include: ['{cart,shop}.yaml', '*/in.yaml']",
        "exclude: ['ex*.yaml']",
    ] {
        let config = format!("source: ./uat\ndestination: ./prod\n{counting}\n");
        let sandbox = Sandbox::with(&[
            ("hed.yaml", &config),
            ("uat/cart.yaml", "a: 2\n"),
            ("uat/shop.yaml", "a: 2\n"),
            ("uat/extra.yaml", "a: 2\n"),
            ("prod/cart.yaml", "a: 1\n"),
            ("prod/shop.yaml", "a: 1\n"),
            ("prod/extra.yaml", "a: 1\n"),
        ]);
        let ran = sandbox.run(&["init", "--from-hed", "hed.yaml"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        let promote = [
            "promote",
            "--from",
            "uat",
            "--to",
            "prod",
            "--write",
            "--everything",
        ];
        let ran = sandbox.run(&promote);
        assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(sandbox.read("prod/cart.yaml"), "a: 2\n");
        assert_eq!(sandbox.read("prod/shop.yaml"), "a: 2\n");
        assert_eq!(sandbox.read("prod/extra.yaml"), "a: 1\n");
    }
}

#[test]
fn the_format_of_a_parent_is_kept_beside_that_of_a_child() {
    let sandbox = Sandbox::with(&[
        (
            "hed.yaml",
            "extends: ./base.yaml\nsource: ./uat\ndestination: ./prod\noutputFormat:\n  quoteValues: {'**/*.yaml': [b]}\n",
        ),
        (
            "base.yaml",
            "outputFormat:\n  keyOrders: {'**/*.yaml': [b, a]}\n",
        ),
        ("uat/shop.yaml", "a: 1\n"),
        ("prod/shop.yaml", "a: 1\n"),
    ]);
    let ran = sandbox.run(&["init", "--from-hed", "hed.yaml", "--dry-run"]);
    assert!(ran.stdout.contains("first: [b, a]"), "{}", ran.stdout);
}
