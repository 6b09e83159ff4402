//! Where files lie: what the layout rules report, and what they leave alone.

use crate::support::Sandbox;

const APPS: &str = "apps: [{name: shop, values: \"environments/{env}/values.yaml\"}]\n";

/// The findings of the layout rules in a workspace of files with one value each: rule, severity and file.
fn found(files: &[&str], config: Option<&str>) -> Vec<String> {
    let sandbox = Sandbox::empty();
    for file in files {
        let text = if file.ends_with("Chart.yaml") {
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
        } else {
            "a: 1\n"
        };
        sandbox.write(file, text);
    }
    if let Some(config) = config {
        sandbox.write("envlint.yaml", config);
    }
    let findings = sandbox.check().findings;
    findings
        .iter()
        .filter_map(|finding| {
            let name = finding.rule.strip_prefix("layout/")?;
            // What belongs to no app is no fault of the layout: `tests/it/evidence.rs` is about it.
            if name == "unread-values" {
                return None;
            }
            Some(format!(
                "{} {name} {}",
                finding.severity, finding.location.source.path
            ))
        })
        .collect()
}

#[test]
fn complete_layouts_are_clean() {
    for files in [
        &[
            "environments/dev/values.yaml",
            "environments/prod/values.yaml",
        ][..],
        &[
            "environments/dev.yaml",
            "environments/prod.yaml",
            "environments/README.md",
        ],
        &[
            "Chart.yaml",
            "values.yaml",
            "values-dev.yaml",
            "values-prod.yaml",
            "values-ha.yaml",
            "templates/common.yaml",
        ],
        &[
            "dev/values.yaml",
            "prod/values.yaml",
            "chart/Chart.yaml",
            "chart/values.yaml",
        ],
        &[
            "environments/dev/values.yaml",
            "environments/prod/values.yaml",
            "environments/base/kustomization.yaml",
        ],
        &["values/dev.yaml", "values/prod.yaml", "values/secrets.yaml"],
        &[
            "a/values-dev.yaml",
            "a/values-prod.yaml",
            "b/values-development.yaml",
            "b/values-production.yaml",
        ],
        &["common/values.txt", "dev/values.yaml"],
    ] {
        assert_eq!(found(files, None), Vec::<String>::new(), "{files:?}");
    }
}

#[test]
fn layers_are_found_in_the_forms_of_the_environments() {
    for layer in [
        "environments/base/values.yaml",
        "environments/_base/values.yaml",
        "environments/common.yaml",
        "environments/shared/values.yaml",
        "environments/values-default.yaml",
        "values-base.yaml",
        "values.common.yaml",
    ] {
        let files = [
            "environments/dev/values.yaml",
            "environments/prod/values.yaml",
            layer,
        ];
        assert_eq!(
            found(&files, None),
            [format!("warning hierarchical-values {layer}")]
        );
    }
    assert_eq!(
        found(
            &["values-dev.yaml", "values-prod.yaml", "values-base.yaml"],
            None
        ),
        ["warning hierarchical-values values-base.yaml"]
    );
    assert_eq!(
        found(
            &["values-dev.yaml", "values-prod.yaml", "values.yaml"],
            None
        ),
        ["info hierarchical-values values.yaml"]
    );
}

#[test]
fn a_declared_environment_is_no_layer() {
    let files = [
        "environments/dev/values.yaml",
        "environments/global/values.yaml",
    ];
    let config = format!("environments: {{dev: {{}}, global: {{tier: production}}}}\n{APPS}");
    assert_eq!(found(&files, Some(&config)), Vec::<String>::new());
}

#[test]
fn unknown_environments_are_told_from_examples() {
    for (files, expected) in [
        (
            &["environments/dev.yaml", "environments/stagin.yaml"][..],
            &["warning unknown-environment environments/stagin.yaml"][..],
        ),
        (
            &["values/dev.yaml", "values/prdo.yaml"],
            &["warning unknown-environment values/prdo.yaml"],
        ),
        (
            &["values-dev.yaml", "values-prodd.yaml"],
            &["warning unknown-environment values-prodd.yaml"],
        ),
        (&["values-dev.yaml", "values-minimal.yaml"], &[]),
        (&["dev/values.yaml", "database/values.yaml"], &[]),
    ] {
        assert_eq!(found(files, None), expected, "{files:?}");
    }
    let config = format!("environments: {{dev: {{}}, prod: {{}}}}\n{APPS}");
    let files = [
        "environments/dev/values.yaml",
        "environments/prod/values.yaml",
        "environments/production/values.yaml",
    ];
    assert_eq!(
        found(&files, Some(&config)),
        ["warning unknown-environment environments/production/values.yaml"]
    );
}

