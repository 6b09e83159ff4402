//! What git history tells of a difference, and what a check says then.

use crate::support::{Sandbox, shown};

const CONFIG: &str = "environments: {dev: {}, staging: {}, prod: {}}\nperEnvironment: [{path: host}]\nrules: {drift/unused-declaration: off}\n";

/// A committed workspace in which all environments have the same values.
fn repository(values: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[("envlint.yaml", CONFIG)]);
    sandbox.git(&["init", "--quiet"]);
    for environment in ["dev", "staging", "prod"] {
        set(&sandbox, environment, values);
    }
    sandbox.commit_by("Ada", 1);
    sandbox
}

fn set(sandbox: &Sandbox, environment: &str, values: &str) {
    sandbox.write(&format!("values-{environment}.yaml"), values);
}

/// The findings about drift: severity, rule and message.
fn drift(sandbox: &Sandbox) -> Vec<String> {
    let outcome = sandbox.check();
    assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    let drift = outcome.findings.iter();
    drift
        .filter_map(|finding| {
            let rule = finding.rule.strip_prefix("drift/")?;
            let message = shown(&finding.message);
            // Commits have other names in every repository.
            let words: Vec<String> = message
                .split(' ')
                .map(|word| {
                    match word.len() == 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                        true => "abcdef0".to_owned(),
                        false => word.to_owned(),
                    }
                })
                .collect();
            Some(format!(
                "{} {rule}: {}",
                finding.severity.as_str(),
                words.join(" ")
            ))
        })
        .collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_change_of_dev_is_pending_and_one_of_prod_is_not() {
    let sandbox = repository("a: 1\nb: 1\n");
    assert_eq!(drift(&sandbox), NOTHING);
    set(&sandbox, "dev", "a: 2\nb: 1\n");
    let uncommitted = "info undeclared-difference: `a` of `shop` is pending from dev to staging since a change that is not committed";
    assert_eq!(drift(&sandbox), [uncommitted]);
    sandbox.commit_by("Bob", 2);
    let committed = "info undeclared-difference: `a` of `shop` is pending from dev to staging since abcdef0 (2026-11-02, Bob)";
    assert_eq!(drift(&sandbox), [committed]);
    set(&sandbox, "prod", "a: 1\nb: 3\n");
    let night = "error out-of-order-change: `b` in prod has a value that staging never had, since a change that is not committed; a promotion would overwrite it";
    assert_eq!(drift(&sandbox), [night, committed]);
    sandbox.commit_by("Eve", 3);
    assert_eq!(
        drift(&sandbox)[0],
        night.replace(
            "a change that is not committed",
            "abcdef0 (2026-11-03, Eve)"
        )
    );
    // Undone by hand, it is gone; with the value in staging, dev lacks it.
    set(&sandbox, "staging", "a: 1\nb: 3\n");
    let back = "warning out-of-order-change: `b` in staging has a value that dev never had, since a change that is not committed; a promotion would overwrite it";
    assert_eq!(drift(&sandbox), [committed, back]);
    set(&sandbox, "dev", "a: 2\nb: 3\n");
    assert_eq!(drift(&sandbox), [committed]);
}

#[test]
fn additions_and_removals_are_pending_where_the_earlier_environment_moved() {
    for (dev, staging, expected) in [
        (
            "a: 1\nb: 1\nc: 1\n",
            "a: 1\nb: 1\n",
            "info undeclared-difference: `c` of",
        ),
        (
            "a: 1\n",
            "a: 1\nb: 1\n",
            "info undeclared-difference: `b` of",
        ),
        (
            "a: 1\nb: 1\n",
            "a: 1\nb: 1\nc: 1\n",
            "warning out-of-order-change: `c` in staging has",
        ),
        (
            "a: 1\nb: 1\n",
            "a: 1\n",
            "warning out-of-order-change: `b` is missing in staging, but dev always had it",
        ),
        (
            "a: {x: 1}\nb: 1\n",
            "a: 1\nb: 1\n",
            "info undeclared-difference: `a` of",
        ),
    ] {
        let sandbox = repository("a: 1\nb: 1\n");
        set(&sandbox, "dev", dev);
        set(&sandbox, "staging", staging);
        set(&sandbox, "prod", staging);
        sandbox.commit_by("Bob", 2);
        let found = drift(&sandbox);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(expected), "{found:?}");
    }
}

