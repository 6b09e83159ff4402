//! `envlint promote --path` and `--except`: a part of the shared paths travels, the rest stays and is listed.

use insta::assert_snapshot;

use crate::support::Sandbox;

const STAGING: &str = "environments/staging/values.yaml";

#[test]
fn a_part_travels_and_the_rest_is_listed() {
    let sandbox = Sandbox::fixture("promotion/pending");
    let part = [
        "--path", "image", "--path", "database", "--except", "**.pool",
    ];
    for format in ["text", "json", "markdown"] {
        let ran = sandbox.promote(&[&part[..], &["--format", format]].concat());
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        assert_snapshot!(format!("part-{format}"), ran.stdout);
    }
    let ran = sandbox.promote(&[&part[..], &["--write"]].concat());
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_snapshot!("part-written", sandbox.read(STAGING));
    let again = sandbox.promote(&part);
    assert_snapshot!(again.stdout, @r"
    shop: environments/dev/values.yaml -> environments/staging/values.yaml
      3 per-environment paths keep the values of staging
      8 paths were not asked for: database.pool.size, database.pool.idle, hosts, env[name=FEATURES].name, env[name=FEATURES].value, search.enabled, banner, legacy.export
      note: search.host is per-environment and missing in staging: add a value there if it needs one

    dev -> staging: 1 app, nothing to promote
    ");
}

#[test]
fn all_parts_together_are_the_whole() {
    let whole = Sandbox::fixture("promotion/pending");
    assert_eq!(whole.promote(&["--write"]).status, 0);
    let parts = Sandbox::fixture("promotion/pending");
    for part in [
        &["--path", "image"][..],
        &["--except", "env"],
        &["--path", "env[name=FEATURES].value"],
        &[],
    ] {
        let ran = parts.promote(&[part, &["--write"]].concat());
        assert_eq!(ran.status, 0, "{part:?}: {}{}", ran.stdout, ran.stderr);
    }
    assert_eq!(parts.read(STAGING), whole.read(STAGING));
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
    let ran = sandbox.promote(&["--path", "env[name=B].value", "--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let text = sandbox.read("values-staging.yaml");
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
    let ran = sandbox.promote(&arguments);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let read = || sandbox.read("values-staging.yaml");
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
        let ran = sandbox.promote(&[option, "hosts[0].port", "--write"]);
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
    let before = sandbox.read(STAGING);
    for (arguments, expected) in [
        (
            ["--path", "image.tga"],
            "error: --path `image.tga` matches no path of any app\n = help: did you mean `image.tag`?\n",
        ),
        (
            ["--except", "nothing.**"],
            "error: --except `nothing.**` matches no path of any app\n = help: `envlint diff` lists the paths that are pending\n",
        ),
        (
            ["--path", "a[b"],
            "error: --path: `a[b` is not a pattern of paths",
        ),
    ] {
        let ran = sandbox.promote(&[&arguments[..], &["--write"]].concat());
        assert_eq!((ran.status, sandbox.read(STAGING)), (2, before.clone()));
        assert!(ran.stderr.starts_with(expected), "{}", ran.stderr);
    }
}
