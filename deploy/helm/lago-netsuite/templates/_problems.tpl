{{/* What the schema cannot say, all at once and before anything is applied: each is a sentence on a line. */}}
{{- define "lago-netsuite.refuse" -}}
{{- $problems := list (include "lago-netsuite.graceProblems" .) (include "lago-netsuite.consoleProblems" .) -}}
{{- with $problems | join "\n" | trim | splitList "\n" | compact -}}
{{- fail (printf "the values cannot work:\n  %s" (join "\n  " .)) -}}
{{- end -}}
{{- end -}}

{{/* Grace must outlast the drain, or Kubernetes kills what is about to end. */}}
{{- define "lago-netsuite.graceProblems" -}}
{{- $needed := add .Values.drainBudgetSeconds 20 -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $needed) }}
{{ printf "terminationGracePeriodSeconds is %v and must be at least %v: drainBudgetSeconds (%v) and 20 s to commit and leave the group" .Values.terminationGracePeriodSeconds $needed .Values.drainBudgetSeconds }}
{{- end }}
{{- end -}}
