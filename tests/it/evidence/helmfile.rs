//! helmfile: environments, releases, values.

use super::{CHART, apps, deployments};
use crate::support::Sandbox;

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
fn a_helmfile_that_is_no_yaml_is_read_as_far_as_it_goes() {
    let helmfile = "\
environments:
  prod: {values: [envs/prod.yaml, envs/none.yaml]}
releases:
- name: web
  chart: x/web
  values:
  - controller:
      ips:
{{ toYaml .Values.ips | indent 6 }}
- name: issuers
  chart: ../charts/issuers
  values:
  - email: a@example.com
";
    let files = [
        ("helmfile.yaml", helmfile),
        ("envs/prod.yaml", "other: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn values_of_templates_alone_are_given() {
    let helmfile = "environments: {dev: {}, prod: {}}\n---\nreleases:\n- {name: shop, chart: example/shop, values: [values/shop.yaml.gotmpl, data/x.conf]}\n";
    let seen = apps(&[
        ("helmfile.yaml", helmfile),
        ("values/shop.yaml.gotmpl", "replicas: {{ env \"N\" }}\n"),
        ("data/x.conf", ""),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn no_finding_rests_on_values_that_are_given() {
    let helmfile = "environments: {prod: {}}\n---\nreleases:\n- {name: shop, chart: ./chart, values: [shop.yaml.gotmpl]}\n";
    let files = [
        ("helmfile.yaml", helmfile),
        (
            "shop.yaml.gotmpl",
            "image: {tag: {{ env \"TAG\" }}}\nhost: x\n",
        ),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        (
            "chart/values.yaml",
            "image: {repository: x/shop, tag: latest}\nreplicaCount: 1\n",
        ),
        (
            "chart/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ required \"host\" .Values.host }}}\ndata: {image: {{ toJson .Values.image | quote }}, replicas: {{ quote .Values.replicaCount }}}\n",
        ),
    ];
    let sandbox = Sandbox::with(&files);
    let findings = sandbox.check().findings;
    let said: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(said, Vec::<&str>::new());
}

#[test]
fn paths_in_bases_are_those_of_the_helmfile() {
    let shared = "environments:\n  dev: {}\n  prod: {values: [defaults.yaml]}\n";
    let web = "\
bases: [../../templates/env.yaml]
---
bases: [../../templates/logs/helmfile.yaml]
releases: [{name: web, chart: acme/web, values: [own.yaml]}]
";
    let logs = "releases: [{name: logs, chart: acme/logs, values: [logs.yaml]}]\n";
    let other = "environments: {blue: {}}\n---\nreleases: [{name: other, chart: acme/x}]\n";
    let seen = deployments(&[
        ("releases/web/helmfile.yaml", web),
        ("releases/web/defaults.yaml", "a: 1\n"),
        ("releases/web/own.yaml", "a: 1\n"),
        ("releases/web/logs.yaml", "a: 1\n"),
        ("templates/env.yaml", shared),
        ("templates/logs/helmfile.yaml", logs),
        ("other/helmfile.yaml", other),
    ]);
    assert_eq!(
        seen,
        [
            "logs dev acme/logs releases/web/logs.yaml",
            "logs prod acme/logs releases/web/logs.yaml",
            "other blue acme/x ",
            "web dev acme/web releases/web/own.yaml",
            "web prod acme/web releases/web/own.yaml",
        ]
    );
}

#[test]
fn switches_of_releases_are_evaluated_for_each_environment() {
    let helmfile = "\
environments:
  staging: {values: [{releases: [beta], db: {enabled: false}}]}
  prod: {values: [{releases: [live], db: {enabled: true}}]}
---
templates:
  default: &default
    chart: acme/shop
    installedTemplate: '{{`{{ has .Release.Name .Environment.Values.releases }}`}}'
    values: ['values-{{`{{ .Release.Name }}`}}.yaml']
releases:
- name: live
  <<: *default
- name: beta
  <<: *default
- name: db
  chart: acme/db
  condition: db.enabled
- name: wiki
  chart: acme/wiki
  installed: {{ eq (env \"WIKI\" | default \"true\") \"true\" }}
- name: cache
  chart: acme/cache
  installed: {{ env \"CACHE\" }}
- name: queue
  chart: acme/queue
  condition: queue.enabled
";
    let files = [
        ("helmfile.yaml.gotmpl", helmfile),
        ("values-live.yaml", "a: 1\n"),
        ("values-beta.yaml", "debug: true\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn helmfiles_hand_on_the_environment_values_and_selectors() {
    let root = "\
environments:
  dev: {values: [{size: 1}]}
  prod: {values: [{size: 3}]}
---
helmfiles:
- path: apps/helmfile.yaml
  selectors: [tier=web]
  values:
  - {{ toYaml .Values | nindent 4 }}
- path: skipped/helmfile.yaml
- path: gone/helmfile.yaml
";
    let inner = "\
releases:
- name: shop
  labels: {tier: web}
  chart: acme/shop
  values: [\"size-{{ .Values.size }}.yaml\"]
- name: db
  labels: {tier: data}
  chart: acme/db
";
    let files = [
        ("helmfile.yaml", root),
        ("apps/helmfile.yaml", inner),
        ("apps/size-1.yaml", "a: 1\n"),
        ("apps/size-3.yaml", "a: 1\n"),
        (
            "skipped/helmfile.yaml",
            "environments: {blue: {}}\n---\nreleases: [{name: web, chart: acme/web}]\n",
        ),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn later_parts_replace_releases_and_a_namespace_is_for_all() {
    let helmfile = "\
environments: {prod: {}}
---
repositories:
  # name: shop
  - name: shop
    url: https://example.com
namespace: all
releases:
- {name: old, chart: shop/old}
---
releases:
- name: shop
  namespace: own
  chart: shop/shop
";
    insta::assert_snapshot!(apps(&[("helmfile.yaml", helmfile)]));
}

#[test]
fn commands_tell_environments_and_values() {
    let helmfile = "\
environments:
  default: {values: [common.yaml]}
  dev: {values: [common.yaml]}
---
releases: [{name: shop, chart: acme/shop, values: [\"{{ .Values.file }}.yaml\"]}]
";
    let makefile = "\
deploy:
\thelmfile -f deploy/helmfile.yaml sync
dev:
\tcd deploy && helmfile -e dev --state-values-file over.yaml apply
";
    let files = [
        ("deploy/helmfile.yaml", helmfile),
        ("deploy/common.yaml", "file: a\n"),
        ("deploy/over.yaml", "file: b\n"),
        ("deploy/a.yaml", "a: 1\n"),
        ("deploy/b.yaml", "a: 1\n"),
        ("Makefile", makefile),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn a_helmfile_for_each_cluster_and_one_with_open_environments() {
    let release = |name: &str| {
        format!(
            "releases: [{{name: {name}, chart: acme/{name}, values: [../config/{name}.yaml]}}]\n"
        )
    };
    let (shop, web) = (release("shop"), release("web"));
    let open = "bases: [env.yaml]\n---\nreleases: [{name: logs, chart: ./charts/none}]\n";
    let files = [
        ("clusters/blue.yaml", shop.as_str()),
        ("clusters/green.yaml", web.as_str()),
        ("config/shop.yaml", "a: 1\n"),
        ("config/web.yaml", "a: 1\n"),
        ("lib/helmfile.yaml", open),
        (
            "lib/env.yaml",
            "environments:\n  {{ .Environment.Name }}: {}\n",
        ),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn helmfiles_that_take_each_other_in_come_to_an_end() {
    let text =
        "environments: {prod: {}}\n---\nhelmfiles: [a*.yaml]\nreleases: [{name: x, chart: a/x}]\n";
    let names: Vec<String> = (0..40).map(|at| format!("helmfile.d/a{at}.yaml")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), text)).collect();
    assert_eq!(deployments(&files), ["x prod a/x "]);
}

#[test]
fn secrets_of_an_environment_become_no_names() {
    let sandbox = Sandbox::with(&[
        ("env/prod.yaml", "db:\n  password: QwErTy123456abc\n"),
        (
            "helmfile.yaml",
            "environments:\n  prod:\n    values: [env/prod.yaml]\n---\nreleases:\n- name: \"r-{{ .Values.db.password }}\"\n  chart: x/z-{{ .Values.db.password }}\n  namespace: \"{{ .Values.db.password }}\"\n  values: [\"values-{{ .Values.db.password }}.yaml\"]\n- name: \"shop\"\n  chart: x/shop\n  condition: \"{{ .Values.db.password }}\"\n",
        ),
    ]);
    for arguments in [
        &["apps"][..],
        &["apps", "--format", "json"],
        &["apps", "--format", "markdown"],
        &["check"],
        &["check", "--format", "json"],
        &["init", "--dry-run"],
        &["init"],
    ] {
        let ran = sandbox.run(arguments);
        let all = ran.stdout + &ran.stderr;
        assert!(!all.contains("QwErTy123456abc"), "{arguments:?}: {all}");
    }
}

#[test]
fn a_release_that_depends_on_what_is_not_known_is_not_read() {
    let seen = apps(&[
        ("shop/values-prod.yaml", "a: 1\n"),
        (
            "helmfile.yaml",
            "environments: {prod: {}}\n---\nreleases:\n- name: shop\n  chart: x/shop\n  values: [shop/values-prod.yaml]\n{{ if eq (env \"REGION\") \"eu\" }}\n- name: only-eu\n  chart: x/eu\n{{ end }}\n- name: both\n  chart: x/{{ if ne (env \"REGION\") \"eu\" }}a{{ else }}b{{ end }}\n- name: told\n  chart: x/told\n  installed: {{ eq (env \"REGION\" | default \"eu\") \"eu\" }}\n",
        ),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn templates_of_a_helmfile_have_one_budget() {
    let mut helmfile = "environments:\n".to_owned();
    for count in 0..100 {
        helmfile += &format!("  e{count}: {{}}\n");
    }
    helmfile += &"---\n{{ range $i, $e := until 100000 }}{{ end }}\n".repeat(50);
    let started = std::time::Instant::now();
    apps(&[("helmfile.yaml", &helmfile)]);
    assert!(started.elapsed().as_secs() < 60);
}

/// Passwords that are derived take longer than all templates may: what they come to tells nothing of what is deployed.
#[test]
fn secrets_that_a_template_makes_are_not_made() {
    let derived: String = (0..60)
        .map(|at| {
            format!("p{at}: {{{{ derivePassword 1 \"long\" (env \"MASTER\") \"shop\" \"user{at}\" | quote }}}}\n")
        })
        .collect();
    let helmfile = "environments: {dev: {values: [all.yaml.gotmpl]}, prod: {values: [all.yaml.gotmpl]}}\n---\nreleases: [{name: shop, chart: ./charts/shop, installed: {{ .Values.shop }}}]\n";
    let files = [
        ("helmfile.yaml.gotmpl", helmfile),
        ("all.yaml.gotmpl", &format!("shop: true\n{derived}")),
        ("charts/shop/Chart.yaml", CHART),
    ];
    assert_eq!(
        deployments(&files),
        ["shop dev charts/shop ", "shop prod charts/shop "]
    );
}

#[test]
fn ten_bases_are_ten_bases() {
    let mut files = vec![];
    let mut bases = String::new();
    for count in 0..10 {
        files.push((
            format!("base{count}.yaml"),
            format!("environments:\n  e{count}: {{}}\n"),
        ));
        bases += &format!("- base{count}.yaml\n");
    }
    let helmfile = format!("bases:\n{bases}---\nreleases:\n- {{name: shop, chart: x/shop}}\n");
    files.push(("helmfile.yaml".to_owned(), helmfile));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    assert_eq!(deployments(&files).len(), 10);
}

#[test]
fn siblings_tell_environments_that_no_name_tells() {
    let release = |name: &str, files: &str| {
        format!(
            "- name: shop-{name}-db\n  namespace: {name}\n  chart: acme/db\n  values: [base-db.yaml, {name}-db.yaml{files}]\n"
        )
    };
    let helmfile = format!(
        "releases:\n{}{}{}",
        release("staging", ", staging-import.yaml"),
        release("lima", ", lima-import.yaml"),
        // Nothing else of it has the word.
        "- {name: shop-tools-db, namespace: shop, chart: acme/db}\n"
    );
    let files = [
        ("db/helmfile.yaml", helmfile.as_str()),
        ("db/base-db.yaml", "a: 1\n"),
        ("db/staging-db.yaml", "a: 1\n"),
        ("db/staging-import.yaml", "a: 1\n"),
        ("db/lima-db.yaml", "a: 1\n"),
        ("db/lima-import.yaml", "a: 1\n"),
        ("db/preview-db.yaml", "a: 1\n"),
        ("db/preview-import.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn an_app_has_the_name_of_its_release_before_one_that_is_cut_to_it() {
    let helmfile = |name: &str, chart: &str| {
        format!("releases:\n- {{name: {name}, chart: acme/{chart}, values: [values.yaml]}}\n")
    };
    let (docs, shop) = (helmfile("shop-docs", "docs"), helmfile("shop", "shop"));
    let seen = deployments(&[
        ("environments/docs/helmfile.yaml", &docs),
        ("environments/docs/values.yaml", "a: 1\n"),
        ("environments/staging/helmfile.yaml", &shop),
        ("environments/staging/values.yaml", "a: 1\n"),
        ("environments/prod/helmfile.yaml", &shop),
        ("environments/prod/values.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop staging acme/shop environments/staging/values.yaml",
            "shop prod acme/shop environments/prod/values.yaml",
            "shop-docs docs acme/docs environments/docs/values.yaml",
        ]
    );
}

#[test]
fn helmfiles_read_files_of_the_repository() {
    let helmfile = "\
environments: {dev: {}, prod: {}}
---
{{- $component := readFile \"component.yaml\" | fromYaml }}
{{- $env := .Environment.Name }}
{{- $overlay := printf \"values-%s.local.yaml\" $env }}
releases:
{{- range $component.parts }}
{{- $name := . }}
{{- $addon := printf \"addons/%s\" . }}
- name: {{ include \"shop.name\" . }}
  chart: example/{{ if isDir $addon }}addon-{{ end }}{{ . }}
  version: {{ exec \"git\" (list \"describe\") | quote }}
  values:
  - {{ $name }}/{{ $env }}.yaml
{{- range readDir $name }}
{{- if eq (base .) $overlay }}
  - {{ . }}
{{- end }}
{{- end }}
{{- range readDirEntries $name }}
{{- if and .IsDir (isFile (printf \"%s/%s/%s.yaml\" $name .Name $env)) }}
  - {{ $name }}/{{ .Name }}/{{ $env }}.yaml
{{- end }}
{{- end }}
{{- end }}
";
    let seen = apps(&[
        ("deploy/helmfile.yaml.gotmpl", helmfile),
        ("deploy/component.yaml", "parts: [api, web]\n"),
        (
            "deploy/_helpers.tpl",
            "{{ define \"shop.name\" }}shop-{{ . }}{{ end }}",
        ),
        ("deploy/addons/web/README.md", ""),
        ("deploy/api/dev.yaml", "a: 1\n"),
        ("deploy/api/prod.yaml", "a: 1\n"),
        ("deploy/api/values-dev.local.yaml", "a: 1\n"),
        ("deploy/web/dev.yaml", "a: 1\n"),
        ("deploy/web/prod.yaml", "a: 1\n"),
        ("deploy/web/region/prod.yaml", "a: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn what_a_helmfile_fails_of_is_said_with_its_line() {
    let helmfile = "\
environments: {prod: {}}
---
releases:
- {name: shop, chart: example/shop}
---
{{- $secrets := exec \"sops\" (list \"-d\" \"secrets.yaml\") | fromYaml }}
{{- range readDir \"../../elsewhere\" }}
{{ . }}
{{- end }}
";
    let other = "\
environments: {prod: {}}
---
{{- $data := readFile \"missing.yaml\" | fromYaml }}
releases:
- name: {{ $data.name }}
  chart: example/web
";
    let seen = apps(&[
        ("deploy/helmfile.yaml.gotmpl", helmfile),
        ("web/helmfile.yaml.gotmpl", other),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn a_folder_that_a_script_copies_is_deployed_where_the_copy_lies() {
    let of_deployment = "environments: {dev: {}, testing: {}, prod: {}}\n---\nhelmfiles: [../helmfile.yaml.gotmpl]\n";
    let root = "\
environments:
{{- range list \"dev\" \"testing\" \"prod\" }}
  {{ . }}: {values: [deployment/envs/{{ . }}.yaml]}
{{- end }}
---
releases:
- {name: shop, chart: example/shop, values: [common.yaml], namespace: {{ .Values.namespace }}}
{{- if isDir \"deployment/addons\" }}
- {name: addons, chart: example/addons, values: [common.yaml]}
{{- end }}
";
    let pipeline = "\
lint:
  script:
  - cp -r defaults deployment
  - helmfile template -f deployment/helmfile.yaml -e dev
.deploy:
  before_script:
  - cp -r .ci/example deployment
deploy:
  extends: .deploy
  script:
  - helm version
  - helmfile -f ./deployment/ sync -e prod
";
    let seen = apps(&[
        ("helmfile.yaml.gotmpl", root),
        (".ci/example/helmfile.yaml", of_deployment),
        (".ci/example/addons/README.md", ""),
        (".ci/example/envs/dev.yaml", "namespace: shop-dev\n"),
        (".ci/example/envs/prod.yaml", "namespace: shop-prod\n"),
        ("defaults/helmfile.yaml", of_deployment),
        ("defaults/envs/dev.yaml", "namespace: mine\n"),
        ("common.yaml", "a: 1\n"),
        (".gitlab-ci.yml", pipeline),
        (
            "copier.yaml",
            "name: {type: str}\nreleases:\n  type: str\n  default: '{{ name }}'\n",
        ),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn two_helmfiles_of_a_directory_with_the_same_helmfiles_are_two_ways() {
    let of = "environments: {prod: {}}\n---\nhelmfiles: [{path: shop/helmfile.yaml, values: [{layer: x}]}]\n";
    let shop = "releases:\n- {name: shop, chart: example/shop, namespace: {{ .Values.layer }}}\n";
    let seen = apps(&[
        ("helmfile.yaml", of),
        ("helmfile-operators.yaml", of),
        ("shop/helmfile.yaml", shop),
    ]);
    insta::assert_snapshot!(seen);
}

/// Who runs helmfile says whether it is installed, by a variable; labels of all releases are labels of each.
#[test]
fn a_release_that_a_variable_switches_on_is_checked_as_one_that_is() {
    let helmfile = "\
environments: {dev: {}, prod: {}}
---
commonLabels: {scope: shop, repo: acme}
releases:
- name: web
  installed: {{ eq (env \"WITH_WEB\" | default \"false\") \"true\" }}
  chart: '{{`{{ .Release.Labels.repo }}`}}/web'
  values: ['etc/{{`{{ .Release.Labels.scope }}`}}/{{ .Environment.Name }}.yaml']
";
    let seen = apps(&[
        ("helmfile.yaml.gotmpl", helmfile),
        ("etc/shop/dev.yaml", "replicas: 1\n"),
        ("etc/shop/prod.yaml", "replicas: 2\n"),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn commands_of_a_workflow_that_asks_for_a_parameter_run_for_that_one() {
    let pipeline = "\
version: 2.1
parameters: {target-env: {type: string, default: ''}}
jobs:
  deploy-qa:
    steps:
      - run:
          name: helmfile sync
          command: helmfile -e << pipeline.parameters.target-env >> sync
workflows:
  qa:
    when: {equal: [qa, << pipeline.parameters.target-env >>]}
    jobs: [deploy-qa]
";
    let helmfile = "environments:\n  qa: {}\n  prod: {}\nreleases:\n  - {name: shop, chart: charts/shop, values: [values.yaml]}\n";
    let alone = "releases:\n  - {name: web, chart: charts/shop, values: [values.yaml]}\n";
    let makefile = "up:\n\thelmfile -f web/helmfile.yaml -e $(WHERE) sync\n";
    insta::assert_snapshot!(apps(&[
        (".circleci/config.yml", pipeline),
        ("helmfile.yaml", helmfile),
        ("values.yaml", "a: 1\n"),
        ("web/helmfile.yaml", alone),
        ("web/values.yaml", "a: 1\n"),
        ("Makefile", makefile),
    ]));
}
