//! What is written, and where: never over or through what is another's, and all or nothing.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::Sandbox;

const CONFIG: &str = "apps: [{name: cart, chart: chart, values: 'values-{env}.yaml'}]\nenvironments: {dev: {}, staging: {}}\n";
const CHART: &str = "apiVersion: v2\nname: cart\nversion: 1.0.0\n";
const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

fn workspace() -> Sandbox {
    Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("values-dev.yaml", "level: 2\n"),
        ("values-staging.yaml", "level: 1\n"),
        ("chart/Chart.yaml", CHART),
        ("chart/templates/a.yaml", TEMPLATE),
    ])
}

/// A directory outside of the workspace, and the names in it.
fn outside(sandbox: &Sandbox) -> std::path::PathBuf {
    let path = sandbox.root().with_file_name("outside");
    fs::create_dir_all(&path).expect("a directory");
    path
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory").flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_device_and_a_pipe_are_written_into() {
    let sandbox = workspace();
    for path in ["/dev/null", "/dev/stdout"] {
        let ran = sandbox.run(&["check", "--format", "json", "--output", path]);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{path}");
        assert_eq!(ran.stdout.contains("findings"), path == "/dev/stdout");
    }
    assert!(!fs::metadata("/dev/null").expect("a device").is_file());
    // The stream may be a file, which has what was there before.
    let log = sandbox.root().join("log");
    fs::write(&log, "before\n").expect("a file");
    let file = fs::OpenOptions::new()
        .append(true)
        .open(&log)
        .expect("a file");
    let status = Command::new(env!("CARGO_BIN_EXE_envlint"))
        .args([
            "promote",
            "--from",
            "dev",
            "--to",
            "staging",
            "--pr-body",
            "/dev/stdout",
        ])
        .current_dir(sandbox.root())
        .stdout(Stdio::from(file))
        .stderr(Stdio::null())
        .status();
    assert!(status.expect("envlint runs").success());
    assert!(sandbox.read("log").starts_with("before\n"));
    assert!(
        sandbox.read("log").contains("1 change"),
        "{}",
        sandbox.read("log")
    );
}

#[test]
fn a_promotion_whose_body_cannot_be_written_writes_nothing() {
    let sandbox = workspace();
    let arguments = [
        "promote",
        "--from",
        "dev",
        "--to",
        "staging",
        "--everything",
        "--write",
        "--pr-body",
    ];
    for body in ["nowhere/body.md", "chart"] {
        let ran = sandbox.run(&[&arguments[..], &[body]].concat());
        assert_eq!(ran.status, 2, "{body}");
        assert!(
            ran.stderr.contains(&format!("cannot write {body}")),
            "{}",
            ran.stderr
        );
        assert_eq!(sandbox.read("values-staging.yaml"), "level: 1\n");
    }
    let ran = sandbox.run(&[&arguments[..], &["body.md"]].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(sandbox.read("values-staging.yaml"), "level: 2\n");
    assert!(sandbox.read("body.md").contains("level"));
}

#[test]
fn nothing_is_written_through_a_link_out_of_the_repository() {
    let sandbox = workspace();
    let outside = outside(&sandbox);
    for link in [".githooks", ".github", "rendered"] {
        symlink(&outside, sandbox.root().join(link)).expect("a link");
    }
    for arguments in [
        &["generate", "hooks"][..],
        &["generate", "workflows"],
        &["render", "--env", "dev", "--out", "rendered"],
        &["render", "--env", "dev", "--out", "rendered/deep"],
        &["template", "chart", "--output-dir", "rendered"],
        &["check", "--output", "rendered/report.txt"],
    ] {
        let ran = sandbox.run(arguments);
        assert_eq!(ran.status, 2, "{arguments:?}: {ran:?}");
        assert!(
            ran.stderr.contains("leads out of the repository"),
            "{arguments:?}: {}",
            ran.stderr
        );
        assert_eq!(names(&outside), [""; 0], "{arguments:?}");
    }
    // Who names the other place means it.
    let there = outside.to_string_lossy().into_owned();
    let ran = sandbox.run(&["template", "chart", "--output-dir", &there]);
    assert_eq!(
        (ran.status, names(&outside).len()),
        (0, 1),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_fleet_writes_through_no_link() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}}\nfleet: {template: 't/{kind}.j2', values: \"{env}/{app}.yaml\", apps: [{name: a, kind: web}, {name: b, kind: far}]}\n",
        ),
        ("t/web.j2", "a: 1\n"),
    ]);
    sandbox.git(&["init", "--quiet"]);
    let outside = outside(&sandbox);
    fs::write(outside.join("far.j2"), "a: 1\n").expect("a file");
    symlink(&outside, sandbox.root().join("dev")).expect("a link");
    symlink(outside.join("far.j2"), sandbox.root().join("t/far.j2")).expect("a link");
    let ran = sandbox.run(&["generate", "values"]);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    for words in [
        "leads out of the repository",
        "it is a link to a place outside the repository",
    ] {
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    assert_eq!(names(&outside), ["far.j2"]);
}

