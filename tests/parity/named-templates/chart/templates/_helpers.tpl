{{ define "who" }}parent helpers{{ end }}{{ define "blank" }}   {{ end }}
