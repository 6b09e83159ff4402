//! What a repository says in its configuration and its attributes starts no program: each way to start one has a canary.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::support::{Ran, Sandbox};

const APP: &str =
    "apps: [{name: cart, values: 'values-{env}.yaml'}]\nenvironments: {dev: {}, staging: {}}\n";

/// A committed workspace, and a program that leaves a canary when it is started.
struct Trap {
    sandbox: Sandbox,
}

impl Trap {
    fn new() -> Trap {
        let trap = Trap {
            sandbox: Sandbox::empty(),
        };
        trap.git(&["init", "--quiet"]);
        for environment in ["dev", "staging"] {
            trap.write(&format!("values-{environment}.yaml"), "level: 1\n");
        }
        trap.write("envlint.yaml", APP);
        let program = format!("#!/bin/sh\ntouch '{}'\n", trap.canary().display());
        fs::write(trap.program(), program).expect("a file");
        fs::set_permissions(trap.program(), fs::Permissions::from_mode(0o755)).expect("a mode");
        trap.commit();
        trap
    }

    /// With attributes that bind every values file to a filter and a diff driver called `x`.
    fn with_attributes() -> Trap {
        let trap = Trap::new();
        trap.write(".gitattributes", "*.yaml filter=x diff=x merge=x\n");
        trap.commit();
        trap
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.sandbox.root().with_file_name(name)
    }

    fn canary(&self) -> PathBuf {
        self.beside("canary")
    }

    fn program(&self) -> PathBuf {
        self.beside("program")
    }

    fn write(&self, path: &str, text: &str) {
        self.sandbox.write(path, text);
    }

    /// A git that obeys the repository. Whether it succeeds is no matter.
    fn git(&self, arguments: &[&str]) {
        Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
            .args(arguments)
            .current_dir(self.sandbox.root())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .expect("git runs");
    }

    fn set(&self, name: &str) {
        let program = self.program();
        self.set_to(name, &program.to_string_lossy());
    }

    fn set_to(&self, name: &str, value: &str) {
        self.git(&["config", name, value]);
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "a change"]);
    }

    /// That git itself springs the trap: without this, a test would show nothing.
    fn is_sprung_by(&self, arguments: &[&str]) {
        self.git(arguments);
        assert!(self.canary().exists(), "git {arguments:?} starts nothing");
        fs::remove_file(self.canary()).expect("the canary");
    }

    fn envlint(&self, arguments: &[&str]) -> Ran {
        let ran = self.sandbox.run(arguments);
        assert!(
            !self.canary().exists(),
            "{arguments:?} started a program: {ran:?}"
        );
        ran
    }

    /// That no command springs it, and that all of them still do their work.
    fn is_not_sprung(&self) {
        self.write("values-dev.yaml", "level: 2\n");
        let ran = self.envlint(&["check", "--changed-since", "HEAD", "--format", "json"]);
        assert!(ran.stdout.contains("\"apps\": 1"), "{ran:?}");
        let ran = self.envlint(&[
            "promote", "--from", "dev", "--to", "staging", "--rev", "HEAD",
        ]);
        assert_eq!(
            (ran.status, ran.stderr.contains("git")),
            (0, false),
            "{ran:?}"
        );
        let ran = self.envlint(&["status"]);
        assert!(ran.stdout.contains("level"), "{ran:?}");
        assert!(!ran.stdout.contains("unknown"), "{ran:?}");
        self.envlint(&["promote", "--from", "dev", "--to", "staging", "--write"]);
        self.envlint(&["backport", "--from", "staging", "--to", "dev"]);
        self.envlint(&["generate", "hooks", "--force"]);
        self.envlint(&["check"]);
    }
}

#[test]
fn filters() {
    for (name, trigger) in [
        ("filter.x.clean", &["diff"][..]),
        ("filter.x.process", &["diff"]),
        (
            "filter.x.smudge",
            &["checkout", "HEAD", "--", "values-dev.yaml"],
        ),
    ] {
        let trap = Trap::with_attributes();
        trap.set(name);
        trap.write("values-dev.yaml", "level: 3\n");
        trap.is_sprung_by(trigger);
        trap.is_not_sprung();
    }
}

#[test]
fn text_conversion_and_external_diffs() {
    for name in ["diff.x.textconv", "diff.x.command", "diff.external"] {
        let trap = Trap::with_attributes();
        trap.set(name);
        trap.write("values-dev.yaml", "level: 3\n");
        trap.is_sprung_by(&["diff"]);
        trap.is_not_sprung();
    }
}

#[test]
fn signatures() {
    let trap = Trap::new();
    trap.set("gpg.program");
    trap.set_to("log.showSignature", "true");
    trap.is_sprung_by(&[
        "commit",
        "--allow-empty",
        "--gpg-sign",
        "--message",
        "signed",
    ]);
    trap.is_not_sprung();
}

