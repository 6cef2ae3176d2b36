{{- define "hubstorage.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- /* Short enough for what is put behind it. */ -}}
{{- define "hubstorage.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "hubstorage.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "hubstorage.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "hubstorage.selector" -}}
app.kubernetes.io/name: {{ include "hubstorage.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "hubstorage.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "hubstorage.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "hubstorage.image" -}}
{{- $repository := required "image.repository: say where your cluster pulls the image from, such as registry.example.org/hubstorage" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{ $repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ $repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end }}
{{- end }}

{{- define "hubstorage.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "hubstorage.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* The claim of one folder: (dict "root" $ "folder" "data"). */ -}}
{{- define "hubstorage.claim" -}}
{{- $volume := get .root.Values.persistence .folder -}}
{{- default (printf "%s-%s" (include "hubstorage.fullname" .root) .folder) $volume.existingClaim }}
{{- end }}

{{- /* Empty where there is nothing secret to hand over: (dict "root" $ "of" "s3"). */ -}}
{{- define "hubstorage.secretName" -}}
{{- $from := get .root.Values .of -}}
{{- if $from.existingSecret -}}
{{ $from.existingSecret }}
{{- else if $from.secrets -}}
{{ include "hubstorage.fullname" .root }}-{{ .of }}
{{- end }}
{{- end }}

{{- define "hubstorage.clusterSecretName" -}}
{{- default (printf "%s-cluster" (include "hubstorage.fullname" .)) .Values.workers.existingSecret }}
{{- end }}

{{- /* Has pods started anew when what is secret changes: (dict "root" $ "of" .Values.s3). By scrypt, since more people see pods than Secrets. */ -}}
{{- define "hubstorage.checksum" -}}
{{- derivePassword 1 "long" (toJson .of) .root.Release.Name "hubstorage" | sha256sum | trunc 16 }}
{{- end }}

{{- define "hubstorage.scheme" -}}
{{- if or .Values.tls.existingSecret (get .Values.env "HUBSTORAGE_TLS") -}}https{{- else -}}http{{- end }}
{{- end }}

{{- define "hubstorage.basePath" -}}
{{- get .Values.env "HUBSTORAGE_BASE_PATH" | trimSuffix "/" }}
{{- end }}

{{- /* Ports besides the dashboard's that variables switch on, by name. */ -}}
{{- define "hubstorage.extraPorts" -}}
{{- with get .Values.env "HUBSTORAGE_S3_PORT" }}
s3: {{ . }}
{{- end }}
{{- with get .Values.env "HUBSTORAGE_TCP_BRIDGE_PORT" }}
bus: {{ . }}
{{- end }}
{{- end }}

{{- define "hubstorage.podSecurityContext" -}}
runAsNonRoot: true
{{- with .Values.user.uid }}
runAsUser: {{ . | int64 }}
{{- end }}
{{- with .Values.user.gid }}
runAsGroup: {{ . | int64 }}
{{- end }}
{{- with .Values.user.fsGroup }}
fsGroup: {{ . | int64 }}
# Only a new volume: handing over millions of files would take an hour at each start, and make them writable.
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- /* Where pods may run, and what gives way to them: of the values of the coordinator or the workers. */ -}}
{{- define "hubstorage.placement" -}}
{{- range $name, $value := pick . "priorityClassName" "nodeSelector" "tolerations" "affinity" }}
{{- with $value }}
{{ dict $name . | toYaml }}
{{- end }}
{{- end }}
{{- end }}

{{- define "hubstorage.containerSecurityContext" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /* What coordinator and workers have in common. */ -}}
{{- define "hubstorage.env" -}}
- name: DOCKER_MODE
  value: "true"
{{- if not (hasKey .Values.env "HUBSTORAGE_WEB_HOST") }}
- name: HUBSTORAGE_WEB_HOST
  value: 0.0.0.0
{{- end }}
- name: HUBSTORAGE_WEB_PORT
  value: "5002"
- name: HUBSTORAGE_CONFIG_PATH
  value: /app/config/config.json
- name: HUBSTORAGE_DATA_PATH
  value: /app/data
- name: HUBSTORAGE_LOG_PATH
  value: /app/logs
{{- if .Values.workers.enabled }}
- name: HUBSTORAGE_CLUSTER
  value: dns:{{ include "hubstorage.fullname" . }}-members.{{ .Release.Namespace }}.svc
- name: HUBSTORAGE_CLUSTER_PORT
  value: "5701"
- name: HUBSTORAGE_CLUSTER_HOST
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: HUBSTORAGE_CLUSTER_SECRET
  valueFrom:
    secretKeyRef:
      name: {{ include "hubstorage.clusterSecretName" . }}
      key: HUBSTORAGE_CLUSTER_SECRET
{{- end }}
{{- range $name, $value := .Values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "hubstorage.probes" -}}
startupProbe:
  httpGet:
    path: /health/live
    port: web
    scheme: {{ .scheme | upper }}
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: {{ divf .root.Values.startupSeconds 2 | ceil | int64 }}
livenessProbe:
  httpGet:
    path: /health/live
    port: web
    scheme: {{ .scheme | upper }}
  periodSeconds: 15
  timeoutSeconds: 10
  failureThreshold: 4
readinessProbe:
  httpGet:
    path: /health/ready
    port: web
    scheme: {{ .scheme | upper }}
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: 3
{{- end }}

{{- /* true where it is switched on, or automatic and the cluster knows the kind: (dict "root" $ "enabled" … "kind" "ServiceMonitor"). */ -}}
{{- define "hubstorage.monitored" -}}
{{- if kindIs "bool" .enabled -}}
{{- if .enabled }}true{{ end -}}
{{- else if .root.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" .kind) -}}
true
{{- end }}
{{- end }}

{{- /* What the schema cannot say in a sentence. */ -}}
{{- define "hubstorage.check" -}}
{{- $fixed := list "DOCKER_MODE" "HUBSTORAGE_ROLE" "HUBSTORAGE_WEB_PORT" "HUBSTORAGE_CONFIG_PATH" "HUBSTORAGE_DATA_PATH" "HUBSTORAGE_LOG_PATH" "HUBSTORAGE_TLS_CERT" "HUBSTORAGE_TLS_KEY" "HUBSTORAGE_CLUSTER" "HUBSTORAGE_CLUSTER_HOST" "HUBSTORAGE_CLUSTER_PORT" "HUBSTORAGE_CLUSTER_SECRET" }}
{{- $secret := "(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PASSWORD|PASSWORD_HASH|WEB_TOKEN|CLIENT_SECRET|CLUSTER_SECRET|SSE_C_KEY)$" }}
{{- $names := dict "env" (keys .Values.env) "s3.secrets" (keys .Values.s3.secrets) "web.secrets" (keys .Values.web.secrets) }}
{{- range .Values.extraEnv }}
{{- $_ := set $names "extraEnv" (append (get $names "extraEnv" | default list) .name) }}
{{- end }}
{{- range $path, $of := $names }}
{{- range $of }}
{{- if has . $fixed }}
{{- fail (printf "%s.%s: the chart sets this itself" $path .) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.env }}
{{- $channel := and (regexMatch "^HUBSTORAGE_(NOTIFY|HOOK)_" $name) (not (regexMatch "_FILE$|^HUBSTORAGE_NOTIFY_PRIVATE$" $name)) }}
{{- if or $channel (regexMatch $secret $name) }}
{{- fail (printf "env.%s: what is secret goes to s3.secrets or web.secrets, or into a Secret of your own" $name) }}
{{- end }}
{{- end }}
{{- range $of := list "s3" "web" }}
{{- $from := get $.Values $of }}
{{- if and $from.existingSecret $from.secrets }}
{{- fail (printf "%s: give either existingSecret or secrets, since one Secret holds them all" $of) }}
{{- end }}
{{- end }}
{{- if .Values.workers.enabled }}
{{- if and (not .Values.persistence.data.existingClaim) (ne .Values.persistence.data.accessMode "ReadWriteMany") }}
{{- fail "workers.enabled: all of them write to the data volume; set persistence.data.accessMode to ReadWriteMany (and a storageClass that has it), or name an existingClaim of that kind" }}
{{- end }}
{{- if and .Values.workers.existingSecret .Values.workers.secret }}
{{- fail "workers: give either existingSecret or secret" }}
{{- end }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.hosts: name at least one host, such as backup.example.org" }}
{{- end }}
{{- range $path, $resources := dict "resources" .Values.resources "workers.resources" .Values.workers.resources }}
{{- $memory := dig "limits" "memory" "" $resources | toString }}
{{- if and (regexMatch "^[0-9]+Mi$" $memory) (lt (trimSuffix "Mi" $memory | atoi) 256) }}
{{- fail (printf "%s.limits.memory: %s will not do; 256Mi is the least" $path $memory) }}
{{- end }}
{{- end }}
{{- end }}
