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

#[test]
fn an_item_without_a_name_takes_its_comments_to_its_new_place() {
    for (dev, staging, expected) in [
        (
            "rules:\n  - {path: /b, port: 2}\n  - {path: /a, port: 1}\n",
            "rules:\n  # why a\n  - path: /a # first\n    port: 1 # one\n  # why b\n  - path: /b\n    port: 2 # two\n",
            "rules:\n  # why b\n  - path: /b\n    port: 2 # two\n  # why a\n  - path: /a # first\n    port: 1 # one\n",
        ),
        // One that changed on the way, and others that come and go.
        (
            "rules:\n  - {path: /n, port: 9} # new\n  - {path: /b, port: 2, tls: true}\n  - {path: /a, port: 1}\n",
            "rules:\n  # why a\n  - path: /a # first\n    port: 1 # one\n  # gone\n  - path: /c\n    port: 3\n  # why b\n  - path: /b\n    port: 2 # two\n",
            "rules:\n  - {path: /n, port: 9} # new\n  # why b\n  - path: /b\n    port: 2 # two\n    tls: true\n  # why a\n  - path: /a # first\n    port: 1 # one\n",
        ),
        // A list in a list.
        (
            "rules:\n  - to: x\n    from: [2, 1]\n  - to: z\n    from: [4]\n",
            "rules:\n  - to: z\n    from:\n      - 4 # four\n  - to: x\n    from:\n      - 1 # one\n      - 2 # two\n",
            "rules:\n  - to: x\n    from:\n      - 2 # two\n      - 1 # one\n  - to: z\n    from:\n      - 4 # four\n",
        ),
        (
            "args: [--b, --a]\n",
            "args: [\n  --a, # why a\n  # why b\n  --b\n]\n",
            "args: [\n  # why b\n  --b,\n  --a # why a\n]\n",
        ),
        (
            "args:\n  - --new=1\n  - --b=3\n  - --a=1\n",
            "args:\n  - --a=1 # a\n  # why b\n  - --b=2 # b\n",
            "args:\n  - --new=1\n  # why b\n  - --b=3 # b\n  - --a=1 # a\n",
        ),
    ] {
        let sandbox = workspace(&["replicas"], dev, staging);
        let ran = sandbox.promote(&["--write"]);
        assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(sandbox.read(STAGING), expected);
    }
}