#[test]
fn a_value_that_came_by_another_commit_of_the_earlier_environment_is_pending() {
    let sandbox = repository("a: 1\n");
    for (day, value) in [(2, "2"), (3, "3"), (4, "4")] {
        set(&sandbox, "dev", &format!("a: {value}\n"));
        sandbox.commit_by("Bob", day);
    }
    set(&sandbox, "staging", "a: 3\n");
    let pending = drift(&sandbox);
    assert_eq!(pending.len(), 2, "{pending:?}");
    assert!(
        pending[1].contains("from dev to staging since abcdef0 (2026-11-04, Bob)"),
        "{pending:?}"
    );
    // Amounts compare as amounts.
    set(&sandbox, "staging", "a: 9\n");
    assert!(
        drift(&sandbox)
            .iter()
            .any(|found| found.contains("out-of-order"))
    );
    set(&sandbox, "staging", "a: 3.0\n");
    assert_eq!(drift(&sandbox).len(), 2);
}

#[test]
fn what_was_never_equal_is_not_known_to_be_out_of_order() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("values-dev.yaml", "a: 1\nb: 1\n"),
        ("values-staging.yaml", "a: 2\nb: 2\n"),
    ]);
    let expected = "warning undeclared-difference: 2 paths of `shop` differ between dev and staging; envlint.yaml does not allow that: `a`, `b`";
    let reason = |sandbox: &Sandbox| {
        let findings = sandbox.findings_of("drift/undeclared-difference");
        let advice = findings.iter().filter_map(|finding| finding.advice());
        advice.map(|advice| shown(&advice)).collect::<String>()
    };
    for (step, why) in [
        ("none", "there is no git repository"),
        ("init", "git has no commit that it can read"),
        (
            "commit",
            "each was given its own value, from the start or later",
        ),
        ("shallow", "this clone is shallow"),
    ] {
        match step {
            "init" => drop(sandbox.git(&["init", "--quiet"])),
            "commit" => drop(sandbox.commit()),
            "shallow" => {
                let commit = sandbox.git(&["rev-parse", "HEAD"]);
                sandbox.write(".git/shallow", commit);
            }
            _ => {}
        }
        assert_eq!(drift(&sandbox), [expected], "{step}");
        assert!(
            reason(&sandbox).contains(why),
            "{step}: {}",
            reason(&sandbox)
        );
    }
    // A new environment is no change out of order, whatever it begins with.
    std::fs::remove_file(sandbox.root().join(".git/shallow")).expect("the file");
    set(&sandbox, "prod", "a: 3\nb: 2\n");
    assert!(
        reason(&sandbox).contains("values-prod.yaml is in no commit"),
        "{}",
        reason(&sandbox)
    );
    sandbox.commit_by("Bob", 2);
    assert!(
        drift(&sandbox)
            .iter()
            .all(|found| found.starts_with("warning undeclared")),
        "{:?}",
        drift(&sandbox)
    );
    // A change of what was never the same is none either; one of what was is.
    set(&sandbox, "prod", "a: 4\nb: 2\n");
    assert_eq!(out_of_order(&sandbox), NOTHING);
    set(&sandbox, "prod", "a: 4\nb: 5\n");
    assert_eq!(out_of_order(&sandbox).len(), 1, "{:?}", drift(&sandbox));
}

/// The findings of changes out of order.
fn out_of_order(sandbox: &Sandbox) -> Vec<String> {
    let mut found = drift(sandbox);
    found.retain(|found| found.contains(" out-of-order-change: "));
    found
}

#[test]
fn a_commit_that_sets_two_values_at_once_is_no_change_out_of_order() {
    for (steps, expected) in [
        // A new path with a value for each.
        (&[("a: 1\nurl: d\n", "a: 1\nurl: s\n")][..], 0),
        // One after the other, in the order of promotion.
        (
            &[
                ("a: 1\nurl: d\n", "a: 1\n"),
                ("a: 1\nurl: d\n", "a: 1\nurl: s\n"),
            ],
            0,
        ),
        // A path that was the same, set apart by one commit.
        (&[("a: 2\n", "a: 3\n")], 0),
        // The later one alone, once and twice, and before the earlier one got it.
        (&[("a: 1\n", "a: 3\n")], 1),
        (&[("a: 1\n", "a: 3\n"), ("a: 1\n", "a: 4\n")], 1),
        (&[("a: 1\n", "a: 3\n"), ("a: 2\n", "a: 4\n")], 1),
        (&[("a: 1\n", "a: 1\nurl: s\n")], 1),
        (
            &[
                ("a: 1\n", "a: 1\nurl: s\n"),
                ("a: 1\nurl: d\n", "a: 1\nurl: s\n"),
            ],
            1,
        ),
        // Keys of their own, in one commit.
        (&[("a: 1\nids: {d: 1}\n", "a: 1\nids: {s: 1}\n")], 0),
        // Never the same again after each was given its own.
        (&[("a: 2\n", "a: 3\n"), ("a: 2\n", "a: 4\n")], 0),
    ] {
        let sandbox = repository("a: 1\n");
        for (day, (dev, others)) in (2..).zip(steps) {
            set(&sandbox, "dev", dev);
            set(&sandbox, "staging", others);
            set(&sandbox, "prod", others);
            if day < 3 {
                sandbox.commit_by("Bob", day);
            }
        }
        assert_eq!(
            out_of_order(&sandbox).len(),
            expected,
            "{steps:?}: {:?}",
            drift(&sandbox)
        );
    }
}

