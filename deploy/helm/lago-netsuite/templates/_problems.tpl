{{/* What the schema cannot say, all at once and before anything is applied: each is a sentence on a line. */}}
{{- define "lago-netsuite.refuse" -}}
{{- $problems := list -}}
{{- range list "form" "extraEnv" "kafka" "connections" "scale" "grace" "console" -}}
{{- $problems = append $problems (include (printf "lago-netsuite.%sProblems" .) $) -}}
{{- end -}}
{{- with $problems | join "\n" | trim | splitList "\n" | compact -}}
{{- fail (printf "the values cannot work:\n  %s" (join "\n  " .)) -}}
{{- end -}}
{{- end -}}

{{/* Values of a form: its name, the value, the form, and what it has to be. An expression alone would explain nothing. */}}
{{- define "lago-netsuite.formProblems" -}}
{{- $v := .Values -}}
{{- $address := "[^\\s,:/]+(:[0-9]+)?" -}}
{{- $forms := list
  (list "image.digest" $v.image.digest "^(sha256:[0-9a-f]{64})?$" "sha256: and 64 hexadecimal digits")
  (list "secretsPath" $v.secretsPath "^/[^/]" "an absolute path")
  (list "kafka.bootstrapServers" $v.kafka.bootstrapServers (printf "^%s(, ?%s)*$" $address $address) "host:port without a scheme, with commas between several")
  (list "settings.TOPIC_PREFIX" (get $v.settings "TOPIC_PREFIX" | default "") "^[A-Za-z0-9._-]*$" "letters, digits, dots, dashes and underscores, as Kafka's topics have them")
  (list "console.url" $v.console.url "^$|^https://[^/?#@\\s]+/?$" "https:// and a host alone, as in https://billing.example.com")
  (list "console.oidc.issuer" $v.console.oidc.issuer "^$|^https://" "an address that begins with https://, exactly as the provider's tokens say it")
  (list "console.oidc.scopes" $v.console.oidc.scopes "(^| )openid( |$)" "words with openid among them, without which providers give no ID token")
  (list "console.persistence.size" $v.console.persistence.size "^[0-9.]+(k|Ki|M|Mi|G|Gi|T|Ti)?$" "an amount of storage like 2Gi")
  (list "reconcile.schedule" $v.reconcile.schedule "^(@(hourly|daily|weekly|monthly)|\\S+( +\\S+){4})$" "the five fields of cron, like 17 2 * * *")
  (list "reconcile.timeZone" $v.reconcile.timeZone "^([A-Za-z]+(/[A-Za-z0-9_+-]+)*)?$" "a name of the IANA list, like Europe/Berlin")
  (list "podMonitor.interval" $v.podMonitor.interval "^[0-9]+(ms|s|m)$" "a duration like 15s")
  (list "prometheusRule.runbookBaseUrl" $v.prometheusRule.runbookBaseUrl "^$|^https?://.*/$" "an address with http:// or https:// and a slash at its end")
  (list "keda.prometheusAddress" $v.keda.prometheusAddress "^https?://" "an address with http:// or https://")
-}}
{{- range $forms }}
{{- if not (regexMatch (index . 2) (index . 1)) }}
{{ printf "%s is %q and must be %s" (index . 0) (index . 1) (index . 3) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A login that lacks a part ends the process at its start. */}}
{{- define "lago-netsuite.kafkaProblems" -}}
{{- $kafka := .Values.kafka -}}
{{- if hasPrefix "SASL_" $kafka.securityProtocol }}
{{- $byToken := eq $kafka.saslMechanism "OAUTHBEARER" -}}
{{- range $name := $byToken | ternary (list) (list "saslMechanism" "saslUsername") }}
{{- if not (get $kafka $name) }}
kafka.{{ $name }} is needed with kafka.securityProtocol {{ $kafka.securityProtocol }}
{{- end }}
{{- end }}
{{- range $name := $byToken | ternary (list "tokenUrl" "clientId") (list) }}
{{- if not (get $kafka.oauth $name) }}
kafka.oauth.{{ $name }} is needed with kafka.saslMechanism OAUTHBEARER
{{- end }}
{{- end }}
{{- $secret := $byToken | ternary "LAGO_NETSUITE_KAFKA_OAUTH_CLIENT_SECRET" "LAGO_NETSUITE_KAFKA_SASL_PASSWORD" -}}
{{- $given := concat (list .Values.existingSecret) .Values.extraEnvFrom | compact | len -}}
{{- range .Values.extraEnv }}{{ if hasPrefix $secret .name }}{{ $given = 1 }}{{ end }}{{ end }}
{{- if not $given }}
the {{ $byToken | ternary "secret of kafka.oauth.clientId" "password of kafka.saslUsername" }} comes from nowhere: name a Secret with {{ $secret }} as existingSecret
{{- end }}
{{- else if $kafka.saslMechanism }}
kafka.saslMechanism is {{ $kafka.saslMechanism }}, but kafka.securityProtocol {{ $kafka.securityProtocol }} has no login: use SASL_SSL
{{- end }}
{{- end -}}

