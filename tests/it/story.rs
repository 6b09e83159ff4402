//! A month of one app in a repository: a change of dev, its promotion, a fix made in prod at night, a promotion that is
//! refused, a backport, a freeze and a way back. Each step's output is a snapshot.

use insta::assert_snapshot;

use crate::support::{Ran, Sandbox};

const CONFIG: &str = "\
environments: {dev: {}, staging: {}, prod: {}}
apps: [{name: shop, values: \"{env}.yaml\"}]
perEnvironment:
  - {path: host, expect: distinct}
  - {path: replicas, expect: non-decreasing}
";

fn values(environment: &str, replicas: u8) -> String {
    format!(
        "# {environment}, kept by its team\nhost: {environment}.example.com # its own\nreplicas: {replicas}\nimage:\n  \
         tag: \"1.0.0\"\n  pullPolicy: Always\ntimeout: 10s # of the load balancer\n"
    )
}

struct Story {
    sandbox: Sandbox,
    day: u32,
}

impl Story {
    fn new() -> Story {
        let sandbox = Sandbox::with(&[("envlint.yaml", CONFIG)]);
        for (environment, replicas) in [("dev", 1), ("staging", 2), ("prod", 3)] {
            sandbox.write(
                &format!("{environment}.yaml"),
                values(environment, replicas),
            );
        }
        sandbox.git(&["init", "--quiet"]);
        let mut story = Story { sandbox, day: 0 };
        story.commit("Ada");
        story
    }

    fn commit(&mut self, author: &str) -> String {
        self.day += 1;
        self.sandbox.commit_by(author, self.day)
    }

    fn edit(&self, environment: &str, old: &str, new: &str) {
        let file = format!("{environment}.yaml");
        let text = self.sandbox.read(&file);
        assert!(text.contains(old), "{text}");
        self.sandbox.write(&file, text.replace(old, new));
    }

    /// What a command prints, with the age of commits and the time of a check left out.
    fn run(&self, arguments: &[&str], status: i32) -> String {
        let Ran {
            status: ended,
            stdout,
            stderr,
        } = self.sandbox.run(arguments);
        assert_eq!(ended, status, "{arguments:?}: {stdout}{stderr}");
        format!("{stdout}{stderr}")
    }

    fn promote(&self, from: &str, to: &str, more: &[&str], status: i32) -> String {
        self.run(
            &[&["promote", "--from", from, "--to", to], more].concat(),
            status,
        )
    }

    /// The status, and how many errors, warnings and infos a check finds.
    fn status(&self) -> String {
        let check = self.sandbox.run(&["check"]);
        let counts = check
            .stdout
            .trim_end()
            .rsplit("ms: ")
            .next()
            .unwrap_or_default()
            .to_owned();
        format!(
            "{}\ncheck: {}, exit {}",
            self.run(&["status"], 0),
            counts,
            check.status
        )
    }
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d+ (minute|hour|day)s? ago|just now", "[age]");
    settings.add_filter(r"`[0-9a-f]{40}`", "`[commit]`");
    settings.set_omit_expression(true);
    settings
}

#[test]
fn a_change_travels_a_hotfix_goes_back_and_a_freeze_holds() {
    let _bound = settings().bind_to_scope();
    let mut story = Story::new();
    assert_snapshot!("story-0-in-step", story.status());

    story.edit("dev", "1.0.0", "1.1.0");
    story.edit(
        "dev",
        "replicas: 1\n",
        "replicas: 1\ncache: {size: 1Gi} # new\n",
    );
    let tested = story.commit("Ada");
    assert_snapshot!("story-1-dev-changed", story.status());

    story.promote("dev", "staging", &["--write", "--rev", &tested], 0);
    assert_snapshot!("story-2-staging", story.sandbox.read("staging.yaml"));
    story.commit("Bob");
    assert_snapshot!("story-3-promoted", story.status());

    story.edit("prod", "timeout: 10s", "timeout: 90s");
    story.commit("Eve");
    assert_snapshot!("story-4-hotfix", story.status());
    let refused = story.promote("staging", "prod", &["--write"], 1);
    assert_snapshot!("story-5-refused", refused);
    assert!(
        story.sandbox.read("prod.yaml").contains("1.0.0"),
        "nothing is written"
    );
    let without = story.promote("staging", "prod", &["--except", "timeout"], 0);
    assert!(without.contains("2 changes planned"), "{without}");

    let back = story.run(
        &["backport", "--from", "prod", "--to", "staging", "--write"],
        0,
    );
    assert_snapshot!("story-6-backport", back);
    story.commit("Eve");
    let back = story.run(
        &["backport", "--from", "staging", "--to", "dev", "--write"],
        0,
    );
    assert!(back.contains("1 change written in 1 app"), "{back}");
    story.commit("Eve");
    let again = story.run(
        &["backport", "--from", "staging", "--to", "dev", "--write"],
        0,
    );
    assert_snapshot!(again, @"staging -> dev: 1 app, no hotfix to carry back");
    assert_snapshot!("story-7-carried-back", story.status());

    let before = story.sandbox.read("prod.yaml");
    story.promote("staging", "prod", &["--write", "--pr-body", "body.md"], 0);
    assert_snapshot!("story-8-prod", story.sandbox.read("prod.yaml"));
    std::fs::remove_file(story.sandbox.root().join("body.md")).expect("the body");
    story.commit("Bob");
    assert_snapshot!("story-9-in-step", story.status());

    let frozen = format!(
        "{CONFIG}promotion: {{freeze: [{{from: 2000-01-01, to: 2999-12-31, zone: Europe/Berlin}}]}}\n"
    );
    story.sandbox.write("envlint.yaml", frozen);
    story.edit("dev", "1.1.0", "1.2.0");
    story.commit("Ada");
    story.promote("dev", "staging", &["--write"], 0);
    let released = story.commit("Bob");
    assert_snapshot!(
        "story-10-frozen",
        story.promote("staging", "prod", &["--write"], 1)
    );
    let urgent = [
        "--write",
        "--during-freeze",
        "CVE-2026-1 @everyone",
        "--format",
        "markdown",
    ];
    assert_snapshot!(
        "story-11-urgent",
        story.promote("staging", "prod", &urgent, 0)
    );
    story.commit("Bob");

    // The way back: what staging had before, taken from the commit before.
    story.edit("staging", "1.2.0", "1.1.0");
    story.commit("Eve");
    let rollback = ["--write", "--during-freeze", "rollback"];
    story.promote("staging", "prod", &rollback, 0);
    assert!(story.sandbox.read("prod.yaml").contains("1.1.0"));
    story.commit("Eve");
    let at = ["--write", "--during-freeze", "again", "--rev", &released];
    story.promote("staging", "prod", &at, 0);
    assert!(story.sandbox.read("prod.yaml").contains("1.2.0"));
    assert!(before.contains("# prod, kept by its team"));
    for comment in [
        "# prod, kept by its team",
        "# its own",
        "# of the load balancer",
        "# new",
    ] {
        assert_eq!(
            story.sandbox.read("prod.yaml").matches(comment).count(),
            1,
            "{comment}"
        );
    }
}

#[test]
fn a_hotfix_is_overwritten_only_when_it_is_named() {
    let mut story = Story::new();
    story.edit("prod", "timeout: 10s", "timeout: 90s");
    story.edit("prod", "pullPolicy: Always", "pullPolicy: Never");
    story.commit("Eve");
    let refused = story.promote(
        "staging",
        "prod",
        &["--write", "--overwrite-hotfix", "image"],
        1,
    );
    assert!(
        refused.contains("`timeout` in prod has a value"),
        "{refused}"
    );
    assert!(!refused.contains("`image.pullPolicy` in prod"), "{refused}");
    let all = [
        "--write",
        "--overwrite-hotfix",
        "image",
        "--overwrite-hotfix",
        "timeout",
    ];
    story.promote("staging", "prod", &all, 0);
    assert!(
        story
            .sandbox
            .read("prod.yaml")
            .contains("timeout: 10s # of")
    );
}

#[test]
fn a_backport_carries_hotfixes_and_leaves_what_is_pending() {
    let mut story = Story::new();
    story.edit("staging", "1.0.0", "1.1.0");
    story.edit("staging", "timeout: 10s # of the load balancer\n", "");
    story.edit("prod", "timeout: 10s", "timeout: 10s\nlimits: [a, b]");
    story.commit("Eve");
    story.edit("prod", "Always", "Never");
    let back = story.run(
        &["backport", "--from", "prod", "--to", "staging", "--write"],
        0,
    );
    assert!(back.contains("2 changes written in 1 app"), "{back}");
    let staging = story.sandbox.read("staging.yaml");
    assert!(
        staging.contains("1.1.0")
            && staging.contains("Never")
            && staging.contains("limits: [a, b]"),
        "{staging}"
    );
    assert!(!staging.contains("timeout"), "{staging}");
    for (from, to) in [
        ("staging", "prod"),
        ("dev", "prod"),
        ("prod", "prod"),
        ("prod", "dev"),
    ] {
        let ran = story.sandbox.run(&["backport", "--from", from, "--to", to]);
        assert_eq!(ran.status, 2, "{from} {to}: {}", ran.stdout);
    }
}

#[test]
fn what_is_not_committed_or_not_merged_is_not_written_over() {
    let mut story = Story::new();
    story.edit("dev", "10s", "20s");
    story.commit("Ada");
    story.edit("staging", "Always", "IfNotPresent");
    let refused = story.promote("dev", "staging", &["--write", "--path", "timeout"], 1);
    assert!(
        refused.contains("staging.yaml has changes that are not committed"),
        "{refused}"
    );
    story.promote(
        "dev",
        "staging",
        &["--write", "--path", "timeout", "--allow-dirty"],
        0,
    );
    story.commit("Bob");
    let side = story.commit_on_side();
    let refused = story.promote("dev", "staging", &["--rev", &side], 2);
    assert!(
        refused.contains("is not part of what is checked out"),
        "{refused}"
    );
}

#[test]
fn production_gets_no_value_of_a_revision_that_staging_never_had() {
    let mut story = Story::new();
    story.edit("dev", "10s", "20s");
    let early = story.commit("Ada");
    let skip = ["--allow-skip", "--rev", &early];
    let refused = story.promote("dev", "prod", &skip, 1);
    assert!(
        refused.contains("`timeout` would get a value that staging never had"),
        "{refused}"
    );
    story.promote("dev", "staging", &["--write"], 0);
    story.promote("dev", "prod", &skip, 0);
}

#[test]
fn a_workspace_that_declares_nothing_is_not_made_a_copy() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: 1\nb: 1\n"),
        ("values-staging.yaml", "a: 2\nb: 2\n"),
    ]);
    let promote = |more: &[&str]| {
        sandbox.run(
            &[
                &["promote", "--from", "dev", "--to", "staging", "--write"],
                more,
            ]
            .concat(),
        )
    };
    let refused = promote(&[]);
    assert_eq!(refused.status, 1, "{}", refused.stderr);
    assert!(
        refused.stdout.contains("refused[undeclared]"),
        "{}",
        refused.stdout
    );
    assert_eq!(promote(&["--path", "a"]).status, 0);
    assert_eq!(sandbox.read("values-staging.yaml"), "a: 1\nb: 2\n");
    assert_eq!(promote(&["--everything"]).status, 0);
    assert_eq!(sandbox.read("values-staging.yaml"), "a: 1\nb: 1\n");
}

