//! `envlint diff` and `envlint promote` as a pipeline sees them.

use std::fs;

use insta::assert_snapshot;

use crate::support::Sandbox;

const STAGING: &str = "environments/staging/values.yaml";

fn pending() -> Sandbox {
    Sandbox::fixture("promotion/pending")
}

#[test]
fn promote_shows_the_plan_and_writes_nothing() {
    let sandbox = pending();
    let before = sandbox.read(STAGING);
    for format in ["text", "json", "markdown"] {
        let ran = sandbox.promote(&["--format", format]);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        assert_snapshot!(format!("promote-{format}"), ran.stdout);
    }
    assert_eq!(sandbox.read(STAGING), before);
}

#[test]
fn promote_keeps_the_target_as_it_is_written() {
    let sandbox = pending();
    let ran = sandbox.promote(&["--write", "--pr-body", "body.md"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert_snapshot!("promoted-staging", sandbox.read(STAGING));
    let body = sandbox.read("body.md");
    assert!(body.contains("- [ ] "), "{body}");
}

#[test]
fn after_a_promotion_nothing_is_pending_and_a_second_one_changes_nothing() {
    let sandbox = pending();
    sandbox.promote(&["--write"]);
    let after = sandbox.read(STAGING);
    let diff = sandbox.run(&["diff", "dev", "staging"]);
    assert!(
        diff.stdout.contains("no shared path differs"),
        "{}",
        diff.stdout
    );
    let again = sandbox.promote(&["--write"]);
    assert_eq!(again.status, 0);
    assert_snapshot!(again.stdout, @r"
    shop: environments/dev/values.yaml -> environments/staging/values.yaml
      3 per-environment paths keep the values of staging
      note: search.host is per-environment and missing in staging: add a value there if it needs one

    dev -> staging: 1 app, nothing to promote
    ");
    assert_eq!(sandbox.read(STAGING), after);
    let next = sandbox.run(&[
        "promote",
        "--from",
        "staging",
        "--to",
        "prod",
        "--everything",
        "--write",
    ]);
    assert_eq!(next.status, 0, "{}{}", next.stdout, next.stderr);
    let diff = sandbox.run(&["diff", "staging", "prod"]);
    assert!(
        diff.stdout.contains("no shared path differs"),
        "{}",
        diff.stdout
    );
}

#[test]
fn one_app_that_is_refused_or_unreadable_does_not_stop_the_others() {
    let sandbox = Sandbox::fixture("promotion/apps");
    let ran = sandbox.promote(&["--write", "--pr-body", "body.md"]);
    assert_eq!(ran.status, 2);
    assert_snapshot!("apps-stdout", ran.stdout);
    assert_snapshot!("apps-stderr", ran.stderr);
    assert_snapshot!("apps-body", sandbox.read("body.md"));
    assert_eq!(
        sandbox.read("cart/values-staging.yaml"),
        "replicas: 2\ntimeout: 20s\n"
    );
    assert!(sandbox.read("mail/values-staging.yaml").contains("2.4.1"));
    let only = sandbox.promote(&["--app", "mail", "--write"]);
    assert_eq!(only.status, 1, "{}{}", only.stdout, only.stderr);
    let only = sandbox.promote(&["--app", "cart"]);
    assert_eq!(only.status, 0, "{}{}", only.stdout, only.stderr);
}

const DIGEST: &str = "registry.example.com/shop@sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";

/// Promotes a change of one value under one condition, and says whether it was refused.
fn is_stopped(when: &str, before: &str, after: &str) -> bool {
    let config = format!("promotion: {{stop: [{{path: a, when: {when}}}]}}\n");
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", &config),
        ("values-dev.yaml", &format!("a: {after}\nb: 1\n")),
        ("values-staging.yaml", &format!("a: {before}\nb: 1\n")),
    ]);
    let ran = sandbox.promote(&["--write"]);
    let text = sandbox.read("values-staging.yaml");
    match ran.status {
        0 => assert_eq!(text, format!("a: {after}\nb: 1\n"), "{}", ran.stdout),
        1 => assert_eq!(text, format!("a: {before}\nb: 1\n"), "{}", ran.stdout),
        status => panic!("status {status}: {}", ran.stderr),
    }
    ran.status == 1
}

#[test]
fn stop_conditions_stop_what_they_say() {
    for (when, before, after, expected) in [
        ("changed", "x", "z", true),
        ("major-upgrade", "4.1.0", "4.2.0", false),
        ("major-upgrade", "4.1.0", "5.0.0", true),
        ("major-upgrade", "v4.9", "v5.0", true),
        ("major-upgrade", "'4.1'", "'5.0'", true),
        ("major-upgrade", "main-3f2c1a9", "main-9a1c2f3", false),
        ("major-upgrade", "4.1.0", "latest", true),
        ("major-upgrade", "5.0.0", "4.0.0", false),
        ("downgrade", "1.10.0", "1.9.0", true),
        ("downgrade", "1.9.0", "1.10.0", false),
        ("downgrade", "4.1.0", "4.1.0-rc.1", true),
        ("downgrade", "2Gi", "1Gi", true),
        ("downgrade", "1Gi", "1500Mi", false),
        ("{outside: {min: 2, max: 10}}", "5", "11", true),
        ("{outside: {min: 2, max: 10}}", "5", "1", true),
        ("{outside: {min: 2, max: 10}}", "5", "10", false),
        ("{outside: {min: 500m}}", "1", "250m", true),
        ("{outside: {min: 500m}}", "1", "0.5", false),
        ("{outside: {max: 4Gi}}", "1Gi", "8Gi", true),
        ("{outside: {max: 10}}", "5", "many", true),
        ("{leaves: [debug, info]}", "debug", "info", false),
        ("{leaves: [debug, info]}", "debug", "trace", true),
        ("{leaves: [1, 2.0, yes]}", "1", "2", false),
        ("{leaves: [1, 2, yes]}", "1", "true", false),
        ("{leaves: [1, 2]}", "1", "'2'", true),
        ("{mismatches: \"^v[0-9]+$\"}", "v1", "v2", false),
        ("{mismatches: \"^v[0-9]+$\"}", "v1", "2", true),
        ("no-digest", "1.0", "1.1", true),
        ("no-digest", "1.0", DIGEST, false),
        (
            "no-digest",
            "1.0",
            "registry.example.com/shop@sha256:abc",
            true,
        ),
    ] {
        assert_eq!(
            is_stopped(when, before, after),
            expected,
            "{when}: {before} -> {after}"
        );
    }
}

#[test]
fn an_alias_of_the_source_is_written_out() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: &one {x: 2}\nb: *one\n"),
        ("values-staging.yaml", "a: {x: 1}\nb: {x: 1}\n"),
    ]);
    let ran = sandbox.promote(&["--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(
        sandbox.read("values-staging.yaml"),
        "a: {x: 2}\nb: {x: 2}\n"
    );
}

