//! `check --tracked`: what git tracks is found without a look at directories, and is what a walk finds; and the check of a file
//! says of it what the check of all says.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Ran, Sandbox, fixtures};

/// The workspaces of rules with findings.
fn workspaces() -> Vec<String> {
    fn below(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).expect("a folder").flatten() {
            match entry.file_name() == "bad" {
                true => found.push(entry.path()),
                false if entry.path().is_dir() => below(&entry.path(), found),
                false => {}
            }
        }
    }
    let mut found = Vec::new();
    below(&fixtures().join("rules"), &mut found);
    found.sort();
    let names = found.iter().map(|path| path.strip_prefix(fixtures()).ok());
    let names = names.map(|path| path.and_then(Path::to_str).expect("a path"));
    names.map(str::to_owned).collect()
}

/// The findings of a report about a file, or about any.
fn findings(ran: &Ran, file: Option<&str>) -> Vec<Value> {
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings").clone();
    let is_about = |finding: &Value| file.is_none_or(|file| finding["file"] == file);
    findings.into_iter().filter(is_about).collect()
}

#[test]
fn what_git_tracks_is_what_a_walk_finds() {
    let names = workspaces();
    assert!(names.len() > 100, "{names:?}");
    std::thread::scope(|scope| {
        for part in names.chunks(names.len().div_ceil(4)) {
            scope.spawn(|| part.iter().for_each(|name| is_the_same(name)));
        }
    });
}

/// All of a workspace, and the first of the files that are spoken of.
fn is_the_same(name: &str) {
    let sandbox = Sandbox::fixture(name);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    let check = |more: &[&str]| sandbox.run(&[&["check", "--format", "json"], more].concat());
    let (all, tracked) = (check(&[]), check(&["--tracked"]));
    assert_eq!(
        (&tracked.stdout, &tracked.stderr),
        (&all.stdout, &all.stderr),
        "{name}"
    );
    let all = findings(&all, None);
    // What is said of a value in an environment does not depend on what else is checked.
    let is_of_values = |finding: &&Value| {
        let is_there = finding["file"]
            .as_str()
            .map(|file| sandbox.root().join(file).is_file());
        is_there == Some(true) && finding["environment"].is_string() && finding["path"].is_string()
    };
    let first = all.iter().find(is_of_values);
    if let Some(file) = first.and_then(|first| first["file"].as_str()) {
        let (of_file, tracked) = (check(&[file]), check(&["--tracked", file]));
        assert_eq!(
            (&tracked.stdout, &tracked.stderr),
            (&of_file.stdout, &of_file.stderr),
            "{name}: {file}"
        );
        let told = findings(&of_file, Some(file));
        let expected = all.iter().filter(|finding| finding["file"] == file);
        assert!(told.iter().eq(expected), "{name}: {file}: {told:?}");
    }
}

#[test]
fn what_git_does_not_track_counts_only_where_it_is_given() {
    let sandbox = Sandbox::with(&[
        ("apps/shop/values-dev.yaml", "a: 1\n"),
        ("apps/shop/values-prod.yaml", "a: 1\n"),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    sandbox.write("apps/web/values-dev.yaml", "a: 1\n");
    sandbox.write("apps/web/values-prod.yaml", "a: NO\n");
    let apps = |arguments: &[&str]| {
        let ran = sandbox.run(&[&["check", "--format", "json"], arguments].concat());
        let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        report["summary"]["apps"].as_u64()
    };
    assert_eq!(apps(&[]), Some(2));
    assert_eq!(apps(&["--tracked"]), Some(1));
    assert_eq!(apps(&["--tracked", "apps/web/values-prod.yaml"]), Some(1));
    assert_eq!(apps(&["--changed-since", "HEAD"]), Some(1));
    assert_eq!(apps(&["--changed-since", "HEAD", "--tracked"]), Some(0));
    sandbox.git(&["add", "--all"]);
    assert_eq!(apps(&["--changed-since", "HEAD", "--tracked"]), Some(1));
    assert_eq!(apps(&["--tracked"]), Some(2));
    // Where git does not list all, directories are looked at.
    std::fs::remove_dir_all(sandbox.root().join(".git")).expect("the repository");
    assert_eq!(apps(&["--tracked"]), Some(2));
}

/// What git tracks is a file as any other, though `.gitignore` names it; what it does not track is none.
#[test]
fn an_ignored_file_that_git_tracks_is_read() {
    let secret = "token: ghp_0123456789abcdefghijklmnopqrstuvwxyzAB\n";
    let sandbox = Sandbox::with(&[
        (".gitignore", "*.local.yaml\n"),
        (".envlintignore", "samples\n"),
        ("shop.local.yaml", secret),
        ("other.local.yaml", secret),
        ("samples/a.local.yaml", secret),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.git(&["add", "--force", "shop.local.yaml", "samples"]);
    let check = |arguments: &[&str]| {
        let found = findings(&sandbox.run(arguments), None);
        let of_secrets = found.iter();
        let of_secrets = of_secrets.filter(|finding| finding["rule"] == "secrets/plaintext");
        let files: Vec<&Value> = of_secrets.map(|finding| &finding["file"]).collect();
        assert_eq!(files, ["shop.local.yaml"], "{arguments:?}");
    };
    check(&["check", "--format", "json"]);
    sandbox.git(&["add", ".envlintignore"]);
    check(&["check", "--format", "json"]);
    check(&["check", "--tracked", "--format", "json"]);
}
