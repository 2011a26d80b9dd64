# The one entry for people and for CI. `make` alone lists the targets.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
SUITESCRIPT := deploy/netsuite
TOOLS := .cache/tools
COMPOSE_GO_VERSION := v2.16.2
KUBERNETES_VERSION := v1.36.3
HELM_VERSION := v4.3.1

# Where it is set, each process of the suite and of the demo would compile all modules anew, for half of its start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup check suitescript dashboard-types netsuite-bundle test integration chaos bench bench-flat bench-steady demo image lock prometheus container-tools image-check compose-check deploy-check deploy-tools cluster-check chart-alerts chart-files alert-rehearsal kafka-rights dashboard pictures release release-images release-image release-check upgrade-check

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.complete ## Make .venv from the lock file (needs Python 3.11+ and make only)

# The locks are complete: nothing is resolved here, so that a newer release of anything changes nothing.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

.venv/.complete: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	@if $(PIP) --only-binary :all: -r deploy/image/build.lock; \
	then $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --require-hashes -r requirements.lock; \
	else echo "no wheel of uv for this machine: pip installs, which takes longer"; $(PIP) -r requirements.lock; fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	$(BIN)/python -m compileall -q consumer schemas
	$(BIN)/python -m pip check
	@touch $@

check: setup ## Lint, types, import rules, spelling; with Node.js also the SuiteScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell consumer schemas tests deploy README.md
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory suitescript dashboard-types; \
	else echo "no Node.js: make suitescript and make dashboard-types are left out"; fi

suitescript: setup $(SUITESCRIPT)/node_modules/.complete ## The SuiteScript: SDF rules, ESLint, Jest on Oracle's stubs, coverage (needs Node.js)
	cd $(SUITESCRIPT) && npm run --silent check
	$(BIN)/python -m pytest --quiet -p tests.support.script_coverage tests/contract/test_restlet_*.py tests/contract/test_preflight_survey.py

dashboard-types: deploy/grafana/node_modules/.complete ## The Grafana dashboard has the shape of Grafana's own types (needs Node.js)
	cd deploy/grafana && npm run --silent check

deploy/grafana/node_modules/.complete: deploy/grafana/package-lock.json
	cd deploy/grafana && npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
	@touch $@

netsuite-bundle: ## What an administrator without Node.js uploads and types by hand: build/netsuite-bundle
	python3 $(SUITESCRIPT)/bundle/make.py build/netsuite-bundle

$(SUITESCRIPT)/node_modules/.complete: $(SUITESCRIPT)/package-lock.json
	cd $(SUITESCRIPT) && npm ci --prefer-offline --no-audit --no-fund --loglevel=error
	@touch $@

test: setup ## The whole suite; the header names the broker
	$(BIN)/python -m pytest --numprocesses 3 --dist loadgroup

integration: setup ## Only the tests that need a broker
	$(BIN)/python -m pytest -m kafka

chaos: setup ## The long fault injections: brokers killed, workers frozen, networks cut; CHAOS_SEEDS="17" repeats one
	$(BIN)/python -m pytest -m chaos_long tests

bench: setup ## Measure; WORKLOADS="W1 W2" chooses
	$(BIN)/python -m tests.bench $(WORKLOADS)

bench-flat: setup ## 10^3 to 10^6 events wait: the same CPU an event, bounded memory
	$(BIN)/python -m tests.bench W11

bench-steady: setup ## Half an hour without faults: the worker does not grow; STEADY=5 is five minutes
	STEADY=$(or $(STEADY),30) $(BIN)/python -m tests.bench

bench-start: setup ## From exec to ready, seconds and CPU seconds: worker, relay, ingest, console
	$(BIN)/python -m tests.bench.start

.PHONY: bench-start bench-peers bench-peers-lock bench-aims bench-readme

bench-peers: setup ## Our worker beside other connectors, by turns, a quarter of an hour: tests/bench/peers/results (needs Java 17 and Maven)
	$(BIN)/python -m tests.bench.peers

bench-aims: setup ## All that the connector should reach in one run, twenty minutes: tests/bench/peers/results/aims.md
	$(BIN)/python -m tests.bench.aims

bench-readme: setup ## Put the peers' table of the last run into the README
	$(BIN)/python -m tests.bench.peers.readme

