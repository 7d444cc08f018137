{{- define "labels" }}
app: {{ .Values.labels.app }}
{{- end }}
