//! Several workspaces in one repository: what each command makes of them.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{Ran, Sandbox};

const CONFIG: &str =
    "environments: {dev: {}, prod: {}}\napps: [{name: shop, values: \"{env}.yaml\"}]\n";

/// Two workspaces with a finding each, one with a mistake in its configuration, and files that belong to none.
fn monorepo() -> Sandbox {
    Sandbox::with(&[
        ("teams/a/envlint.yaml", CONFIG),
        ("teams/a/dev.yaml", "a: 1\nb: 1\n"),
        ("teams/a/prod.yaml", "a: 1\n"),
        ("teams/b/envlint.yaml", CONFIG),
        ("teams/b/dev.yaml", "a: 1\n"),
        ("teams/b/prod.yaml", "a: \"x\"\n"),
        ("teams/c/envlint.yaml", "enviroments: {}\n"),
        ("teams/c/prod.yaml", "a: 1\n"),
        ("README.md", ""),
        (".gitlab-ci.yml", "stages: []\n"),
    ])
}

/// The files of the findings in a report, each once.
fn files(ran: &Ran) -> Vec<String> {
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let mut files: Vec<String> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["file"].as_str().unwrap_or_default().to_owned())
        .collect();
    files.dedup();
    files
}

#[test]
fn a_mistake_in_one_workspace_does_not_stop_the_others() {
    let ran = monorepo().run(&["check", "--format", "json"]);
    assert_eq!(files(&ran), ["teams/a/prod.yaml", "teams/b/prod.yaml"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("--> teams/c/envlint.yaml:1:1\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_mistake_in_the_outermost_configuration_does_not_stop_the_others() {
    let sandbox = monorepo();
    sandbox.write("envlint.yaml", "apps: 1\n");
    let ran = sandbox.run(&["check", "--format", "json"]);
    assert_eq!(files(&ran), ["teams/a/prod.yaml", "teams/b/prod.yaml"]);
    assert_eq!(ran.status, 2);
    for place in ["--> envlint.yaml:1:7\n", "--> teams/c/envlint.yaml:1:1\n"] {
        assert!(ran.stderr.contains(place), "{}", ran.stderr);
    }
}

#[test]
fn given_files_are_checked_in_their_workspaces_and_others_are_skipped() {
    let sandbox = monorepo();
    let check = ["check", "--format", "json"];
    let given = [
        "teams/a/dev.yaml",
        "teams/b/dev.yaml",
        "README.md",
        ".gitlab-ci.yml",
    ];
    let ran = sandbox.run(&[&check[..], &given].concat());
    assert_eq!(files(&ran), ["teams/a/prod.yaml", "teams/b/prod.yaml"]);
    assert_eq!(ran.status, 1);
    let skipped = "note: .gitlab-ci.yml belongs to no app, so it was only searched for secrets\nnote: README.md belongs to no app, so it was skipped\n";
    assert_eq!(ran.stderr, skipped);
    let one = sandbox.run(&[
        "check",
        "--config",
        "teams/a/envlint.yaml",
        "teams/b/dev.yaml",
    ]);
    let skipped = "note: teams/b/dev.yaml belongs to no app, so it was skipped\n";
    assert_eq!((one.status, one.stderr.as_str()), (0, skipped));
    let missing = sandbox.run(&["check", "teams/a/nowhere.yaml", "teams/b/dev.yaml"]);
    assert_eq!(missing.status, 2);
    assert!(missing.stdout.contains("drift/type-mismatch"));
}

#[test]
fn a_directory_stands_for_the_workspaces_in_it() {
    let ran = monorepo().run(&["check", "--format", "json", "teams"]);
    assert_eq!(files(&ran), ["teams/a/prod.yaml", "teams/b/prod.yaml"]);
    assert_eq!(ran.status, 2);
}

#[test]
fn apps_lists_all_workspaces() {
    let ran = monorepo().run(&["apps"]);
    assert_eq!(ran.status, 2);
    insta::assert_snapshot!("monorepo-apps", ran.stdout);
    let ran = monorepo().run(&["apps", "--format", "json"]);
    let list: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let second = &list["apps"][1]["environments"][0];
    assert_eq!(second["values"][0], "teams/b/dev.yaml");
    assert_eq!(second["evidence"][0]["file"], "teams/b/envlint.yaml");
}

#[test]
fn commands_for_one_workspace_name_those_to_choose_from() {
    let sandbox = monorepo();
    for command in [
        &["diff", "dev", "prod"][..],
        &["promote", "--from", "dev", "--to", "prod"],
        &["render", "--env", "prod"],
    ] {
        let ran = sandbox.run(command);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{command:?}");
        let listed = "teams/a/envlint.yaml, teams/b/envlint.yaml, teams/c/envlint.yaml";
        assert!(ran.stderr.contains(listed), "{}", ran.stderr);
    }
    let chosen = sandbox.run(&["diff", "dev", "prod", "--config", "teams/b/envlint.yaml"]);
    assert_eq!(chosen.status, 0);
    let ran = sandbox.run(&["init"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("have an envlint.yaml already"));
}

fn git(directory: &Path, arguments: &[&str]) -> Output {
    let ran = Command::new("git")
        .args(["-c", "user.name=n", "-c", "user.email=n@example.com"])
        .args(arguments)
        .current_dir(directory)
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env(
            "PATH",
            format!(
                "{}:{}",
                Path::new(env!("CARGO_BIN_EXE_envlint"))
                    .parent()
                    .expect("a directory")
                    .display(),
                std::env::var("PATH").unwrap_or_default()
            ),
        )
        .output()
        .expect("git runs");
    assert!(ran.status.code().is_some());
    ran
}

#[test]
fn reports_for_a_repository_begin_at_its_root() {
    let sandbox = monorepo();
    git(&sandbox.root(), &["init", "-q"]);
    let github = sandbox.run_in("teams/a", &["check", "--format", "github"]);
    assert!(
        github.stdout.contains("file=teams/a/prod.yaml,"),
        "{}",
        github.stdout
    );
    let gitlab = sandbox.run_in("teams/a", &["check", "--format", "gitlab"]);
    assert!(gitlab.stdout.contains("\"path\": \"teams/a/prod.yaml\""));
    let sarif = sandbox.run_in("teams/a", &["check", "--format", "sarif"]);
    assert!(sarif.stdout.contains("\"uri\": \"teams/a/prod.yaml\""));
    let json = sandbox.run_in("teams/a", &["check", "--format", "json"]);
    assert_eq!(files(&json), ["prod.yaml"]);
}

/// Commits in a repository with a hook that one of its workspaces generated: the findings of all of them stop a commit.
fn commits(sandbox: &Sandbox, turn_on: &dyn Fn(&Path)) {
    let root = sandbox.root();
    std::fs::remove_dir_all(root.join("teams/c")).expect("the directory is there");
    turn_on(&root);
    git(&root, &["add", "--all"]);
    let commit = || git(&root, &["commit", "--message", "x"]);
    let said = |ran: &Output| {
        let text = [&ran.stdout[..], &ran.stderr].concat();
        String::from_utf8_lossy(&text).into_owned()
    };
    let ran = commit();
    let said_by_hook = said(&ran);
    assert!(!ran.status.success(), "{said_by_hook}");
    for place in ["teams/a/prod.yaml:1:1", "teams/b/prod.yaml:1:4"] {
        assert!(said_by_hook.contains(place), "{said_by_hook}");
    }
    sandbox.write("teams/a/prod.yaml", "a: 1\nb: 1\n");
    sandbox.write("teams/b/prod.yaml", "a: 1\n");
    git(&root, &["add", "--all"]);
    let ran = commit();
    assert!(ran.status.success(), "{}", said(&ran));
    sandbox.write("README.md", "more\n");
    sandbox.write("teams/b/prod.yaml", "a: \"y\"\n");
    git(&root, &["add", "--all"]);
    assert!(!commit().status.success());
}

#[cfg(unix)]
#[test]
fn the_plain_hook_checks_all_workspaces() {
    let sandbox = monorepo();
    git(&sandbox.root(), &["init", "-q"]);
    for directory in ["teams/a", "teams/b"] {
        let ran = sandbox.run_in(directory, &["generate", "hooks"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
    }
    commits(&sandbox, &|root| {
        git(root, &["config", "core.hooksPath", ".githooks"]);
    });
}

/// With the real program: `pip install pre-commit`, then `cargo test -- --ignored pre_commit`.
#[cfg(unix)]
#[test]
#[ignore = "needs pre-commit on the PATH"]
fn the_hook_of_pre_commit_checks_all_workspaces() {
    let sandbox = monorepo();
    git(&sandbox.root(), &["init", "-q"]);
    let ran = sandbox.run_in("teams/a", &["generate", "hooks", "--framework"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    commits(&sandbox, &|root| {
        let installed = Command::new("pre-commit")
            .arg("install")
            .current_dir(root)
            .output()
            .expect("pre-commit runs");
        assert!(installed.status.success());
    });
}
