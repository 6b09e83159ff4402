//! Promotions of what is not the app's alone: a values file that several apps have, and secrets that somebody has excused.

use crate::fleet::said;
use crate::support::{Ran, Sandbox};

const CONFIG: &str = "environments: {dev: {}, staging: {}}\napps:\n- {name: a, values: \"{env}.yaml\", perEnvironment: [OF_A]}\n- {name: b, values: \"{env}.yaml\", perEnvironment: [OF_B]}\n";

fn shared(of_a: &str, of_b: &str) -> Sandbox {
    let config = CONFIG.replace("OF_A", of_a).replace("OF_B", of_b);
    Sandbox::with(&[
        ("envlint.yaml", &config),
        ("dev.yaml", "a: 2\nb: 2\nc: 1\n"),
        ("staging.yaml", "a: 1 # one\nb: 1\nc: 1\n"),
    ])
}

fn promote(sandbox: &Sandbox) -> Ran {
    let arguments = ["promote", "--from", "dev", "--to", "staging", "--write"];
    sandbox.run(&[&arguments[..], &["--everything"]].concat())
}

#[test]
fn a_file_of_two_apps_is_written_once() {
    for _ in 0..5 {
        let sandbox = shared("", "");
        said(&promote(&sandbox), 0, &["2 apps"]);
        assert_eq!(sandbox.read("staging.yaml"), "a: 2 # one\nb: 2\nc: 1\n");
    }
}

#[test]
fn two_apps_that_make_different_texts_of_a_file_write_none() {
    for (of_a, of_b, only) in [
        (
            "{path: a}",
            "{path: b}",
            "only one of the two changes `b`, `a`",
        ),
        ("{path: a}, {path: b}", "", "only one of the two changes"),
    ] {
        let sandbox = shared(of_a, of_b);
        let ran = promote(&sandbox);
        let words = [
            "refused[shared-file]",
            "is also the values file of `a`",
            only,
        ];
        said(&ran, 1, &words);
        assert!(
            sandbox
                .read("staging.yaml")
                .starts_with("a: 1 # one\nb: 1\n")
        );
    }
}

#[test]
fn what_refuses_one_app_refuses_the_other_that_has_its_file() {
    let sandbox = shared("", "");
    let config = sandbox.read("envlint.yaml");
    let stopped = "promotion: {stop: [{path: c, when: changed}]}\n";
    sandbox.write("envlint.yaml", format!("{config}{stopped}"));
    sandbox.write("dev.yaml", "a: 2\nb: 2\nc: 2\n");
    let ran = promote(&sandbox);
    said(&ran, 1, &["promotion.stop"]);
    assert_eq!(sandbox.read("staging.yaml"), "a: 1 # one\nb: 1\nc: 1\n");
}

const PASSWORD: &str = "zQ41vBk77mPw93xTn";

/// What becomes of a password of dev; `comment` stands behind it there, and `of_staging` behind that of staging.
fn excused(comment: &str, of_staging: &str, rules: &str) -> (Ran, Sandbox) {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            &format!(
                "environments: {{dev: {{}}, staging: {{}}}}\nperEnvironment: [{{path: replicas}}]\n{rules}"
            ),
        ),
        (
            "values-dev.yaml",
            &format!("db:\n  host: x\n  password: \"{PASSWORD}\"{comment}\nlevel: 2\n"),
        ),
        (
            "values-staging.yaml",
            &format!("db:\n  host: x\n{of_staging}level: 1\n"),
        ),
    ]);
    let arguments = ["--pr-body", "body.md", "--write"];
    let ran = sandbox.promote(&arguments);
    (ran, sandbox)
}

#[test]
fn a_suppression_of_the_source_brings_no_secret_to_the_target() {
    let comment = " # envlint: ignore[secrets/plaintext] only the local database of dev";
    let (ran, sandbox) = excused(comment, "", "");
    said(
        &ran,
        1,
        &["refused[secret]", "`db.password` holds a secret in dev"],
    );
    assert!(!sandbox.read("values-staging.yaml").contains("password"));
}

#[test]
fn a_secret_that_the_configuration_excuses_is_said() {
    let rules = "rules: {secrets/plaintext: {ignore: [db.password]}}\n";
    let (ran, sandbox) = excused("", "", rules);
    said(
        &ran,
        0,
        &["`db.password` holds a secret of dev that is copied to staging"],
    );
    assert!(!sandbox.read("body.md").contains("No secret"));
    assert!(!ran.stdout.contains(PASSWORD));
}

