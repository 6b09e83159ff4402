//! The commands as a shell sees them: exit status, standard output, standard error.

use crate::support::Sandbox;

const CLEAN: &[(&str, &str)] = &[
    ("dev/values.yaml", "logLevel: info\n"),
    ("prod/values.yaml", "logLevel: info\n"),
];

#[test]
fn check_ends_with_zero_on_a_clean_workspace() {
    let ran = Sandbox::with(CLEAN).run(&["check"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert!(ran.stdout.contains('1'), "{}", ran.stdout);
}

#[test]
fn check_ends_with_one_where_a_key_is_missing() {
    let sandbox = Sandbox::with(CLEAN);
    sandbox.write("prod/values.yaml", "other: 1\nlogLevel: info\n");
    let ran = sandbox.run(&["check"]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("drift/missing-key"), "{}", ran.stdout);
}

#[test]
fn check_ends_with_two_on_a_misspelt_configuration_key() {
    let sandbox = Sandbox::with(CLEAN);
    sandbox.write("envlint.yaml", "enviroments: {}\n");
    let ran = sandbox.run(&["check"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("did you mean `environments`?"),
        "{}",
        ran.stderr
    );
}
