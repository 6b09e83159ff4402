//! What a reviewer is told of a promotion: the commit that the values come from, what causes what in the cluster, and who else has
//! the file.

use crate::support::Sandbox;

const CONFIG: &str = "environments: {dev: {}, staging: {}}\nperEnvironment: [{path: own}]\n";

fn repository(files: &[(&str, &str)]) -> (Sandbox, String) {
    let sandbox = Sandbox::with(&[("envlint.yaml", CONFIG)]);
    sandbox.git(&["init", "--quiet"]);
    for (path, text) in files {
        sandbox.write(path, text);
    }
    let commit = sandbox.commit();
    (sandbox, commit)
}

#[test]
fn the_last_commit_is_named_and_what_is_in_none() {
    let (sandbox, commit) = repository(&[
        ("values-dev.yaml", "a: 2\n"),
        ("values-staging.yaml", "a: 1\n"),
    ]);
    let ran = sandbox.promote(&["--format", "markdown"]);
    let expected = format!("The values of dev are those of commit `{commit}`.\n");
    assert!(ran.stdout.contains(&expected), "{}", ran.stdout);
    sandbox.write("values-dev.yaml", "a: 3\n");
    let ran = sandbox.promote(&["--format", "markdown"]);
    let expected = format!(
        "The values of dev are those of commit `{commit}` and of changes that are in no commit: `values-dev.yaml`.\n"
    );
    assert!(ran.stdout.contains(&expected), "{}", ran.stdout);
    let ran = sandbox.promote(&["--write"]);
    let expected = "warning: values-dev.yaml has changes that are in no commit, so nobody can look up what was promoted\n";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    // Without a repository there is nothing to say.
    let plain = Sandbox::with(&[
        ("values-dev.yaml", "a: 2\n"),
        ("values-staging.yaml", "a: 1\n"),
    ]);
    let ran = plain.promote(&["--format", "markdown"]);
    assert!(!ran.stdout.contains("commit"), "{}", ran.stdout);
}

