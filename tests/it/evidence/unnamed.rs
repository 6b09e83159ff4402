//! The environment `default` of a helmfile next to others.

use super::deployments;

/// No command asks for it: an empty file is no reason to deploy it, and neither is one where its releases lack theirs.
#[test]
fn a_default_without_values_of_its_own_is_not_deployed() {
    let helmfile = "\
environments:
  default: {values: [globals/all.yaml]}
  dev: {values: [globals/dev.yaml]}
---
releases:
- {name: shop, chart: acme/shop, values: [\"shop/{{ .Environment.Name }}.yaml\"]}
- {name: logs, chart: acme/logs, values: [logs.yaml]}
";
    let files = [
        ("helmfile.yaml", helmfile),
        ("globals/all.yaml", "# nothing yet\n"),
        ("globals/dev.yaml", "a: 1\n"),
        ("shop/dev.yaml", "a: 1\n"),
        ("logs.yaml", "a: 1\n"),
    ];
    let of_dev = [
        "logs dev acme/logs logs.yaml",
        "shop dev acme/shop shop/dev.yaml",
    ];
    assert_eq!(deployments(&files), of_dev);
    let mut says_more = files;
    says_more[1].1 = "a: 2\n";
    assert_eq!(deployments(&says_more), of_dev);
    let mut has_own: Vec<(&str, &str)> = says_more.to_vec();
    has_own.push(("shop/default.yaml", "a: 1\n"));
    assert_eq!(deployments(&has_own).len(), 4);
    has_own.pop();
    has_own.push(("deploy.sh", "helmfile apply\n"));
    assert_eq!(deployments(&has_own).len(), 4);
}
