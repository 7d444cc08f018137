{{ define "c.name" }}{{ .Values.nameOverride.short }}{{ end }}
