//! A synthetic chart: many templates that use one library chart, as the charts of large products do. The same every time.

use std::fs;
use std::path::Path;

use anyhow::Result;

/// What the templates are, in turn.
const KINDS: [&str; 4] = ["deployment", "service", "configmap", "ingress"];

const HELPERS: &str = r#"{{- define "common.name" -}}
{{- default .root.Chart.Name .root.Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "common.fullname" -}}
{{- printf "%s-%s-%s" .root.Release.Name (include "common.name" .) .component | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "common.selector" -}}
app.kubernetes.io/name: {{ include "common.name" . }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}
{{- define "common.labels" -}}
{{ include "common.selector" . }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- with .root.Values.commonLabels }}
{{ tpl (toYaml .) $.root }}
{{- end }}
{{- end -}}
{{- define "common.metadata" -}}
name: {{ include "common.fullname" . }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- include "common.labels" . | nindent 2 }}
{{- end -}}
"#;

const DEPLOYMENT: &str = r#"{{- define "common.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "common.metadata" . | nindent 2 }}
spec:
  replicas: {{ .values.replicas }}
  selector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "common.labels" . | nindent 8 }}
      annotations:
        checksum/config: {{ toJson .values.config | sha256sum }}
    spec:
      containers:
        - name: {{ .component }}
          image: {{ printf "%s:%s" .values.image.repository (.values.image.tag | default .root.Chart.AppVersion) | quote }}
          env:
            {{- range $name, $value := .values.config }}
            - name: {{ $name | snakecase | upper }}
              value: {{ $value | quote }}
            {{- end }}
          ports:
            - name: http
              containerPort: {{ .values.port }}
          {{- if .values.probe.enabled }}
          readinessProbe: {{- toYaml (omit .values.probe "enabled") | nindent 12 }}
          {{- end }}
          resources: {{- toYaml .values.resources | nindent 12 }}
{{- end -}}
"#;

const OTHERS: &str = r#"{{- define "common.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "common.metadata" . | nindent 2 }}
spec:
  type: {{ .values.service.type | default "ClusterIP" }}
  ports:
    - name: http
      port: {{ .values.port }}
      targetPort: http
  selector:
    {{- include "common.selector" . | nindent 4 }}
{{- end -}}
{{- define "common.configmap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "common.metadata" . | nindent 2 }}
data:
  {{- range $name, $value := .values.config }}
  {{ $name }}: {{ tpl (toString $value) $.root | quote }}
  {{- end }}
{{- end -}}
{{- define "common.ingress" -}}
{{- if .values.ingress.enabled -}}
apiVersion: {{ ternary "networking.k8s.io/v1" "extensions/v1beta1" (semverCompare ">=1.19-0" .root.Capabilities.KubeVersion.Version) }}
kind: Ingress
metadata:
  {{- include "common.metadata" . | nindent 2 }}
spec:
  rules:
    {{- range .values.ingress.hosts }}
    - host: {{ tpl . $.root | quote }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {{ include "common.fullname" $ }}
                port:
                  name: http
    {{- end }}
{{- end -}}
{{- end -}}
"#;

const VALUES: &str = "  replicas: 2
  image: {repository: registry.example.com/team/service, tag: \"\"}
  port: 8080
  service: {}
  probe: {enabled: true, httpGet: {path: /healthz, port: http}, periodSeconds: 10}
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {memory: 256Mi}
  config:
    logLevel: info
    databaseUrl: postgres://{{ .Release.Name }}-db:5432/app
    maxConnections: 100
    featureEnabled: true
  ingress:
    enabled: true
    hosts: [\"{{ .Release.Name }}.example.com\", www.example.com]
";

/// Writes the chart into `out`; what is there from an earlier run is written over.
pub(crate) fn write(out: &Path, templates: usize) -> Result<()> {
    let library = out.join("charts/common");
    fs::create_dir_all(library.join("templates"))?;
    fs::create_dir_all(out.join("templates"))?;
    fs::write(
        library.join("Chart.yaml"),
        "apiVersion: v2\nname: common\nversion: 1.0.0\ntype: library\n",
    )?;
    fs::write(library.join("templates/_names.tpl"), HELPERS)?;
    fs::write(library.join("templates/_deployment.tpl"), DEPLOYMENT)?;
    fs::write(library.join("templates/_others.tpl"), OTHERS)?;
    fs::write(
        out.join("Chart.yaml"),
        "apiVersion: v2\nname: large\nversion: 1.0.0\nappVersion: \"2.1\"\ndependencies:\n  - {name: common, version: 1.0.0}\n",
    )?;
    let mut values = "commonLabels: {team: \"{{ .Release.Name }}\"}\n".to_owned();
    for index in 0..templates {
        let component = format!("part{:03}", index / KINDS.len());
        let kind = KINDS[index % KINDS.len()];
        if index % KINDS.len() == 0 {
            values += &format!("{component}:\n{VALUES}");
        }
        fs::write(
            out.join(format!("templates/{component}-{kind}.yaml")),
            format!(
                "{{{{- $scope := dict \"root\" . \"component\" \"{component}\" \"values\" .Values.{component} -}}}}\n{{{{ include \"common.{kind}\" $scope }}}}\n"
            ),
        )?;
    }
    fs::write(out.join("values.yaml"), values)?;
    Ok(())
}
