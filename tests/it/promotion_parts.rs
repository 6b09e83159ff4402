//! `envlint promote --path` and `--except`: a part of the shared paths travels, the rest stays and is listed.

use std::fs;

use insta::assert_snapshot;

use crate::support::{Ran, Sandbox};

const STAGING: &str = "environments/staging/values.yaml";

fn staging(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.root().join(STAGING)).expect("the file is there")
}

fn promote(sandbox: &Sandbox, more: &[&str]) -> Ran {
    sandbox.run(&[&["promote", "--from", "dev", "--to", "staging"], more].concat())
}

#[test]
fn a_part_travels_and_the_rest_is_listed() {
    let sandbox = Sandbox::fixture("promotion/pending");
    let part = [
        "--path", "image", "--path", "database", "--except", "**.pool",
    ];
    for format in ["text", "json", "markdown"] {
        let ran = promote(&sandbox, &[&part[..], &["--format", format]].concat());
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        assert_snapshot!(format!("part-{format}"), ran.stdout);
    }
    let ran = promote(&sandbox, &[&part[..], &["--write"]].concat());
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_snapshot!("part-written", staging(&sandbox));
    let again = promote(&sandbox, &part);
    assert_snapshot!(again.stdout, @"dev -> staging: 1 app, nothing to promote");
}

#[test]
fn all_parts_together_are_the_whole() {
    let whole = Sandbox::fixture("promotion/pending");
    assert_eq!(promote(&whole, &["--write"]).status, 0);
    let parts = Sandbox::fixture("promotion/pending");
    for part in [
        &["--path", "image"][..],
        &["--except", "env"],
        &["--path", "env[name=FEATURES].value"],
        &[],
    ] {
        let ran = promote(&parts, &[part, &["--write"]].concat());
        assert_eq!(ran.status, 0, "{part:?}: {}{}", ran.stdout, ran.stderr);
    }
    assert_eq!(staging(&parts), staging(&whole));
}

#[test]
fn a_value_in_a_new_item_brings_the_name_of_the_item() {
    let sandbox = Sandbox::with(&[
        (
            "values-dev.yaml",
            "env:\n  - {name: A, value: 1}\n  - name: B\n    value: 2\n    note: new\n",
        ),
        ("values-staging.yaml", "env:\n  - {name: A, value: 1}\n"),
    ]);
    let ran = promote(&sandbox, &["--path", "env[name=B].value", "--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let text =
        fs::read_to_string(sandbox.root().join("values-staging.yaml")).expect("the file is there");
    assert_eq!(
        text,
        "env:\n  - {name: A, value: 1}\n  - name: B\n    value: 2\n"
    );
}

#[test]
fn an_item_without_a_name_travels_by_its_place_while_there_are_equally_many() {
    let staging = "hosts:\n  - {host: a, port: 1}\n  - {host: b, port: 1}\n";
    let sandbox = Sandbox::with(&[
        (
            "values-dev.yaml",
            "hosts:\n  - {host: a, port: 2}\n  - {host: b, port: 2}\n",
        ),
        ("values-staging.yaml", staging),
    ]);
    let arguments = ["--path", "hosts[1].port", "--write"];
    let ran = promote(&sandbox, &arguments);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let read = || {
        fs::read_to_string(sandbox.root().join("values-staging.yaml")).expect("the file is there")
    };
    assert_eq!(
        read(),
        staging.replace("host: b, port: 1", "host: b, port: 2")
    );
    sandbox.write(
        "values-dev.yaml",
        "hosts:\n  - {host: b, port: 3}\n  - {host: c, port: 3}\n  - {host: d, port: 3}\n",
    );
    let before = read();
    for option in ["--path", "--except"] {
        let ran = promote(&sandbox, &[option, "hosts[0].port", "--write"]);
        assert_eq!((ran.status, read()), (1, before.clone()));
        assert!(
            ran.stdout.contains(&format!(
                "refused[edit]: {option} `hosts[0].port` names a part of `hosts`, which can only be promoted as a whole"
            )),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn what_is_nowhere_was_not_meant() {
    let sandbox = Sandbox::fixture("promotion/pending");
    let before = staging(&sandbox);
    for (arguments, expected) in [
        (
            ["--path", "image.tga"],
            "error: --path `image.tga` matches no path of any app\n |\n = help: did you mean `image.tag`?\n",
        ),
        (
            ["--except", "nothing.**"],
            "error: --except `nothing.**` matches no path of any app\n |\n = help: `envlint diff` lists the paths that are pending\n",
        ),
        (
            ["--path", "a[b"],
            "error: --path: `a[b` is not a pattern of paths",
        ),
    ] {
        let ran = promote(&sandbox, &[&arguments[..], &["--write"]].concat());
        assert_eq!((ran.status, staging(&sandbox)), (2, before.clone()));
        assert!(ran.stderr.starts_with(expected), "{}", ran.stderr);
    }
}