{{/* Codes that no connection has; of a ConfigMap of another owner nothing is known. */}}
{{- define "lago-netsuite.connectionsProblems" -}}
{{- $file := fromYaml .Values.connectionsFile -}}
{{- if .Values.existingConfigMap }}
{{- else if hasKey $file "Error" }}
connectionsFile is no YAML: {{ get $file "Error" | replace "\n" " " }}
{{- else if not (kindIs "slice" (get $file "connections")) }}
connectionsFile has no list named connections: pass the whole connections.yaml by --set-file
{{- else }}
{{- $codes := list -}}
{{- range $file.connections }}{{ if kindIs "map" . }}{{ $codes = append $codes (get . "code" | toString) }}{{ end }}{{ end }}
{{- range $part, $wanted := dict "worker" .Values.worker.connections "reconcile" .Values.reconcile.connections }}
{{- range $wanted }}
{{- if not (has . $codes) }}
{{ $part }}.connections names {{ . }}, and connectionsFile has {{ $codes | sortAlpha | join ", " | default "none" }}
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.reconcile.enabled (not .Values.reconcile.connections) (gt (len $codes) 1) }}
reconcile.connections is needed where connectionsFile has several: {{ $codes | sortAlpha | join ", " }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "lago-netsuite.scaleProblems" -}}
{{- range $name, $scale := dict "ingest.autoscaling" .Values.ingest.autoscaling "keda" .Values.keda }}
{{- if and $scale.enabled (gt (int $scale.minReplicas) (int $scale.maxReplicas)) }}
{{ $name }}.minReplicas is {{ $scale.minReplicas }}, more than {{ $name }}.maxReplicas, {{ $scale.maxReplicas }}
{{- end }}
{{- end }}
{{- range $part, $address := dict "ingest" .Values.ingest "console" .Values.console }}
{{- if and $address.ingress.enabled (not $address.ingress.host) }}
{{ $part }}.ingress.host is needed with {{ $part }}.ingress.enabled
{{- end }}
{{- if and $address.httpRoute.enabled (not $address.httpRoute.parentRefs) }}
{{ $part }}.httpRoute.parentRefs names no Gateway, and {{ $part }}.httpRoute.enabled needs one
{{- end }}
{{- end }}
{{- end -}}

{{/* Grace must outlast the drain, or Kubernetes kills what is about to end. */}}
{{- define "lago-netsuite.graceProblems" -}}
{{- $grace := .Values.terminationGracePeriodSeconds -}}
{{- $needed := add .Values.drainBudgetSeconds 20 -}}
{{- if lt (int $grace) (int $needed) }}
{{ printf "terminationGracePeriodSeconds is %v and must be at least %v: drainBudgetSeconds (%v) and 20 s to commit and leave the group" $grace $needed .Values.drainBudgetSeconds }}
{{- end }}
{{- $delay := get .Values.settings "INGEST_STOP_DELAY_S" | default 5 -}}
{{- $needed = addf $delay 20 -}}
{{- if and .Values.ingest.enabled (lt (float64 $grace) $needed) }}
{{ printf "terminationGracePeriodSeconds is %v and must be at least %v: settings.INGEST_STOP_DELAY_S (%v) and 20 s to answer what is open" $grace $needed $delay }}
{{- end }}
{{- end -}}
