//! What a list of a fleet says, and what is left of it: values that it loses, and files of apps that it no longer has.

use crate::fleet::{LIST, fleet, generate, said};

#[test]
fn a_value_that_the_list_loses_is_found_in_the_list() {
    let sandbox = fleet(&LIST.replace("tag: \"1.10\"", "tag: 1.10"));
    said(&generate(&sandbox, &[]), 0, &[]);
    // The files that are made of it say 1.1, and nothing is wrong with them.
    let found = sandbox.findings_of("yaml/ambiguous-scalar");
    let [finding] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(finding.location.source.path, "fleet.yaml");
    said(
        &sandbox.run(&["check"]),
        1,
        &[
            "error[yaml/ambiguous-scalar]",
            "fleet.yaml:3:35",
            "tag: 1.10",
        ],
    );
    // A hook that does not look at the list says nothing of it.
    let ran = sandbox.run(&["check", "environments"]);
    assert!(!ran.stdout.contains("ambiguous"), "{}", ran.stdout);
    said(
        &sandbox.run(&["check", "fleet.yaml"]),
        1,
        &["fleet.yaml:3:35"],
    );
    let inline = LIST
        .replace("tag: \"1.10\"", "tag: 1.10")
        .replace('\n', "\n    ");
    let config = sandbox.read("envlint.yaml");
    let inline = format!("apps:\n    {inline}");
    sandbox.write("envlint.yaml", config.replace("apps: fleet.yaml", &inline));
    let found = sandbox.findings_of("yaml/ambiguous-scalar");
    let paths = found.iter().map(|one| &*one.location.source.path);
    assert_eq!(paths.collect::<Vec<_>>(), ["envlint.yaml"]);
}

#[test]
fn nothing_is_deleted_while_an_app_cannot_be_generated() {
    let sandbox = fleet(LIST);
    generate(&sandbox, &[]);
    // `news` is renamed, and its template does not render any more.
    let renamed = LIST.replace("name: news", "name: press");
    let broken = renamed.replace("\n  values: {tag: \"2\"}", "\n  values: {replicas: {}}");
    let broken = broken.replace("tag: \"1.10\"", "");
    sandbox.write(
        "fleet.yaml",
        broken.replace("groups: [site]}", "groups: [site], values: {tag: a}}"),
    );
    let news = "environments/prod/news/values.yaml";
    let ran = generate(&sandbox, &["--prune"]);
    said(
        &ran,
        2,
        &[
            "the template does not render for `press`",
            "no longer listed environments/prod/news/values.yaml",
            "nothing was deleted, because not all apps can be generated",
        ],
    );
    assert!(sandbox.root().join(news).exists());
    let ran = generate(&sandbox, &[]);
    assert!(!ran.stderr.contains("--prune"), "{}", ran.stderr);
    sandbox.write("fleet.yaml", renamed);
    said(
        &generate(&sandbox, &["--prune"]),
        0,
        &["deleted environments/prod/news/values.yaml"],
    );
}

#[test]
fn a_new_app_that_its_template_refuses_is_shown_in_the_template() {
    let sandbox = fleet(LIST);
    let template = sandbox.read("templates/web.yaml.j2") + "more: {{ values.more }}\n";
    sandbox.write("templates/web.yaml.j2", template);
    let ran = sandbox.run(&[
        "generate", "app", "press", "--kind", "web", "--group", "site",
    ]);
    said(
        &ran,
        2,
        &["undefined value", "--> templates/web.yaml.j2:5:"],
    );
    assert!(!ran.stderr.contains("fleet.yaml"), "{}", ran.stderr);
    assert_eq!(sandbox.read("fleet.yaml"), LIST);
}

#[test]
fn an_item_that_is_no_map_is_called_so() {
    let sandbox = fleet("apps: [shop, five]\n");
    let ran = generate(&sandbox, &[]);
    said(&ran, 2, &["expected an app: a map with its `name`"]);
}
