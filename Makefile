# `make help` lists the targets. Each uses the active virtual environment, or makes .venv; it installs what it needs once, and
# again when pyproject.toml or the lock changes. `test` installs Chromium, Node and servers where it may, and prints what it
# leaves out.

SHELL := /bin/bash
PYTHON ?= python3
VENV := $(or $(VIRTUAL_ENV),$(CURDIR)/.venv)
BIN := $(VENV)/bin
WORKERS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1
LOCK := tests/constraints.txt
# A stamp for each environment that this checkout was installed into, and for what was installed with it.
STAMP := build/ready/$(shell printf %s '$(VENV)' | cksum | cut -d' ' -f1)
READY := $(STAMP)-dev
DEMO := $(STAMP)-demo
# Nothing is compiled ahead: that takes as long as the rest, and Python compiles what is imported.
INSTALL := $(BIN)/python -m pip install -qq --no-compile -c $(LOCK)
LANES := $(BIN)/python -m tests.environments.lanes --workers $(WORKERS)

# The notebooks with their outputs, for the site.
RAN := $(patsubst notebooks/%,build/docs/notebooks/%,$(wildcard notebooks/*.ipynb))

.PHONY: help demo lab test lint format test-python test-frontend test-browser test-firefox test-newest test-oldest \
	test-pythons test-reruns test-radosgw test-exchange frontend docs bench lock clean
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help:  ## Print the targets.
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(DEMO)  ## Run notebooks/quickstart.ipynb in build/demo and print what happened, version by version.
	@$(BIN)/python notebooks/run.py notebooks/quickstart.ipynb

test: $(VENV)/pyvenv.cfg  ## Run all tests that this machine can run; the first and the last line say what is left out.
	@$(BIN)/python -m tests.environments.everything $(MAKE)

test-python: $(READY)  ## Run the Python tests.
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m 'not browser and not every_rerun and not radosgw and not exchange_clients'

test-frontend: $(READY)  ## Check, test, build and link the front-end.
	@$(BIN)/python labextension/hatch_build.py check build link

test-reruns: $(READY)  ## Run notebooks of strangers again, and check each verdict and each cause.
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal tests/rerun_lane

test-radosgw: $(READY)  ## Run the tests of S3 remotes against a storage engine, Ceph with its object gateway.
	@$(BIN)/python -m tests.environments.machine radosgw
	@$(BIN)/python -m pytest -m radosgw tests/radosgw_lane

test-exchange: $(READY)  ## Run the tests of exports and imports with the clients of the other systems.
	@$(BIN)/python -m tests.environments.machine dvc git-lfs mlflow
	@$(BIN)/python -m pytest -n $(WORKERS) -m exchange_clients tests/exchange_lane

# Two browsers at once; the waiting times are taken alone.
test-browser: frontend  ## Run the browser tests in Chromium.
	@export NBMODELVER_FRONTEND=required; \
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m browser tests/ui \
		--ignore tests/ui/test_figures.py --ignore tests/ui/firefox && \
	$(BIN)/python -m pytest -m browser tests/ui/test_figures.py

test-firefox: frontend  ## Run the main path of the browser tests in Firefox.
	@$(BIN)/python -m tests.environments.machine firefox
	@NBMODELVER_FRONTEND=required $(BIN)/python -m pytest -m browser tests/ui/firefox

# Lanes: each makes its own environments under build/env.
test-newest: $(VENV)/pyvenv.cfg  ## Run the tests of values and kernels with the newest release of every dependency, on the newest Python.
	@$(LANES) newest

test-oldest: $(VENV)/pyvenv.cfg  ## Run them with the oldest releases that are supported, and with the last pandas 2.
	@$(LANES) oldest

test-pythons: $(VENV)/pyvenv.cfg  ## Run them on each Python that no other lane uses.
	@$(LANES) pythons

lock: $(VENV)/pyvenv.cfg  ## Renew tests/constraints.txt with the newest releases and print what changed.
	@$(BIN)/python -m tests.environments.lock

frontend: $(READY)  ## Build the front-end if its sources changed, and link it into the JupyterLab of the environment.
	@$(BIN)/python labextension/hatch_build.py build link

lint: $(READY)  ## Run the linter, check the format, and check the types.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY)  ## Fix what the linter can fix, and format the code.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lab: frontend  ## Open JupyterLab in the folder notebooks, with the package ready.
	@$(BIN)/jupyter lab notebooks $(if $(filter 0,$(shell id -u)),--allow-root)

docs: $(READY)  ## Write docs/verbs, run the notebooks, and build the site in build/docs/html.
	@$(BIN)/python -m nbmodelver.verbs docs/verbs
	@$(MAKE) --no-print-directory $(RAN)
	@$(BIN)/python -m sphinx -W --keep-going -q -E -d build/docs/doctrees docs build/docs/html
	@echo "the site: build/docs/html/index.html"

build/docs/notebooks/%.ipynb: notebooks/%.ipynb notebooks/run.py $(shell find nbmodelver -name '*.py')
	@$(BIN)/python notebooks/run.py $< build/docs/run/$* --save $@ > /dev/null

bench: $(READY)  ## Run the benchmarks as tests and print their figures.
	@$(BIN)/python -m pytest tests/bench -s -q

clean:  ## Remove what was built and cached.
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml $(LOCK) $(VENV)/pyvenv.cfg
	@echo "installing nbmodelver with what its tests need into $(VENV)"
	@$(INSTALL) -e '.[dev]'
	@mkdir -p $(@D) && touch $@

$(DEMO): pyproject.toml $(LOCK) $(VENV)/pyvenv.cfg
	@echo "installing nbmodelver with what the demo needs into $(VENV)"
	@$(INSTALL) -e '.[demo]'
	@mkdir -p $(@D) && touch $@

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit("nbmodelver needs Python 3.11 or newer: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { echo "on Debian: apt-get install python3-venv" >&2; exit 1; }