#[test]
fn file_system_monitor() {
    let trap = Trap::new();
    trap.set("core.fsmonitor");
    trap.is_sprung_by(&["status"]);
    trap.is_not_sprung();
}

#[test]
fn included_configuration() {
    let trap = Trap::new();
    let program = trap.program();
    let text = format!("[core]\n\tfsmonitor = {}\n", program.display());
    trap.write("included", &text);
    trap.set_to("include.path", "../included");
    trap.is_sprung_by(&["status"]);
    trap.is_not_sprung();
}

#[test]
fn hooks() {
    let trap = Trap::new();
    let hooks = trap.beside("hooks");
    fs::create_dir(&hooks).expect("a directory");
    for hook in [
        "post-index-change",
        "reference-transaction",
        "post-checkout",
    ] {
        fs::copy(trap.program(), hooks.join(hook)).expect("a copy");
    }
    trap.set_to("core.hooksPath", &hooks.to_string_lossy());
    trap.write("values-dev.yaml", "level: 3\n");
    trap.is_sprung_by(&["add", "--all"]);
    trap.is_not_sprung();
}

#[test]
fn aliases_and_pagers() {
    let trap = Trap::new();
    trap.set_to("alias.canary", &format!("!{}", trap.program().display()));
    trap.is_sprung_by(&["canary"]);
    for command in [
        "rev-parse",
        "ls-tree",
        "cat-file",
        "rev-list",
        "diff-tree",
        "merge-base",
    ] {
        trap.set_to(
            &format!("alias.{command}"),
            &format!("!{}", trap.program().display()),
        );
        trap.set(&format!("pager.{command}"));
    }
    trap.set("core.pager");
    trap.is_not_sprung();
}

#[test]
fn submodules() {
    let trap = Trap::new();
    let root = trap.sandbox.root();
    trap.git(&["init", "--quiet", "sub"]);
    trap.write("sub/values-dev.yaml", "level: 1\n");
    trap.git(&["-C", "sub", "add", "--all"]);
    trap.git(&["-C", "sub", "commit", "--quiet", "--message", "a change"]);
    trap.commit();
    assert!(root.join("sub/.git/HEAD").exists());
    let program = trap.program();
    let program = program.to_string_lossy();
    trap.git(&["-C", "sub", "config", "core.fsmonitor", &program]);
    trap.set_to("submodule.recurse", "true");
    trap.is_sprung_by(&["diff", "HEAD"]);
    trap.is_not_sprung();
}

#[test]
fn lazy_fetches() {
    let trap = Trap::new();
    trap.set_to("core.repositoryFormatVersion", "1");
    trap.set_to("extensions.partialClone", "origin");
    trap.set_to("remote.origin.promisor", "true");
    trap.set_to("remote.origin.url", &trap.sandbox.root().to_string_lossy());
    trap.set("remote.origin.uploadpack");
    // What a partial clone lacks is fetched when it is asked for.
    let lost = object(&trap).expect("a hash");
    fs::remove_file(trap.sandbox.root().join(lost)).expect("the object");
    trap.is_sprung_by(&["cat-file", "-p", "HEAD:values-dev.yaml"]);
    trap.write("values-dev.yaml", "level: 2\n");
    let ran = trap.envlint(&["check", "--changed-since", "HEAD", "--format", "json"]);
    assert!(ran.stdout.contains("\"apps\": 1"), "{ran:?}");
    let ran = trap.envlint(&[
        "promote", "--from", "dev", "--to", "staging", "--rev", "HEAD",
    ]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("a partial one"), "{}", ran.stderr);
}

/// Where git keeps the content of `values-dev.yaml`.
fn object(trap: &Trap) -> Option<String> {
    let output = Command::new("git")
        .args(["rev-parse", "HEAD:values-dev.yaml"])
        .current_dir(trap.sandbox.root())
        .output()
        .ok()?;
    let hash = String::from_utf8(output.stdout).ok()?;
    let (folder, name) = hash.trim().split_at_checked(2)?;
    Some(format!(".git/objects/{folder}/{name}"))
}

