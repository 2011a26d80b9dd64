{{/*
Every setting of the program by the form of its text, as consumer/config reads it; those of extraEnv are compared with it,
since a misspelt name or a wrong value there would end each pod at its start. A test keeps it equal to the program's.
*/}}
{{- define "lago-netsuite.settings" -}}
forms:
  text: [".", "text"]
  number: ['^[0-9_.]*[1-9][0-9_.]*([eE][0-9]+)?$', a number of seconds above 0]
  delay: ['^[0-9_.]+$', a number of seconds from 0 to 600]
  wait: ['^[0-9_.]+$', a number of seconds from 0 to 3600]
  port: ['^(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[0-5]?[0-9]{1,4})$', a port]
  bytes: ['^[0-9_]{4,}$', a number of bytes from 1024 to 16777216]
  switch: ['^(?i)(true|false|1|0|yes|no|on|off|t|f|y|n)$', true or false]
  level: ['^(?i)(debug|info|warning|error)$', "debug, info, warning or error"]
  format: ['^(?i)(json|console)$', json or console]
  codec: ['^(?i)(none|gzip|snappy|lz4|zstd)$', "none, gzip, snappy, lz4 or zstd"]
  protocol: ['^(?i)(PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL)$', "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"]
  mechanism: ['^(?i)(PLAIN|SCRAM-SHA-256|SCRAM-SHA-512|OAUTHBEARER)$', "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER"]
  address: ['^https://|^http://(localhost|127\.|\[::1\])', an address that begins with https://]
  extensions: ['^([A-Za-z]+=[^,=]+(,|$))*$', "pairs like logicalCluster=lkc-1,identityPoolId=pool-1"]
  scopes: ['(^|\s)openid(\s|$)', words with openid among them]
  topics: ['^[A-Za-z0-9._-]*$', "letters, digits, dots, dashes and underscores"]
  key: ['^.{32}', a text of 32 characters or more]
names:
  text: [CONNECTIONS_FILE, CONSUMER_GROUP, OPS_HOST, INGEST_HOST, KAFKA_BOOTSTRAP_SERVERS, KAFKA_SASL_USERNAME,
    KAFKA_SASL_PASSWORD, KAFKA_SSL_CAFILE, KAFKA_SSL_CERTFILE, KAFKA_SSL_KEYFILE, KAFKA_SSL_KEY_PASSWORD,
    KAFKA_OAUTH_CLIENT_ID, KAFKA_OAUTH_CLIENT_SECRET, KAFKA_OAUTH_SCOPE, CONSOLE_HOST, CONSOLE_STATE,
    CONSOLE_OIDC_CLIENT_ID, CONSOLE_OIDC_CLIENT_SECRET, CONSOLE_OIDC_GROUPS_CLAIM, CONSOLE_OIDC_NAME_CLAIM,
    CONSOLE_OIDC_ADMINS, CONSOLE_OIDC_OPERATORS, CONSOLE_OIDC_VIEWERS]
  number: [DRAIN_BUDGET_S, PARK_MAX_AGE_S, RECORD_MAX_AGE_S, DEPENDENCY_MAX_AGE_S, RETRY_AFTER_MAX_S,
    CONSOLE_SESSION_LIFE_S, CONSOLE_SESSION_IDLE_S]
  delay: [INGEST_STOP_DELAY_S]
  wait: [KAFKA_WAIT_S]
  port: [OPS_PORT, INGEST_PORT, CONSOLE_PORT]
  bytes: [INGEST_BODY_LIMIT_BYTES]
  switch: [STATIC_MEMBERSHIP]
  level: [LOG_LEVEL]
  format: [LOG_FORMAT]
  codec: [KAFKA_COMPRESSION_TYPE]
  protocol: [KAFKA_SECURITY_PROTOCOL]
  mechanism: [KAFKA_SASL_MECHANISM]
  address: [KAFKA_OAUTH_TOKEN_URL, CONSOLE_OIDC_ISSUER, CONSOLE_URL]
  extensions: [KAFKA_OAUTH_EXTENSIONS]
  scopes: [CONSOLE_OIDC_SCOPES]
  topics: [TOPIC_PREFIX]
  key: [CONSOLE_SESSION_KEY]
{{- end -}}

{{/* Variables of extraEnv with the program's prefix: each has to be a setting, and its text of the right form. */}}
{{- define "lago-netsuite.extraEnvProblems" -}}
{{- $settings := include "lago-netsuite.settings" . | fromYaml -}}
{{- $form := dict -}}
{{- range $kind, $names := $settings.names }}{{ range $names }}{{ $_ := set $form . $kind }}{{ end }}{{ end -}}
{{- range .Values.extraEnv }}
{{- if hasPrefix "LAGO_NETSUITE_" .name }}
{{- $name := trimPrefix "LAGO_NETSUITE_" .name -}}
{{- $known := get $form $name -}}
{{- if $known }}
{{- $said := get $settings.forms $known -}}
{{- $text := get . "value" | default "" | toString -}}
{{- if and $text (not (regexMatch (index $said 0) $text)) }}
{{- $shown := ternary "too short" (quote $text) (eq $known "key") }}
{{ printf "extraEnv: %s is %s and must be %s" .name $shown (index $said 1) }}
{{- end }}
{{- else if not (hasKey $form (trimSuffix "_FILE" $name)) }}
extraEnv: {{ .name }} is not a setting of the program
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
