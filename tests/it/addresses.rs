//! The address of a value: one for all messages, and what a message prints works wherever a pattern is written.

use envlint::promotion::{Compared, Permissions, Reason, Request, Scope, Wanted, diff, promote};
use envlint::workspace::Workspace;
use insta::assert_snapshot;
use proptest::prelude::*;

use crate::support::{Sandbox, shown};

const STAGING: &str = "environments/staging/values.yaml";

#[test]
fn items_in_another_order_are_a_difference_of_their_own() {
    let sandbox = Sandbox::fixture("promotion/order");
    let orders: Vec<String> = sandbox
        .check()
        .findings
        .iter()
        .filter(|finding| finding.rule == "drift/undeclared-difference")
        .map(|finding| {
            format!(
                "{}\n  {}",
                finding.message.show(),
                finding
                    .advice()
                    .map(|advice| advice.show())
                    .unwrap_or_default()
            )
        })
        .collect();
    assert_snapshot!("order-check", orders.join("\n"));
    for format in ["text", "json", "markdown"] {
        let ran = sandbox.run(&["diff", "dev", "staging", "--format", format]);
        assert_snapshot!(format!("order-diff-{format}"), ran.stdout);
    }
    let arguments = [
        "promote",
        "--from",
        "dev",
        "--to",
        "staging",
        "--everything",
        "--write",
    ];
    let ran = sandbox.run(&arguments);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_snapshot!("order-promote", ran.stdout);
    assert_snapshot!("order-promoted", sandbox.read(STAGING));
    let again = sandbox.run(&arguments);
    assert_snapshot!(again.stdout, @"dev -> staging: 1 app, nothing to promote");
}

#[test]
fn items_without_names_keep_what_is_declared_in_them() {
    let sandbox = Sandbox::fixture("promotion/places");
    let ran = sandbox.run(&[
        "promote",
        "--from",
        "dev",
        "--to",
        "staging",
        "--everything",
        "--write",
    ]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_snapshot!("places-promote", ran.stdout);
    assert_snapshot!("places-promoted", sandbox.read(STAGING));
    // With another number of items nothing tells which is which.
    let more = sandbox
        .read(STAGING)
        .replace("    # for partners\n", "    - host: new.example.com\n");
    sandbox.write(STAGING, &more);
    let ran = sandbox.run(&[
        "promote",
        "--from",
        "dev",
        "--to",
        "staging",
        "--everything",
        "--write",
    ]);
    assert_eq!((ran.status, sandbox.read(STAGING)), (1, more));
    assert_snapshot!("places-refused", ran.stdout);
    let check = sandbox.run(&["check", "--format", "json"]);
    assert!(
        check
            .stdout
            .contains("`ingress.hosts` has no names: declare `ingress.hosts`"),
        "{}",
        check.stdout
    );
}

#[test]
fn an_item_with_another_name_is_said_to_be_renamed() {
    let config = "perEnvironment: [{path: \"workers[*].replicas\"}]\n";
    let staging =
        "workers:\n  - {name: mailer, replicas: 4, queue: mail}\n  - {name: pdf, replicas: 2}\n";
    for (dev, message) in [
        (
            "workers:\n  - {name: mails, replicas: 1, queue: mail}\n  - {name: pdf, replicas: 2}\n",
            "`workers[name=mailer]` is not in values-dev.yaml any more, but it holds a value that belongs to the environment; `workers[name=mails]` is new there, which looks like a rename",
        ),
        (
            "workers:\n  - {name: pdf, replicas: 2}\n",
            "`workers[name=mailer]` is not in values-dev.yaml any more, but it holds a value that belongs to the environment",
        ),
    ] {
        let sandbox = Sandbox::with(&[
            ("envlint.yaml", config),
            ("values-dev.yaml", dev),
            ("values-staging.yaml", staging),
        ]);
        let ran = sandbox.run(&[
            "promote",
            "--from",
            "dev",
            "--to",
            "staging",
            "--everything",
            "--write",
        ]);
        assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stdout.contains(&format!("refused[edit]: {message}\n")),
            "{}",
            ran.stdout
        );
        assert_eq!(sandbox.read("values-staging.yaml"), staging);
        // The way out that the message names leads on.
        sandbox.write("values-staging.yaml", staging.replace("mailer", "mails"));
        if message.ends_with("rename") {
            let ran = sandbox.run(&["promote", "--from", "dev", "--to", "staging"]);
            assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
        }
    }
}

