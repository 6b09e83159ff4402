{{ define "deep" }}{{ include "deeper" . }}{{ end }}
{{ define "deeper" }}
  {{ .Values.a.b.c }}
{{ end }}
{{ define "loop" }}{{ include "loop" . }}{{ end }}
{{ define "failing" }}{{ fail "told you" }}{{ end }}
