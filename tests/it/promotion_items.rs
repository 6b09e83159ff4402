//! Promotions of lists: items without names keep what belongs to the environment, and their comments.

use crate::support::Sandbox;

const STAGING: &str = "values-staging.yaml";

fn workspace(own: &[&str], dev: &str, staging: &str) -> Sandbox {
    let own: Vec<String> = own
        .iter()
        .map(|path| format!("  - {{path: '{path}'}}\n"))
        .collect();
    let config = format!(
        "environments: {{dev: {{}}, staging: {{}}}}\nperEnvironment:\n{}",
        own.concat()
    );
    Sandbox::with(&[
        ("envlint.yaml", &config),
        ("values-dev.yaml", dev),
        (STAGING, staging),
    ])
}

#[test]
fn items_go_by_their_host_or_the_key_that_is_declared() {
    let staging = "hosts:
  - host: shop.io # shop
    tls: true
    paths: [/]
  # the api
  - host: api.io
    tls: false
    paths: [/api]
";
    let dev = "hosts:
  - host: api.io
    tls: false
    paths: [/api]
  - host: new.io
    tls: false
    paths: [/new]
  - host: shop.io
    tls: false
    paths: [/, /x]
";
    let expected = "hosts:
  # the api
  - host: api.io
    tls: false
    paths: [/api]
  - host: new.io
    paths: [/new]
  - host: shop.io # shop
    tls: true
    paths: [/, /x]
";
    let by = |key: &str, text: &str| text.replace("host:", &format!("{key}:"));
    for (own, key) in [
        (&["hosts[*].tls"][..], "host"),
        (&["hosts[host=shop.io].tls", "hosts[*].tls"], "host"),
        (&["**.tls"], "host"),
        (&["hosts[at=shop.io].tls", "hosts[*].tls"], "at"),
    ] {
        let sandbox = workspace(own, &by(key, dev), &by(key, staging));
        let ran = sandbox.promote(&["--write"]);
        assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(sandbox.read(STAGING), by(key, expected), "{own:?}");
        let again = sandbox.promote(&[]);
        assert!(
            again.stdout.ends_with("nothing to promote\n"),
            "{}",
            again.stdout
        );
    }
}

#[test]
fn items_that_changed_places_without_a_name_are_refused() {
    let item = |host: &str, path: &str| format!("  - host: {host}\n    path: {path}\n");
    let list = |items: &[String]| format!("hosts:\n{}", items.concat());
    let staging = list(&[item("shop.stg", "/"), item("api.stg", "/api")]);
    let dev = list(&[item("api.dev", "/api"), item("shop.dev", "/")]);
    let sandbox = workspace(&["hosts[*].host"], &dev, &staging);
    let ran = sandbox.promote(&["--write"]);
    assert_eq!((ran.status, sandbox.read(STAGING)), (1, staging.clone()));
    let expected = "refused[edit]: the items of `hosts` seem to have changed places, and nothing names them in both environments: \
                    `hosts[0]` has what `hosts[1]` has in the target, and `hosts[0].host`, which stays, would belong to another item";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);

    // What changes in its place is promoted, and the place is said.
    let dev = list(&[item("shop.dev", "/shop"), item("api.dev", "/api")]);
    sandbox.write("values-dev.yaml", &dev);
    let ran = sandbox.promote(&["--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let expected = "warning: nothing names the items of `hosts` in both environments, so each change is made in the item at the same place";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    assert_eq!(
        sandbox.read(STAGING),
        list(&[item("shop.stg", "/shop"), item("api.stg", "/api")])
    );
    // Two that are alike have not changed places.
    let dev = list(&[item("shop.dev", "/api"), item("api.dev", "/api")]);
    sandbox.write("values-dev.yaml", &dev);
    let ran = sandbox.promote(&[]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_key_that_is_declared_to_differ_names_no_items() {
    let dev = "hosts:\n  - {name: a.dev, tls: true}\n  - {name: b.dev, tls: true}\nenv:\n  - {name: A, value: 2}\n";
    let staging = "hosts:\n  - {name: a.stg, tls: false}\n  - {name: b.stg, tls: false}\nenv:\n  - {name: A, value: 1}\n";
    let sandbox = workspace(&["**.name"], dev, staging);
    let ran = sandbox.promote(&["--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("  change  env[name=A].value  1 -> 2\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(
        sandbox.read(STAGING),
        staging
            .replace("false", "true")
            .replace("value: 1", "value: 2")
    );
}
