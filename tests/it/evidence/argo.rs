//! Argo CD: Applications, ApplicationSets, and charts that make them.

use super::{CHART, apps, deployments};
use crate::support::Sandbox;

#[test]
fn an_argo_application_names_chart_layers_and_what_is_given() {
    let application = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop-prod
spec:
  source:
    repoURL: https://git.example.com/platform
    path: charts/shop
    helm:
      releaseName: shop
      valueFiles:
        - ../../values/common.yaml
        - /values/prod.yaml
      values: |
        replicas: 5
      parameters:
        - name: image.tag
          value: v1
  destination: {namespace: shop-prod}
";
    let files = [
        ("argocd/shop.yaml", application),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values.yaml", "replicas: 1\nname: x\n"),
        ("values/common.yaml", "name: shop\n"),
        ("values/prod.yaml", "name: shop-prod\n"),
        ("values/dev.yaml", "name: shop-dev\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn an_application_of_hundreds_of_layers_is_no_deployment() {
    let names: Vec<String> = (0..201).map(|number| format!("a{number}.yaml")).collect();
    let layers = names.join(", ");
    let application = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-prod}}\nspec: {{source: {{path: chart, repoURL: x, helm: {{valueFiles: [{layers}]}}}}}}\n"
    );
    let sandbox = Sandbox::with(&[
        ("app.yaml", &application),
        ("chart/Chart.yaml", CHART),
        ("values-dev.yaml", "a: 1\n"),
    ]);
    for name in &names {
        sandbox.write(&format!("chart/{name}"), "a: 1\n");
    }
    let ran = sandbox.run(&["apps"]);
    let said = "app.yaml:3:18: it names more than 200 values files";
    assert!(ran.stdout.contains(said), "{}", ran.stdout);
}

#[test]
fn values_in_a_manifest_are_a_layer_at_their_place() {
    let application = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-prod}
spec:
  source:
    path: chart
    repoURL: x
    helm:
      valueFiles: [values-prod.yaml]
      valuesObject:
        password: 9fK2mQx7Lw3zVb8TnR5yHc1D
";
    let sandbox = Sandbox::with(&[
        ("app.yaml", application),
        ("chart/Chart.yaml", CHART),
        ("chart/values-prod.yaml", "a: 1\n"),
    ]);
    let findings = sandbox.check().findings;
    let places: Vec<String> = findings
        .iter()
        .filter(|finding| finding.rule == "secrets/plaintext")
        .map(|finding| {
            let start = finding.location.start();
            format!(
                "{}:{}:{}",
                finding.location.source.path, start.line, start.column
            )
        })
        .collect();
    assert_eq!(places, ["app.yaml:11:19"]);
}

#[test]
fn an_application_set_makes_one_deployment_for_each_of_its_parameters() {
    let set = |generators: &str, template: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: set}}\nspec:\n  {generators}\n  template:\n    {template}\n"
        )
    };
    let tree = |text: String| {
        deployments(&[
            ("set.yaml", &text),
            ("charts/shop/Chart.yaml", CHART),
            ("charts/web/Chart.yaml", CHART),
            ("charts/shop/values-dev.yaml", "a: 1\n"),
            ("charts/shop/values-prod.yaml", "a: 1\n"),
            ("charts/web/values-dev.yaml", "a: 1\n"),
            ("clusters/dev/config.yaml", "env: dev\n"),
            ("clusters/prod/config.yaml", "env: prod\n"),
        ])
    };
    let both = [
        "shop dev charts/shop charts/shop/values-dev.yaml",
        "shop prod charts/shop charts/shop/values-prod.yaml",
    ];
    let plain = "metadata: {name: \"shop-{{env}}\"}\n    spec: {source: {repoURL: x, path: charts/shop, helm: {valueFiles: [\"values-{{env}}.yaml\"]}}}";
    let listed = "generators: [{list: {elements: [{env: dev}, {env: prod}]}}]";
    assert_eq!(tree(set(listed, plain))[..2], both);
    let of_files = "generators: [{git: {repoURL: x, files: [{path: \"clusters/*/config.yaml\"}]}}]";
    assert_eq!(tree(set(of_files, plain))[..2], both);
    let unknown = "generators: [{clusters: {}}]";
    let by_cluster = plain.replace("{{env}}", "{{name}}");
    assert_eq!(tree(set(unknown, &by_cluster))[..2], both);

    let matrix = "goTemplate: true\n  generators: [{matrix: {generators: [{git: {repoURL: x, directories: [{path: charts/*}]}}, {list: {elements: [{env: dev}, {env: prod}]}}]}}]";
    let go = "metadata: {name: \"{{.path.basename}}-{{.env}}\"}\n    spec: {source: {repoURL: x, path: \"{{.path.path}}\", helm: {ignoreMissingValueFiles: true, valueFiles: [\"values-{{.env}}.yaml\"]}}}";
    let mut all = both.to_vec();
    all.push("web dev charts/web charts/web/values-dev.yaml");
    // Argo CD deploys the chart's own values where a file may be missing.
    all.push("web prod charts/web ");
    assert_eq!(tree(set(matrix, go)), all);

    let merge = "generators: [{merge: {mergeKeys: [env], generators: [{list: {elements: [{env: dev, path: x}, {env: prod, path: x}]}}, {list: {elements: [{env: prod, path: charts/shop}, {env: dev, path: charts/shop}]}}]}}]";
    let merged = plain.replace("path: charts/shop", "path: \"{{path}}\"");
    assert_eq!(tree(set(merge, &merged))[..2], both);
}

