//! A machine that runs the generated workflows: their scripts, in a repository with a remote, with programs that only say
//! what they were called with.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Output};

use envlint_yaml::{Document, Node};
use tempfile::TempDir;

use crate::support::{NO_FILE, Sandbox};

/// Says what it was called with, and answers as the program does.
const GH: &str = r#"#!/bin/sh
printf '[%s] ' gh "$@" >> "$CALLS"
echo >> "$CALLS"
case " $* " in
  *" --input - "*) cat > /dev/null; echo 5 ;;
  *" pr create "*) echo https://github.com/shop/shop/pull/7 ;;
esac
"#;

/// Says what it was called with, and what is on its standard input.
const CURL: &str = r#"#!/bin/sh
printf '[%s] ' curl "$@" >> "$CALLS"
printf '\nstdin: ' >> "$CALLS"
cat >> "$CALLS"
"#;

/// A repository with a remote, and a machine that runs its workflows.
pub(crate) struct Machine {
    pub(crate) sandbox: Sandbox,
    temporary: TempDir,
}

/// What a person types into the form of a workflow, or with a point in its name what another expression stands for.
pub(crate) type Inputs<'a> = &'a [(&'a str, &'a str)];

impl Machine {
    /// Makes a repository of a workspace, with a remote.
    pub(crate) fn of(sandbox: Sandbox) -> Machine {
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
            machine.program(name, text);
        }
        machine
    }

    /// A program that scripts find on their path.
    pub(crate) fn program(&self, name: &str, text: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.temporary.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Runs a script in the repository, as a runner does.
    pub(crate) fn bash(&self, script: &str, variables: &BTreeMap<String, String>) -> Output {
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
    pub(crate) fn github(
        &self,
        workflow: &str,
        job: &str,
        inputs: Inputs<'_>,
    ) -> Result<(), String> {
        let document = Document::parse(self.sandbox.read(workflow));
        let outputs = self.read("github-output");
        let outputs = outputs.lines().filter_map(|line| line.split_once('='));
        let known = inputs
            .iter()
            .map(|(name, value)| match name.contains('.') {
                true => ((*name).to_owned(), *value),
                false => (format!("inputs.{name}"), *value),
            })
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
                ("GITHUB_REPOSITORY_ID".to_owned(), "42".to_owned()),
            ]);
            let output = self.bash(&script, &all);
            if !output.status.success() {
                return Err(said(&output));
            }
        }
        Ok(())
    }

    /// Runs the script of a job of GitLab, without what installs envlint.
    pub(crate) fn gitlab(&self, job: &str, inputs: Inputs<'_>) -> Result<(), String> {
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
    pub(crate) fn pushed(&self) -> String {
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
    pub(crate) fn calls(&self) -> String {
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

pub(crate) fn head(sandbox: &Sandbox) -> String {
    sandbox.git(&["rev-parse", "main"])
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}