#[test]
fn a_shallow_clone_knows_what_is_pending_as_far_as_it_reaches() {
    let sandbox = repository("a: 1\nb: 1\n");
    set(&sandbox, "dev", "a: 2\nb: 1\n");
    let commit = sandbox.commit_by("Bob", 2);
    set(&sandbox, "dev", "a: 3\nb: 1\n");
    set(&sandbox, "prod", "a: 1\nb: 2\n");
    set(&sandbox, "staging", "a: 2\nb: 1\n");
    sandbox.commit_by("Eve", 3);
    sandbox.write(".git/shallow", commit);
    let found = drift(&sandbox);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[0].starts_with("info undeclared-difference: `a` of `shop` is pending from staging"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("warning undeclared-difference: `b` differs"),
        "{found:?}"
    );
    assert!(
        found[2].starts_with("info undeclared-difference: `a` of `shop` is pending from dev"),
        "{found:?}"
    );
}

#[test]
fn a_comment_on_a_hotfix_is_of_use_in_a_shallow_clone_too() {
    let sandbox = repository("a: 1\n");
    let comment = "# envlint: ignore[drift/out-of-order-change] incident 4711";
    set(&sandbox, "prod", &format!("a: 2 {comment}\n"));
    let commit = sandbox.commit_by("Eve", 2);
    let unused = || {
        let found = sandbox.check().findings;
        found
            .iter()
            .filter(|finding| finding.rule == "suppression/unused")
            .count()
    };
    assert_eq!(unused(), 0);
    sandbox.write(".git/shallow", commit);
    assert_eq!(unused(), 0);
    std::fs::remove_file(sandbox.root().join(".git/shallow")).expect("the file");
    set(&sandbox, "prod", &format!("a: 1 {comment}\n"));
    assert_eq!(unused(), 1);
}

#[test]
fn a_file_that_was_renamed_and_a_work_tree_of_another_branch_keep_their_past() {
    let sandbox = repository("a: 1\nb: some text that stays the same\nc: more of it\n");
    set(
        &sandbox,
        "dev",
        "a: 2\nb: some text that stays the same\nc: more of it\n",
    );
    sandbox.commit_by("Bob", 2);
    set(
        &sandbox,
        "dev",
        "a: 3\nb: some text that stays the same\nc: more of it\n",
    );
    sandbox.commit_by("Bob", 3);
    sandbox.git(&["mv", "values-dev.yaml", "old.yaml"]);
    sandbox.commit_by("Bob", 4);
    sandbox.git(&["mv", "old.yaml", "values-dev.yaml"]);
    sandbox.commit_by("Bob", 5);
    let found = drift(&sandbox);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("is pending from dev to staging since abcdef0 (2026-11-02, Bob)"),
        "{found:?}"
    );
    let tree = sandbox.root().with_file_name("other");
    sandbox.git(&[
        "worktree",
        "add",
        "--quiet",
        &tree.to_string_lossy(),
        "HEAD~1",
    ]);
    let workspace = envlint::workspace::Workspace::open(&sandbox.root()).expect("a workspace");
    assert_eq!(workspace.environments.len(), 3);
    let there = std::process::Command::new(env!("CARGO_BIN_EXE_envlint"))
        .args(["check", "--format", "json"])
        .current_dir(&tree)
        .output()
        .expect("envlint runs");
    let text = String::from_utf8_lossy(&there.stdout);
    assert!(text.contains("\"findings\""), "{text}");
}

#[test]
fn a_file_that_was_moved_and_changed_in_one_commit_keeps_its_past() {
    let text = |value: u8| format!("a: {value}\nb: some text that stays the same\nc: more of it\n");
    let sandbox = repository(&text(1));
    set(&sandbox, "dev", &text(2));
    sandbox.commit_by("Bob", 2);
    sandbox.git(&["mv", "values-dev.yaml", "old.yaml"]);
    sandbox.write("old.yaml", text(3));
    sandbox.write("other.yaml", "nothing: of it\n");
    sandbox.commit_by("Bob", 3);
    sandbox.git(&["mv", "old.yaml", "values-dev.yaml"]);
    sandbox.git(&["rm", "--quiet", "other.yaml"]);
    set(&sandbox, "dev", &text(2));
    sandbox.commit_by("Eve", 4);
    let found = drift(&sandbox);
    assert_eq!(found.len(), 1, "{found:?}");
    let since = "is pending from dev to staging since abcdef0 (2026-11-02, Bob)";
    assert!(found[0].contains(since), "{found:?}");
}

