{{/* An Ingress for a part: (dict "root" . "part" "ingest" "values" .Values.ingest "path" "/lago/"). */}}
{{- define "lago-netsuite.ingress" -}}
{{- $name := printf "%s-%s" (include "lago-netsuite.fullname" .root) .part -}}
{{- $root := .root -}}{{- $part := .part -}}{{- $path := .path -}}
{{- with .values.ingress -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ $name }}
  labels:
    {{- include "lago-netsuite.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ $part }}
  {{- with .annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .className }}
  ingressClassName: {{ . | quote }}
  {{- end }}
  rules:
    - host: {{ .host | quote }}
      http:
        paths:
          - path: {{ $path }}
            pathType: Prefix
            backend:
              service: {name: {{ $name }}, port: {name: http}}
  {{- if .tlsSecret }}
  tls:
    - hosts: [{{ .host | quote }}]
      secretName: {{ .tlsSecret | quote }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* The same for a Gateway, with the same words. */}}
{{- define "lago-netsuite.httpRoute" -}}
{{- $name := printf "%s-%s" (include "lago-netsuite.fullname" .root) .part -}}
{{- $root := .root -}}{{- $part := .part -}}{{- $path := .path -}}{{- $port := .values.service.port -}}
{{- with .values.httpRoute -}}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: {{ $name }}
  labels:
    {{- include "lago-netsuite.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ $part }}
  {{- with .annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  parentRefs: {{- toYaml .parentRefs | nindent 4 }}
  {{- with .hostnames }}
  hostnames: {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    - matches: [{path: {type: PathPrefix, value: {{ $path }}}}]
      backendRefs: [{name: {{ $name }}, port: {{ $port }}}]
{{- end -}}
{{- end -}}
