//! `envlint trace`: where a field comes from, and where a value goes.

use crate::support::Sandbox;

/// What a run prints, errors and exit status behind it.
fn trace(arguments: &[&str]) -> String {
    let mut all = vec!["trace"];
    all.extend(arguments);
    let ran = Sandbox::fixture("trace").run(&all);
    match ran.status {
        0 => ran.stdout,
        status => format!("{}{}exit status {status}\n", ran.stdout, ran.stderr),
    }
}

#[test]
fn the_page_shows_real_runs() {
    let page = include_str!("../../docs/trace.md");
    let mut shown = 0;
    for example in page.split("```text\n$ envlint trace ").skip(1) {
        let (command, rest) = example.split_once('\n').expect("a command");
        let (answer, _) = rest.split_once("```").expect("the example's end");
        let arguments: Vec<&str> = command.split(' ').collect();
        assert_eq!(trace(&arguments), answer, "{command}");
        shown += 1;
    }
    assert_eq!(shown, 2);
}

#[test]
fn a_field_comes_from_values_through_named_templates_lists_and_subcharts() {
    let asked = [
        ("Deployment/shop", "spec.replicas"),
        ("Deployment/shop", "spec.template.spec.containers[0].image"),
        (
            "deployment/shop",
            "spec.template.spec.containers[0].env[0].value",
        ),
        ("Service/cache", "spec.ports[0].port"),
        ("Deployment/shop", "metadata.name"),
        ("Secret/shop", "stringData.password"),
    ];
    let said: String = asked
        .iter()
        .map(|(object, field)| trace(&["--env", "prod", object, field]) + "\n")
        .collect();
    assert!(!said.contains("Xk29vQ7mLpQ2"), "{said}");
    insta::assert_snapshot!(said);
}

#[test]
fn a_value_goes_to_fields_or_nowhere_for_a_reason() {
    let asked = [
        "image.tag",
        "ingress.enabled",
        "cache.port",
        "env[name=LEVEL].value",
        "credentials.password",
        "unread",
    ];
    let said: String = asked
        .iter()
        .map(|path| trace(&["shop", "--value", path]) + "\n")
        .collect();
    assert!(!said.contains("Xk29vQ7mLpQ2"), "{said}");
    insta::assert_snapshot!(said);
}

#[test]
fn a_value_that_ends_up_in_a_secret_is_not_shown_whatever_its_name_is() {
    let sandbox = Sandbox::with(&[
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        (
            "chart/templates/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: shop}\nstringData: {greeting: {{ .Values.greeting }}}\n",
        ),
        ("values-dev.yaml", "greeting: hello-old-friend\n"),
        ("values-prod.yaml", "greeting: hello-dear-friend\n"),
    ]);
    let said = sandbox.run(&["trace", "--value", "greeting"]).stdout;
    assert!(said.contains("Secret/shop stringData.greeting"), "{said}");
    assert!(!said.contains("friend"), "{said}");
}

#[test]
fn mistakes_say_what_there_is() {
    let asked: [&[&str]; 11] = [
        &["--env", "prod", "Deployment/shpo", "spec"],
        &["--env", "prod", "Deployment/shop", "spec.replica"],
        &["--env", "dev", "Ingress/shop", "spec"],
        &["Deployment/shop", "spec"],
        &["--env", "prod", "Deployment/shop"],
        &["--env", "prd", "--value", "replicas"],
        &["--value", "a..b"],
        &["--env", "prod", "--value", "image.tags"],
        &["--value", "ingres.host"],
        &["--value", "host"],
        &["--value", "banana"],
    ];
    let said: String = asked
        .iter()
        .map(|arguments| trace(arguments) + "\n")
        .collect();
    insta::assert_snapshot!(said);
}

#[test]
fn a_chart_that_is_not_there_is_not_one_that_does_not_render() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: {b: 1}\n"),
        ("values-prod.yaml", "a: {b: 1}\n"),
    ]);
    let said = sandbox.run(&["trace", "--value", "a.b"]);
    assert_eq!(said.status, 0);
    assert!(
        said.stdout.contains("nothing: `shop` has no chart\n"),
        "{}",
        said.stdout
    );
    let said = sandbox.run(&["trace", "--value", "b"]);
    assert_eq!((said.status, said.stdout.as_str()), (2, ""));
    let expected = "error: nothing sets `b` in any environment\n = help: did you mean `a.b`?\n";
    assert!(said.stderr.starts_with(expected), "{}", said.stderr);
    sandbox.write(
        "chart/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    );
    sandbox.write(
        "chart/templates/a.yaml",
        "a: {{ .Values.a.b }}\nb: {{ fail \"no\" }}\n",
    );
    let said = sandbox.run(&["trace", "--value", "a.b"]);
    let expected = "nothing: the chart does not render in dev: run `envlint check`\n";
    assert!(
        said.stdout.contains(expected),
        "{}{}",
        said.stdout,
        said.stderr
    );
}

#[test]
fn programs_get_the_same_as_json() {
    let value = trace(&["--value", "ingress.host", "--format", "json"]);
    let field = trace(&[
        "--env",
        "prod",
        "Ingress/shop",
        "spec.rules[0].host",
        "--format",
        "json",
    ]);
    insta::assert_snapshot!(format!("{value}\n{field}"));
}
