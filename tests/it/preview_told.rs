//! What `envlint preview` tells: what failed, on the pull request, and of what stayed.

use crate::previews::{PREVIEW, preview, said, shop};

#[test]
fn one_app_that_fails_is_named_and_the_others_go_on() {
    let sandbox = shop(PREVIEW, "", "");
    sandbox.write("staging/api.yaml", "name: [broken\n");
    let ran = preview(&sandbox, &["--out", "out", "--comment", "comment.md"]);
    said(
        &ran,
        2,
        &["staging/api.yaml", "https://web-107.pr.example.com"],
    );
    assert!(
        sandbox
            .names("out")
            .contains(&"3-deployment-web.yaml".to_owned())
    );
    assert!(
        sandbox
            .read("comment.md")
            .contains("**Not deployed**: api.\n\n- ")
    );
    // The api may still run as an earlier commit left it.
    let quota = "1-resourcequota-preview.yaml".to_owned();
    assert!(!sandbox.names("out").contains(&quota));
    said(&ran, 2, &["note: preview-pr-107 gets no quota now"]);
    // What cannot be planned is deleted all the same, with its namespace.
    sandbox.write("staging/web.yaml", "name: [broken\n");
    let ran = preview(&sandbox, &["--out", "none", "--comment", "comment.md"]);
    said(&ran, 2, &["only the comment was written"]);
    assert!(!sandbox.root().join("none").exists());
    let comment = sandbox.read("comment.md");
    assert!(comment.contains("**Not deployed**: web, api."), "{comment}");
    assert!(!comment.contains("until"), "{comment}");
    let ran = preview(&sandbox, &["--cleanup"]);
    said(
        &ran,
        2,
        &["kubectl delete namespace preview-pr-107 --ignore-not-found"],
    );
}

#[test]
fn the_comment_masks_secrets_and_is_no_markup() {
    let config = format!(
        "{PREVIEW}  set: {{\"env.*\": \"`a`|<b> {{pr}}\", password: \"Xk29vQ7mLp{{pr}}\"}}\n  owner: \"@all|team\"\n"
    );
    let sandbox = shop(&config, "env: {A: b}\npassword: Zk29vQ7mLp\n", "");
    let ran = preview(
        &sandbox,
        &["--app", "web", "--out", "out", "--comment", "comment.md"],
    );
    let comment = sandbox.read("comment.md");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    for text in [&comment, &ran.stdout, &ran.stderr] {
        assert!(!text.contains("k29vQ7mLp"), "{text}");
    }
    insta::assert_snapshot!(comment);
    assert!(
        sandbox
            .read("out/values/web.yaml")
            .contains("Xk29vQ7mLp107")
    );
}

#[test]
fn what_stayed_is_found() {
    let sandbox = shop(PREVIEW, "", "");
    let item = |object: &str| format!("- {object}\n");
    let list = |items: &str| format!("apiVersion: v1\nkind: List\nitems:\n{items}");
    sandbox.write("empty", "");
    sandbox.write("other.yaml", "a: 1\n");
    let stayed = [
        "{kind: Namespace, metadata: {name: preview-pr-107}, status: {phase: Terminating, conditions: [{status: \"True\", message: \"finalizers remain\"}]}}",
        "{kind: Namespace, metadata: {name: preview-pr-1070}}",
        "{kind: Pod, metadata: {name: web, namespace: preview-pr-107}}",
        "{kind: ClusterRole, metadata: {name: r, labels: {envlint/pull-request: \"107\"}}}",
    ];
    let stayed: String = stayed.iter().map(|object| item(object)).collect();
    sandbox.write("left.yaml", list(&stayed));
    sandbox.write("gone.json", r#"{"kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "a", "namespace": "b"}}]}"#);
    let verify = |file: &str| preview(&sandbox, &["--verify", file]);
    let ran = verify("left.yaml");
    said(
        &ran,
        1,
        &[
            "Namespace `preview-pr-107`: it is being deleted: finalizers remain",
            "Pod `web`",
            "ClusterRole `r`: labelled",
        ],
    );
    assert!(!ran.stdout.contains("preview-pr-1070"), "{}", ran.stdout);
    said(&verify("gone.json"), 2, &["gone.json has no namespaces"]);
    // As `kubectl get --raw` prints it: the items say no kind.
    sandbox.write(
        "raw.json",
        r#"{"kind": "NamespaceList", "items": [{"metadata": {"name": "preview-pr-107"}}]}"#,
    );
    said(&verify("raw.json"), 1, &["Namespace `preview-pr-107`"]);
    sandbox.write(
        "other.json",
        r#"{"kind": "NamespaceList", "items": [{"metadata": {"name": "default"}}]}"#,
    );
    said(
        &verify("other.json"),
        0,
        &["nothing of pull request 107 is among 1 object\n"],
    );
    sandbox.write(
        "status.json",
        r#"{"kind": "Status", "status": "Failure", "code": 403}"#,
    );
    said(&verify("status.json"), 2, &["it is a `Status`"]);
    for file in ["empty", "other.yaml", "missing"] {
        assert_eq!(verify(file).status, 2, "{file}");
    }
}
