{{- define "plain" }}plain:{{ . }}{{ end -}}
{{- define "trimmed" -}}
  {{ .name }}
{{- end -}}
{{- define "list" }}[{{ range $i, $e := . }}{{ if $i }}, {{ end }}{{ template "item" $e }}{{ end }}]{{ end -}}
{{- define "item" }}<{{ . }}>{{ end -}}
{{- define "countdown" }}{{ . }}{{ if gt (int .) 0 }} {{ template "countdown" (sub . 1) }}{{ end }}{{ end -}}
{{- define "included" }}{{ . }}{{ if gt (int .) 0 }} {{ include "included" (sub . 1) }}{{ end }}{{ end -}}
{{- define "forever" }}{{ include "forever" . }}{{ end -}}
{{- define "sets" }}{{ $_ := set . "seen" true }}{{ end -}}
{{- define "twice" }}first{{ end -}}
