//! What a repository says it deploys: a small workspace for each kind of evidence, and what `envlint apps` makes of it.

use crate::support::Sandbox;

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

/// What `envlint apps` says in a workspace of these files.
fn apps(files: &[(&str, &str)]) -> String {
    let ran = Sandbox::with(files).run(&["apps"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran.stdout
}

/// The same without the evidence, a line for each deployment: app, environment, chart, layers.
fn deployments(files: &[(&str, &str)]) -> Vec<String> {
    let ran = Sandbox::with(files).run(&["apps", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let list: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let mut lines = Vec::new();
    for app in list["apps"].as_array().expect("apps") {
        for place in app["environments"].as_array().expect("environments") {
            let values = place["values"].as_array().expect("values");
            let values: Vec<String> = values.iter().map(text).collect();
            lines.push(format!(
                "{} {} {} {}",
                text(&app["name"]),
                text(&place["name"]),
                text(&place["chart"]),
                values.join(" < ")
            ));
        }
    }
    lines
}

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
fn flux_releases_are_read_as_kustomize_puts_them_together() {
    let release = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop, namespace: shop}
spec:
  chart: {spec: {chart: ./charts/shop, sourceRef: {kind: GitRepository, name: flux-system}}}
  valuesFrom: [{kind: ConfigMap, name: shop-values}]
  values: {replicas: 1}
";
    let patch = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop}
spec:
  values: {replicas: 3}
";
    let overlay = "resources: [../../base/shop]\npatches: [{path: patch.yaml}]\nconfigMapGenerator: [{name: shop-values, files: [values.yaml=shop.yaml]}]\n";
    let files = [
        ("charts/shop/Chart.yaml", CHART),
        ("base/shop/release.yaml", release),
        (
            "base/shop/kustomization.yaml",
            "resources: [release.yaml]\n",
        ),
        ("clusters/staging/kustomization.yaml", overlay),
        ("clusters/staging/patch.yaml", patch),
        ("clusters/staging/shop.yaml", "a: 1\n"),
        ("clusters/prod/kustomization.yaml", overlay),
        ("clusters/prod/patch.yaml", patch),
        ("clusters/prod/shop.yaml", "a: 2\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn kustomize_inflates_charts() {
    let kustomization = "helmCharts:\n- name: shop\n  repo: https://charts.example.com\n  version: 1.2.3\n  releaseName: shop\n  namespace: shop\n  valuesFile: values.yaml\n  additionalValuesFiles: [../../common.yaml]\n";
    let seen = deployments(&[
        ("common.yaml", "a: 1\n"),
        ("overlays/dev/kustomization.yaml", kustomization),
        ("overlays/dev/values.yaml", "a: 1\n"),
        ("overlays/prod/kustomization.yaml", kustomization),
        ("overlays/prod/values.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop dev https://charts.example.com/shop@1.2.3 overlays/dev/values.yaml < common.yaml",
            "shop prod https://charts.example.com/shop@1.2.3 overlays/prod/values.yaml < common.yaml",
        ]
    );
}

#[test]
fn helmfiles_have_environments_bases_and_templates() {
    let helmfile = "\
bases: [environments.yaml]
---
releases:
  - name: shop
    namespace: shop-{{ .Environment.Name }}
    chart: ./charts/shop
    values:
      - common.yaml
      - envs/{{ .Environment.Name }}.yaml
    set: [{name: image.tag, value: {{ requiredEnv \"TAG\" | quote }}}]
  - name: cache
    chart: bitnami/redis
    version: 19.0.0
    installed: {{ .Values.cache }}
    values: [redis-{{ .Environment.Name }}.yaml]
";
    let environments =
        "environments:\n  dev: {values: [{cache: false}]}\n  prod: {values: [state/prod.yaml]}\n";
    let files = [
        ("helmfile.yaml.gotmpl", helmfile),
        ("environments.yaml", environments),
        ("state/prod.yaml", "cache: true\n"),
        ("charts/shop/Chart.yaml", CHART),
        ("common.yaml", "a: 1\n"),
        ("envs/dev.yaml", "a: 1\n"),
        ("envs/prod.yaml", "a: 1\n"),
        ("redis-prod.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn helmfiles_that_stand_on_each_other_come_to_an_end() {
    let files = [
        (
            "helmfile.yaml",
            "bases: [helmfile.yaml, b.yaml]\nhelmfiles: [helmfile.yaml]\nreleases: []\n",
        ),
        ("b.yaml", "bases: [helmfile.yaml]\nreleases: []\n"),
    ];
    assert_eq!(deployments(&files), Vec::<String>::new());
}

#[test]
fn command_lines_tell_charts_layers_and_what_is_given() {
    let values = [
        ("deploy/chart/Chart.yaml", CHART),
        ("deploy/values.yaml", "a: 1\n"),
        ("deploy/values-dev.yaml", "a: 1\n"),
        ("deploy/values-prod.yaml", "a: 1\n"),
        ("deploy/values-secrets.yaml", "a: 1\n"),
    ];
    let expected = [
        "shop dev deploy/chart deploy/values.yaml < deploy/values-dev.yaml",
        "shop prod deploy/chart deploy/values.yaml < deploy/values-prod.yaml",
    ];
    for (file, text) in [
        (
            "Makefile",
            "CHART := deploy/chart\ndeploy:\n\thelm upgrade --install shop $(CHART) \\\n\t  -f deploy/values.yaml -f deploy/values-$(ENV).yaml --set image.tag=$(TAG)\n",
        ),
        (
            "deploy/run.sh",
            "#!/bin/sh\nhelm upgrade shop ./chart -i --values values.yaml,values-${1}.yaml -n \"shop-$1\"\n",
        ),
        (
            ".github/workflows/deploy.yaml",
            "jobs:\n  deploy:\n    strategy: {matrix: {env: [dev, prod]}}\n    steps:\n      - run: |\n          cd deploy\n          helm upgrade shop chart -f values.yaml -f values-${{ matrix.env }}.yaml --wait\n",
        ),
        (
            "Taskfile.yml",
            "version: 3\ntasks:\n  deploy:\n    cmds:\n      - helm upgrade shop deploy/chart -f deploy/values.yaml -f deploy/values-{{.ENV}}.yaml\n",
        ),
        (
            "justfile",
            "deploy env:\n    helm upgrade shop deploy/chart -f deploy/values.yaml -f deploy/values-{{env}}.yaml\n",
        ),
        (
            "Jenkinsfile",
            "sh \"helm upgrade shop deploy/chart -f deploy/values.yaml -f deploy/values-${params.ENV}.yaml\"\n",
        ),
        (
            ".gitlab-ci.yml",
            "deploy:\n  script:\n    - helm upgrade shop deploy/chart -f deploy/values.yaml -f deploy/values-$CI_ENVIRONMENT_NAME.yaml\n",
        ),
    ] {
        let seen = deployments(&[&values[..], &[(file, text)]].concat());
        assert_eq!(seen, expected, "{file}");
    }
}

#[test]
fn what_is_given_is_never_missing() {
    let sandbox = Sandbox::with(&[
        (
            "Makefile",
            "deploy:\n\thelm upgrade shop chart -f values-$(ENV).yaml --set image.tag=$(TAG)\n",
        ),
        ("chart/Chart.yaml", CHART),
        ("values-dev.yaml", "image: {tag: dev}\n"),
        ("values-prod.yaml", "image: {}\n"),
    ]);
    let findings = sandbox.check().findings;
    assert!(
        findings
            .iter()
            .all(|finding| finding.rule != "drift/missing-key"),
        "{findings:?}"
    );
}

#[test]
fn apps_of_one_chart_and_files_of_many_apps_are_told_apart() {
    let makefile = "deploy:\n\thelm upgrade $(APP) charts/generic -f env-$(ENV)/$(APP).yaml\n";
    let seen = deployments(&[
        ("Makefile", makefile),
        ("charts/generic/Chart.yaml", CHART),
        ("env-dev/shop.yaml", "a: 1\n"),
        ("env-dev/web.yaml", "a: 1\n"),
        ("env-prod/shop.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop dev charts/generic env-dev/shop.yaml",
            "shop prod charts/generic env-prod/shop.yaml",
            "web dev charts/generic env-dev/web.yaml",
        ]
    );
}

#[test]
fn what_cannot_be_known_is_said_with_its_place_and_the_rest_goes_on() {
    let set = "\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: previews}
spec:
  generators: [{pullRequest: {}}]
  template: {metadata: {name: x}, spec: {source: {path: chart, repoURL: x, helm: {valueFiles: [a.yaml]}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: tools}
spec: {source: {repoURL: x, path: chart, helm: {valueFiles: [https://example.com/values.yaml, none.yaml, values-dev.yaml]}}}
";
    let files = [
        ("argocd/apps.yaml", set),
        ("chart/Chart.yaml", CHART),
        ("chart/values-dev.yaml", "a: 1\n"),
        ("other/values-blue.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn evidence_that_contradicts_itself_is_said_once() {
    let application = |file: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-prod}}\nspec: {{source: {{repoURL: x, path: chart, helm: {{valueFiles: [{file}]}}}}}}\n"
        )
    };
    let ran = apps(&[
        ("a.yaml", &application("values-prod.yaml")),
        ("b.yaml", &application("prod-values.yaml")),
        ("chart/Chart.yaml", CHART),
        ("chart/values-prod.yaml", "a: 1\n"),
        ("chart/prod-values.yaml", "a: 1\n"),
    ]);
    assert!(
        ran.contains("b.yaml:3:18: `shop` has other values in prod here than by a.yaml:3"),
        "{ran}"
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
fn nothing_outside_of_the_workspace_is_read() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-prod}\nspec: {source: {repoURL: x, path: ../outside, helm: {valueFiles: [../../../etc/values-prod.yaml, /../../x.yaml]}}}\n";
    let helmfile = "bases: [../../x.yaml]\nenvironments: {prod: {values: [../../secret.yaml]}}\nreleases: [{name: a, chart: ../../c, values: [../../a.yaml]}]\n";
    let seen = deployments(&[("app.yaml", application), ("helmfile.yaml", helmfile)]);
    assert_eq!(seen, Vec::<String>::new());
}

#[test]
fn hostile_evidence_ends() {
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\ne: &e [*d, *d]\n";
    let set = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: bomb}}\n{bomb}spec:\n  goTemplate: true\n  generators: [{{matrix: {{generators: [{{list: {{elements: *e}}}}, {{matrix: {{generators: [{{matrix: {{generators: [{{matrix: {{}}}}]}}}}]}}}}]}}}}]\n  template: {{metadata: {{name: '{{{{ range $i := until 100000000 }}}}x{{{{ end }}}}'}}, spec: {{}}}}\n"
    );
    let script = format!(
        "A=$A$A\nhelm upgrade $A {} -f $A.yaml\n",
        "x".repeat(100_000)
    );
    let seen = deployments(&[
        ("set.yaml", &set),
        ("run.sh", &script),
        (
            "helmfile.yaml",
            "releases: {{ range until 100000000 }}x{{ end }}\n",
        ),
        (
            "broken.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\n\t: [\n",
        ),
    ]);
    assert_eq!(seen, Vec::<String>::new());
}

#[test]
fn a_check_says_what_it_did_not_read() {
    let warning = |files: &[(&str, &str)]| {
        let ran = Sandbox::with(files).run(&["check"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        ran.stderr
    };
    let app = [
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ];
    assert_eq!(warning(&app), "");

    let odd = (
        "solo/values-foo.yaml",
        "image: {tag: v1}\nreplicaCount: 2\n",
    );
    assert_eq!(
        warning(&[app[0], app[1], odd]),
        "warning: not checked, except for secrets: 1 file looks like values and belongs to no app; run `envlint apps` to see why\n"
    );
    let other = ("lone/values-bar.yaml", odd.1);
    assert_eq!(
        warning(&[odd, other]),
        "warning: nothing was checked, except for secrets: 2 files look like values and belong to no app; run `envlint apps` to see why\n"
    );
}

#[test]
fn a_check_looks_at_all_workspaces_below() {
    let ran = Sandbox::with(&[
        ("one/envlint.yaml", "kubernetes: \"1.33\"\n"),
        ("one/values-prod.yaml", "replicas: 1\n"),
        ("two/envlint.yaml", "kubernetes: \"1.33\"\n"),
        ("two/values-prod.yaml", "replicas: 1\n"),
    ])
    .run(&["check"]);
    for place in ["one/values-prod.yaml:1:11", "two/values-prod.yaml:1:11"] {
        assert!(ran.stdout.contains(place), "{}", ran.stdout);
    }
}
