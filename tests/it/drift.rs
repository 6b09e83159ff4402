//! Environments side by side: what the drift rules report, where they point, and what they leave alone.

use envlint::rules::Finding;

use crate::support::{Sandbox, shown};

const DECLARED: &str = "environments: {dev: {}, prod: {}}\nperEnvironment:\n  - {path: replicas}\n";

/// The findings of the drift rules on two files: rule, path, and the place.
fn found(dev: &str, prod: &str, config: &str) -> Vec<String> {
    let sandbox = Sandbox::with(&[("values-dev.yaml", dev), ("values-prod.yaml", prod)]);
    if !config.is_empty() {
        sandbox.write("envlint.yaml", config);
    }
    let outcome = sandbox.check();
    assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    outcome
        .findings
        .iter()
        .filter_map(|finding| {
            let rule = finding.rule.strip_prefix("drift/")?;
            let path = finding
                .path
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let start = finding.location.start();
            let file = &finding.location.source.path;
            Some(format!(
                "{rule} {path} {file}:{}:{}",
                start.line, start.column
            ))
        })
        .collect()
}

#[test]
fn missing_keys_point_at_where_they_would_be() {
    for (dev, prod, expected) in [
        (
            "a: 1\nb: 2\n",
            "a: 1\n",
            &["missing-key b values-prod.yaml:1:1"][..],
        ),
        (
            "a: {b: {c: 1, d: 2}}\n",
            "x: 1\na:\n  b:\n    c: 1\n",
            &[
                "missing-key x values-dev.yaml:1:1",
                "missing-key a.b.d values-prod.yaml:3:3",
            ],
        ),
        (
            "a: {b: {c: 1, d: 2}}\n",
            "a: {}\n",
            &["undeclared-difference  values-dev.yaml:1:12"],
        ),
        (
            "a: {b: {c: 1, d: 2}, e: 1}\n",
            "a: {e: 1}\n",
            &["missing-key a.b values-prod.yaml:1:1"],
        ),
        (
            "a: 1\nb: 2\n",
            "a: 1\nb: null\n",
            &["undeclared-difference  values-prod.yaml:2:4"],
        ),
        (
            "env: [{name: A, value: x}, {name: B, value: y}]\n",
            "env:\n  - {name: A, value: x}\n",
            &["missing-key env[name=B] values-prod.yaml:1:1"],
        ),
        (
            "a: 1\nc: 1\nz: 1\n",
            "a: 1\nc: 1\n",
            &["missing-key z values-prod.yaml:1:1"],
        ),
        (
            "secrets: {awsSecrets: {enabled: true}}\na: 1\n",
            "a: 1\n",
            &[],
        ),
    ] {
        assert_eq!(found(dev, prod, ""), expected, "{dev}---\n{prod}");
    }
}

#[test]
fn types_are_compared_with_tolerance_for_what_is_alike_to_templates() {
    for (dev, prod) in [
        ("a: 1", "a: 500m"),
        ("a: 1", "a: 50%"),
        ("a: ''", "a: 1"),
        ("a: {}", "a: []"),
        ("a: null", "a: {b: 1}"),
        ("a: false", "a: {b: 1}"),
        (
            "resources: {limits: {cpu: '1'}}",
            "resources: {limits: {cpu: 2}}",
        ),
        ("targetPort: http", "targetPort: 8080"),
        ("a: 1", "a: 1.5"),
        (
            "podAnnotations: {a/b: true}",
            "podAnnotations: {a/b: 'true'}",
        ),
    ] {
        let types: Vec<String> = found(dev, prod, "")
            .into_iter()
            .filter(|found| found.starts_with("type"))
            .collect();
        assert_eq!(types, Vec::<String>::new(), "{dev} {prod}");
    }
    for (dev, prod) in [
        ("a: true", "a: 'true'"),
        ("a: 8080", "a: '8080'"),
        ("a: [x]", "a: x"),
        ("a: {b: 1}", "a: x"),
        ("a: 1.1", "a: '1.2'"),
        ("a: 1", "a: high"),
        ("a: [{name: x}]", "a: {name: x}"),
    ] {
        let all = found(dev, prod, "");
        let types: Vec<&String> = all
            .iter()
            .filter(|found| found.starts_with("type"))
            .collect();
        assert_eq!(types.len(), 1, "{dev} {prod}: {all:?}");
        assert!(
            types[0].contains("values-prod.yaml"),
            "{dev} {prod}: {all:?}"
        );
    }
}