#[test]
fn unusable_files_are_named_and_nothing_is_written() {
    let dev = ("values-dev.yaml", "a: 2\n".as_bytes());
    for (staging, message) in [
        (&b"- a\n- b\n"[..], "a values file is a map"),
        (b"a: [1\n", "cannot be read as YAML"),
        (b"a: \xff\n", "not UTF-8"),
        (b"\x00\x01\x02", "cannot be read as YAML"),
        (
            b"<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> more\n",
            "markers of a merge",
        ),
    ] {
        let sandbox = Sandbox::empty();
        sandbox.write(dev.0, dev.1);
        sandbox.write("values-staging.yaml", staging);
        for command in [
            &[
                "promote",
                "--from",
                "dev",
                "--to",
                "staging",
                "--everything",
                "--write",
            ][..],
            &["diff", "dev", "staging"],
        ] {
            let ran = sandbox.run(command);
            assert_eq!(ran.status, 2, "{message}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains(message), "{message}: {}", ran.stderr);
            assert!(ran.stderr.contains("values-staging.yaml"), "{}", ran.stderr);
        }
        let after = fs::read(sandbox.root().join("values-staging.yaml")).expect("a file");
        assert_eq!(after, staging);
    }
}

/// One cause has the same words in every command; only a promotion is refused for it.
#[test]
fn several_documents_are_said_alike_everywhere() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: 2\n"),
        ("values-staging.yaml", "a: 1\n---\na: 3\n"),
    ]);
    let words = "the values file holds 2 YAML documents: Helm 3 reads the first one only, and Helm 4 lays the others over it";
    for (command, status) in [
        (&["check"][..], 1),
        (&["diff", "dev", "staging"], 0),
        (
            &[
                "promote",
                "--from",
                "dev",
                "--to",
                "staging",
                "--everything",
                "--write",
            ],
            1,
        ),
    ] {
        let ran = sandbox.run(command);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.status, status, "{command:?}: {said}");
        let heading = format!("[yaml/several-documents]: {words}");
        assert_eq!(said.matches(&heading).count(), 1, "{command:?}: {said}");
        assert!(said.contains("values-staging.yaml:3:1"), "{said}");
    }
    let staging = sandbox.read("values-staging.yaml");
    assert_eq!(staging, "a: 1\n---\na: 3\n");
}

