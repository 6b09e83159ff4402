//! What strangers may write.

use super::deployments;
use crate::support::Sandbox;

#[test]
fn nothing_outside_of_the_workspace_is_read() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-prod}\nspec: {source: {repoURL: x, path: ../outside, helm: {valueFiles: [../../../etc/values-prod.yaml, /../../x.yaml]}}}\n";
    let helmfile = "bases: [../../x.yaml]\nenvironments: {prod: {values: [../../secret.yaml]}}\nreleases: [{name: a, chart: ../../c, values: [../../a.yaml]}]\n";
    let seen = deployments(&[("app.yaml", application), ("helmfile.yaml", helmfile)]);
    assert_eq!(seen, ["a prod ../../c ", "shop prod x/../outside@HEAD "]);
}

#[test]
fn hostile_evidence_ends() {
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\ne: &e [*d, *d]\n";
    let set = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: bomb}}\n{bomb}spec:\n  goTemplate: true\n  generators: [{{matrix: {{generators: [{{list: {{elements: *e}}}}, {{matrix: {{generators: [{{matrix: {{generators: [{{matrix: {{}}}}]}}}}]}}}}]}}}}]\n  template: {{metadata: {{name: '{{{{ range $i := until 100000000 }}}}x{{{{ end }}}}'}}, spec: {{}}}}\n"
    );
    let script = format!(
        "A=$A$A\nhelm upgrade $A {} -f $A.yaml\n",
        "x".repeat(100_000)
    );
    let seen = deployments(&[
        ("set.yaml", &set),
        ("run.sh", &script),
        (
            "helmfile.yaml",
            "releases: {{ range until 100000000 }}x{{ end }}\n",
        ),
        (
            "broken.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\n\t: [\n",
        ),
    ]);
    assert_eq!(seen, Vec::<String>::new());
}

#[test]
fn more_apps_of_one_name_than_are_told_apart_are_said_to_be_unread() {
    let lines = |from: usize, to: usize| -> String {
        let line =
            |at| format!("helm upgrade shop ./chart -f values-dev.yaml -f v/x{at}.yaml -n n{at}\n");
        (from..to).map(line).collect()
    };
    let sandbox = Sandbox::with(&[
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("values-dev.yaml", "a: 1\n"),
        ("deploy.sh", &lines(0, 503)),
    ]);
    for at in 0..503 {
        sandbox.write(&format!("v/x{at}.yaml"), "a: 1\n");
    }
    let ran = sandbox.run(&["apps"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let output = ran.stdout + &ran.stderr;
    assert!(
        output.contains("more than 500 deployments with this chart are called `shop`"),
        "{}",
        output.lines().rev().take(20).collect::<String>()
    );
}
