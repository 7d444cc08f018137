{{/* t.yaml is written by cmd */}}