#[test]
fn a_planted_list_removes_and_overwrites_nothing() {
    let sandbox = workspace();
    let sum = |text: &str| {
        use sha2::Digest;
        let sum = sha2::Sha256::digest(text);
        sum.iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let mine = "level: 3\n";
    sandbox.write("out/mine.yaml", mine);
    sandbox.write("out/configmap-a.yaml", mine);
    sandbox.write("out/notes.txt", mine);
    let sum = sum(mine);
    sandbox.write(
        "out/.envlint-rendered",
        format!("{sum}  mine.yaml\n{sum}  notes.txt\n{sum}  configmap-a.yaml\n{sum}  ../values-dev.yaml\nmine.yaml\n"),
    );
    let arguments = ["render", "--env", "dev", "--out", "out"];
    let ran = sandbox.run(&arguments);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("is not as envlint wrote it"),
        "{}",
        ran.stderr
    );
    fs::remove_file(sandbox.root().join("out/configmap-a.yaml")).expect("a file");
    let ran = sandbox.run(&arguments);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(
        names(&sandbox.root().join("out")),
        [
            ".envlint-rendered",
            "configmap-a.yaml",
            "mine.yaml",
            "notes.txt"
        ]
    );
    // What it wrote itself it removes, unless somebody changed it.
    sandbox.write(
        "chart/templates/a.yaml",
        TEMPLATE.replace("name: a", "name: b"),
    );
    let ran = sandbox.run(&arguments);
    assert!(ran.stderr.contains("1 removed"), "{}", ran.stderr);
    let written = sandbox.read("out/configmap-b.yaml");
    sandbox.write("out/configmap-b.yaml", format!("{written}# mine now\n"));
    sandbox.write("chart/templates/a.yaml", TEMPLATE);
    let ran = sandbox.run(&arguments);
    assert!(
        ran.stderr.contains("0 removed") && ran.stderr.contains("so they were kept"),
        "{}",
        ran.stderr
    );
    assert!(sandbox.root().join("out/configmap-b.yaml").exists());
}

