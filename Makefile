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
# Most tests wait: four processes fill two cores. Each has servers of its own.
JOBS ?= 4
# What to test: all of it, or a part, without lint.
T ?=

# Trust what the machine trusts: a company's own certificate authority too.
export UV_SYSTEM_CERTS ?= true

UV := $(or $(shell command -v uv),.tools/uv/bin/uv)
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: help install demo smoke test test-fast test-real lint clean

help: ## What there is (this)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  BROKER=embedded|apache   Kafka from a wheel, or Apache Kafka (needs Java and Maven)"
	@echo "  RATE=$(RATE)                events per second    SEED=$(SEED)   the city's course, the same for the same seed"
	@echo "  PORT=$(PORT)                of the gateway, or a free one    DURATION=  seconds after which the demo ends"
	@echo "  T=tests/gateway          tests of this part alone, without lint    JOBS=$(JOBS)   test processes"
	@echo "  CITY_KAFKA, CITY_REDIS, CITY_S3, CITY_ELASTICSEARCH   your own servers instead of embedded ones"

install: $(INSTALLED) ## Install everything into .venv (and uv into .tools, where it is not on PATH)

.tools/uv/bin/uv:
	python3 -m venv .tools/uv
	.tools/uv/bin/pip install -q --disable-pip-version-check uv

$(INSTALLED): pyproject.toml uv.lock | $(filter .tools/%,$(UV))
	$(UV) sync --frozen --all-extras --compile-bytecode
	@touch $@

demo: $(INSTALLED) ## A live city with a status table; Ctrl-C stops it
	@$(BIN)/city-demo up --broker $(BROKER) --rate $(RATE) --seed $(SEED) --port $(PORT) $(if $(DURATION),--duration $(DURATION))

smoke: $(INSTALLED) ## The same for a minute without a screen, checked; exits 0 or 1
	@$(BIN)/city-demo smoke --broker $(BROKER) --rate $(RATE) --seed $(SEED) $(if $(DURATION),--duration $(DURATION))

PYTEST = $(BIN)/pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder

test: $(if $(T),$(INSTALLED),lint) ## Lint and all tests but the long ones
	$(PYTEST) -m "not real" $(T)

test-fast: $(INSTALLED) ## What needs no server
	$(PYTEST) -m "not real and not server" $(T)

test-real: $(INSTALLED) ## The long tests, and those by chance with seeds drawn anew (SEED= sets them)
	$(BIN)/pytest -m "real or drawn" --seed $(if $(filter file,$(origin SEED)),draw,$(SEED)) $(T)

lint: $(INSTALLED) ## Style, types and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean: ## Remove all that was installed, fetched and written here
	rm -rf .venv .tools .data .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