#[test]
fn missing_environments_are_errors_where_they_are_declared() {
    let config = format!("environments: {{dev: {{}}, staging: {{}}, prod: {{}}}}\n{APPS}");
    let dev = "environments/dev/values.yaml";
    assert_eq!(
        found(&[dev], Some(&config)),
        [
            "error missing-environment envlint.yaml",
            "error missing-environment envlint.yaml"
        ]
    );
    assert_eq!(
        found(&[], Some(&config)),
        ["error missing-environment envlint.yaml"]
    );
    assert_eq!(
        found(&[dev], Some("environments: {dev: {}, prod: {}}\n")),
        [format!("warning missing-environment {dev}")]
    );
}

#[test]
fn an_entry_for_many_apps_misses_what_is_gone() {
    const CONFIG: &str = "environments: {dev: {}, staging: {}, prod: {}}\n\
         apps: [{name: \"{app}\", values: \"environments/{env}/{app}.yaml\"}]\n";
    let all: Vec<String> = ["dev", "staging", "prod"]
        .iter()
        .flat_map(|env| {
            ["api", "web", "worker"].map(|app| format!("environments/{env}/{app}.yaml"))
        })
        .collect();
    let without = |gone: &[&str]| -> Vec<String> {
        let files: Vec<&str> = all
            .iter()
            .map(String::as_str)
            .filter(|file| !gone.contains(file))
            .collect();
        found(&files, Some(CONFIG))
    };
    assert_eq!(without(&[]), [""; 0]);
    let expected = "warning missing-environment environments/dev/web.yaml";
    assert_eq!(without(&["environments/staging/web.yaml"]), [expected]);
    assert_eq!(
        without(&[
            "environments/staging/web.yaml",
            "environments/prod/web.yaml"
        ]),
        [""; 0],
        "an app that never left development"
    );
    let moved = ["x/dev/api.yaml", "x/prod/api.yaml"];
    assert_eq!(
        found(&moved, Some(CONFIG)),
        ["error missing-environment envlint.yaml"]
    );
}

#[test]
fn what_argo_names_is_looked_for_where_apps_are_declared() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: \"{app}\", values: \"environments/{env}/{app}.yaml\"}]\n",
        ),
        (
            "charts/web/Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        ),
        ("environments/dev/web.yaml", "a: 1\n"),
        ("environments/staging/web.yaml", "a: 1\n"),
        (
            "argocd/web-prod.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web-prod}\nspec:\n  \
             destination: {namespace: prod}\n  source:\n    repoURL: https://example.com/x.git\n    path: charts/web\n    \
             helm:\n      valueFiles: [../../environments/prod/web.yaml]\n",
        ),
    ]);
    let findings = sandbox.findings_of("layout/missing-file");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].location.source.path, "argocd/web-prod.yaml");
}

#[test]
fn without_a_declaration_the_other_apps_tell_what_is_missing() {
    let app = |name: &str, environments: &[&str]| -> Vec<String> {
        environments
            .iter()
            .map(|environment| format!("{name}/values-{environment}.yaml"))
            .collect()
    };
    for (apps, expected) in [
        (vec![app("a", &["dev", "prod"])], vec![]),
        (
            vec![
                app("a", &["dev", "staging", "prod"]),
                app("b", &["dev", "prod"]),
                app("c", &["dev", "staging", "prod"]),
            ],
            vec!["warning missing-environment b/values-dev.yaml"],
        ),
        // One other app is no custom of the house, and no app needs an environment for pull requests.
        (
            vec![
                app("a", &["dev", "staging", "prod"]),
                app("b", &["dev", "prod"]),
            ],
            vec![],
        ),
        (
            vec![
                app("a", &["pr", "prod"]),
                app("b", &["pr", "prod"]),
                app("c", &["prod"]),
            ],
            vec![],
        ),
        (
            vec![
                app("a", &["dev", "prod", "qa"]),
                app("b", &["dev", "prod"]),
                app("c", &["development", "live"]),
            ],
            vec![],
        ),
        (
            vec![
                app("a", &["qa", "prod"]),
                app("b", &["qa", "prod-east", "prod-west"]),
            ],
            vec![],
        ),
    ] {
        let files: Vec<String> = apps.concat();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        assert_eq!(found(&files, None), expected, "{files:?}");
    }
}