#[test]
fn lists_and_ignore_files_that_are_no_files_are_refused() {
    let sandbox = workspace();
    sandbox.write("out/x", "");
    symlink("/dev/zero", sandbox.root().join("out/.envlint-rendered")).expect("a link");
    let ran = sandbox.run(&["render", "--env", "dev", "--out", "out"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("it is not a regular file"),
        "{}",
        ran.stderr
    );

    let found = Sandbox::with(&[
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    let listed = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: '{app}', values: '{app}/values-{env}.yaml'}]\n",
        ),
        ("cart/values-dev.yaml", "a: 1\n"),
    ]);
    symlink("/dev/zero", listed.root().join("cart/.gitignore")).expect("a link");
    let ran = listed.run(&["check"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(
        ran.stderr.contains("outside the repository"),
        "{}",
        ran.stderr
    );

    assert_eq!(found.run(&["check"]).status, 0);
    for name in [".gitignore", ".envlintignore"] {
        let path = found.root().join(name);
        for target in ["/dev/zero", "/etc/passwd"] {
            symlink(target, &path).expect("a link");
            let ran = found.run(&["check"]);
            assert_eq!(ran.status, 2, "{name}");
            assert!(
                ran.stderr.contains(name) && ran.stderr.contains("outside the repository"),
                "{}",
                ran.stderr
            );
            fs::remove_file(&path).expect("a link");
        }
        let pipe = Command::new("mkfifo").arg(&path).status();
        assert!(pipe.expect("mkfifo runs").success());
        let ran = found.run(&["check"]);
        assert!(
            ran.stderr.contains("it is not a regular file"),
            "{}",
            ran.stderr
        );
        fs::remove_file(&path).expect("a pipe");
        fs::File::create(&path)
            .expect("a file")
            .set_len(2 << 30)
            .expect("a sparse file");
        let ran = found.run(&["check"]);
        assert!(ran.stderr.contains("2147483648 bytes"), "{}", ran.stderr);
        fs::remove_file(&path).expect("a file");
    }
}

#[test]
fn a_hook_is_not_added_to_what_a_link_leads_to() {
    let sandbox = workspace();
    let outside = outside(&sandbox);
    fs::write(outside.join("secret"), "of another place\n").expect("a file");
    let hook = "metadata: {name: x, annotations: {helm.sh/hook: pre-install}}\n";
    sandbox.write("chart/templates/hook.yaml", hook);
    fs::create_dir_all(sandbox.root().join("out/cart/templates")).expect("a directory");
    let link = sandbox.root().join("out/cart/templates/hook.yaml");
    symlink(outside.join("secret"), &link).expect("a link");
    let ran = sandbox.run(&[
        "template",
        "x",
        "chart",
        "--output-dir",
        "out",
        "--set",
        "level=1",
    ]);
    assert_eq!(ran.status, 2, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr.contains("a symbolic link is at"),
        "{}",
        ran.stderr
    );
    assert!(link.is_symlink());
}

/// Whoever puts one in would turn off what is checked of the chart.
#[test]
fn a_chart_with_a_pipe_or_a_link_to_nowhere_is_said_loudly_and_by_its_place() {
    let sandbox = workspace();
    let says = |file: &str, message: &str| {
        let ran = sandbox.run(&["check"]);
        assert!(ran.stdout.contains(message), "{}", ran.stdout);
        let root = sandbox.root().display().to_string();
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!all.contains(&root), "{all}");
        fs::remove_file(sandbox.root().join("chart").join(file)).expect("it was there");
    };
    fs::create_dir_all(sandbox.root().join("chart/charts")).expect("a directory");
    for file in ["charts/x", "templates/x.yaml", "x"] {
        let path = sandbox.root().join("chart").join(file);
        let pipe = Command::new("mkfifo").arg(&path).status();
        assert!(pipe.expect("mkfifo runs").success());
        says(
            file,
            &format!(
                "error[chart/does-not-render]: the chart `chart` cannot be loaded: cannot load irregular file chart/{file} "
            ),
        );
        for (target, reason) in [
            ("nowhere", format!("error evaluating symlink chart/{file}")),
            (
                "/dev/null",
                format!("symbolic link \"{file}\" leads outside"),
            ),
        ] {
            symlink(target, &path).expect("a link");
            says(
                file,
                &format!(
                    "warning[chart/does-not-render]: the chart `chart` cannot be loaded: {reason}"
                ),
            );
        }
    }
}

#[test]
fn links_are_followed_inside_of_the_repository_only() {
    let sandbox = workspace();
    let outside = outside(&sandbox);
    fs::write(outside.join("values.yaml"), "level: 1\n").expect("a file");
    let root = sandbox.root();
    let top = root.parent().expect("a directory above").to_owned();
    let relink = |target: &str, link: &str| {
        let link = root.join(link);
        let _ = fs::remove_file(&link);
        let _ = fs::remove_dir_all(&link);
        symlink(target, link).expect("a link");
    };
    relink("../outside/values.yaml", "values-staging.yaml");
    let ran = sandbox.run(&["check"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout
            .contains("a link to a place outside the repository"),
        "{}",
        ran.stdout
    );
    fs::create_dir_all(outside.join("templates")).expect("a directory");
    fs::write(outside.join("Chart.yaml"), CHART).expect("a file");
    fs::write(outside.join("templates/a.yaml"), TEMPLATE).expect("a file");
    relink("../outside", "chart");
    let ran = sandbox.run(&["render", "--env", "dev"]);
    assert!(
        ran.status != 0 && !ran.stdout.contains("ConfigMap"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("is a link out of"), "{}", ran.stderr);
    // With a repository around both, the same links are inside.
    fs::create_dir(top.join(".git")).expect("a directory");
    fs::write(top.join(".git/HEAD"), "ref: refs/heads/main\n").expect("a file");
    let ran = sandbox.run(&["render", "--env", "dev"]);
    assert!(ran.stdout.contains("ConfigMap"), "{ran:?}");
    assert!(
        !sandbox
            .run(&["check"])
            .stdout
            .contains("outside the repository")
    );
}

#[test]
fn the_next_run_removes_what_a_killed_one_left() {
    let sandbox = workspace();
    let left = sandbox.root().join(".envlint-abcdefghijkl.tmp");
    let file = fs::File::create(&left).expect("a file");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    file.set_modified(old).expect("a time");
    drop(file);
    let ran = sandbox.run(&[
        "promote",
        "--from",
        "dev",
        "--to",
        "staging",
        "--everything",
        "--write",
    ]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(!left.exists());
}
