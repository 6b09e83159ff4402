//! The generated workflows, run: their scripts with what a person may have typed, in a repository with a remote.

use std::fs;

use insta::assert_snapshot;

use crate::machine::{Inputs, Machine, head};
use crate::support::Sandbox;

/// The workflow that promotes.
const PROMOTE: &str = ".github/workflows/promote.yml";

/// An app whose name would run something, were it ever pasted into a script.
const APP: &str = "shop $(touch pwned)";

/// A machine that promotes, with the workflows of a system.
fn promoting(system: &[&str]) -> Machine {
    let app = format!("apps: [{{name: '{APP}', values: '{{env}}.yaml'}}]\n");
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            &format!(
                "environments: {{dev: {{}}, staging: {{}}, prod: {{}}}}\n{app}perEnvironment: [{{path: replicas}}]\n"
            ),
        ),
        ("dev.yaml", "image: {tag: 2.0.0}\nlevel: 2\nreplicas: 1\n"),
        (
            "staging.yaml",
            "image: {tag: 1.0.0}\nlevel: 1\nreplicas: 2\n",
        ),
        ("prod.yaml", "image: {tag: 1.0.0}\nlevel: 1\nreplicas: 3\n"),
    ]);
    let ran = sandbox.run(&[&["generate", "workflows"], system].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    Machine::of(sandbox)
}

#[test]
fn github_opens_the_pull_request_of_the_paths_that_a_person_chose() {
    let machine = promoting(&[]);
    let commit = head(&machine.sandbox);
    let inputs: Inputs<'_> = &[
        ("to", "staging"),
        ("commit_sha", &commit),
        ("paths", " image  level "),
        ("except", "level"),
    ];
    machine.github(PROMOTE, "plan", inputs).expect("a plan");
    assert!(machine.read("summary").contains("image.tag"));
    machine.sandbox.git(&["checkout", "--quiet", "--", "."]);
    machine
        .github(PROMOTE, "open", inputs)
        .expect("a pull request");
    assert_snapshot!("github-pushed", machine.pushed());
    assert_snapshot!("github-calls", machine.calls());
    assert!(!machine.sandbox.root().join("pwned").exists());
}

#[test]
fn gitlab_opens_the_merge_request_of_the_paths_that_a_person_chose() {
    let machine = promoting(&["--for", "gitlab"]);
    let commit = head(&machine.sandbox);
    let inputs: Inputs<'_> = &[
        ("PROMOTE_TO", "staging"),
        ("PROMOTE_COMMIT", &commit),
        ("PROMOTE_PATHS", "image level"),
        ("PROMOTE_EXCEPT", "level"),
    ];
    machine.gitlab("envlint:plan", inputs).expect("a plan");
    machine.sandbox.git(&["checkout", "--quiet", "--", "."]);
    machine.gitlab(".envlint-open", inputs).expect("a request");
    assert_snapshot!("gitlab-pushed", machine.pushed());
    assert_snapshot!("gitlab-calls", machine.calls());
    assert!(!machine.sandbox.root().join("pwned").exists());
}

/// A second app, below the first one's files.
fn with_cart(system: &[&str]) -> Machine {
    let machine = promoting(&[&["--each-app"], system].concat());
    let config = machine.sandbox.read("envlint.yaml");
    let apps = config.replace(
        "apps: [",
        "apps: [{name: cart, values: 'cart/{env}.yaml'}, ",
    );
    machine.sandbox.write("envlint.yaml", apps);
    for (environment, level) in [("dev", 2), ("staging", 1), ("prod", 1)] {
        let text = format!("level: {level}\nreplicas: 1\n");
        machine
            .sandbox
            .write(&format!("cart/{environment}.yaml"), text);
    }
    machine.sandbox.commit();
    machine.sandbox.git(&["push", "--quiet", "origin", "main"]);
    machine
}

#[test]
fn github_opens_one_pull_request_for_each_app() {
    let machine = with_cart(&[]);
    let commit = head(&machine.sandbox);
    let inputs: Inputs<'_> = &[("to", "staging"), ("commit_sha", &commit)];
    machine.github(PROMOTE, "plan", inputs).expect("a plan");
    machine.sandbox.git(&["checkout", "--quiet", "--", "."]);
    machine
        .github(PROMOTE, "open", inputs)
        .expect("pull requests");
    assert_snapshot!("github-each-pushed", machine.pushed());
    assert_snapshot!("github-each-calls", machine.calls());
    assert!(!machine.sandbox.root().join("pwned").exists());
}

#[test]
fn gitlab_opens_one_merge_request_for_each_app() {
    let machine = with_cart(&["--for", "gitlab"]);
    let commit = head(&machine.sandbox);
    let inputs: Inputs<'_> = &[("PROMOTE_TO", "staging"), ("PROMOTE_COMMIT", &commit)];
    machine.gitlab("envlint:plan", inputs).expect("a plan");
    machine.sandbox.git(&["checkout", "--quiet", "--", "."]);
    machine.gitlab(".envlint-open", inputs).expect("requests");
    assert_snapshot!("gitlab-each-pushed", machine.pushed());
    assert_snapshot!("gitlab-each-calls", machine.calls());
    assert!(!machine.sandbox.root().join("pwned").exists());
}