#[test]
fn what_a_merge_brought_and_did_not_take_was_there_all_the_same() {
    let sandbox = repository("a: 1\n");
    sandbox.git(&["switch", "--quiet", "--create", "side"]);
    set(&sandbox, "dev", "a: 2\n");
    sandbox.commit_by("Bob", 2);
    sandbox.git(&["switch", "--quiet", "main"]);
    set(&sandbox, "dev", "a: 3\n");
    sandbox.commit_by("Ada", 3);
    sandbox.git(&[
        "merge",
        "--quiet",
        "--strategy=ours",
        "--message",
        "m",
        "side",
    ]);
    set(&sandbox, "staging", "a: 2\n");
    set(&sandbox, "prod", "a: 2\n");
    assert_eq!(drift(&sandbox).len(), 1);
    assert!(
        drift(&sandbox)[0].starts_with("info"),
        "{:?}",
        drift(&sandbox)
    );
}

#[test]
fn the_author_s_name_moves_no_cursor_and_ciphertext_is_no_change() {
    let sandbox = repository("a: 1\nb: ENC[AES256_GCM,data:x]\n");
    set(&sandbox, "prod", "a: 2\nb: ENC[AES256_GCM,data:y]\n");
    sandbox.commit_by("E\u{1b}[2J\u{202e}ve", 2);
    let found = drift(&sandbox);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("E\u{fffd}[2J\u{fffd}ve"), "{found:?}");
    assert!(
        found[1].starts_with("warning undeclared-difference: `b`"),
        "{found:?}"
    );
}

#[test]
fn without_declarations_no_history_is_read() {
    let sandbox = repository("a: 1\n");
    sandbox.write(
        "envlint.yaml",
        "environments: {dev: {}, staging: {}, prod: {}}\n",
    );
    set(&sandbox, "prod", "a: 2\n");
    let found = drift(&sandbox);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("info undeclared-difference: 1 path of `shop` differs between"),
        "{found:?}"
    );
}

#[test]
fn a_new_path_of_the_environment_s_own_waits_for_a_value() {
    let sandbox = repository("a: 1\n");
    set(&sandbox, "dev", "a: 1\nhost: dev.example.com\n");
    sandbox.commit_by("Bob", 2);
    let expected = "warning missing-key: `host` is per-environment and new in dev, since abcdef0 (2026-11-02, Bob); staging has no value for it";
    assert_eq!(drift(&sandbox), [expected]);
    set(&sandbox, "staging", "a: 1\nhost: null\n");
    assert_eq!(drift(&sandbox), NOTHING);
    set(&sandbox, "staging", "a: 1\nhost: staging.example.com\n");
    assert_eq!(drift(&sandbox).len(), 1, "prod waits now");
    // What was there from the start is nothing new.
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("values-dev.yaml", "a: 1\nhost: x\n"),
        ("values-staging.yaml", "a: 1\n"),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    assert_eq!(drift(&sandbox), NOTHING);
}

#[test]
fn an_environment_that_cannot_be_read_hides_what_is_pending_and_not_that() {
    let sandbox = repository("a: 1\nb: 1\n");
    set(&sandbox, "dev", "a: 2\nb: 2\n");
    std::fs::remove_file(sandbox.root().join("values-staging.yaml")).expect("the file");
    sandbox.write(
        "envlint.yaml",
        format!("{CONFIG}apps: [{{name: shop, values: 'values-{{env}}.yaml', environments: [dev, staging, prod]}}]\n"),
    );
    let expected = "warning undeclared-difference: 2 paths of `shop` differ between dev and prod, and the values of staging cannot be \
                    read, so nothing tells what is pending: `a`, `b`";
    assert_eq!(drift(&sandbox), [expected]);
}

#[test]
fn what_is_missing_in_a_shallow_clone_may_be_pending() {
    let sandbox = repository("a: 1\nb: 1\n");
    set(&sandbox, "staging", "a: 1\n");
    let commit = sandbox.commit_by("Bob", 2);
    let severities = |sandbox: &Sandbox| -> Vec<String> {
        let found = drift(sandbox).into_iter();
        let missing = found.filter(|said| said.contains("missing-key"));
        missing
            .map(|said| said.split(' ').next().unwrap_or_default().to_owned())
            .collect()
    };
    sandbox.write(".git/shallow", commit);
    assert!(
        !severities(&sandbox).contains(&"error".to_owned()),
        "{:?}",
        drift(&sandbox)
    );
}
