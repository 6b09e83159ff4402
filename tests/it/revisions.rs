//! What envlint does with git revisions: `promote --rev` and `check --changed-since`.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;

use crate::support::{NO_FILE, Sandbox};

/// Two apps in a folder of a repository, committed.
fn repository() -> (Sandbox, String) {
    let sandbox = Sandbox::empty();
    sandbox.git(&["init", "--quiet"]);
    for app in ["cart", "mail"] {
        for environment in ["dev", "staging"] {
            sandbox.write(
                &format!("deploy/{app}/values-{environment}.yaml"),
                "level: 1\n",
            );
        }
    }
    sandbox.write("deploy/envlint.yaml", "perEnvironment: [{path: host}]\n");
    let commit = sandbox.commit();
    (sandbox, commit)
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> crate::support::Ran {
    sandbox.run(&[arguments, &["--config", "deploy/envlint.yaml"]].concat())
}

#[test]
fn a_promotion_takes_what_was_tested_at_the_revision() {
    let (sandbox, _) = repository();
    sandbox.write("deploy/cart/values-dev.yaml", "level: 2\n");
    let tested = sandbox.commit();
    sandbox.write("deploy/cart/values-dev.yaml", "level: 3\n");
    sandbox.commit();
    let arguments = [
        "promote", "--from", "dev", "--to", "staging", "--write", "--rev",
    ];
    let ran = run(&sandbox, &[&arguments[..], &[&tested[..7]]].concat());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    let staging = fs::read_to_string(sandbox.root().join("deploy/cart/values-staging.yaml"));
    assert_eq!(staging.expect("a file"), "level: 2\n");
    let body = run(
        &sandbox,
        &[&arguments[..], &["HEAD~1", "--format", "json"]].concat(),
    );
    assert!(body.stdout.contains(&tested), "{}", body.stdout);
}

#[test]
fn what_is_no_revision_is_refused_before_git_sees_it() {
    let (sandbox, _) = repository();
    for (revision, message) in [
        ("0123456789abcdef", "there is no commit"),
        ("no/such/branch", "there is no commit"),
        ("--output=stolen", "is not a revision"),
        ("HEAD:deploy", "is not a revision"),
        ("main..dev", "is not a revision"),
        ("$(touch stolen)", "is not a revision"),
        ("", "is not a revision"),
    ] {
        let option = format!("--rev={revision}");
        let ran = run(
            &sandbox,
            &["promote", "--from", "dev", "--to", "staging", &option],
        );
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{revision}");
        assert!(ran.stderr.contains(message), "{revision}: {}", ran.stderr);
        let option = format!("--changed-since={revision}");
        assert_eq!(run(&sandbox, &["check", &option]).status, 2, "{revision}");
    }
    assert!(!sandbox.root().join("stolen").exists());
}

#[test]
fn a_name_of_a_branch_and_of_a_tag_of_another_commit_is_refused() {
    let (sandbox, first) = repository();
    sandbox.write("deploy/more.txt", "more");
    sandbox.commit();
    sandbox.git(&["branch", "release"]);
    let plan = |revision: &str| {
        let command = ["promote", "--from", "dev", "--to", "staging", "--rev"];
        run(&sandbox, &[&command[..], &[revision]].concat())
    };
    assert_ne!(plan("release").status, 2);
    sandbox.git(&["tag", "--annotate", "--message=one", "release", &first]);
    for revision in ["release", "release~0"] {
        let ran = plan(revision);
        assert_eq!((ran.status, &*ran.stdout), (2, ""), "{}", ran.stderr);
        let message = "error: `release` is a branch and a tag of another commit\n = help: say which one is meant: `refs/heads/release` or `refs/tags/release`";
        assert!(ran.stderr.starts_with(message), "{}", ran.stderr);
    }
    assert_ne!(plan("refs/tags/release").status, 2);
}

#[test]
fn a_file_that_the_revision_lacks_is_said_to_be_missing_there() {
    let (sandbox, first) = repository();
    for environment in ["dev", "staging"] {
        sandbox.write(
            &format!("deploy/new/values-{environment}.yaml"),
            "level: 1\n",
        );
    }
    let ran = run(
        &sandbox,
        &[
            "promote", "--from", "dev", "--to", "staging", "--rev", &first,
        ],
    );
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr
            .contains("app `new` has no values file for dev in the commit"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("3 apps"), "{}", ran.stdout);
}

#[test]
fn only_the_apps_that_changed_are_checked() {
    let (sandbox, first) = repository();
    let apps = |sandbox: &Sandbox| {
        let ran = run(
            sandbox,
            &["check", "--changed-since", &first, "--format", "json"],
        );
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        report["summary"]["apps"].as_u64().expect("a number")
    };
    assert_eq!(apps(&sandbox), 0);
    sandbox.write("README.md", "no app's\n");
    assert_eq!(apps(&sandbox), 0);
    sandbox.write("deploy/mail/values-dev.yaml", "level: 2\n");
    assert_eq!(apps(&sandbox), 1);
    sandbox.write("deploy/new/values-dev.yaml", "level: 2\n");
    assert_eq!(apps(&sandbox), 2);
    fs::remove_file(sandbox.root().join("deploy/cart/values-dev.yaml")).expect("a file");
    assert_eq!(apps(&sandbox), 3);
    sandbox.write("deploy/envlint.yaml", "perEnvironment: [{path: level}]\n");
    assert_eq!(apps(&sandbox), 3);
}

#[test]
fn an_app_owns_the_files_that_say_how_it_is_deployed() {
    let sandbox = Sandbox::with(&[
        (
            "Makefile",
            "prod:\n\thelm upgrade web chart -n web-prod -f deploy/prod.yaml\n",
        ),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        ),
        ("deploy/prod.yaml", "a: 1\n"),
        ("other/values-dev.yaml", "a: 1\n"),
        ("other/values-prod.yaml", "a: 1\n"),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    sandbox.write(
        "Makefile",
        "prod:\n\thelm upgrade web chart -n web-prod -f deploy/prod.yaml -f deploy/typo.yaml\n",
    );
    for arguments in [
        &["check", "Makefile"][..],
        &["check", "--changed-since", "HEAD"],
    ] {
        let ran = sandbox.run(arguments);
        assert!(
            ran.stdout.contains("layout/missing-file"),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
        assert!(ran.stdout.contains("1 app,"), "{}", ran.stdout);
        assert!(!ran.stderr.contains("belongs to no app"), "{}", ran.stderr);
    }
}

#[test]
fn without_a_repository_a_revision_means_nothing() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    let ran = sandbox.run(&["check", "--changed-since", "HEAD"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("git"), "{}", ran.stderr);
}

/// The plain hook, as git runs it: its exit status.
#[cfg(unix)]
fn hook(sandbox: &Sandbox) -> Option<i32> {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_envlint"));
    let mut path = program
        .parent()
        .expect("a directory")
        .as_os_str()
        .to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let ran = Command::new(sandbox.root().join(".githooks/pre-commit"))
        .current_dir(sandbox.root())
        .env("PATH", path)
        .env("GIT_CONFIG_GLOBAL", NO_FILE)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output();
    ran.expect("the hook runs").status.code()
}

#[cfg(unix)]
#[test]
fn the_hook_checks_what_is_staged_and_not_what_is_there() {
    const SECRET: &str = "level: 1\ntoken: ghp_016C7ASDkq2Zr8vLmTnXyWbE4HdJf5GsP9uB\n";
    let (sandbox, _) = repository();
    // From below, the repository's root is found: git looks for hooks there.
    let written = sandbox.run_in("deploy", &["generate", "hooks"]);
    assert_eq!(written.status, 0, "{}", written.stderr);
    sandbox.commit();
    assert_eq!(hook(&sandbox), Some(0));

    for environment in ["dev", "staging"] {
        sandbox.write(&format!("deploy/cart/values-{environment}.yaml"), SECRET);
    }
    sandbox.git(&["add", "--all"]);
    assert_eq!(hook(&sandbox), Some(1));
    for environment in ["dev", "staging"] {
        sandbox.write(
            &format!("deploy/cart/values-{environment}.yaml"),
            "level: 1\n",
        );
    }
    assert_eq!(hook(&sandbox), Some(1), "the secret is still staged");
    sandbox.git(&["add", "--all"]);
    assert_eq!(hook(&sandbox), Some(0));
    sandbox.write("deploy/cart/values-dev.yaml", SECRET);
    assert_eq!(hook(&sandbox), Some(0), "the secret is not staged");
}

/// An app in two regions of production: after the tag `v1`, dev moved on and its file was renamed, and prod-eu was repaired.
fn moved_on() -> Sandbox {
    let config = "environments: {dev: {}, prod-eu: {tier: production}, prod-us: {tier: production}}\n\
                  apps: [{name: shop, values: '{env}.yaml'}]\nperEnvironment: [{path: replicas}]\n";
    let values = "replicas: 1\ntag: 1.0.0\ndb: {password: Quokka-1-pass}\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", config),
        ("development.yaml", values),
        ("prod-eu.yaml", values),
        ("prod-us.yaml", values),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    sandbox.git(&["tag", "v1"]);
    sandbox.git(&["mv", "development.yaml", "dev.yaml"]);
    sandbox.commit();
    sandbox.write(
        "dev.yaml",
        values
            .replace("1.0.0", "1.1.0")
            .replace("Quokka-1", "Wombat-2"),
    );
    sandbox.commit();
    sandbox.write("prod-eu.yaml", values.replace("1.0.0", "1.0.1"));
    sandbox.commit();
    sandbox
}

#[test]
fn a_comparison_says_what_history_tells_in_both_directions() {
    let sandbox = moved_on();
    let mut all = String::new();
    for sides in [
        &["dev", "prod-eu"][..],
        &["prod-eu", "dev"],
        &["prod-eu", "prod-us"],
    ] {
        all += &sandbox.run(&[&["diff"], sides].concat()).stdout;
    }
    assert_snapshot!("diff-states", all);
}

#[test]
fn an_environment_is_compared_with_its_past() {
    let sandbox = moved_on();
    let diff = |arguments: &[&str]| sandbox.run(&[&["diff"], arguments].concat());
    let past = diff(&["prod-eu@v1"]);
    assert_eq!(past.stdout, diff(&["prod-eu@v1", "prod-eu"]).stdout);
    assert_eq!(past.stdout, diff(&["prod-eu@v1..prod-eu"]).stdout);
    assert_snapshot!("diff-past", past.stdout);
    assert_eq!(diff(&["prod-eu@v1", "--exit-code"]).status, 1);
    assert_eq!(diff(&["prod-eu@v1..prod-us@HEAD", "--exit-code"]).status, 0);
    for format in ["text", "unified", "json", "markdown"] {
        let ran = diff(&["dev@HEAD..prod-eu@v1", "--format", format]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains("1.1.0"), "{}", ran.stdout);
        for secret in ["Quokka-1", "Wombat-2"] {
            assert!(!ran.stdout.contains(secret), "{}", ran.stdout);
        }
    }
}

#[test]
fn a_side_that_is_no_environment_and_no_commit_is_said_to_be_none() {
    let sandbox = moved_on();
    let sides = [
        &["dev"][..],
        &["dev", "dev"],
        &["dev@v1..dev@v1"],
        &["qa@v1"],
        &["prod-eu@v1..qa"],
        &["prod-eu@v9"],
        &["prod-eu@--output=x"],
        &["prod-eu@"],
        &["..prod-eu"],
        &["prod-eu@v1", "--rendered"],
    ];
    // A file that was renamed since is read by the path that it had.
    assert_eq!(sandbox.run(&["diff", "dev@v1"]).status, 0);
    let mut all = String::new();
    for arguments in sides {
        let ran = sandbox.run(&[&["diff"], arguments].concat());
        assert_eq!(ran.status, 2, "{arguments:?}");
        all += &format!("diff {}\n{}\n", arguments.join(" "), ran.stderr);
    }
    assert_snapshot!("diff-no-side", all);
    assert!(!sandbox.root().join("x").exists());
}