#[test]
fn several_sources_share_values_by_reference() {
    let application = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: loki}
spec:
  sources:
    - repoURL: https://charts.example.com
      chart: loki
      targetRevision: 6.1.0
      helm:
        valueFiles: [$values/loki/base.yaml, $values/loki/staging.yaml]
    - {repoURL: https://git.example.com/values, ref: values}
  destination: {namespace: logging}
";
    let seen = deployments(&[
        ("apps/loki.yaml", application),
        ("loki/base.yaml", "a: 1\n"),
        ("loki/staging.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        ["loki staging https://charts.example.com/loki@6.1.0 loki/base.yaml < loki/staging.yaml"]
    );
}

#[test]
fn ten_thousand_applications_are_bounded() {
    let elements: String = (0..10_050)
        .map(|number| format!("{{env: dev, number: {number}}}, "))
        .collect();
    let set = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: many}}\nspec:\n  generators: [{{list: {{elements: [{elements}]}}}}]\n  template: {{metadata: {{name: \"shop-{{{{env}}}}\"}}, spec: {{source: {{repoURL: x, path: chart, helm: {{valueFiles: [values-dev.yaml]}}}}}}}}\n"
    );
    let ran = apps(&[
        ("set.yaml", &set),
        ("chart/Chart.yaml", CHART),
        ("chart/values-dev.yaml", "a: 1\n"),
    ]);
    assert!(
        ran.contains("more than 10000 Applications are not looked at"),
        "{ran}"
    );
    assert!(ran.contains("1 app, 1 environment, 1 deployment"), "{ran}");
}

#[test]
fn all_sets_together_make_only_so_much() {
    let elements: String = (0..5000)
        .map(|number| format!("{{n: {number}}}, "))
        .collect();
    let note = "x".repeat(200_000);
    let large = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: large}}\nspec:\n  generators: [{{list: {{elements: [{elements}]}}}}]\n  template: {{metadata: {{name: \"x{{{{n}}}}\", annotations: {{note: {note}}}}}, spec: {{source: {{repoURL: x, path: none}}}}}}\n"
    );
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-prod}\nspec: {source: {repoURL: x, path: chart, helm: {valueFiles: [values-prod.yaml]}}}\n";
    let ran = apps(&[
        ("a.yaml", &large),
        ("z.yaml", application),
        ("chart/Chart.yaml", CHART),
        ("chart/values-prod.yaml", "a: 1\n"),
    ]);
    let words =
        "all ApplicationSets together make too much, so not all that `large` makes is looked at";
    assert!(ran.contains(words), "{ran}");
    assert!(ran.contains("shop-prod"), "{ran}");
}

#[test]
fn a_deployment_of_the_charts_own_values_is_checked() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: pay-prod}\nspec: {source: {repoURL: x, path: charts/pay}, destination: {namespace: pay}}\n";
    let sandbox = Sandbox::with(&[
        ("argocd/pay.yaml", application),
        ("charts/pay/Chart.yaml", CHART),
        (
            "charts/pay/values.yaml",
            "token: 9fK2mQx7Lw3zVb8TnR5yHc1D\n",
        ),
    ]);
    insta::assert_snapshot!(sandbox.run(&["apps"]).stdout);
    let places: Vec<String> = sandbox
        .check()
        .findings
        .iter()
        .map(|finding| {
            let place = &finding.location;
            let line = place.start().line;
            format!("{} {}:{line}", finding.rule, place.source.path)
        })
        .collect();
    assert_eq!(places, ["secrets/plaintext charts/pay/values.yaml:1"]);
    let ran = sandbox.run(&["promote", "--from", "prod", "--to", "prod"]);
    assert_ne!(ran.status, 0);
}

#[test]
fn parameters_alone_are_given_and_files_that_nothing_reads_are_said() {
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\nspec:\n  generators: [{list: {elements: [{env: dev, n: 1}, {env: prod, n: 3}]}}]\n  template:\n    metadata: {name: 'web-{{env}}'}\n    spec: {source: {repoURL: https://x, chart: web, targetRevision: 1.0.0, helm: {parameters: [{name: replicas, value: '{{n}}'}]}}}\n";
    let files = [
        ("set.yaml", set),
        ("environments/dev/values.yaml", "replicas: 1\n"),
        ("environments/prod/values.yaml", "replicas: 9\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn a_file_that_all_environments_share_is_none_s_own() {
    let application = |env: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: web-{env}}}\nspec: {{source: {{repoURL: x, path: chart, helm: {{valueFiles: [../shared.yaml]}}}}}}\n"
        )
    };
    let sandbox = Sandbox::with(&[
        ("a.yaml", &application("staging")),
        ("b.yaml", &application("prod")),
        ("chart/Chart.yaml", CHART),
        ("shared.yaml", "a: 1\n"),
    ]);
    insta::assert_snapshot!(sandbox.run(&["apps"]).stdout);
    let ran = sandbox.run(&["promote", "--from", "staging", "--to", "prod", "--write"]);
    assert!(
        ran.stderr.contains("has no values file for staging"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}

#[test]
fn a_chart_that_makes_applications_is_rendered() {
    let template = "\
{{- range .Values.apps }}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: {{ .name }}}
spec:
  source:
    repoURL: https://git.example.com/o/r.git
    path: charts/{{ .name }}
    helm:
      valueFiles: [../../values/{{ .name }}-{{ $.Values.env }}.yaml]
      valuesObject: {replicas: 3}
  destination: {namespace: {{ .name }}}
{{- end }}
";
    let root = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: root}\nspec: {source: {repoURL: x, path: apps, helm: {valueFiles: [cluster-b.yaml]}}}\n";
    let files = [
        ("root.yaml", root),
        (
            "apps/Chart.yaml",
            "apiVersion: v2\nname: apps\nversion: 1.0.0\n",
        ),
        ("apps/values.yaml", "env: prod\napps: []\n"),
        ("apps/cluster-b.yaml", "apps: [{name: shop}, {name: web}]\n"),
        ("apps/templates/a.yaml", template),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/web/Chart.yaml", CHART),
        ("values/shop-prod.yaml", "a: 1\n"),
        ("values/web-prod.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn a_reference_to_another_repository_does_not_lead_here() {
    let application = |name: &str, url: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}-prod}}\nspec:\n  sources:\n  - {{repoURL: https://charts.example.com, chart: {name}, targetRevision: 1.0.0, helm: {{valueFiles: [$v/{name}/prod.yaml]}}}}\n  - {{repoURL: {url}, ref: v}}\n"
        )
    };
    let own = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web-prod}\nspec: {source: {repoURL: 'git@example.com:acme/own.git', path: charts/web}}\n";
    let files = [
        (
            "argocd/shop.yaml",
            &*application("shop", "https://example.com/acme/own"),
        ),
        (
            "argocd/mail.yaml",
            &application("mail", "https://example.com/acme/other"),
        ),
        ("argocd/web.yaml", own),
        ("charts/web/Chart.yaml", CHART),
        ("shop/prod.yaml", "a: 1\n"),
        ("mail/prod.yaml", "a: 1\n"),
    ];
    let said = apps(&files);
    assert!(said.contains("values    shop/prod.yaml"), "{said}");
    assert!(!said.contains("values    mail/prod.yaml"), "{said}");
    let reason = "the values file `$v/mail/prod.yaml` of `mail-prod` is not in this repository, so its values are not known";
    assert!(said.contains(reason), "{said}");
}