#[test]
fn differences_are_counted_once_until_something_is_declared() {
    let (dev, prod) = ("a: 1\nb: 2\nreplicas: 1\n", "a: 2\nb: 3\nreplicas: 2\n");
    assert_eq!(
        found(dev, prod, ""),
        ["undeclared-difference  values-prod.yaml:1:4"]
    );
    assert_eq!(
        found(dev, prod, DECLARED),
        ["undeclared-difference  values-prod.yaml:1:4"]
    );
    assert_eq!(
        found(
            "a: 1\nb: 2\nreplicas: 1\n",
            "a: 1\nb: 3\nreplicas: 1\n",
            DECLARED
        ),
        ["undeclared-difference b values-prod.yaml:2:4"]
    );
}

#[test]
fn the_order_of_items_with_names_is_content() {
    for (dev, prod, expected) in [
        ("xyz", "xyz", &[][..]),
        (
            "xy",
            "yx",
            &["undeclared-difference a values-prod.yaml:1:1"],
        ),
        (
            "xyz",
            "zx",
            &[
                "undeclared-difference a values-prod.yaml:1:1",
                "missing-key a[name=y] values-prod.yaml:1:1",
            ],
        ),
        ("xy", "xzy", &["missing-key a[name=z] values-dev.yaml:1:1"]),
    ] {
        let list = |names: &str| {
            let items = names.chars().map(|name| format!("- {{name: {name}x}}\n"));
            format!("a:\n{}", items.collect::<String>())
        };
        let expected: Vec<String> = expected
            .iter()
            .map(|text| text.replace("=y", "=yx").replace("=z", "=zx"))
            .collect();
        let mut all = found(&list(dev), &list(prod), DECLARED);
        all.retain(|text| !text.contains("unused"));
        all.sort();
        let mut wanted = expected.clone();
        wanted.sort();
        assert_eq!(all, wanted, "{dev} {prod}");
        let declared = "environments: {dev: {}, prod: {}}\nperEnvironment: [{path: a}]\n";
        assert_eq!(
            found(&list(dev), &list(prod), declared),
            Vec::<String>::new()
        );
    }
}

#[test]
fn equal_amounts_and_equal_meanings_do_not_differ() {
    for (dev, prod) in [
        ("a: 1Gi", "a: 1024Mi"),
        ("a: 60s", "a: 1m0s"),
        ("a: yes", "a: true"),
        ("a: \"x\"", "a: x"),
        ("a: [1, 2]", "a:\n  - 1\n  - 2"),
        ("a: {b: 1, c: 2}", "a:\n  c: 2\n  b: 1"),
        (
            "a: [{name: x, v: 1}, {name: y, v: 2}]",
            "a: [{v: 1, name: x}, {v: 2, name: y}]",
        ),
        ("a: &x {b: 1}\nc: *x", "a: {b: 1}\nc: {b: 1}"),
    ] {
        let config = "environments: {dev: {}, prod: {}}\nperEnvironment: [{path: \"a.zzz\"}]\nrules: {drift/unused-declaration: off}\n";
        assert_eq!(
            found(dev, prod, config),
            Vec::<String>::new(),
            "{dev} {prod}"
        );
    }
}

#[test]
fn expectations_hold_over_what_is_comparable() {
    for (expect, dev, prod, holds) in [
        ("non-decreasing", "1", "2", true),
        ("non-decreasing", "500m", "1", true),
        ("non-decreasing", "2Gi", "1024Mi", false),
        ("non-decreasing", "30s", "1m30s", true),
        ("non-decreasing", "v1.9.0", "v1.10.0", true),
        ("non-decreasing", "1.10.0", "1.9.0", false),
        ("non-decreasing", "512m", "4g", true),
        ("non-decreasing", "info", "debug", false),
        ("non-decreasing", "true", "true", false),
        ("non-decreasing", "~", "1", true),
        ("non-decreasing", "1_000", "1001", true),
        ("distinct", "a", "b", true),
        ("distinct", "a", "\"a\"", false),
        ("{pattern: \"x-{env}\"}", "x-dev", "x-prod", true),
        ("{pattern: \"x-{env}\"}", "x-dev", "x-dev", false),
        ("{pattern: \"{env}\"}", "[dev]", "prod", false),
        ("{oneOf: [1, 2, on]}", "1.0", "yes", true),
        ("{oneOf: [a, b]}", "a", "c", false),
        ("{oneOf: [\"1\"]}", "\"1\"", "1", false),
        ("{fixed: {prod: true}}", "false", "yes", true),
        ("{fixed: {prod: true}}", "true", "false", false),
        ("{fixed: {prod: [1, 2]}}", "x", "[1, 2]", true),
    ] {
        let config = format!(
            "environments: {{dev: {{}}, prod: {{}}}}\nperEnvironment: [{{path: a, expect: {expect}}}]\n"
        );
        let all = found(&format!("a: {dev}\n"), &format!("a: {prod}\n"), &config);
        let broken = all.iter().any(|found| found.starts_with("expectation"));
        assert_eq!(!broken, holds, "{expect}: {dev} {prod}: {all:?}");
    }
}

