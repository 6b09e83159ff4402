{{ define "who" }}lib{{ end }}{{ define "lib.only" }}lib only {{ .Chart.Name }}{{ end }}{{ define "blank" }}lib blank{{ end }}
