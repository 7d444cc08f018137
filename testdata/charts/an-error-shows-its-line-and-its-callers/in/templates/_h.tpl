{{- define "outer" -}}
x: {{ include "inner" . }}
{{- end }}
{{- define "inner" -}}
y: {{ .Values.a.b.c }}
{{- end }}
