{{/* The labels that every object carries. */}}
{{- define "connect.labels" -}}
app.kubernetes.io/name: {{ .Values.connect.applicationName }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.connect.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "connect.env" -}}
- name: OP_SESSION
  valueFrom:
    secretKeyRef:
      name: {{ .Values.connect.credentialsName }}
      key: {{ .Values.connect.credentialsKey }}
- name: OP_LOG_LEVEL
  value: {{ .Values.connect.api.logLevel | quote }}
{{- end }}