#[test]
fn an_empty_target_gets_all_shared_paths() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "# dev\na:\n  b: 1 # one\nc: [1]\n"),
        ("values-staging.yaml", ""),
    ]);
    let ran = sandbox.promote(&["--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let diff = sandbox.run(&["diff", "dev", "staging"]);
    assert!(
        diff.stdout.contains("no shared path differs"),
        "{}",
        diff.stdout
    );
}

#[test]
fn a_workspace_without_declarations_is_warned_that_everything_moves() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "host: dev\n"),
        ("values-staging.yaml", "host: staging\n"),
    ]);
    let ran = sandbox.promote(&[]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert!(ran.stderr.contains("envlint init"), "{}", ran.stderr);
}

#[test]
fn a_declared_list_keeps_its_items_and_is_used() {
    let list = |value: &str| {
        format!("tolerations:\n  - {{key: pool, value: {value}}}\nlogLevel: {value}\n")
    };
    let config = "environments: {dev: {}, prod: {}}\nperEnvironment:\n  - {path: tolerations}\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", config),
        ("values-dev.yaml", &list("spot")),
        ("values-prod.yaml", &list("steady")),
    ]);
    let ran = sandbox.run(&[
        "promote",
        "--from",
        "dev",
        "--to",
        "prod",
        "--everything",
        "--write",
    ]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(
        sandbox.read("values-prod.yaml"),
        "tolerations:\n  - {key: pool, value: steady}\nlogLevel: spot\n"
    );
    let ran = sandbox.run(&["check", "--format", "json"]);
    assert!(!ran.stdout.contains("drift/"), "{}", ran.stdout);
}

#[test]
fn a_map_moves_with_the_comment_behind_its_key() {
    let sandbox = Sandbox::with(&[
        (
            "values-dev.yaml",
            "name: shop\npool: # how many at once\n  # never fewer\n  size: 4 # four\nhosts: # by name\n  - a\n",
        ),
        ("values-prod.yaml", "name: shop\n"),
    ]);
    let ran = sandbox.run(&[
        "promote",
        "--from",
        "dev",
        "--to",
        "prod",
        "--everything",
        "--write",
    ]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(
        sandbox.read("values-prod.yaml"),
        sandbox.read("values-dev.yaml")
    );
}

#[test]
fn a_body_with_many_refusals_fits_into_a_pull_request() {
    let file = |value: usize| {
        (0..2_000)
            .map(|key| format!("key_{key}: {value}\n"))
            .collect::<String>()
    };
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "perEnvironment: [{path: host}]\npromotion: {stop: [{path: '**', when: changed}]}\n",
        ),
        ("values-dev.yaml", &file(2)),
        ("values-staging.yaml", &file(1)),
    ]);
    let ran = sandbox.promote(&["--pr-body", "body.md", "--write"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let body = sandbox.read("body.md");
    assert!(body.len() < 60_000, "{}", body.len());
    assert!(body.contains("`key_0`"), "paths can be copied: {body}");
    assert!(
        body.contains("more: `envlint promote` lists them all"),
        "{body}"
    );
}

#[test]
fn many_new_keys_are_added_to_a_small_file() {
    let keys: String = (0..3_000).map(|key| format!("  k{key}: {key}\n")).collect();
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", "perEnvironment: [{path: host}]\n"),
        (
            "values-dev.yaml",
            &format!("m:\n  first: 1\n{keys}  last: 1\n"),
        ),
        ("values-staging.yaml", "m:\n  first: 1\n  last: 1\n"),
    ]);
    assert_eq!(sandbox.promote(&["--write"]).status, 0);
    assert_eq!(
        sandbox.read("values-staging.yaml"),
        sandbox.read("values-dev.yaml")
    );
}

