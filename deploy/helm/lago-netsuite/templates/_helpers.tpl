{{/*
The name before every part. 45 characters at most: with "-worker" and the hash of a revision it is the value of a label,
which has 63. What is longer is cut and keeps apart from others by a hash. Services take no dot and begin with a letter.
*/}}
{{- define "lago-netsuite.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := printf "%s-%s" .Release.Name $name -}}
{{- if .Values.fullnameOverride -}}
{{- $full = .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- $full = .Release.Name -}}
{{- end -}}
{{- $full = replace "." "-" $full -}}
{{- if regexMatch "^[0-9]" $full }}{{ $full = printf "n%s" $full }}{{ end -}}
{{- include "lago-netsuite.cut" (dict "name" $full "most" 45) -}}
{{- end -}}

{{/* A name of at most so many characters: (dict "name" "…" "most" 45). */}}
{{- define "lago-netsuite.cut" -}}
{{- if le (len .name) .most -}}
{{- .name -}}
{{- else -}}
{{- $kept := trunc (sub .most 9 | int) .name | trimAll "-." -}}
{{- printf "%s-%s" $kept (sha256sum .name | trunc 8) -}}
{{- end -}}
{{- end -}}

{{- define "lago-netsuite.selector" -}}
app.kubernetes.io/name: {{ include "lago-netsuite.cut" (dict "name" (default .Chart.Name .Values.nameOverride) "most" 63) | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "lago-netsuite.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimAll "-_." }}
{{ include "lago-netsuite.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: lago-netsuite
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "lago-netsuite.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "lago-netsuite.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "lago-netsuite.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "lago-netsuite.configMap" -}}
{{- default (printf "%s-connections" (include "lago-netsuite.fullname" .)) .Values.existingConfigMap -}}
{{- end -}}

{{/*
The variables of a part: Kafka's settings, every other one, and those of the part alone:
(dict "root" . "own" (dict "STATIC_MEMBERSHIP" true)). A name of extraEnv takes the place of the same name, because a
list with a name twice is refused by server-side apply.
*/}}
{{- define "lago-netsuite.env" -}}
{{- $kafka := .root.Values.kafka -}}
{{- $set := dict
  "KAFKA_BOOTSTRAP_SERVERS" $kafka.bootstrapServers
  "KAFKA_SECURITY_PROTOCOL" $kafka.securityProtocol
  "CONNECTIONS_FILE" "/etc/lago-netsuite/connections.yaml"
  "DRAIN_BUDGET_S" .root.Values.drainBudgetSeconds
  "LOG_FORMAT" "json" -}}
{{- with $kafka.saslMechanism }}{{ $_ := set $set "KAFKA_SASL_MECHANISM" . }}{{ end -}}
{{- with $kafka.saslUsername }}{{ $_ := set $set "KAFKA_SASL_USERNAME" . }}{{ end -}}
{{- range $name, $value := dict "TOKEN_URL" $kafka.oauth.tokenUrl "CLIENT_ID" $kafka.oauth.clientId "SCOPE" $kafka.oauth.scope "EXTENSIONS" $kafka.oauth.extensions -}}
{{- with $value }}{{ $_ := set $set (printf "KAFKA_OAUTH_%s" $name) . }}{{ end -}}
{{- end -}}
{{- if $kafka.caSecret }}{{ $_ := set $set "KAFKA_SSL_CAFILE" (printf "/etc/kafka/ca/%s" $kafka.caSecretKey) }}{{ end -}}
{{- if $kafka.clientCertificateSecret -}}
{{- $_ := set $set "KAFKA_SSL_CERTFILE" (printf "/etc/kafka/client/%s" $kafka.clientCertificateKeys.certificate) -}}
{{- $_ := set $set "KAFKA_SSL_KEYFILE" (printf "/etc/kafka/client/%s" $kafka.clientCertificateKeys.privateKey) -}}
{{- end -}}
{{- $set = merge (deepCopy .root.Values.settings) (default dict .own) $set -}}
{{- $extra := dict -}}
{{- range $place, $each := .root.Values.extraEnv }}{{ $_ := set $extra $each.name $place }}{{ end -}}
{{- range $name := keys $set | sortAlpha }}
{{- $value := get $set $name }}
{{- $variable := printf "LAGO_NETSUITE_%s" $name }}
{{- if not (or (hasKey $extra $variable) (hasKey $extra (printf "%s_FILE" $variable))) }}
{{- /* Helm reads every number as a float and would write 5242880 as 5.24288e+06. */}}
{{- if kindIs "float64" $value }}{{ $value = ternary (int64 $value) $value (eq (floor $value) $value) }}{{ end }}
- name: {{ $variable }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- range $place, $each := .root.Values.extraEnv }}
{{- if eq $place (get $extra $each.name) }}
- {{ toYaml $each | indent 2 | trim }}
{{- end }}
{{- end }}
{{- end -}}

{{/* What a container of every part has: (dict "root" . "values" .Values.worker). */}}
{{- define "lago-netsuite.container" -}}
{{- $values := .values -}}
{{- with .root -}}
image: {{ include "lago-netsuite.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- with .Values.containerSecurityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if or .Values.existingSecret .Values.extraEnvFrom $values.existingSecret }}
envFrom:
  {{- range list .Values.existingSecret $values.existingSecret | compact | uniq }}
  - secretRef: {name: {{ . | quote }}}
  {{- end }}
  {{- with .Values.extraEnvFrom }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
  - {name: connections, mountPath: /etc/lago-netsuite, readOnly: true}
  {{- if .Values.existingSecret }}
  - {name: secrets, mountPath: {{ .Values.secretsPath | quote }}, readOnly: true}
  {{- end }}
  {{- if .Values.kafka.caSecret }}
  - {name: kafka-ca, mountPath: /etc/kafka/ca, readOnly: true}
  {{- end }}
  {{- if .Values.kafka.clientCertificateSecret }}
  - {name: kafka-client, mountPath: /etc/kafka/client, readOnly: true}
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* /readyz follows partitions, /healthz only what a restart cures: NetSuite or Kafka being away fails neither. */}}
{{- define "lago-netsuite.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: ops}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 36
livenessProbe:
  httpGet: {path: /healthz, port: ops}
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 4
readinessProbe:
  httpGet: {path: /readyz, port: ops}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{- define "lago-netsuite.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
- name: connections
  configMap: {name: {{ include "lago-netsuite.configMap" . | quote }}}
{{- with .Values.existingSecret }}
- name: secrets
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- with .Values.kafka.caSecret }}
- name: kafka-ca
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- with .Values.kafka.clientCertificateSecret }}
- name: kafka-client
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What a pod of a part has besides its container: (dict "root" . "part" "worker" "values" .Values.worker). */}}
{{- define "lago-netsuite.podMeta" -}}
{{- $labels := merge (include "lago-netsuite.labels" .root | fromYaml) (dict "app.kubernetes.io/component" .part) (.values.podLabels | default dict) -}}
{{- $annotations := dict "checksum/connections" (.root.Values.connectionsFile | sha256sum) -}}
{{- /* An emptyDir keeps the autoscaler of a cluster from taking a node away, unless a pod says that it may go. */ -}}
{{- $_ := set $annotations "cluster-autoscaler.kubernetes.io/safe-to-evict" (ternary "false" "true" (.isJob | default false)) -}}
labels: {{- toYaml $labels | nindent 2 }}
annotations: {{- merge (deepCopy (.values.podAnnotations | default dict)) $annotations | toYaml | nindent 2 }}
{{- end -}}

{{- define "lago-netsuite.placement" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.podSecurityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
terminationGracePeriodSeconds: {{ .root.Values.terminationGracePeriodSeconds }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
{{- if .values.topologySpreadConstraints }}
  {{- toYaml .values.topologySpreadConstraints | nindent 2 }}
{{- else }}
  {{- $scope := . }}
  {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "lago-netsuite.selector" $scope.root | nindent 8 }}
        app.kubernetes.io/component: {{ $scope.part }}
  {{- end }}
{{- end }}
{{- end -}}
