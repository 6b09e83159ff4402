{{- define "twice" }}second{{ end -}}
