//! A workspace with previews, and how it is asked for one.

use crate::support::{Ran, Sandbox};

pub(crate) const NOW: &str = "2026-11-27T20:00:00Z";
pub(crate) const DIGEST: &str =
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

pub(crate) const CONFIG: &str = "environments: {staging: {}, prod: {}}\n\
    apps:\n\
    - {name: web, chart: chart, values: \"{env}/web.yaml\", namespace: \"shop-{env}\"}\n\
    - {name: api, chart: chart, values: \"{env}/api.yaml\", namespace: \"shop-{env}\"}\n\
    secrets: {registry: {.dockerconfigjson: {}}}\n";

pub(crate) const PREVIEW: &str = "preview:\n  from: staging\n  hosts: \"{app}-{pr}.pr.example.com\"\n  reachableFrom: [ingress]\n";

const CHART: &str = "apiVersion: v2\nname: chart\nversion: 0.1.0\n";

const DEFAULTS: &str = "name: web\nreplicas: 1\nimage: registry.example.com/shop/web:1\nhost: \"\"\nhosts: []\nsecret: \"\"\npull: \"\"\n\
    requests: {cpu: 100m, memory: 64Mi}\ninit: false\nrole: \"\"\n";

pub(crate) const TEMPLATE: &str = r"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Values.name }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Values.name }}}}
  template:
    metadata: {labels: {app: {{ .Values.name }}}}
    spec:
      {{- with .Values.pull }}
      imagePullSecrets: [{name: {{ . }}}]
      {{- end }}
      {{- if .Values.init }}
      initContainers:
        - {name: migrate, image: {{ .Values.image }}, resources: {requests: {cpu: 2}}}
      {{- end }}
      containers:
        - name: app
          image: {{ .Values.image }}
          resources:
            requests: {{ .Values.requests | toJson }}
          {{- with .Values.secret }}
          envFrom: [{secretRef: {name: {{ . }}}}]
          {{- end }}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .Values.name }}
spec:
  rules:
    {{- range prepend .Values.hosts .Values.host }}
    - host: {{ . | quote }}
    {{- end }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Values.name }}-test
  annotations: {helm.sh/hook: test}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: test, image: curl}]}}}
{{- with .Values.role }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ . | quote }}
{{- end }}
";

/// A workspace with two apps of one chart; `web` and `api` are more of their values in staging.
pub(crate) fn shop(preview: &str, web: &str, api: &str) -> Sandbox {
    let web = format!("# Ours.\nname: web\nhost: web.staging.example.com # the team's\n{web}");
    let api = format!(
        "name: api\nimage: registry.example.com/shop/api:2\nhost: api.staging.example.com\nurl: https://web.staging.example.com/x\n{api}"
    );
    Sandbox::with(&[
        ("envlint.yaml", &format!("{CONFIG}{preview}")),
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", DEFAULTS),
        ("chart/templates/app.yaml", TEMPLATE),
        ("staging/web.yaml", &web),
        ("staging/api.yaml", &api),
    ])
}

pub(crate) fn preview(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    sandbox.run(&[&["preview", "--pr", "107", "--now", NOW], arguments].concat())
}

/// Whether a run ended so, and said all of these.
pub(crate) fn said(ran: &Ran, status: i32, words: &[&str]) {
    let all = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.status, status, "{all}");
    for words in words {
        assert!(all.contains(words), "{words}\n{all}");
    }
}