#[test]
fn the_name_of_a_cluster_is_normalized() {
    let cluster = "apiVersion: v1\nkind: Secret\nmetadata: {name: c, labels: {argocd.argoproj.io/secret-type: cluster}}\nstringData: {name: Prod_EU, server: x}\n";
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: shop}\nspec:\n  generators: [{clusters: {}}]\n  template:\n    metadata: {name: 'shop-{{nameNormalized}}'}\n    spec: {source: {repoURL: x, path: chart}, destination: {namespace: shop}}\n";
    let said = apps(&[
        ("argocd/cluster.yaml", cluster),
        ("argocd/set.yaml", set),
        ("chart/Chart.yaml", CHART),
    ]);
    assert!(said.contains("release shop-prod-eu"), "{said}");
}

#[test]
fn generators_of_many_sets_are_cut_and_that_is_said() {
    let list = |key: &str| {
        let elements: Vec<String> = (0..3000)
            .map(|at| format!("{{{key}: v{at}, id: '{at}'}}"))
            .collect();
        format!("{{list: {{elements: [{}]}}}}", elements.join(", "))
    };
    let both = format!("generators: [{}, {}]", list("a"), list("b"));
    for (generator, is_cut) in [
        (format!("{{matrix: {{{both}}}}}"), true),
        (format!("{{merge: {{mergeKeys: [id], {both}}}}}"), false),
        // None of the sets has the key: all of them are the same one.
        (format!("{{merge: {{mergeKeys: [x], {both}}}}}"), false),
    ] {
        let set = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: shop}}\nspec:\n  generators: [{generator}]\n  template:\n    metadata: {{name: 'shop'}}\n    spec: {{source: {{repoURL: x, path: none}}}}\n"
        );
        let said = apps(&[("argocd/set.yaml", &set)]);
        let words = "more than 10000 Applications are not looked at";
        assert_eq!(said.contains(words), is_cut, "{said}");
    }
}

