//! The generated workflows, run: their scripts with what a person may have typed, in a repository with a remote.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Output};

use envlint_yaml::{Document, Node};
use insta::assert_snapshot;
use tempfile::TempDir;

use crate::support::{NO_FILE, Sandbox};

/// Says what it was called with, and answers as the program does.
const GH: &str = r#"#!/bin/sh
printf '[%s] ' gh "$@" >> "$CALLS"
echo >> "$CALLS"
[ "$1 $2" != "pr create" ] || echo https://github.com/shop/shop/pull/7
"#;

/// Says what it was called with, and what is on its standard input.
const CURL: &str = r#"#!/bin/sh
printf '[%s] ' curl "$@" >> "$CALLS"
printf '\nstdin: ' >> "$CALLS"
cat >> "$CALLS"
"#;

/// An app whose name would run something, were it ever pasted into a script.
const APP: &str = "shop $(touch pwned)";

/// A repository with a remote, and a machine that runs its workflows.
struct Machine {
    sandbox: Sandbox,
    temporary: TempDir,
}

/// What a person types into the form of a promotion.
type Inputs<'a> = &'a [(&'a str, &'a str)];

impl Machine {
    fn new(system: &[&str]) -> Machine {
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
        sandbox.git(&["init", "--quiet"]);
        sandbox.commit();
        let temporary = tempfile::tempdir().expect("a directory");
        let machine = Machine { sandbox, temporary };
        let origin = machine.path("origin.git").display().to_string();
        machine.sandbox.git(&["init", "--quiet", "--bare", &origin]);
        machine.sandbox.git(&["remote", "add", "origin", &origin]);
        machine.sandbox.git(&["push", "--quiet", "origin", "main"]);
        fs::create_dir(machine.path("bin")).expect("a directory");
        symlink(env!("CARGO_BIN_EXE_envlint"), machine.path("bin/envlint")).expect("a link");
        for (name, text) in [("gh", GH), ("curl", CURL)] {
            let path = machine.path("bin").join(name);
            fs::write(&path, text).expect("a file");
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
        }
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.temporary.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Runs a script in the repository, as a runner does.
    fn bash(&self, script: &str, variables: &BTreeMap<String, String>) -> Output {
        let file = self.path("script.sh");
        fs::write(&file, script).expect("a file");
        let path = std::env::var("PATH").expect("a path");
        let path = format!("{}:{path}", self.path("bin").display());
        Command::new("bash")
            .args(["-e", "-o", "pipefail"])
            .arg(file)
            .current_dir(self.sandbox.root())
            .env("PATH", path)
            .env("GIT_CONFIG_GLOBAL", NO_FILE)
            .env("CALLS", self.path("calls"))
            .envs(variables)
            .output()
            .expect("bash runs")
    }

    /// Runs the steps of a job of GitHub; none but the first that fails says something.
    fn github(&self, job: &str, inputs: Inputs<'_>) -> Result<(), String> {
        let document = Document::parse(self.sandbox.read(".github/workflows/promote.yml"));
        let outputs = self.read("github-output");
        let outputs = outputs.lines().filter_map(|line| line.split_once('='));
        let known = inputs
            .iter()
            .map(|(name, value)| (format!("inputs.{name}"), *value))
            .chain(outputs.map(|(name, value)| (format!("needs.plan.outputs.{name}"), value)))
            .chain([(
                "steps.app.outputs.token || github.token".to_owned(),
                "token",
            )]);
        let known: BTreeMap<String, &str> = known.collect();
        let value = |node: &Node| {
            let text = text_of(node);
            match text.strip_prefix("${{ ") {
                Some(name) => known
                    .get(name.trim_end_matches(" }}"))
                    .copied()
                    .unwrap_or_default()
                    .to_owned(),
                None => text,
            }
        };
        let variables = |path: &str| -> BTreeMap<String, String> {
            let node = node(&document, path).and_then(|node| node.as_mapping());
            let entries = node.into_iter().flat_map(|map| map.iter());
            entries
                .map(|(key, node)| (key.text().to_owned(), value(node)))
                .collect()
        };
        for step in 0.. {
            let step = format!("jobs.{job}.steps[{step}]");
            if node(&document, &step).is_none() {
                break;
            }
            let name = node(&document, &format!("{step}.name")).map(text_of);
            let script = node(&document, &format!("{step}.run")).map(text_of);
            let Some(script) = script.filter(|_| name.as_deref() != Some("Install envlint")) else {
                continue;
            };
            let mut all = variables(&format!("jobs.{job}.env"));
            all.extend(variables(&format!("{step}.env")));
            let file = |name: &str| self.path(name).display().to_string();
            all.extend([
                ("RUNNER_TEMP".to_owned(), file("")),
                ("GITHUB_OUTPUT".to_owned(), file("github-output")),
                ("GITHUB_STEP_SUMMARY".to_owned(), file("summary")),
                ("GITHUB_REF_NAME".to_owned(), "main".to_owned()),
                ("GITHUB_SHA".to_owned(), head(&self.sandbox)),
                ("GITHUB_RUN_ID".to_owned(), "1234".to_owned()),
                ("GITHUB_RUN_ATTEMPT".to_owned(), "1".to_owned()),
                ("GITHUB_REPOSITORY".to_owned(), "shop/shop".to_owned()),
            ]);
            let output = self.bash(&script, &all);
            if !output.status.success() {
                return Err(said(&output));
            }
        }
        Ok(())
    }

    /// Runs the script of a job of GitLab, without what installs envlint.
    fn gitlab(&self, job: &str, inputs: Inputs<'_>) -> Result<(), String> {
        let document = Document::parse(self.sandbox.read(".gitlab/envlint.yml"));
        let given = node(&document, "variables").and_then(|node| node.as_mapping());
        let given = given.expect("variables").iter();
        let mut all: BTreeMap<String, String> = given
            .map(|(key, _)| (key.text().to_owned(), String::new()))
            .collect();
        let inputs = inputs.iter();
        all.extend(inputs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let url = self.path("origin").display().to_string();
        let commit = head(&self.sandbox);
        let of_gitlab = [
            ("CI_COMMIT_SHA", &*commit),
            ("CI_PROJECT_DIR", "."),
            ("CI_PROJECT_URL", &url),
            ("CI_PROJECT_ID", "42"),
            ("CI_API_V4_URL", "https://gitlab.example.com/api/v4"),
            ("CI_COMMIT_BRANCH", "main"),
            ("CI_JOB_ID", "1234"),
            ("GITLAB_USER_NAME", "Ada"),
            ("GITLAB_USER_EMAIL", "ada@example.com"),
            ("PROMOTION_TOKEN", "glpat-planted"),
        ];
        all.extend(of_gitlab.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let items = (0..).map(|item| format!("\"{job}\".script[{item}]"));
        let items = items.map_while(|path| node(&document, &path).map(text_of));
        let items: Vec<String> = items.filter(|text| !text.contains("tar -xzf")).collect();
        let output = self.bash(&items.join("\n"), &all);
        match output.status.code() {
            Some(0) => Ok(()),
            code => Err(format!("{code:?}: {}", said(&output))),
        }
    }

    /// The branches of the remote besides main, with what they change.
    fn pushed(&self) -> String {
        let git = format!("--git-dir={}", self.path("origin.git").display());
        let git = |arguments: &[&str]| self.sandbox.git(&[&[&*git], arguments].concat());
        let branches = git(&[
            "for-each-ref",
            "--format=%(refname:short)",
            "refs/heads/promote",
        ]);
        let commit = head(&self.sandbox);
        let branches = branches.lines().map(|branch| {
            let change = git(&[
                "log",
                "-1",
                "--patch",
                "--unified=0",
                "--format=%an: %s",
                branch,
            ]);
            format!("{branch}\n{change}\n")
        });
        branches
            .collect::<String>()
            .replace(&commit[..12], "COMMIT")
    }

    /// What other programs were called with.
    fn calls(&self) -> String {
        let temporary = self.temporary.path().display().to_string();
        let calls = self.read("calls").replace(&temporary, "TEMP");
        calls.replace(&head(&self.sandbox)[..12], "COMMIT")
    }
}

fn node<'d>(document: &'d Document, path: &str) -> Option<&'d Node> {
    document.get(&path.parse().expect("a path"))
}

fn text_of(node: &Node) -> String {
    node.as_scalar().expect("a scalar").text().to_owned()
}

fn head(sandbox: &Sandbox) -> String {
    sandbox.git(&["rev-parse", "main"])
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn github_opens_the_pull_request_of_the_paths_that_a_person_chose() {
    let machine = Machine::new(&[]);
    let commit = head(&machine.sandbox);
    let inputs: Inputs<'_> = &[
        ("to", "staging"),
        ("commit_sha", &commit),
        ("paths", " image  level "),
        ("except", "level"),
    ];
    machine.github("plan", inputs).expect("a plan");
    assert!(machine.read("summary").contains("image.tag"));
    machine.sandbox.git(&["checkout", "--quiet", "--", "."]);
    machine.github("open", inputs).expect("a pull request");
    assert_snapshot!("github-pushed", machine.pushed());
    assert_snapshot!("github-calls", machine.calls());
    assert!(!machine.sandbox.root().join("pwned").exists());
}

#[test]
fn gitlab_opens_the_merge_request_of_the_paths_that_a_person_chose() {
    let machine = Machine::new(&["--for", "gitlab"]);
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
    let machine = Machine::new(&[&["--each-app"], system].concat());
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
    machine.github("plan", inputs).expect("a plan");
    machine.sandbox.git(&["checkout", "--quiet", "--", "."]);
    machine.github("open", inputs).expect("pull requests");
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
    let github = Machine::new(&[]);
    let gitlab = Machine::new(&["--for", "gitlab"]);
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
                    true => machine.github("plan", &inputs),
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
    let machine = Machine::new(&["--for", "gitlab"]);
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
    let machine = Machine::new(&[]);
    let text = machine.sandbox.read(".github/workflows/promote.yml");
    let gate = "environment: ${{ inputs.to == 'prod' && 'production' || inputs.to }}\n";
    assert!(text.contains(gate), "{text}");
    let machine = Machine::new(&["--for", "gitlab"]);
    let text = machine.sandbox.read(".gitlab/envlint.yml");
    let (_, jobs) = text.split_once("\nenvlint:open:\n").expect("a job");
    assert_snapshot!("gitlab-open", jobs);
}

#[test]
fn refused_apps_are_said_after_the_others_have_gone_on() {
    let machine = Machine::new(&["--for", "gitlab"]);
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
