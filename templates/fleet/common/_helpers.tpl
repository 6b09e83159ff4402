{{- /* The names and labels of all objects. A release is an app, and its name is theirs. */ -}}

{{- define "{chart}.selector" -}}
app.kubernetes.io/name: {chart}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "{chart}.labels" -}}
{{ include "{chart}.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- /* A digest says exactly which image runs, so it wins over the tag. */ -}}
{{- define "{chart}.image" -}}
{{ .Values.image.repository }}{{ with .Values.image.digest }}@{{ . }}{{ else }}:{{ .Values.image.tag }}{{ end }}
{{- end }}

{{- /* What every pod of the chart has: the restricted Pod Security Standard. */ -}}
{{- define "{chart}.pod" -}}
serviceAccountName: {{ .Release.Name }}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: {type: RuntimeDefault}
volumes:
  - name: tmp
    emptyDir: {sizeLimit: 64Mi}
{{- end }}

{{- /* What every container of the chart has. */ -}}
{{- define "{chart}.container" -}}
image: {{ include "{chart}.image" . | quote }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
env:
  - name: LOG_LEVEL
    value: {{ .Values.logLevel | quote }}
  {{- range $name, $value := .Values.env }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
{{- with .Values.secretNames }}
envFrom:
  {{- range . }}
  - secretRef: {name: {{ . }}}
  {{- end }}
{{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
{{- end }}