#[test]
fn a_file_that_was_renamed_since_is_read_by_the_path_that_it_had() {
    let (sandbox, tested) = repository(&[
        ("old/values-dev.yaml", "a: 2\nb: 1\nc: 1\n"),
        ("values-staging.yaml", "a: 1\nb: 1\nc: 1\n"),
    ]);
    sandbox.git(&["mv", "old/values-dev.yaml", "values-dev.yaml"]);
    sandbox.commit();
    sandbox.write("values-dev.yaml", "a: 3\nb: 1\nc: 1\n");
    sandbox.commit();
    let ran = sandbox.promote(&["--rev", &tested, "--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("old/values-dev.yaml@"),
        "{}",
        ran.stdout
    );
    assert_eq!(sandbox.read("values-staging.yaml"), "a: 2\nb: 1\nc: 1\n");
}

#[test]
fn a_file_in_a_repository_of_its_own_is_said_to_be_there() {
    let (sandbox, _) = repository(&[]);
    sandbox.write("deploy/values-dev.yaml", "a: 2\n");
    sandbox.write("deploy/values-staging.yaml", "a: 1\n");
    sandbox.write("deploy/.git", "gitdir: ../elsewhere\n");
    let ran = sandbox.promote(&["--write"]);
    let expected = "refused[uncommitted]: deploy/values-staging.yaml is in a repository of its own (a submodule), \
                    so nothing here tells whether it has changes that are not committed\n";
    assert!(
        ran.status == 1 && ran.stdout.contains(expected),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let ran = sandbox.promote(&["--rev", "HEAD"]);
    let expected = "deploy/values-dev.yaml is in a repository of its own (a submodule): promote in that repository";
    assert!(
        ran.stderr.contains(expected),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_link_is_refused_as_one() {
    let (sandbox, _) = repository(&[("values-dev.yaml", "a: 2\n"), ("real.yaml", "a: 1\n")]);
    let link = sandbox.root().join("values-staging.yaml");
    std::os::unix::fs::symlink("real.yaml", link).expect("a link");
    sandbox.commit();
    let ran = sandbox.promote(&["--write"]);
    let expected = "refused[uncommitted]: values-staging.yaml is a link, and envlint writes no file through one\n";
    assert!(
        ran.status == 1 && ran.stdout.contains(expected),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}

#[test]
fn a_file_of_another_app_is_promoted_as_both_agree() {
    let config = "environments: {dev: {}, staging: {}}\napps:\n  - {name: a, values: '{env}.yaml'}\n  - name: b\n    values: '{env}.yaml'\n";
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            &format!("{config}perEnvironment: [{{path: own}}]\n"),
        ),
        ("dev.yaml", "x: 2\n"),
        ("staging.yaml", "x: 1\n"),
    ]);
    let ran = sandbox.promote(&["--app", "a"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let expected =
        "warning: staging.yaml is also the values file of `b`, so the same changes there\n";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("1 app, 1 change planned in 1 app"),
        "{}",
        ran.stdout
    );

    let own =
        format!("{config}    perEnvironment: [{{path: x}}]\nperEnvironment: [{{path: own}}]\n");
    sandbox.write("envlint.yaml", own);
    let ran = sandbox.promote(&["--app", "a", "--write"]);
    assert_eq!(
        (ran.status, sandbox.read("staging.yaml").as_str()),
        (1, "x: 1\n")
    );
    assert!(
        ran.stdout.contains("refused[shared-file]"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_part_of_a_new_item_is_no_cause_of_what_others_have() {
    let chart = "env:\n  - {name: TIMEOUT, value: {{ .Values.timeout | quote }}}\n\
                 {{- range .Values.env }}\n  - {name: {{ .name }}, value: {{ .value | quote }}}\n{{- end }}\n";
    let object = format!(
        "apiVersion: example.com/v1\nkind: Job\nmetadata: {{name: job}}\nspec:\n  {}",
        chart.replace('\n', "\n  ")
    );
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, staging: {}}\napps: [{name: shop, chart: chart, values: 'values-{env}.yaml'}]\nperEnvironment: [{path: own}]\n",
        ),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("chart/templates/job.yaml", &object),
        (
            "values-dev.yaml",
            "timeout: 60s\nenv:\n  - {name: A, value: b}\n",
        ),
        ("values-staging.yaml", "timeout: 30s\n"),
    ]);
    let ran = sandbox.promote(&["--format", "markdown"]);
    let expected = "`spec.env[name=TIMEOUT].value` | `\"30s\"` | `\"60s\"` | `timeout` |";
    assert!(
        ran.stdout.contains(expected),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let expected = "| `env[name=A].name`, `env[name=A].value` |";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
}

#[test]
fn a_description_is_not_written_over_values() {
    let (sandbox, _) = repository(&[
        ("values-dev.yaml", "a: 2\n"),
        ("values-staging.yaml", "a: 1\n"),
    ]);
    for (option, file) in [
        ("--pr-body", "values-staging.yaml"),
        ("--outputs", "envlint.yaml"),
    ] {
        let path = sandbox.root().join(file);
        let path = path.to_str().expect("a name");
        let ran = sandbox.promote(&["--write", option, path]);
        let expected = format!("error: {option} names {file}, which the workspace is made of\n");
        assert!(
            ran.status == 2 && ran.stderr.contains(&expected),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
        assert_eq!(sandbox.read("values-staging.yaml"), "a: 1\n");
    }
}

#[test]
fn an_environment_goes_by_its_alias() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, staging: {aliases: [stg]}}\nperEnvironment: [{path: own}]\n",
        ),
        ("values-dev.yaml", "a: 2\n"),
        ("values-staging.yaml", "a: 1\n"),
    ]);
    let ran = sandbox.run(&["promote", "--from", "dev", "--to", "stg"]);
    assert!(
        ran.stdout
            .contains("dev -> staging: 1 app, 1 change planned"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}
