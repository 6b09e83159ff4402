//! `check --fix` changes what it must, and no other byte.

use crate::support::Sandbox;

#[test]
fn safe_fixes_are_made_and_the_file_is_checked_again() {
    let text = "# switches\nverbose: yes # as Helm reads it\n";
    let sandbox = Sandbox::with(&[("dev/values.yaml", text), ("prod/values.yaml", text)]);
    let before = sandbox.check().findings;
    let is_safe = |fix: &envlint::rules::Fix| fix.safe;
    let safe = before
        .iter()
        .filter(|found| found.fix.as_ref().is_some_and(is_safe));
    assert!(safe.count() > 0, "{before:?}");
    let ran = sandbox.run(&["check", "--fix"]);
    assert!(ran.stderr.starts_with("fixed "), "{}", ran.stderr);
    let after = sandbox.check().findings;
    let safe = after
        .iter()
        .filter(|found| found.fix.as_ref().is_some_and(is_safe));
    assert_eq!(safe.count(), 0, "{after:?}");
    let fixed = sandbox.read("dev/values.yaml");
    assert_eq!(fixed, "# switches\nverbose: true # as Helm reads it\n");
    assert_eq!(sandbox.run(&["check", "--fix"]).stderr, "nothing to fix\n");
}

#[test]
fn values_in_a_manifest_are_fixed_in_their_place() {
    let application = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-prod}
spec:
  source:
    repoURL: x
    path: chart
    helm:
      valuesObject:
        verbose: yes # as Helm reads it
";
    let sandbox = Sandbox::with(&[
        ("argocd/shop.yaml", application),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
    ]);
    let ran = sandbox.run(&["check", "--fix"]);
    assert!(
        ran.stderr.starts_with("fixed 1 finding in 1 file"),
        "{}",
        ran.stderr
    );
    let fixed = application.replace("verbose: yes", "verbose: true");
    assert_eq!(sandbox.read("argocd/shop.yaml"), fixed);
}

#[test]
fn a_file_that_cannot_be_written_does_not_stop_the_others() {
    let text = "verbose: yes\n";
    let sandbox = Sandbox::with(&[
        ("dev/values.yaml", text),
        ("real/text.txt", text),
        ("staging/values.yaml", text),
    ]);
    std::fs::create_dir(sandbox.root().join("prod")).expect("a directory");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../real/text.txt", sandbox.root().join("prod/values.yaml"))
        .expect("a link");
    let ran = sandbox.run(&["check", "--fix"]);
    assert_eq!(sandbox.read("dev/values.yaml"), "verbose: true\n");
    assert_eq!(sandbox.read("staging/values.yaml"), "verbose: true\n");
    if cfg!(unix) {
        assert_eq!(ran.status, 2, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(sandbox.read("real/text.txt"), text);
    }
}
