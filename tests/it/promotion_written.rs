//! What a promotion writes is written as a whole or not at all: values files, the pull request's body, and the outputs.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use crate::support::Sandbox;

const ARGUMENTS: [&str; 6] = ["promote", "--from", "dev", "--to", "prod", "--write"];

/// Two apps with a pending value each.
fn two_apps() -> Sandbox {
    let sandbox = Sandbox::with(&[(
        "envlint.yaml",
        "environments: {dev: {}, prod: {}}\napps: [{name: \"{app}\", values: \"{app}/{env}.yaml\"}]\nperEnvironment: [{path: replicas}]\n",
    )]);
    for app in ["cart", "shop"] {
        sandbox.write(&format!("{app}/dev.yaml"), "level: 2\n");
        sandbox.write(&format!("{app}/prod.yaml"), "level: 1\n");
    }
    sandbox
}

fn assert_levels(sandbox: &Sandbox, level: u8) {
    for app in ["cart", "shop"] {
        let text = sandbox.read(&format!("{app}/prod.yaml"));
        assert_eq!(text, format!("level: {level}\n"), "{app}");
        let left = fs::read_dir(sandbox.root().join(app)).expect("a folder");
        assert_eq!(left.count(), 2, "{app}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn values_are_taken_back_when_a_device_does_not_take_the_results() {
    let sandbox = two_apps();
    sandbox.write("log", "before=1\n");
    for files in [
        &["--pr-body", "/dev/full"][..],
        &["--outputs", "/dev/full"],
        &["--outputs", "log", "--pr-body", "/dev/full"],
        &["--outputs", "/dev/full", "--pr-body", "body.md"],
        &["--split", "apps", "--pr-body", "/dev/full"],
    ] {
        let ran = sandbox.run(&[&ARGUMENTS[..], files].concat());
        assert_eq!(ran.status, 2, "{files:?}");
        assert!(!ran.stdout.contains("written"), "{}", ran.stdout);
        assert_eq!(
            ran.stderr,
            "error: cannot write /dev/full: No space left on device (os error 28)\n = help: no values file was changed: what was written is taken back\n\n",
        );
        assert_levels(&sandbox, 1);
        assert_eq!(sandbox.read("log"), "before=1\n");
        assert!(!sandbox.root().join("body.md").exists());
        assert!(!sandbox.root().join("apps/1").exists());
    }
    let ran = sandbox.run(
        &[
            &ARGUMENTS[..],
            &["--pr-body", "body.md", "--outputs", "log"],
        ]
        .concat(),
    );
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_levels(&sandbox, 2);
    assert!(sandbox.read("body.md").contains("level"));
    assert!(sandbox.read("log").starts_with("before=1\nchanged=true\n"));
}

#[test]
fn each_app_has_a_folder_for_a_pull_request_of_its_own() {
    let sandbox = two_apps();
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    let split = [&ARGUMENTS[..], &["--split", "apps"]].concat();
    let ran = sandbox.run(&split);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_levels(&sandbox, 2);
    for (folder, app) in [("apps/1", "cart"), ("apps/2", "shop")] {
        let read = |name: &str| sandbox.read(&format!("{folder}/{name}"));
        let title = format!("title=Promote dev to prod: {app}\n");
        assert!(read("outputs").contains(&title), "{}", read("outputs"));
        assert!(
            read("body.md").contains(&format!("### {app}")),
            "{}",
            read("body.md")
        );
        assert_eq!(read("files"), format!("{app}/prod.yaml\0"));
    }
    // Folders of another promotion would be pull requests of this one.
    sandbox.git(&["checkout", "--quiet", "--", "."]);
    let ran = sandbox.run(&split);
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("apps holds files already"),
        "{}",
        ran.stderr
    );
    assert_levels(&sandbox, 1);
}

#[test]
fn a_file_that_cannot_be_written_keeps_all_others_back() {
    let sandbox = two_apps();
    let file = sandbox.root().join("shop/prod.yaml");
    let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("a mode");
    mode(0o444);
    let ran = sandbox.run(&[&ARGUMENTS[..], &["--pr-body", "body.md"]].concat());
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    insta::assert_snapshot!("read-only", ran.stderr);
    assert_levels(&sandbox, 1);
    assert!(!sandbox.root().join("body.md").exists());
    mode(0o644);
    assert_eq!(sandbox.run(&ARGUMENTS).status, 0);
    assert_levels(&sandbox, 2);
}

/// Whether this process may write everything, whatever permissions say.
fn is_root(place: &Path) -> bool {
    let probe = place.join("probe");
    fs::create_dir(&probe).expect("a folder");
    fs::set_permissions(&probe, fs::Permissions::from_mode(0o555)).expect("a mode");
    let is_root = fs::write(probe.join("file"), "").is_ok();
    fs::remove_dir_all(probe).expect("the folder");
    is_root
}

/// A user who owns nothing but what a test gives away.
const NOBODY: u32 = 65534;

/// Runs the program as somebody whom permissions hold; none where root cannot become one.
fn run_as_nobody(sandbox: &Sandbox) -> Option<(Option<i32>, String)> {
    let program = env!("CARGO_BIN_EXE_envlint");
    let mut command = match is_root(&sandbox.root()) {
        true => {
            let mut command = Command::new("setpriv");
            let user = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")];
            command.args(user).args(["--clear-groups", program]);
            command
        }
        false => Command::new(program),
    };
    let output = command
        .args(ARGUMENTS)
        .current_dir(sandbox.root())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // Who may not even start the program shows nothing.
    let is_started = !said.starts_with("setpriv:");
    is_started.then_some((output.status.code(), said))
}

#[test]
fn who_may_not_write_a_file_or_its_folder_loses_nothing() {
    let sandbox = two_apps();
    let root = sandbox.root();
    let open = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    };
    open(&root, 0o755);
    let is_root = is_root(&root);
    // The files are theirs, and the folder of one of them is not.
    for path in [
        "cart",
        "cart/prod.yaml",
        "cart/dev.yaml",
        "shop/prod.yaml",
        "shop/dev.yaml",
    ] {
        let path = root.join(path);
        if is_root {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("another owner");
        }
    }
    open(&root.join("shop"), if is_root { 0o755 } else { 0o555 });
    let ran = run_as_nobody(&sandbox);
    open(&root.join("shop"), 0o755);
    assert_levels(&sandbox, 1);
    let Some((status, said)) = ran else { return };
    assert_eq!(status, Some(2), "{said}");
    insta::assert_snapshot!("read-only-folder", said);
    if !is_root {
        return;
    }
    // The folder is theirs, and the file is not.
    for (path, owner) in [("shop", NOBODY), ("shop/prod.yaml", 0)] {
        chown(root.join(path), Some(owner), Some(owner)).expect("another owner");
    }
    let (status, said) = run_as_nobody(&sandbox).expect("it ran before");
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("shop/prod.yaml: it is read-only"), "{said}");
    assert_levels(&sandbox, 1);
}