#[test]
fn an_application_set_that_is_no_yaml_is_said() {
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: shop}\nspec:\n  template:\n    metadata:\n      name: {{path.basename}}-prod\n";
    let said = apps(&[("argocd/set.yaml", set)]);
    let reason = "the file holds an ApplicationSet of Argo CD, but is no YAML, so what it deploys is not known";
    assert!(said.contains(reason), "{said}");
}

#[test]
fn a_chart_that_makes_applications_is_deployed_itself() {
    let template = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec: {source: {repoURL: x, path: charts/shop}}\n";
    assert_eq!(
        deployments(&[
            (
                "apps/Chart.yaml",
                "apiVersion: v2\nname: apps\nversion: 1.0.0\n"
            ),
            ("apps/values-dev.yaml", "a: 1\n"),
            ("apps/values-prod.yaml", "a: 1\n"),
            ("apps/templates/shop.yaml", template),
            ("charts/shop/Chart.yaml", CHART),
        ]),
        [
            "apps dev apps apps/values-dev.yaml",
            "apps prod apps apps/values-prod.yaml",
            "shop dev charts/shop ",
            "shop prod charts/shop ",
        ]
    );
}

/// The files that a generator could read are none of an app; nor are files of the form of a layer below the environments' own.
#[test]
fn parameters_and_layers_of_an_application_set_are_no_apps() {
    let set = "\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop}
spec:
  generators:
  - git: {repoURL: https://example.com/x.git, revision: HEAD, files: [{path: env/demo.yaml}]}
  template:
    metadata: {name: 'shop-{{cluster}}'}
    spec:
      project: x
      destination: {name: '{{cluster}}', namespace: shop}
      source:
        repoURL: https://example.com/x.git
        path: charts/shop
        helm: {valueFiles: ['values-{{phase}}.yaml', '{{cluster}}/values.yaml']}
";
    let files = [
        ("apps/shop.yaml", set),
        ("env/demo.yaml", "cluster: demo\nphase: alpha\n"),
        ("env/prod.yaml", "cluster: prod\nphase: prod\n"),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values-alpha.yaml", "a: 1\n"),
        ("charts/shop/values-prod.yaml", "a: 2\n"),
        ("charts/shop/demo/values.yaml", "b: 1\n"),
    ];
    assert_eq!(
        deployments(&files),
        ["shop demo charts/shop charts/shop/values-alpha.yaml < charts/shop/demo/values.yaml"]
    );
    let seen = apps(&files);
    assert!(!seen.contains("env/prod.yaml"), "{seen}");
    assert!(
        seen.contains("charts/shop/values-prod.yaml: nothing reads this file"),
        "{seen}"
    );
}

/// Two Applications of one release contradict each other: the files of the one that is not taken are read by it all the same.
#[test]
fn files_of_an_application_that_contradicts_another_are_read_by_it() {
    let application = |file: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-prod}}\nspec:\n  destination: {{namespace: shop-prod}}\n  source: {{repoURL: https://example.com/x.git, path: chart, helm: {{releaseName: shop, valueFiles: [../common.yaml, {file}../prod/values.yaml]}}}}\n"
        )
    };
    let seen = apps(&[
        ("a/prod.yaml", &application("")),
        (
            "cloud/prod.yaml",
            &application("../hardening/values.yaml, "),
        ),
        ("chart/Chart.yaml", CHART),
        ("common.yaml", "a: 1\n"),
        ("hardening/values.yaml", "a: 1\n"),
        ("prod/values.yaml", "a: 1\n"),
    ]);
    assert!(
        seen.contains(
            "hardening/values.yaml: cloud/prod.yaml:3:18 reads this file; `shop` has other layers in prod"
        ),
        "{seen}"
    );
}