#[test]
fn a_status_says_what_waits_for_a_person_in_every_format() {
    let _bound = settings().bind_to_scope();
    let mut story = Story::new();
    story.sandbox.write(
        "envlint.yaml",
        CONFIG.replace("replicas,", "\"search.**\"}\n  - {path: replicas,"),
    );
    story.edit("dev", "replicas", "search: {host: x}\nreplicas");
    story.commit("Ada|<b>");
    story.edit("staging", "10s", "30s");
    for format in ["text", "json", "markdown"] {
        assert_snapshot!(
            format!("status-{format}"),
            story.run(&["status", "--format", format], 0)
        );
    }
    // A null says that the environment needs no value.
    story.edit("staging", "replicas", "search: {host: null}\nreplicas");
    story.edit("prod", "replicas", "search: {host: null}\nreplicas");
    let settled = story.run(&["status"], 0);
    assert!(!settled.contains("waiting"), "{settled}");
}

impl Story {
    /// A commit of a branch that is not merged.
    fn commit_on_side(&mut self) -> String {
        self.sandbox.git(&["switch", "--quiet", "--create", "side"]);
        self.edit("dev", "20s", "40s");
        let commit = self.commit("Eve");
        self.sandbox.git(&["switch", "--quiet", "main"]);
        commit
    }
}
