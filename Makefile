# The two commands are `make demo` and `make test`; each sets up all it needs.
# `make` alone lists the others.

PYTHON ?= python3
VENV := .venv
NEWEST_VENV := .venv-newest
BIN := $(VENV)/bin
# Two at a time: most tests wait for processes to start.
PYTEST := -m pytest -n 2

# Memory in large pages: tests start thousands of processes, and where machines are virtual
# each of these takes half the time then.
export PYTHONMALLOC := malloc
export GLIBC_TUNABLES := glibc.malloc.hugetlb=1

# What has one core busy, or the network.
LIGHT := network hub lint chromium newest test-package test-js
# What has all of them busy.
HEAVY := test-newest test-python test-browser

.PHONY: help demo test side-by-side $(LIGHT) $(HEAVY) format contract lock bench clean
.DEFAULT_GOAL := help
ifdef SIDE_BY_SIDE
# These may have to install something with apt, which only one can at a time.
newest: chromium
chromium: hub
hub: network
else
# One after another, also under `make -j`: they share the cores and the environment.
.NOTPARALLEL:
endif

help:
	@echo "make demo     JupyterLab with the quickstart notebook"
	@echo "make test     everything that CI runs, browser tests included"
	@echo "make lint     style, types, import contracts, trait contract"
	@echo "make format   reformat Python and TypeScript"
	@echo "make contract write js/src/traits.ts from the Python traits"
	@echo "make bench    the benchmarks (minutes)"
	@echo "make lock     pin anew what CI runs (constraints.txt, js/package-lock.json)"
	@echo "make clean    remove environments and everything built"

demo: $(VENV)/.ready
	@$(BIN)/brian-sweep lab notebooks/01_quickstart.ipynb

test: side-by-side $(HEAVY)

side-by-side:
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target SIDE_BY_SIDE=yes $(LIGHT)

$(VENV)/.ready: pyproject.toml constraints.txt hatch_build.py tools/environment.py
	$(PYTHON) tools/environment.py $(VENV)

# After the environment, whose installation may need them, too.
js/node_modules/.package-lock.json: js/package-lock.json | $(VENV)/.ready
	npm --prefix js ci --no-audit --no-fund

# An editable install reads the bundle in place, so it follows the sources.
build: $(VENV)/.ready js/node_modules/.package-lock.json
	npm --prefix js run --silent build
.PHONY: build

lint: build
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/trait_contract.py --check
	npm --prefix js run --silent check
	npm --prefix js run --silent lint

test-js: build
	npm --prefix js test --silent

# In this order: what sweeps and hosts leave in the process of the tests, such as threads that
# draw from Python's generator, would be found by those that trace and pack there.
test-python: build network
	$(BIN)/python $(PYTEST) tests/unit tests/integration tests/faults

test-browser: build chromium hub
	$(BIN)/python $(PYTEST) tests/browser

# The newest Python and Brian 2 that we support; the main environment has the oldest.
test-newest: build newest
	$(BIN)/python tools/newest.py test $(NEWEST_VENV)

newest: build
	$(BIN)/python tools/newest.py prepare $(NEWEST_VENV)

network: build
	$(BIN)/python tools/network.py

chromium: build
	$(BIN)/python tools/chromium.py

hub: build
	$(BIN)/python tools/hub.py

test-package: build
	rm -rf dist
	$(BIN)/python -m build --installer uv --outdir dist .
	$(BIN)/python tools/check_dist.py dist

format: build
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	npm --prefix js run --silent format

contract: build
	$(BIN)/python tools/trait_contract.py

bench: build
	$(BIN)/python -m benchmarks

lock: $(VENV)/.ready
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras \
		--group test --group lint --upgrade --no-header --no-annotate --output-file constraints.txt
	npm --prefix js install --package-lock-only

clean:
	rm -rf $(VENV) $(NEWEST_VENV) dist js/node_modules brian_sweep_widget/static