#[test]
fn nothing_that_a_person_types_runs_or_becomes_an_option() {
    let github = promoting(&[]);
    let gitlab = promoting(&["--for", "gitlab"]);
    let hostile = [
        "$(touch pwned)",
        "`touch pwned`",
        "'; touch pwned; '",
        "\"; touch pwned; \"",
        "--help",
        "a\n--help\n; touch pwned",
    ];
    for text in hostile {
        for input in [
            "to",
            "commit_sha",
            "apps",
            "paths",
            "except",
            "overwrite_hotfix",
        ] {
            for (machine, is_github) in [(&github, true), (&gitlab, false)] {
                let commit = head(&machine.sandbox);
                let mut inputs = vec![("to", "staging"), ("commit_sha", &commit)];
                inputs.retain(|(name, _)| *name != input);
                inputs.push((input, text));
                let names = inputs.iter().map(|(name, _)| match *name {
                    "commit_sha" => "PROMOTE_COMMIT".to_owned(),
                    name => format!("PROMOTE_{}", name.to_uppercase()),
                });
                let names: Vec<String> = names.collect();
                let variables: Vec<(&str, &str)> = names
                    .iter()
                    .zip(&inputs)
                    .map(|(name, (_, value))| (&**name, *value))
                    .collect();
                let ran = match is_github {
                    true => machine.github(PROMOTE, "plan", &inputs),
                    false => machine.gitlab("envlint:plan", &variables),
                };
                // A pattern of hotfixes that covers none is no mistake.
                let said = match input {
                    "overwrite_hotfix" => ran.err().unwrap_or_default(),
                    _ => ran.expect_err(input),
                };
                assert!(!said.contains("Usage:"), "{input}: {said}");
                assert!(!machine.sandbox.root().join("pwned").exists(), "{input}");
                machine.sandbox.git(&["checkout", "--quiet", "--", "."]);
                let _ = fs::remove_dir_all(machine.path("promotion"));
                let _ = fs::remove_dir_all(machine.sandbox.root().join(".promotion"));
            }
        }
    }
}

#[test]
fn a_reason_is_one_line_that_starts_nothing() {
    let machine = promoting(&["--for", "gitlab"]);
    let config = machine.sandbox.read("envlint.yaml");
    let freeze =
        "promotion: {freeze: [{environments: [staging], from: 2000-01-01, to: 2100-01-01}]}\n";
    machine.sandbox.write("envlint.yaml", config + freeze);
    let commit = machine.sandbox.commit();
    let inputs: Inputs<'_> = &[
        ("PROMOTE_TO", "staging"),
        ("PROMOTE_COMMIT", &commit),
        (
            "PROMOTE_DURING_FREEZE",
            "the shop is down\n/merge\n@everyone `$(touch pwned)`",
        ),
    ];
    machine.gitlab("envlint:plan", inputs).expect("a plan");
    let body = machine.sandbox.read(".promotion/body.md");
    assert!(!body.lines().any(|line| line.starts_with('/')), "{body}");
    assert!(!body.contains("@everyone"), "{body}");
}

#[test]
fn only_production_waits_for_a_person() {
    let machine = promoting(&[]);
    let text = machine.sandbox.read(PROMOTE);
    let gate = "environment: ${{ inputs.to == 'prod' && 'production' || inputs.to }}\n";
    assert!(text.contains(gate), "{text}");
    let machine = promoting(&["--for", "gitlab"]);
    let text = machine.sandbox.read(".gitlab/envlint.yml");
    let (_, jobs) = text.split_once("\nenvlint:open:\n").expect("a job");
    assert_snapshot!("gitlab-open", jobs);
}

#[test]
fn refused_apps_are_said_after_the_others_have_gone_on() {
    let machine = promoting(&["--for", "gitlab"]);
    machine.sandbox.write(
        "envlint.yaml",
        machine.sandbox.read("envlint.yaml")
            + "promotion: {stop: [{path: level, when: changed}]}\n",
    );
    let commit = machine.sandbox.commit();
    let inputs: Inputs<'_> = &[("PROMOTE_TO", "staging"), ("PROMOTE_COMMIT", &commit)];
    let said = machine
        .gitlab("envlint:plan", inputs)
        .expect_err("a refusal");
    assert!(said.starts_with("Some(75)"), "{said}");
    assert!(said.contains("promotion.stop"), "{said}");
    machine
        .gitlab(".envlint-open", inputs)
        .expect("nothing to do");
    assert_eq!(
        (machine.pushed(), machine.calls()),
        (String::new(), String::new())
    );
}
