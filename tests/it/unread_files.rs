//! What is said of files that are not there, and of files that nothing deploys.

use crate::findings::{CHART, check};
use crate::support::Sandbox;

#[test]
fn what_was_put_aside_is_left_alone() {
    let application = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-prod}
spec:
  source: {repoURL: https://example.com/own, path: charts/shop, helm: {valueFiles: [values-prod.yaml]}}
  destination: {namespace: shop}
";
    for (folder, count) in [("legacy", 0), ("argocd", 1)] {
        let sandbox = Sandbox::with(&[
            (
                "charts/shop/Chart.yaml",
                "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
            ),
            ("charts/shop/values.yaml", "a: 1\n"),
            ("charts/shop/values-dev.yaml", "a: 1\n"),
        ]);
        sandbox.write(&format!("{folder}/shop.yaml"), application);
        sandbox.write(
            &format!("{folder}/extra/values-blue-green-x.yaml"),
            "replicaCount: 1\nimage: {tag: 1.0.0}\n",
        );
        assert_eq!(
            sandbox.findings_of("layout/missing-file").len(),
            count,
            "{folder}"
        );
        let unread = sandbox.findings_of("layout/unread-values");
        assert!(count > 0 || unread.is_empty(), "{unread:?}");
    }
}

#[test]
fn files_that_an_environment_of_helmfile_lacks_are_one_finding() {
    let helmfile = "environments:
  dev: {}
  local: {}
---
releases:
  - name: shop
    chart: ./chart
    values:
      - ./conf/base/values.yaml
      - ./conf/{{ .Environment.Name }}/values.yaml
    secrets:
      - ./conf/{{ .Environment.Name }}/secrets.yaml
";
    check(
        &[
            CHART,
            ("helmfile.yaml", helmfile),
            ("conf/base/values.yaml", "a: 1\n"),
            ("conf/dev/values.yaml", "a: 1\n"),
            ("conf/dev/secrets.yaml", "a: 1\n"),
        ],
        &["layout/missing-file"],
        &[
            "warning helmfile.yaml:10 in `local`, `shop` is deployed with `conf/local/values.yaml`, which does not exist; also `conf/local/secrets.yaml`",
        ],
    );
}

#[test]
fn what_looks_like_values_and_holds_none_is_not_unread() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
        ("values-blue.yaml", "# Nothing yet.\n"),
        ("testdata/values-blue.yaml", "a: 1\n"),
        (".cursor/values-blue.yaml", "a: 1\n"),
    ]);
    assert_eq!(sandbox.findings_of("layout/unread-values").len(), 0);
    sandbox.write("values-blue.yaml", "a: 1\n");
    assert_eq!(sandbox.findings_of("layout/unread-values").len(), 1);
}

#[test]
fn a_folder_that_is_copied_leads_elsewhere() {
    let helmfile = |folder: &str| {
        let sandbox = Sandbox::with(&[
            (
                &*format!("{folder}/helmfile.yaml"),
                "helmfiles: [../root.yaml]\n",
            ),
            (&*format!("{folder}/other.yaml"), "a: 1\n"),
            ("deploy/values-prod.yaml", "a: 1\n"),
        ]);
        sandbox.findings_of("layout/missing-file").len()
    };
    assert_eq!(helmfile("deploy/prod"), 1);
    assert_eq!(helmfile("deploy/examples"), 0);
}

#[test]
fn values_that_come_with_a_chart_of_others_are_an_info() {
    let values = "replicaCount: 1\nimage: {tag: 1.0.0}\n";
    let own = "apiVersion: v2\nname: proxy\nversion: 1.0.0\n";
    let published = "apiVersion: v2\nname: proxy\nversion: 1.0.0\nhome: https://example.com\nmaintainers: [{name: others}]\n";
    for (chart, expected) in [
        (own, "warning charts/proxy/values-blue-green-x.yaml:1"),
        (published, "info charts/proxy/values-blue-green-x.yaml:1"),
    ] {
        let sandbox = Sandbox::with(&[
            ("values-dev.yaml", "a: 1\n"),
            ("values-prod.yaml", "a: 1\n"),
            ("charts/proxy/Chart.yaml", chart),
            ("charts/proxy/values.yaml", values),
            ("charts/proxy/values-blue-green-x.yaml", values),
            ("charts/proxy/ci/with-another-name.yaml", values),
            ("shop-template/values-blue-green-x.yaml", values),
        ]);
        let found = sandbox.check().findings;
        let unread = found
            .iter()
            .filter(|found| found.rule == "layout/unread-values");
        let places: Vec<String> = unread
            .map(|found| {
                let place = found.location.start();
                let path = &found.location.source.path;
                format!("{} {path}:{}", found.severity.as_str(), place.line)
            })
            .collect();
        assert_eq!(places, [expected]);
    }
}