#[test]
fn a_fixed_value_must_be_there() {
    let config = "environments: {dev: {}, prod: {}}\nperEnvironment: [{path: tls.enabled, expect: {fixed: {prod: true}}}]\n";
    assert_eq!(
        found("tls: {enabled: false, a: 1}\n", "tls:\n  a: 1\n", config),
        ["expectation tls.enabled values-prod.yaml:1:1"]
    );
}

#[test]
fn the_chart_s_defaults_fill_what_a_file_leaves_out() {
    let sandbox = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("values.yaml", "a: 1\nb: {c: 1, d: 2}\n"),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "b: {c: 1}\n"),
    ]);
    assert_eq!(sandbox.check().findings.len(), 0);
    sandbox.write("values-prod.yaml", "b: {c: 2}\n");
    let findings = sandbox.check().findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].rule, "drift/undeclared-difference");
}

#[test]
fn a_condition_of_promotions_that_watches_nothing_is_pointed_out() {
    let found_with = |path: &str, production: &str| {
        let config = format!(
            "apps: [{{name: shop, values: \"values-{{env}}.yaml\", given: [build.id]}}]\npromotion: {{stop: [{{path: \"{path}\", when: changed}}]}}\n"
        );
        let sandbox = Sandbox::with(&[
            ("envlint.yaml", config.as_str()),
            (
                "values-dev.yaml",
                "image: {tag: 1.0.0}\nhosts: [{name: a}]\n",
            ),
            ("values-prod.yaml", production),
        ]);
        let findings = sandbox.check().findings;
        let idle = findings
            .iter()
            .find(|finding| finding.rule == "drift/unused-declaration");
        idle.map(|finding| shown(&finding.advice().unwrap_or_default()))
    };
    let found = |path: &str| found_with(path, "image: {tag: 1.0.0}\nhosts: [{name: a}]\n");
    for (path, expected) in [
        ("images.tag", "did you mean `image.tag`?"),
        ("**.image.tga", "did you mean `**.image.tag`?"),
        ("**.imgae.tag", "did you mean `**.image.tag`?"),
        ("**.replicas", "remove it, or correct the spelling"),
    ] {
        assert_eq!(found(path).as_deref(), Some(expected), "{path}");
        assert_eq!(found_with(path, "image: {tag: [\n"), None, "{path}");
    }
    for path in ["image.tag", "image", "hosts", "*.tag", "**.id"] {
        assert_eq!(found(path), None, "{path}");
    }
}

#[test]
fn a_value_on_its_way_may_be_ignored_and_is_promoted_all_the_same() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "perEnvironment: [{path: host}]\nrules: {drift/undeclared-difference: {ignore: [\"**.tag\"]}}\n",
        ),
        ("values-dev.yaml", "image: {tag: 1.1.0}\n"),
        ("values-staging.yaml", "image: {tag: 1.0.0}\n"),
        ("values-prod.yaml", "image: {tag: 1.0.0}\n"),
    ]);
    let drift = |sandbox: &Sandbox| {
        let drift = sandbox.findings_of("drift/undeclared-difference");
        let advice = drift.iter().filter_map(Finding::advice);
        advice.map(|advice| shown(&advice)).collect::<Vec<_>>()
    };
    assert_eq!(drift(&sandbox), Vec::<String>::new());
    let ran = sandbox.run(&[
        "promote",
        "--from",
        "dev",
        "--to",
        "staging",
        "--everything",
        "--write",
    ]);
    assert!(ran.stdout.contains("1 change written"), "{}", ran.stdout);

    // Without that, the way on is said; but not the way back.
    sandbox.write("envlint.yaml", "perEnvironment: [{path: host}]\n");
    let way = drift(&sandbox).concat();
    assert!(
        way.contains("`envlint promote --from staging --to prod`"),
        "{way}"
    );
    sandbox.write("values-prod.yaml", "image: {tag: 1.2.0}\n");
    let way = drift(&sandbox).concat();
    assert!(!way.contains("envlint promote"), "{way}");
}

