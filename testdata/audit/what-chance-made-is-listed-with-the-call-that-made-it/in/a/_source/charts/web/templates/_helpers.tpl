{{- define "web.password" -}}
{{ randAlphaNum 20 | b64enc }}
{{- end -}}
{{- define "web.id" -}}
{{- uuidv4 -}}
{{- end -}}