/// A folder of a clone that git takes for a bare repository, with a work tree and a filter of its own.
#[test]
fn a_planted_repository() {
    let trap = Trap::with_attributes();
    trap.git(&["init", "--quiet", "--bare", "bare"]);
    let root = trap.sandbox.root();
    fs::create_dir(root.join("planted")).expect("a folder");
    for name in ["HEAD", "objects", "refs"] {
        let from = root.join("bare").join(name);
        fs::rename(from, root.join("planted").join(name)).expect("a folder");
    }
    fs::remove_dir_all(root.join("bare")).expect("a folder");
    let program = trap.program();
    trap.write(
        "planted/config",
        &format!(
            "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = {0}\n[filter \"x\"]\n\tclean = {0}\n",
            program.display()
        ),
    );
    for environment in ["dev", "staging"] {
        trap.write(&format!("planted/values-{environment}.yaml"), "level: 1\n");
    }
    trap.write("planted/envlint.yaml", APP);
    trap.is_sprung_by(&["-C", "planted", "-c", "safe.bareRepository=all", "status"]);
    trap.commit();
    let _ = fs::remove_file(trap.canary());
    trap.write("planted/values-dev.yaml", "level: 3\n");
    let config = ["--config", "planted/envlint.yaml"];
    let ran = trap.envlint(
        &[
            &config[..],
            &["check", "--changed-since", "HEAD", "--format", "json"],
        ]
        .concat(),
    );
    assert!(ran.stdout.contains("\"apps\": 1"), "{ran:?}");
    // With nothing around it, as in an unpacked archive, it is no repository at all.
    fs::remove_dir_all(root.join(".git")).expect("a folder");
    let ran = trap.envlint(&[&config[..], &["check", "--changed-since", "HEAD"]].concat());
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("is not in a git repository"),
        "{}",
        ran.stderr
    );
}

/// What the caller's environment says of other repositories and programs, as it does in a hook of one.
#[test]
fn variables_of_the_caller() {
    let trap = Trap::new();
    trap.write("values-dev.yaml", "level: 2\n");
    let elsewhere = Trap::new();
    elsewhere.set("core.fsmonitor");
    let run = |variables: &[(&str, String)]| {
        let output = Command::new(env!("CARGO_BIN_EXE_envlint"))
            .args(["check", "--changed-since", "HEAD", "--format", "json"])
            .current_dir(trap.sandbox.root())
            .envs(variables.iter().map(|(name, value)| (*name, value)))
            .output()
            .expect("envlint runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let program = trap.program().to_string_lossy().into_owned();
    let other = elsewhere.sandbox.root().join(".git");
    let other = other.to_string_lossy().into_owned();
    let stdout = run(&[
        ("GIT_DIR", other),
        ("GIT_INDEX_FILE", "nowhere".to_owned()),
        ("GIT_OBJECT_DIRECTORY", "nowhere".to_owned()),
        ("GIT_EXTERNAL_DIFF", program.clone()),
        ("GIT_PAGER", program.clone()),
        ("GIT_CONFIG_COUNT", "1".to_owned()),
        ("GIT_CONFIG_KEY_0", "core.fsmonitor".to_owned()),
        ("GIT_CONFIG_VALUE_0", program),
        ("GIT_TRACE", trap.canary().to_string_lossy().into_owned()),
    ]);
    assert!(stdout.contains("\"apps\": 1"), "{stdout}");
    assert!(!trap.canary().exists() && !elsewhere.canary().exists());
}

#[test]
fn pipes_in_place_of_its_files() {
    for name in [
        "shallow",
        "config",
        "packed-refs",
        "objects/info/alternates",
    ] {
        let trap = Trap::new();
        trap.write("values-dev.yaml", "level: 2\n");
        let path = trap.sandbox.root().join(".git").join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
        let _ = fs::remove_file(&path);
        let made = Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("mkfifo runs").success());
        let ran = trap.envlint(&["check", "--changed-since", "HEAD"]);
        let said = format!("{name} is no regular file");
        assert!(ran.status == 2 && ran.stderr.contains(&said), "{ran:?}");
        // What needs no history goes on without it.
        let ran = trap.envlint(&["status"]);
        assert!(ran.stdout.contains("unknown"), "{ran:?}");
    }
}

#[test]
fn only_content_is_a_change() {
    let trap = Trap::new();
    let apps = |trap: &Trap| {
        let ran = trap.envlint(&["check", "--changed-since", "HEAD", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        report["summary"]["apps"].as_u64().expect("a number")
    };
    // Another time of change, and the other ends of lines of a clone on Windows.
    trap.write("values-dev.yaml", "level: 1\n");
    assert_eq!(apps(&trap), 0);
    trap.write("values-dev.yaml", "level: 1\r\n");
    assert_eq!(apps(&trap), 0);
    // A link is as its target is.
    let file = trap.sandbox.root().join("values-dev.yaml");
    fs::remove_file(&file).expect("a file");
    trap.write("shared.yaml", "level: 1\n");
    std::os::unix::fs::symlink("shared.yaml", &file).expect("a link");
    trap.commit();
    assert_eq!(apps(&trap), 0);
    trap.write("shared.yaml", "level: 2\n");
    assert_eq!(apps(&trap), 1);
    let ran = trap.envlint(&[
        "promote", "--from", "dev", "--to", "staging", "--rev", "HEAD",
    ]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains("nothing to promote"), "{}", ran.stdout);
}
