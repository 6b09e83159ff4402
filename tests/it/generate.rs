//! `envlint generate workflows|hooks`: files that a repository keeps.

use std::fs;
use std::path::Path;

use crate::support::Sandbox;

fn three_environments() -> Sandbox {
    Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, staging: {}, prod: {}}\n",
        ),
        ("values-dev.yaml", "a: 1\n"),
    ])
}

#[test]
fn this_repository_uses_the_workflows_that_it_gives_to_others() {
    let sandbox = three_environments();
    let ran = sandbox.run(&["generate", "workflows"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let path = ".github/workflows/promote.yml";
    let generated = sandbox.read(path);
    let from = generated
        .find("      - name: Install envlint")
        .expect("a step");
    let to = generated
        .find("      - name: Promote\n")
        .expect("the next step");
    // A repository of envlint itself builds what it has checked out.
    let build = "      - name: Install envlint\n        run: cargo install --locked --path .\n";
    let expected = [&generated[..from], build, &generated[to..]].concat();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let own = fs::read_to_string(own).expect("the workflow is there");
    assert_eq!(own, expected);
}

#[test]
fn envlint_is_installed_from_its_release_by_a_job_that_may_not_write() {
    let digest = "0123456789abcdef".repeat(4);
    let sandbox = three_environments();
    let ran = sandbox.run(&["generate", "workflows", "--digest", &digest]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    for name in ["envlint", "promote"] {
        let text = sandbox.read(&format!(".github/workflows/{name}.yml"));
        assert!(!text.contains("cargo install"), "{text}");
        assert!(
            text.contains("gh attestation verify \"$archive\""),
            "{text}"
        );
        assert!(text.contains(&format!("echo \"{digest}  $archive\" | sha256sum --check")));
        let document = envlint_yaml::Document::parse(text);
        let jobs = document.get(&"jobs".parse().expect("a path"));
        let jobs = jobs.and_then(|jobs| jobs.as_mapping()).expect("a map");
        for (job, node) in jobs.iter() {
            let text = document.text(node.span());
            let (installs, writes) = (text.contains("Install envlint"), text.contains(": write"));
            assert!(!(installs && writes), "{name}: {}", job.text());
        }
    }
    let ran = sandbox.run(&["generate", "workflows", "--digest", "abc"]);
    assert_eq!(ran.status, 2);
}

/// A workspace that says what previews are made of.
fn with_previews() -> Sandbox {
    let config = "environments: {staging: {}}\napps: [{name: web, chart: charts/web, values: \"{env}.yaml\"}]\n\
        preview: {from: staging, namespace: \"{app}-{pr}\"}\n";
    Sandbox::with(&[
        ("envlint.yaml", config),
        ("staging.yaml", "a: 1\n"),
        (
            "charts/web/Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 0.1.0\n",
        ),
        (".git/HEAD", "ref: refs/heads/main\n"),
        (
            ".git/config",
            "[remote \"origin\"]\n\turl = git@github.com:shop/web.git\n",
        ),
    ])
}

#[test]
fn a_workflow_deploys_previews_and_trusts_nobody() {
    for by in ["kubectl", "argocd"] {
        let sandbox = with_previews();
        let generate = || sandbox.run(&["generate", "workflows", "--preview", by]);
        let ran = generate();
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert!(
            generate()
                .stdout
                .contains("unchanged .github/workflows/preview.yml")
        );
        let text = sandbox.read(".github/workflows/preview.yml");
        for line in text.lines().map(str::trim_start) {
            let action = line.trim_start_matches("- ").strip_prefix("uses: ");
            let commit = action.and_then(|action| action.split(['@', ' ']).nth(1));
            assert!(
                action.is_none() || commit.is_some_and(|commit| commit.len() == 40),
                "{line}"
            );
        }
        let document = envlint_yaml::Document::parse(text);
        let jobs = document.get(&"jobs".parse().expect("a path"));
        let jobs = jobs.and_then(|jobs| jobs.as_mapping()).expect("a map");
        for (name, node) in jobs.iter() {
            let job = node.as_mapping().expect("a job");
            assert!(job.get("timeout-minutes").is_some(), "{}", name.text());
            let text = document.text(node.span());
            // Nothing that somebody else says is pasted into a script.
            for script in text.split("run: |").skip(1) {
                let script = script.split("      - ").next().expect("a script");
                assert!(!script.contains("${{"), "{script}");
            }
            let (installs, writes) = (text.contains("Install envlint"), text.contains(": write"));
            assert!(!(installs && writes), "{by}: {}", name.text());
        }
        assert!(sandbox.findings_of("workflow/pasted-input").is_empty());
        if by == "argocd" {
            insta::assert_snapshot!(sandbox.read("argocd/previews.yaml"));
        }
    }
}

#[test]
fn a_repository_whose_address_is_not_known_is_said() {
    for (config, is_said) in [
        (
            "[remote \"origin\"]\n\turl = git@github.com:shop/web.git\n",
            false,
        ),
        ("", true),
    ] {
        let sandbox = with_previews();
        sandbox.write(".git/config", config);
        let ran = sandbox.run(&["generate", "workflows", "--preview", "argocd"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert_eq!(ran.stderr.contains("OWNER/REPOSITORY"), is_said, "{config}");
    }
}

#[test]
fn previews_need_an_environment_that_they_are_made_of() {
    let sandbox = three_environments();
    let ran = sandbox.run(&["generate", "workflows", "--preview"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("preview: {from: staging}"),
        "{}",
        ran.stderr
    );
    let sandbox = with_previews();
    let ran = sandbox.run(&[
        "generate",
        "workflows",
        "--preview",
        "kubectl",
        "--for",
        "gitlab",
    ]);
    assert_eq!(ran.status, 2);
    assert!(!sandbox.root().join(".github").exists());
}

#[test]
fn a_second_run_changes_nothing_and_a_file_edited_by_hand_stays() {
    let sandbox = three_environments();
    let generate = |more: &[&str]| sandbox.run(&[&["generate", "hooks"], more].concat());
    assert_eq!(generate(&[]).stdout, "wrote .githooks/pre-commit\n");
    assert_eq!(generate(&[]).stdout, "unchanged .githooks/pre-commit\n");
    sandbox.write(".githooks/pre-commit", "#!/bin/sh\nmine\n");
    let ran = generate(&[]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("--force"), "{}", ran.stderr);
    assert_eq!(sandbox.read(".githooks/pre-commit"), "#!/bin/sh\nmine\n");
    assert_eq!(generate(&["--force"]).status, 0);
    assert!(
        sandbox
            .read(".githooks/pre-commit")
            .contains("envlint check")
    );
    assert_eq!(
        generate(&["--framework"]).stdout,
        "wrote .pre-commit-config.yaml\n"
    );
}

#[test]
fn what_the_templates_cannot_know_is_said_when_they_are_written() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: shop, chart: chart, values: \"{env}.yaml\"}]\nsecrets: {database: {password: {}}}\n",
        ),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("dev.yaml", "a: 1\n"),
        ("prod.yaml", "a: 1\n"),
    ]);
    let generate = || sandbox.run(&["generate", "templates", "--chart", "chart"]);
    let first = generate();
    let note = "note: the objects of dev get no environment label";
    assert!(first.stderr.contains(note), "{}", first.stderr);
    assert_eq!((generate().stderr.as_str(), first.status), ("", 0));
}

#[test]
fn a_workspace_below_the_repository_is_named_in_what_is_written() {
    let sandbox = Sandbox::with(&[
        ("deploy/envlint.yaml", "environments: {dev: {}, prod: {}}\n"),
        ("deploy/values-dev.yaml", "a: 1\n"),
    ]);
    let ran = sandbox.run(&["generate", "hooks", "--config", "deploy/envlint.yaml"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let hook = sandbox.read(".githooks/pre-commit");
    assert!(
        hook.contains("envlint check --tracked --config deploy/envlint.yaml\n"),
        "{hook}"
    );
}
