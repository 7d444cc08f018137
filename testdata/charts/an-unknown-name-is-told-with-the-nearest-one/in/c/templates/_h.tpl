{{ define "c.fullname" }}{{ .Release.Name }}{{ end }}
