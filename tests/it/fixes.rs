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
    let fixed = std::fs::read_to_string(sandbox.root().join("dev/values.yaml")).expect("a file");
    assert_eq!(fixed, "# switches\nverbose: true # as Helm reads it\n");
    assert_eq!(sandbox.run(&["check", "--fix"]).stderr, "nothing to fix\n");
}