#[test]
fn a_digest_next_to_a_tag_pins_the_image() {
    let config = "perEnvironment: [{path: host}]\npromotion: {stop: [{path: \"**.tag\", when: no-digest}]}\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", config),
        ("values-dev.yaml", "image: {tag: 1.1.0}\n"),
        ("values-staging.yaml", "image: {tag: 1.0.0}\n"),
    ]);
    let ran = sandbox.promote(&[]);
    assert!(
        ran.stdout
            .contains("`image.tag` would be 1.1.0, which is no digest"),
        "{}",
        ran.stdout
    );
    let digest = DIGEST.rsplit('@').next().expect("a digest");
    sandbox.write(
        "values-dev.yaml",
        format!("image: {{tag: 1.1.0, digest: \"{digest}\"}}\n"),
    );
    assert_eq!(sandbox.promote(&[]).status, 0);
}

#[test]
fn conditions_and_expressions_without_end_are_refused_once() {
    let expressions: String = (0..300)
        .map(|number| {
            format!("    - {{path: a, when: {{mismatches: '(\\pL{{30}}{number}){{3}}'}}}}\n")
        })
        .collect();
    let config = format!("promotion:\n  stop:\n{expressions}");
    let sandbox = Sandbox::with(&[("envlint.yaml", &config), ("values-dev.yaml", "a: 1\n")]);
    let ran = sandbox.run(&["check"]);
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    let words = "all regular expressions together are too large";
    assert_eq!(ran.stderr.matches(words).count(), 1, "{}", ran.stderr);
    // The first of a set are named, and each change is stopped.
    let set: Vec<String> = (0..2000).map(|number| format!("z{number}")).collect();
    let config = format!(
        "promotion: {{stop: [{{path: '**', when: {{leaves: [{}]}}}}]}}\n",
        set.join(", ")
    );
    let dev: String = (0..2000).map(|number| format!("k{number}: 2\n")).collect();
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", &config),
        ("values-dev.yaml", &dev),
        ("values-staging.yaml", "a: 1\n"),
    ]);
    let ran = sandbox.promote(&["--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert_eq!(ran.stdout.matches(" and 1995 more").count(), 2000);
}

#[test]
fn a_mistake_in_a_freeze_or_an_expression_has_its_place() {
    for (promotion, message) in [
        (
            "{freeze: [{from: 2026-12-18, to: 2026-12-01}]}",
            "it ends before it begins",
        ),
        ("{freeze: [{from: soon, to: 2026-12-01}]}", "write a day"),
        (
            "{freeze: [{from: 2026-12-01, to: 2026-12-02, zone: Mars/Base}]}",
            "no such time zone",
        ),
        (
            "{freeze: [{from: 2026-12-01, to: 2026-12-02, environments: [prd]}]}",
            "there is no environment `prd`",
        ),
        (
            "{stop: [{path: a, when: {mismatches: \"(\"}}]}",
            "no regular expression",
        ),
    ] {
        let config = format!("environments: {{dev: {{}}, prod: {{}}}}\npromotion: {promotion}\n");
        let sandbox = Sandbox::with(&[("envlint.yaml", &config), ("values-dev.yaml", "a: 1\n")]);
        let ran = sandbox.run(&["check"]);
        assert_eq!(ran.status, 2, "{promotion}");
        assert!(ran.stderr.contains(message), "{promotion}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("envlint.yaml:2:"),
            "{promotion}: {}",
            ran.stderr
        );
    }
}
