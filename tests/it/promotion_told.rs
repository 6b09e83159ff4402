//! What a promotion and a status say of what they do not know, and of what a person has to decide.

use crate::support::Sandbox;

const TWO: &str = "environments: {dev: {}, staging: {}}\nperEnvironment: [{path: host}]\n";

#[test]
fn without_a_history_somebody_is_told_that_hotfixes_are_not_known() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", TWO),
        ("values-dev.yaml", "a: 1\nb: 1\nadded: 1\n"),
        ("values-staging.yaml", "a: 1\nb: 1\n"),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    sandbox.write("values-staging.yaml", "a: 2\nb: 1\n");
    sandbox.commit_by("Eve", 2);
    let refused = sandbox.promote(&["--write"]);
    assert_eq!(refused.status, 1, "{}", refused.stdout);
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.write(".git/shallow", head);
    let told = sandbox.promote(&["--pr-body", "body.md"]);
    let words = "1 path of staging is replaced or removed, and nothing tells whether somebody changed it there, since this clone is shallow: fetch all commits (`git fetch --unshallow`)";
    assert!(told.stdout.contains(words), "{}", told.stdout);
    let body = sandbox.read("body.md");
    assert!(
        body.contains("It is meant that 1 path of staging"),
        "{body}"
    );
}

#[test]
fn what_stays_behind_keeps_nothing_back() {
    let config = "environments: {dev: {}, staging: {}}\nperEnvironment: [{path: 'hosts[*]'}]\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", config),
        ("values-dev.yaml", "hosts: [a.dev, b.dev]\nx: 2\ny: 2\n"),
        ("values-staging.yaml", "hosts: [a.staging]\nx: 1\ny: 1\n"),
    ]);
    assert_eq!(sandbox.promote(&["--write"]).status, 1);
    let part = sandbox.promote(&["--write", "--path", "x"]);
    assert_eq!(part.status, 0, "{}", part.stdout);
    let rest = sandbox.promote(&["--write", "--except", "hosts"]);
    assert_eq!(rest.status, 0, "{}", rest.stdout);
    assert_eq!(
        sandbox.read("values-staging.yaml"),
        "hosts: [a.staging]\nx: 2\ny: 2\n"
    );
}

#[test]
fn an_environment_without_a_file_is_not_in_step() {
    let apps = "environments: {dev: {}, staging: {}}\napps:\n  - {name: cart, values: 'apps/cart/{env}.yaml'}\n  - {name: shop, values: 'apps/shop/{env}.yaml'}\nperEnvironment: [{path: host}]\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", apps),
        ("apps/cart/dev.yaml", "a: 1\n"),
        ("apps/cart/staging.yaml", "a: 1\n"),
        ("apps/shop/dev.yaml", "a: 1\n"),
    ]);
    let said = sandbox.run(&["status"]).stdout;
    assert!(
        said.contains("shop\n  staging has no values: apps/shop/staging.yaml does not exist\n"),
        "{said}"
    );
    assert!(said.contains("2 apps: 1 without values"), "{said}");
    let json = sandbox.run(&["status", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["summary"]["inStep"], 1);
    assert_eq!(json["apps"][1]["absent"][0]["environment"], "staging");
}

#[test]
fn an_app_that_cannot_be_read_is_named_in_the_request_of_the_others() {
    let apps = "environments: {dev: {}, staging: {}}\napps: [{name: '{app}', values: 'apps/{app}/{env}.yaml'}]\nperEnvironment: [{path: host}]\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", apps),
        ("apps/cart/dev.yaml", "a: 2\n"),
        ("apps/cart/staging.yaml", "a: 1\n"),
        ("apps/shop/dev.yaml", "a: [\n"),
        ("apps/shop/staging.yaml", "a: 1\n"),
    ]);
    let ran = sandbox.promote(&["--write", "--pr-body", "body.md"]);
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    let body = sandbox.read("body.md");
    assert!(
        body.contains("### Not looked at\n\n- `apps/shop/dev.yaml`: "),
        "{body}"
    );
    assert!(body.contains("- [ ] **cart**: It is meant that"), "{body}");
    assert_eq!(sandbox.read("apps/cart/staging.yaml"), "a: 2\n");
}

#[test]
fn the_request_of_many_apps_has_room_for_them() {
    let apps = "environments: {dev: {}, staging: {}}\napps: [{name: '{app}', values: 'apps/{app}/{env}.yaml'}]\nperEnvironment: [{path: host}]\n";
    let names: Vec<String> = (0..200).map(|number| format!("apps/a{number}")).collect();
    let mut files = vec![("envlint.yaml".to_owned(), apps.to_owned())];
    for name in &names {
        let values = |value: u8| {
            (0..10).fold(String::new(), |text, key| {
                text + &format!("image_of_component_{key}: '{value}.0.0'\n")
            })
        };
        files.push((format!("{name}/dev.yaml"), values(1)));
        files.push((format!("{name}/staging.yaml"), values(2)));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    let sandbox = Sandbox::with(&files);
    let ran = sandbox.promote(&["--pr-body", "body.md"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let body = sandbox.read("body.md");
    assert!(body.len() < 60_000, "{}", body.len());
    assert!(body.contains("### a0\n"), "{body}");
    assert!(
        body.contains("- [ ] and ") && body.contains("more: `envlint promote` lists them all"),
        "{body}"
    );
}

#[test]
fn overwritten_hotfixes_are_named_for_the_reviewer() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", TWO),
        ("values-dev.yaml", "a: 1\nb: 1\n"),
        ("values-staging.yaml", "a: 1\nb: 1\n"),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    sandbox.write("values-staging.yaml", "a: 2\nb: 1\n");
    sandbox.commit_by("Eve", 2);
    let ran = sandbox.promote(&["--overwrite-hotfix", "a", "--pr-body", "body.md"]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    let body = sandbox.read("body.md");
    assert!(
        body.contains(
            "These hotfixes of staging are overwritten, and not needed any more: `a` (since "
        ),
        "{body}"
    );
}

#[test]
fn an_expectation_that_is_not_met_either_way_is_said() {
    let config = "environments: {dev: {}, staging: {}}\nperEnvironment: [{path: level, expect: {oneOf: [info, warn]}}]\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", config),
        ("values-dev.yaml", "level: info\nx: 2\n"),
        ("values-staging.yaml", "level: trace\nx: 1\n"),
    ]);
    let ran = sandbox.promote(&[]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("before the promotion and after it"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_skipped_environment_is_no_hotfix_of_the_later_one() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, staging: {}, prod: {}}\nperEnvironment: [{path: host}]\n",
        ),
        ("values-dev.yaml", "a: 1\n"),
        ("values-staging.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    sandbox.write("values-dev.yaml", "a: 2\n");
    sandbox.commit_by("Bob", 2);
    let skip = ["promote", "--from", "dev", "--to", "prod", "--write"];
    assert_eq!(sandbox.run(&skip).status, 2);
    let ran = sandbox.run(&[&skip[..], &["--allow-skip"]].concat());
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert_eq!(sandbox.read("values-prod.yaml"), "a: 2\n");
}