bench-peers-lock: setup ## Refresh the lock file of the peers' packages
	$(LOCK) tests/bench/peers/requirements.in --output-file tests/bench/peers/requirements.lock

alert-rehearsal: setup prometheus ## The alerts live: a month is silent; absent workers, refused webhooks, differing books fire
	$(BIN)/python -m pytest -v -s -m chaos_long --durations=0 --durations-min=0.5 tests/deploy/test_alert_rehearsal.py

dashboard: setup ## Render the Grafana dashboard from a real Prometheus under the demo's events
	$(BIN)/python -m tests.bench.dashboard

demo: setup ## A month of Lago events into a NetSuite sandbox on this machine
	$(BIN)/lago-netsuite demo

pictures: setup ## Take the README's pictures of the console anew (needs Debian's chromium)
	UPDATE_PICTURES=yes $(BIN)/python -m pytest tests/integration/test_demo.py

deploy-check: setup deploy-tools ## Image, Compose file and chart: built, rendered, validated, rehearsed (needs Go once)
	$(BIN)/python -m pytest tests/deploy

deploy-tools: $(TOOLS)/compose-config-$(COMPOSE_GO_VERSION) ## Build the loader of docker compose (needs Go)

$(TOOLS)/compose-config-$(COMPOSE_GO_VERSION):
	GOBIN=$(CURDIR)/$(TOOLS)/compose-go go install -ldflags '-s -w' github.com/compose-spec/compose-go/v2/cmd@$(COMPOSE_GO_VERSION)
	@mv $(TOOLS)/compose-go/cmd $(TOOLS)/compose-config
	@touch $@

cluster-check: setup $(TOOLS)/kubernetes-$(KUBERNETES_VERSION) $(TOOLS)/helm-$(HELM_VERSION) ## The chart on a real API server, by Helm 4 (needs Go, and minutes once to build both)
	HELM=$(CURDIR)/$(TOOLS)/helm-4/helm $(BIN)/python -m pytest -q tests/deploy/test_chart*.py
	$(BIN)/python -m pytest -v --durations=0 --durations-min=0.5 -m cluster tests/deploy/cluster