#[test]
fn a_suppression_stays_where_it_is() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, staging: {}}\nperEnvironment: [{path: replicas}]\n",
        ),
        (
            "values-dev.yaml",
            "level: 2\n# envlint: ignore[production/latest-tag] dev only\nimage: x:1 # envlint: ignore[a/b] dev\nextra: # envlint: ignore[a/b] dev\n  # why\n  a: 1 # envlint: ignore[a/b] dev\n",
        ),
        ("values-staging.yaml", "level: 1\n"),
    ]);
    let ran = sandbox.promote(&["--write"]);
    said(&ran, 0, &[]);
    assert_eq!(
        sandbox.read("values-staging.yaml"),
        "level: 2\nimage: x:1\nextra:\n  # why\n  a: 1\n"
    );
}

#[test]
fn stop_conditions_on_versions_read_those_of_whole_images() {
    for (when, old, new) in [
        ("major-upgrade", "nginx:1.9", "nginx:2.0"),
        (
            "major-upgrade",
            "r.io:5000/x:1.9",
            "r.io:5000/x:2.0@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        ),
        ("downgrade", "r.io/x/y:2.0.1", "r.io/x/y:1.0.1"),
        ("downgrade", "2.0.1", "1.0.1"),
    ] {
        let sandbox = Sandbox::with(&[
            (
                "envlint.yaml",
                &format!(
                    "environments: {{dev: {{}}, staging: {{}}}}\nperEnvironment: [{{path: replicas}}]\npromotion: {{stop: [{{path: \"**.image\", when: {when}}}]}}\n"
                ),
            ),
            ("values-dev.yaml", &format!("a:\n  image: {new}\n")),
            ("values-staging.yaml", &format!("a:\n  image: {old}\n")),
        ]);
        said(&sandbox.promote(&[]), 1, &["refused[stop]"]);
    }
}

#[test]
fn one_anchor_that_a_transform_covers_is_no_obstacle() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, staging: {}}\nperEnvironment: [{path: replicas}]\npromotion:\n  transforms: [{find: \"-{from}[.]\", replace: \"-{to}.\"}]\n",
        ),
        (
            "values-dev.yaml",
            "host: &h shop-dev.x.com\nurl: *h\ntag: 2\n",
        ),
        (
            "values-staging.yaml",
            "host: &h shop-staging.x.com\nurl: *h\ntag: 1\n",
        ),
    ]);
    said(&sandbox.promote(&["--write"]), 0, &["tag"]);
    assert_eq!(
        sandbox.read("values-staging.yaml"),
        "host: &h shop-staging.x.com\nurl: *h\ntag: 2\n"
    );
}

#[test]
fn a_patch_has_no_placeholder_in_a_value() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, staging: {}}\nperEnvironment: [{path: replicas}]\n",
        ),
        (
            "values-dev.yaml",
            "db: {password: Wm83kQ7tLpZv}\nurlkey: cache-Wm83kQ7tLpZv-v1\nlevel: 2\n",
        ),
        (
            "values-staging.yaml",
            "db: {password: Wm83kQ7tLpZv}\nurlkey: x\nlevel: 1\n",
        ),
    ]);
    let ran = sandbox.run(&["diff", "staging", "dev", "--format", "json-patch"]);
    assert!(ran.stdout.contains("/level"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("redacted"), "{}", ran.stdout);
}

#[test]
fn one_edit_at_an_anchor_changes_all_places_that_it_brings_its_value_to() {
    let config = (
        "envlint.yaml",
        "environments: {dev: {}, staging: {}}\nperEnvironment: [{path: replicas}]\n",
    );
    let target = "v: &v 1.0.0 # ours\napp:\n  tag: *v\n  other: 1.0.0\n";
    let dev = target.replace("1.0.0", "1.1.0");
    let sandbox = Sandbox::with(&[
        config,
        ("values-dev.yaml", &dev),
        ("values-staging.yaml", target),
    ]);
    said(&sandbox.promote(&["--write"]), 0, &["app.tag"]);
    assert_eq!(sandbox.read("values-staging.yaml"), dev);
    // Where one of the places stays, the anchor has to.
    let sandbox = Sandbox::with(&[
        config,
        ("values-dev.yaml", "v: 1.1.0\ntag: 1.0.0\n"),
        ("values-staging.yaml", "v: &v 1.0.0\ntag: *v\n"),
    ]);
    said(&sandbox.promote(&["--write"]), 1, &["refused[edit]"]);
}
