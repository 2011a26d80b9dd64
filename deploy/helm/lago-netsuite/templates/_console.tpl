{{/* Where people reach the console: as given, else by the host of its Ingress or HTTPRoute. */}}
{{- define "lago-netsuite.consoleUrl" -}}
{{- with .Values.console -}}
{{- if .url -}}
{{ .url }}
{{- else if .ingress.enabled -}}
https://{{ .ingress.host }}
{{- else if and .httpRoute.enabled .httpRoute.hostnames -}}
https://{{ first .httpRoute.hostnames }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The settings of a login by their names; without one the console listens on 127.0.0.1 of its pod. */}}
{{- define "lago-netsuite.consoleLogin" -}}
{{- $oidc := .Values.console.oidc -}}
CONSOLE_HOST: 0.0.0.0
CONSOLE_URL: {{ include "lago-netsuite.consoleUrl" . | quote }}
CONSOLE_OIDC_ISSUER: {{ $oidc.issuer | quote }}
CONSOLE_OIDC_CLIENT_ID: {{ $oidc.clientId | quote }}
CONSOLE_OIDC_SCOPES: {{ $oidc.scopes | quote }}
CONSOLE_OIDC_GROUPS_CLAIM: {{ $oidc.groupsClaim | quote }}
CONSOLE_OIDC_NAME_CLAIM: {{ $oidc.nameClaim | quote }}
CONSOLE_OIDC_ADMINS: {{ $oidc.admins | toJson | quote }}
CONSOLE_OIDC_OPERATORS: {{ $oidc.operators | toJson | quote }}
CONSOLE_OIDC_VIEWERS: {{ $oidc.viewers | toJson | quote }}
CONSOLE_SESSION_LIFE_S: {{ .Values.console.sessionLifeSeconds }}
CONSOLE_SESSION_IDLE_S: {{ .Values.console.sessionIdleSeconds }}
{{- end -}}

{{/* What a console cannot be reached or used with, one sentence a line. */}}
{{- define "lago-netsuite.consoleProblems" -}}
{{- $console := .Values.console -}}
{{- if and $console.enabled $console.oidc.issuer }}
{{- if not (include "lago-netsuite.consoleUrl" .) }}
console.url is needed with console.oidc.issuer: where people reach the console, as in https://billing.example.com
{{- end }}
{{- if not $console.oidc.clientId }}
console.oidc.clientId is needed with console.oidc.issuer: what the provider calls the console
{{- end }}
{{- with $console.oidc }}
{{- if not (concat .admins .operators .viewers) }}
console.oidc.admins, operators and viewers name no group: nobody could log in
{{- end }}
{{- end }}
{{- else if and $console.enabled (or $console.ingress.enabled $console.httpRoute.enabled) }}
console.ingress and console.httpRoute need console.oidc.issuer: without a login the console listens on 127.0.0.1 of its pod only
{{- end }}
{{- end -}}
