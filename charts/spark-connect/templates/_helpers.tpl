{{- define "spark-connect.name" -}}
{{ .Release.Name }}-connect
{{- end }}

{{- define "spark-connect.selector" -}}
app.kubernetes.io/name: spark-connect
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "spark-connect.labels" -}}
{{ include "spark-connect.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
