//! The workflow of previews, run: what it applies to a cluster and what it deletes there. The cluster is a program that
//! answers as kubectl does and says what it was called with.

use envlint_yaml::Document;
use insta::assert_snapshot;

use crate::machine::Machine;
use crate::previews::{PREVIEW, shop};

const WORKFLOW: &str = ".github/workflows/preview.yml";

/// A namespace that has what an earlier commit applied: a CronJob and Deployments, one of which another object owns.
/// ConfigMaps cannot be listed.
const KUBECTL: &str = r#"#!/bin/sh
printf '[%s] ' kubectl "$@" >> "$CALLS"
echo >> "$CALLS"
here=$(dirname "$0")
item() { printf '{"apiVersion": "%s", "kind": "%s", "metadata": {"name": "%s", "namespace": "preview-pr-7"%s}}' "$@"; }
case "$*" in
  "get namespace "*labels*) cat "$here/owner" ;;
  "get namespace "*kinds*)
    if [ -f "$here/is-applied" ]; then printf configmap,deployment.apps; else printf cronjob.batch,deployment.apps; fi ;;
  "apply "*) touch "$here/is-applied"; cat "$here/applied" ;;
  "get cronjob.batch "*) echo "{\"items\": [$(item batch/v1 CronJob old '')]}" ;;
  "get deployment.apps "*) echo "{\"items\": [$(item apps/v1 Deployment web ''), $(item apps/v1 Deployment gone ''), \
    $(item apps/v1 Deployment owned ', "ownerReferences": [{}]')]}" ;;
  "get configmap "*) echo "forbidden" >&2; exit 1 ;;
  "get namespaces "*) printf 'preview-pr-7\nold-pr-7\n' ;;
  "get deployments,"*) echo deployment.apps/web ;;
esac
"#;

/// A machine that plans a preview and deploys it.
fn previewing(owner: &str) -> Machine {
    let sandbox = shop(PREVIEW, "", "");
    let ran = sandbox.run(&["generate", "workflows", "--preview"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let machine = Machine::of(sandbox);
    machine.program("kubectl", KUBECTL);
    machine.program("owner", owner);
    machine
}

fn inputs<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let all = [
        ("needs.decide.outputs.number", "7"),
        ("needs.decide.outputs.owner", "ada"),
        ("secrets.PREVIEW_KUBECONFIG", "apiVersion: v1"),
    ];
    all.into_iter().chain(more.iter().copied()).collect()
}

/// Plans, and lets the cluster answer with what was planned.
fn plan(machine: &Machine) {
    machine
        .github(WORKFLOW, "plan", &inputs(&[]))
        .expect("a plan");
    let objects = machine.path("preview/objects");
    let Ok(files) = std::fs::read_dir(objects) else {
        return;
    };
    let mut items = Vec::new();
    for file in files {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(path).unwrap_or_default();
        for text in text.split("\n---\n") {
            let document = Document::parse(text);
            let field = |path: &str| {
                let node = document.get(&path.parse().expect("a path"));
                node.and_then(|node| node.as_str())
                    .unwrap_or_default()
                    .to_owned()
            };
            items.push(format!(
                r#"{{"apiVersion": "{}", "kind": "{}", "metadata": {{"name": "{}", "namespace": "{}"}}}}"#,
                field("apiVersion"),
                field("kind"),
                field("metadata.name"),
                field("metadata.namespace")
            ));
        }
    }
    machine.program("applied", &format!("{{\"items\": [{}]}}", items.join(", ")));
}

/// The calls that change the cluster.
fn changes(machine: &Machine) -> String {
    let calls = machine.calls();
    let lines = calls
        .lines()
        .filter(|line| line.starts_with("[kubectl] ") && !line.contains("] [get] "));
    let lines: Vec<&str> = lines.map(|line| line.trim_end()).collect();
    lines.join("\n")
}

#[test]
fn what_a_commit_has_no_more_is_deleted_and_nothing_else() {
    let machine = previewing("42");
    plan(&machine);
    let status = machine.read("github-output");
    assert!(status.contains("status=0"), "{status}");
    machine
        .github(WORKFLOW, "deploy", &inputs(&[]))
        .expect("a deployment");
    assert_snapshot!("applied", changes(&machine));
}

#[test]
fn nothing_is_deleted_where_an_app_was_not_planned() {
    let machine = previewing("42");
    machine.sandbox.write("staging/api.yaml", "name: [\n");
    plan(&machine);
    let status = machine.read("github-output");
    assert!(status.contains("status=2"), "{status}");
    machine
        .github(WORKFLOW, "deploy", &inputs(&[]))
        .expect("a deployment");
    assert_snapshot!("applied-in-part", changes(&machine));
}

#[test]
fn the_namespace_of_another_repository_is_left_alone() {
    let machine = previewing("43");
    plan(&machine);
    let said = machine
        .github(WORKFLOW, "deploy", &inputs(&[]))
        .expect_err("a refusal");
    assert!(said.contains("belongs to another repository"), "{said}");
    assert_eq!(changes(&machine), "");
}