#[test]
fn an_item_may_be_ignored_by_its_place_and_by_every_name() {
    let values = "logins:\n  - {key: shop, user: a, password: Xk29vQ7mLpTz}\n  - {key: mail, user: b, password: Rw83nB5cJyHd}\n";
    for (pattern, left) in [
        (
            "",
            &["logins[key=shop].password", "logins[key=mail].password"][..],
        ),
        ("logins[key=shop].password", &["logins[key=mail].password"]),
        ("logins[0].password", &["logins[key=mail].password"]),
        ("logins[user=b]", &["logins[key=shop].password"]),
        (
            "logins[2]",
            &["logins[key=shop].password", "logins[key=mail].password"],
        ),
        ("logins[*].password", &[]),
        ("logins", &[]),
    ] {
        let config = format!("rules: {{secrets/plaintext: {{ignore: ['{pattern}']}}}}\n");
        let config = if pattern.is_empty() { "" } else { &config };
        let sandbox = Sandbox::with(&[("values-dev.yaml", values), ("envlint.yaml", config)]);
        let found: Vec<String> = sandbox
            .check()
            .findings
            .iter()
            .filter(|finding| finding.rule == "secrets/plaintext")
            .filter_map(|finding| Some(finding.path.as_ref()?.to_string()))
            .collect();
        assert_eq!(found, left, "{pattern}");
    }
}

#[test]
fn a_condition_holds_for_what_it_names_and_all_in_it() {
    let (dev, staging) = (
        "env:\n  - {name: LOG, value: debug}\nimage: {tag: 2.0.0}\nargs: [{flag: a, count: 5}]\nsteps: [{name: b}, {name: a}]\n",
        "env:\n  - {name: LOG, value: info}\nimage: {tag: 1.0.0}\nargs: [{flag: a, count: 1}]\nsteps: [{name: a}, {name: b}]\n",
    );
    for (path, when, expected) in [
        ("env", "changed", &["env[name=LOG].value"][..]),
        ("env[0]", "changed", &["env[name=LOG].value"]),
        ("env[name=URL]", "changed", &[]),
        ("image", "major-upgrade", &["image.tag"]),
        ("**", "major-upgrade", &["image.tag"]),
        ("args[0].count", "changed", &["args[0].count"]),
        ("args[0].count", "{outside: {max: 3}}", &["args[0].count"]),
        ("args[0].flag", "changed", &[]),
        ("args[flag=a].count", "changed", &["args[0].count"]),
        ("steps", "changed", &["steps"]),
        ("steps", "downgrade", &[]),
        ("steps[name=a]", "changed", &[]),
    ] {
        let path_text = quoted(path);
        let config = format!("promotion: {{stop: [{{path: {path_text}, when: {when}}}]}}\n");
        let stopped = promoted(dev, staging, &config, Scope::default()).stopped;
        assert_eq!(stopped, expected, "{path} {when}");
    }
}

/// What becomes of the paths that are pending between two files.
struct Promoted {
    /// All of them.
    pending: Vec<String>,
    /// Those that a condition stops at.
    stopped: Vec<String>,
    /// Those that are left out.
    left_out: Vec<String>,
}

fn promoted(dev: &str, staging: &str, config: &str, scope: Scope) -> Promoted {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", config),
        ("values-dev.yaml", dev),
        ("values-staging.yaml", staging),
    ]);
    let workspace = Workspace::open(&sandbox.root()).expect("a workspace");
    let apps: Vec<_> = workspace.apps.iter().collect();
    let [from, to] = &workspace.environments[..] else {
        panic!("two environments")
    };
    let sides = [&Compared::now(from), &Compared::now(to)];
    let compared = diff(&workspace, &apps, sides, Wanted::default())
        .expect("no revision")
        .remove(0)
        .expect("readable files");
    let request = Request {
        workspace: &workspace,
        apps,
        beside: Vec::new(),
        from,
        to,
        scope,
        kinds: Vec::new(),
        revision: None,
        back: false,
        permissions: Permissions::default(),
        freeze: None,
        cluster: false,
    };
    let promotion = promote(&request)
        .expect("no revision")
        .remove(0)
        .expect("readable files");
    let stops = promotion
        .refusals
        .iter()
        .filter(|refusal| refusal.own == Reason::Stop);
    Promoted {
        pending: compared
            .paths
            .iter()
            .map(|path| shown(&path.path))
            .collect(),
        stopped: stops
            .filter_map(|refusal| Some(refusal.path.as_ref()?.to_string()))
            .collect(),
        left_out: promotion.left_out.iter().map(shown).collect(),
    }
}