# The API server says the version that Helm compares with the chart's kubeVersion only when it is linked with it.
$(TOOLS)/kubernetes-$(KUBERNETES_VERSION): tests/deploy/cluster/go.mod $(wildcard tests/deploy/cluster/*.go)
	@mkdir -p $(TOOLS)
	cd tests/deploy/cluster && go build -trimpath -ldflags '-s -w -X k8s.io/component-base/version.gitVersion=$(KUBERNETES_VERSION)' -o $(CURDIR)/$(TOOLS)/kubernetes .
	@touch $@

$(TOOLS)/helm-$(HELM_VERSION):
	GOBIN=$(CURDIR)/$(TOOLS)/helm-4 go install -trimpath -ldflags '-s -w' helm.sh/helm/v4/cmd/helm@$(HELM_VERSION)
	@touch $@

CHART := deploy/helm/lago-netsuite

chart-files: ## Alerts and dashboard into the chart, which reads only its own files; its README from the values' comments
	cp deploy/prometheus/alerts.yaml $(CHART)/files/alerts.yaml
	cp deploy/grafana/dashboards/lago-netsuite.json $(CHART)/files/dashboard.json
	$(PYTHON) deploy/helm/readme.py

chart-alerts: chart-files

kafka-rights: setup ## The page of rights on Kafka and Strimzi's users, from consumer/kafka/rights.py
	$(BIN)/python deploy/kafka/make.py

# What the labels of an image say. SOURCE is where your copy of this repository is; IMAGE_OPTIONS goes to the builder as it is.
SOURCE ?= unknown
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
IMAGE_FACTS = --build-arg VERSION=$(VERSION) \
	--build-arg REVISION=$(shell git describe --always --abbrev=40 --dirty --exclude '*' 2>/dev/null || echo unknown) \
	--build-arg SOURCE=$(SOURCE)

# What builds images where there is no Docker, from Debian.
PODMAN := podman runc netavark aardvark-dns iptables mmdebstrap debian-archive-keyring

container-tools: ## Install podman and mmdebstrap (Debian) where no Docker answers
	docker info >/dev/null 2>&1 || (for each in podman runc mmdebstrap /usr/lib/podman/netavark; do command -v $$each || exit 1; done) >/dev/null \
	|| (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(PODMAN) >/dev/null)

image-check: setup container-tools ## Build both images and run every command in them, without rights (root and podman, or Docker)
	$(BIN)/python -m pytest -m containers --durations=5 tests/containers/test_images.py

compose-check: setup container-tools ## The month of the demo through deploy/compose.yaml in real containers (root and podman, or Docker)
	$(BIN)/python -m pytest -m containers --durations=5 tests/containers/test_services.py

# `make image ENGINE=podman` where podman has a registry behind it.
ENGINE ?= docker

image: ## The container images, lago-netsuite and lago-netsuite-sandbox (needs Docker)
	$(ENGINE) build $(IMAGE_FACTS) $(IMAGE_OPTIONS) --target worker --tag lago-netsuite .
	$(ENGINE) build $(IMAGE_FACTS) $(IMAGE_OPTIONS) --target sandbox --tag lago-netsuite-sandbox .

RELEASE := build/release

release: setup ## Everything that is published of the commit HEAD, with SHA256SUMS, into build/release; images where an ENGINE answers
	rm -rf $(RELEASE)
	$(BIN)/python deploy/release/make.py $(RELEASE)
	$(MAKE) --no-print-directory release-images
	$(BIN)/python deploy/release/make.py --sums $(RELEASE)

# Both save what OCI calls an archive: Docker (25 or newer) by itself, podman when it is asked. With podman the times in an
# image are that of the commit, too, so that the same commit and the same base give the same files.
IS_PODMAN = $(findstring podman,$(notdir $(firstword $(ENGINE))))
SAVED_AS = $(if $(IS_PODMAN),--format oci-archive)
BUILT_AT = $(if $(IS_PODMAN),--timestamp $(shell git show --no-patch --format=%ct HEAD))

release-images:
	@if $(ENGINE) info >/dev/null 2>&1; then $(MAKE) --no-print-directory image IMAGE_OPTIONS='$(BUILT_AT) $(IMAGE_OPTIONS)' \
	&& for each in lago-netsuite lago-netsuite-sandbox; do $(MAKE) --no-print-directory release-image IMAGE=$$each || exit 1; done; \
	else echo "no $(ENGINE) answers: the images are left out"; fi

SAVED = $(RELEASE)/$(IMAGE)-$(VERSION)

release-image:
	$(ENGINE) save $(SAVED_AS) --output $(SAVED).oci.tar $(IMAGE)
	container=$$($(ENGINE) create $(IMAGE)) && $(ENGINE) cp $$container:/venv/share/doc/lago-netsuite/sbom.cdx.json $(SAVED).oci.cdx.json; \
	status=$$?; $(ENGINE) rm $$container >/dev/null && exit $$status
	$(BIN)/python deploy/release/make.py --archive $(SAVED).oci.tar

release-check: setup container-tools ## The images of a release, built twice: archives, bills of materials, the same files (root and podman, or Docker)
	$(BIN)/python -m pytest -m containers --durations=5 tests/containers/test_release_images.py

# The release before this one, which `make upgrade-check` runs beside this one: a tag or a commit.
PREVIOUS_RELEASE ?= 4f088d8ac88d00ec3f7e64bb5f9c3ba3d9317e24

upgrade-check: setup ## Workers of the previous release and of this one in one group, to and fro, with live events
	PREVIOUS_RELEASE=$(PREVIOUS_RELEASE) $(BIN)/python -m pytest -v -m chaos_long tests/chaos/test_upgrade.py

prometheus: ## Install promtool and Prometheus (Debian); the alerts are tested with them
	command -v promtool >/dev/null || (apt-get update -qq && apt-get install -qq -y --no-install-recommends prometheus)

LOCK := $(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet

lock: setup ## Refresh the lock files from pyproject.toml
	$(LOCK) --extra dev pyproject.toml --output-file requirements.lock
	$(LOCK) --extra tracing --constraint requirements.lock pyproject.toml --output-file deploy/image/worker.lock
	$(LOCK) --extra sandbox --extra tracing --constraint requirements.lock pyproject.toml --output-file deploy/image/sandbox.lock
	printf 'hatchling\nuv\n' | $(LOCK) --constraint requirements.lock - --output-file deploy/image/build.lock