#[test]
fn a_difference_is_reported_at_the_environment_that_differs_from_the_others() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", "perEnvironment: [{path: host}]\n"),
        ("values-dev.yaml", "resources: {limits: {cpu: 1}}\n"),
        ("values-staging.yaml", "resources: {limits: {cpu: 1}}\n"),
        ("values-prod.yaml", "name: shop\nresources: {}\n"),
    ]);
    let findings = sandbox.check().findings;
    let found = findings
        .iter()
        .find(|finding| finding.rule == "drift/undeclared-difference")
        .expect("a difference");
    assert_eq!(found.environment.as_deref(), Some("prod"));
    assert_eq!(found.location.source.path, "values-prod.yaml");
    assert_eq!(
        shown(&found.message),
        "`resources.limits.cpu` is set in dev and staging but not in prod; envlint.yaml does not allow that"
    );
}

#[test]
fn items_of_lists_have_one_type_everywhere() {
    let said = |dev: &str, prod: &str, expected: &[&str]| {
        crate::findings::check(
            &[("values-dev.yaml", dev), ("values-prod.yaml", prod)],
            &["drift/type-mismatch"],
            expected,
        );
    };
    said(
        "hosts: [{host: a, paths: [{path: /}]}]\n",
        "hosts: [{host: b, paths: [/]}]\n",
        &[
            "warning values-prod.yaml:1 in `hosts`, `[*].paths[*]` is a single value in prod but a map in dev, and templates may treat the two differently",
        ],
    );
    // Of one environment, nothing tells which of its forms is meant; what is empty fits anything.
    said("a: [{b: 1}, c]\n", "a: [d, e]\n", &[]);
    said("a: [{b: [1]}]\n", "a: [{b: []}]\n", &[]);
}

#[test]
fn a_missing_object_is_told_with_the_value_that_turns_it_on() {
    use crate::findings::{CHART, CONFIG, SERVICE, check};
    let ingress = "{{- if .Values.ingress.enabled }}\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec:\n  ingressClassName: {{ .Values.ingress.className }}\n{{- end }}\n";
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/service.yaml", SERVICE),
            ("chart/templates/ingress.yaml", ingress),
            ("chart/values.yaml", "ingress: {enabled: false}\n"),
            (
                "staging.yaml",
                "ingress: {className: nginx, enabled: true}\n",
            ),
            ("prod.yaml", "a: 1\n"),
        ],
        &["drift/missing-object"],
        &[
            "info prod.yaml:1 Ingress `shop` is in staging and missing in prod, which does not set `ingress.enabled`",
        ],
    );
}

/// What the chart's templates do with a value says whether its type matters.
#[test]
fn types_differ_where_a_template_of_the_chart_cares() {
    let of = |template: &str, expected: &[&str]| {
        crate::findings::check(
            &[
                crate::findings::CHART,
                (
                    "envlint.yaml",
                    "environments: {staging: {}, prod: {}}\napps: [{name: shop, chart: chart, values: \"{env}.yaml\"}]\n",
                ),
                ("chart/templates/a.yaml", template),
                ("staging.yaml", "config: {rate: 0.5, groups: [a]}\n"),
                ("prod.yaml", "config: {rate: errors, groups: [{name: a}]}\n"),
            ],
            &["drift/type-mismatch"],
            expected,
        );
    };
    const MAP: &str = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata:\n";
    let copied = format!("{MAP}  a: |\n    {{{{- toYaml .Values.config | nindent 4 }}}}\n");
    of(&copied, &[]);
    let counted = format!(
        "{MAP}  a: {{{{ float64 .Values.config.rate | quote }}}}\n  b: {{{{ toYaml .Values.config.groups | quote }}}}\n"
    );
    of(
        &counted,
        &[
            "error prod.yaml:1 `config.rate` is text in prod but a number in staging, and templates treat the two differently",
        ],
    );
    let ranged = format!(
        "{MAP}  {{{{- range .Values.config.groups }}}}\n  {{{{ . }}}}: a\n  {{{{- end }}}}\n"
    );
    of(
        &ranged,
        &[
            "warning prod.yaml:1 in `config.groups`, `[*]` is a map in prod but a single value in staging, and templates treat the two differently",
        ],
    );
    let lost = format!("{MAP}  a: {{{{ include .Values.name .Values.config.rate }}}}\n");
    of(
        &lost,
        &[
            "info prod.yaml:1 `config.rate` is text in prod but a number in staging, and templates may treat the two differently",
        ],
    );
}