/// The items of a list, as many kinds as there are: with names, with some, with strange ones, with none.
fn items() -> impl Strategy<Value = Vec<String>> {
    let name = prop::sample::select(vec![
        "name: a",
        "name: b",
        "name: \"x.y z\"",
        "name: 'q\"]'",
        "key: a",
        "id: 7",
        "name: a, key: k1",
        "name: b, key: k2",
        "host: a.example.com",
        "name: ü",
        "name: ''",
        "name: [n]",
    ]);
    let value = prop::sample::select(vec![
        "1",
        "2",
        "text",
        "[1, {name: z}]",
        "{deep: [{id: 1, v: 3}]}",
    ]);
    prop::collection::vec(
        (name, value).prop_map(|(name, value)| {
            format!("{{{name}, password: Xk29vQ7mLpTz, value: {value}}}")
        }),
        1..4,
    )
}

fn values(items: &[String]) -> String {
    format!(
        "top:\n  list:\n{}same: 1\n",
        items
            .iter()
            .map(|item| format!("    - {item}\n"))
            .collect::<String>()
    )
}

/// A configuration with a path where patterns are written, as YAML.
fn quoted(path: &str) -> String {
    serde_json::Value::from(path).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_a_message_prints_works_as_a_pattern(dev in items(), staging in items()) {
        let (dev, staging) = (values(&dev), values(&staging));
        let findings = |config: &str| {
            let sandbox = Sandbox::with(&[
                ("envlint.yaml", config),
                ("values-dev.yaml", &dev),
                ("values-staging.yaml", &staging),
            ]);
            let found = sandbox.check().findings;
            let shown = |finding: &envlint::rules::Finding| {
                let path = finding.path.as_ref()?.to_string();
                let is_drift = finding.rule.starts_with("drift/");
                assert!(!is_drift || finding.message.show().contains(&format!("`{path}`")), "{}", finding.message.show());
                Some((finding.rule, path))
            };
            found.iter().filter_map(shown).collect::<Vec<_>>()
        };
        let declaring = "perEnvironment: [{path: unrelated}]\n";
        for (rule, path) in findings(declaring) {
            let path_text = quoted(&path);
            let ignoring = format!("{declaring}rules: {{{rule}: {{ignore: [{path_text}]}}}}\n");
            let left = findings(&ignoring);
            prop_assert!(!left.contains(&(rule, path.clone())), "{rule} {path} is not ignored\n{dev}---\n{staging}");
            if rule.starts_with("drift/") && rule != "drift/type-mismatch" {
                let left = findings(&format!("perEnvironment: [{{path: {path_text}}}]\n"));
                prop_assert!(!left.contains(&(rule, path.clone())), "{rule} {path} is not declared\n{dev}---\n{staging}");
            }
        }
        let pending = promoted(&dev, &staging, "{}\n", Scope::default()).pending;
        for path in pending {
            let config = format!("promotion: {{stop: [{{path: {}, when: changed}}]}}\n", quoted(&path));
            let stopped = promoted(&dev, &staging, &config, Scope::default()).stopped;
            prop_assert!(stopped.contains(&path), "{path} does not stop at {stopped:?}\n{dev}---\n{staging}");
            let except = Scope::parse(&[], std::slice::from_ref(&path)).expect("a path is a pattern");
            let left_out = promoted(&dev, &staging, "{}\n", except).left_out;
            prop_assert!(left_out.contains(&path), "{path} is not left out: {left_out:?}\n{dev}---\n{staging}");
            let only = Scope::parse(std::slice::from_ref(&path), &[]).expect("a path is a pattern");
            let left_out = promoted(&dev, &staging, "{}\n", only).left_out;
            prop_assert!(!left_out.contains(&path), "{path} is left out\n{dev}---\n{staging}");
        }
    }
}