#[test]
fn a_file_that_builds_on_another_is_a_layer() {
    for (text, is_layer) in [
        ("extends: ../base.yaml\n", true),
        ("bases: [a.yaml, b.yml]\n", true),
        ("include: true\n", false),
        ("imports: [module]\n", false),
        ("base: 1\n", false),
    ] {
        let findings = Sandbox::with(&[("values-dev.yaml", text)]).check().findings;
        let found = findings
            .iter()
            .any(|finding| finding.rule == "layout/hierarchical-values");
        assert_eq!(found, is_layer, "{text}");
    }
}

#[test]
fn what_is_ignored_or_a_workspace_of_its_own_is_not_looked_at() {
    let store = "apiVersion: external-secrets.io/v1beta1\nkind: SecretStore\nmetadata: {name: s}\n";
    let sandbox = Sandbox::with(&[
        (".envlintignore", "/samples/\n"),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
        ("samples/store.yaml", store),
        ("samples/other/values-dev.yaml", "a: 1\n"),
        ("nested/envlint.yaml", ""),
        ("nested/store.yaml", store),
        ("nested/values-dev.yaml", "a: 1\n"),
    ]);
    let outcome = sandbox.check();
    assert_eq!(outcome.extent.apps, 1);
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
}

#[test]
fn an_environment_may_be_called_shared() {
    let files = |own: &'static str| {
        [
            ("envs/dev/shop.yaml", "environment: dev\n"),
            ("envs/prod/shop.yaml", "environment: prod\n"),
            ("envs/shared/shop.yaml", own),
        ]
    };
    let layers = |own: &'static str| {
        let ran = Sandbox::with(&files(own)).run(&["check"]);
        ran.stdout.matches("layout/hierarchical-values").count()
    };
    assert_eq!(layers("environment: shared\n"), 0);
    assert_eq!(layers("global: {env: shared}\n"), 0);
    assert_eq!(layers("replicas: 3\n"), 1);
}

/// The parts of a patch file are held each against the objects of its own group, version, kind and name.
#[test]
fn each_part_of_a_patch_has_its_object() {
    let object = |api: &str, name: &str| {
        format!(
            "apiVersion: {api}\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{replicas: 3}}\n"
        )
    };
    let (web, nope) = (object("apps/v1", "web"), object("apps/v1", "nope"));
    let plain = "resources: [../base]\npatches: [{path: p.yaml}]\n";
    let renaming = "resources: [../base]\npatches:\n- target: {kind: Deployment, name: web}\n  options: {allowNameChange: true}\n  patch: '[{op: replace, path: /metadata/name, value: blue}]'\n- path: p.yaml\n";
    for (kustomization, patch, expected) in [
        (plain, web.clone(), None),
        (plain, format!("{web}---\n{nope}"), Some("`nope`")),
        (plain, format!("{nope}---\n{web}"), Some("`nope`")),
        (
            plain,
            object("extensions/v1beta1", "web"),
            Some("extensions/v1beta1 Deployment `web`"),
        ),
        (renaming, object("apps/v1", "blue"), None),
    ] {
        let sandbox = Sandbox::with(&[
            (
                "argocd/web.yaml",
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  destination: {server: 'https://kubernetes.default.svc', namespace: web}\n  source: {repoURL: 'https://github.com/acme/shop', path: apps/prod}\n",
            ),
            ("apps/base/kustomization.yaml", "resources: [d.yaml]\n"),
            ("apps/base/d.yaml", &web),
            ("apps/prod/kustomization.yaml", kustomization),
            ("apps/prod/p.yaml", &patch),
        ]);
        let ran = sandbox.run(&["check", "--only", "layout/broken-kustomization"]);
        match expected {
            None => assert!(ran.stdout.contains("no findings"), "{}", ran.stdout),
            Some(said) => assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout),
        }
    }
}