#[test]
fn what_argo_refuses_is_said() {
    let application = |name: &str, source: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {source}\n"
        )
    };
    let nowhere = application(
        "web-prod",
        "{repoURL: https://git.example.com/x, helm: {valueFiles: [envs/prod.yaml]}}",
    );
    let alone = application(
        "shop-prod",
        "{repoURL: https://charts.example.com, chart: shop, targetRevision: 1.0.0, helm: {valueFiles: [$values/envs/shop-prod.yaml]}}",
    );
    let files = [
        ("argocd/web.yaml", nowhere.as_str()),
        ("argocd/shop.yaml", &alone),
        ("envs/shop-prod.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn a_file_of_another_spelling_is_none_of_an_environment_that_lacks_its_own() {
    let set = "\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop}
spec:
  generators:
  - list: {elements: [{env: dev}, {env: stage}, {env: prod}]}
  template:
    metadata: {name: 'shop-{{env}}'}
    spec:
      source:
        repoURL: https://git.example.com/x
        path: charts/shop
        helm: {valueFiles: ['../../environments/{{env}}/values.yaml']}
";
    let files = [
        ("argocd/shop.yaml", set),
        ("charts/shop/Chart.yaml", CHART),
        (
            "charts/shop/templates/a.yaml",
            "kind: A\na: {{ .Values.a.b }}\n",
        ),
        ("environments/dev/values.yaml", "a: {b: 1}\n"),
        ("environments/staging/values.yaml", "a: {b: 1}\n"),
        ("environments/prod/values.yaml", "a: {b: 1}\n"),
    ];
    insta::assert_snapshot!(apps(&files));
    let findings = Sandbox::with(&files).check().findings;
    let said: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.severity > envlint::source::Severity::Info)
        .map(|finding| finding.rule)
        .collect();
    assert_eq!(said, ["layout/missing-file", "layout/unread-values"]);
}

/// Argo CD finds charts by name in repositories of Helm alone; the files that such an Application names are no apps.
#[test]
fn a_chart_by_name_from_a_git_repository_cannot_be_deployed() {
    let application = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-prod}
spec:
  source:
    repoURL: https://git.example.com/acme/deploy.git
    chart: shop
    targetRevision: 1.0.0
    helm: {valueFiles: [environments/prod/apps/shop.yaml]}
";
    let seen = apps(&[
        ("apps/shop.yaml", application),
        ("charts/shop/Chart.yaml", CHART),
        ("environments/prod/apps/shop.yaml", "replicas: 2\n"),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn files_that_a_generator_names_by_the_dozen_are_one_mistake() {
    let names: Vec<String> = (0..12).map(|at| format!("{{name: shop-{at}}}")).collect();
    let set = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: shops}}\nspec:\n  generators:\n    - list: {{elements: [{}]}}\n  template:\n    metadata: {{name: '{{{{name}}}}-prod'}}\n    spec:\n      source: {{path: charts/shop, repoURL: x, helm: {{valueFiles: ['values-{{{{name}}}}.yaml']}}}}\n      destination: {{namespace: shops-prod}}\n",
        names.join(", ")
    );
    let sandbox = Sandbox::with(&[
        ("argo.yaml", &set),
        (
            "charts/shop/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("charts/shop/values.yaml", "a: 1\n"),
    ]);
    let outcome = sandbox.check();
    let missing: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| finding.rule == "layout/missing-file")
        .map(|finding| format!("{}", finding.message.show()))
        .collect();
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert!(missing[0].contains("and 7 more"), "{missing:?}");
}
