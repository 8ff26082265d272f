# Siring: the two commands a fresh machine needs are `make demo` and `make test`; both set themselves up.
# Set-up steps leave stamp files, so a second run starts at once; every step may be run side by side.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
PYTHON := $(BIN)/python
RUNTIME := .venv/.set-up-runtime
DEMO := .venv/.set-up-demo
DEVELOPMENT := .venv/.set-up-development
NODE_MODULES := node_modules/.set-up
ASSETS := web/static/vendor/.set-up
PYTHON_PACKAGES := vms recorder playback storage web migrations
CHECKED := $(wildcard $(PYTHON_PACKAGES)) tests tools
PYTEST := $(BIN)/pytest
SCRIPTS := web/static/js tests eslint.config.js
# A worker for each of two cores, and more where tests wait for time to pass.
PYTEST_PARALLEL := -n 2 --dist worksteal
PYTEST_WAITING := -n 5
# Where Debian keeps mkfs and ip, which the fault suites use; not everybody's PATH holds it.
export PATH := $(PATH):/usr/sbin:/sbin

.PHONY: demo test check bench help setup assets lock clean
.PHONY: format ruff types imports dead-code javascript system-packages
.PHONY: test-unit test-scripts test-integration test-faults test-browser screenshots

demo: $(DEMO) $(ASSETS)  ## Start the whole system with simulated cameras; Ctrl-C stops it (VMS_PORT, VMS_DATA)
	@exec $(BIN)/vms demo

# Downloads and checks side by side, the suites one after the other: they measure, and fill the machine by themselves.
test:  ## Check the code, then run every suite
	@$(MAKE) -j3 setup
	@$(MAKE) --output-sync=target -j2 check test-unit test-scripts
	@$(MAKE) test-integration
	@$(MAKE) test-faults
	@$(MAKE) test-browser

check: ruff types imports dead-code javascript  ## Format, lint, types, import layers, dead code, JavaScript: what to run before a commit

bench: $(DEVELOPMENT) $(ASSETS)  ## Measure against the physical reference of this machine; prints ratios
	$(PYTEST) tests/bench -m bench -s -p no:xdist

ruff: $(DEVELOPMENT)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)

types: $(DEVELOPMENT)
	$(BIN)/mypy $(CHECKED)

imports: $(DEVELOPMENT)
	$(BIN)/lint-imports --no-logo

dead-code: $(DEVELOPMENT)
	$(PYTHON) -m tools.dead_code

javascript: $(NODE_MODULES) $(ASSETS)
	$(PYTHON) tools/node.py prettier --check --log-level warn $(SCRIPTS)
	$(PYTHON) tools/node.py eslint $(SCRIPTS)
	$(PYTHON) tools/node.py tsc --project tsconfig.json
	$(PYTHON) tools/node.py tsc --project tests/scripts

test-unit: $(DEVELOPMENT)  ## Pure tests only: seconds
	$(PYTEST) tests/unit $(PYTEST_PARALLEL)

test-scripts: $(NODE_MODULES)  ## Pure tests of the browser's scripts, without a browser: seconds
	$(PYTHON) tools/node.py node --test --test-concurrency=2 --test-reporter=dot "tests/scripts/**/*.test.js"

test-integration: $(DEVELOPMENT) $(ASSETS) system-packages  ## With real ffmpeg, RTSP cameras, SQLite and PostgreSQL
	$(PYTEST) tests/integration $(PYTEST_WAITING) --dist worksteal

test-faults: $(DEVELOPMENT) $(ASSETS) system-packages  ## Kill, fill, freeze, unplug, and step the clock
	$(PYTEST) tests/faults $(PYTEST_WAITING) --dist load --maxschedchunk 1

test-browser: $(DEVELOPMENT) $(ASSETS) system-packages  ## Drive the pages in Chromium
	$(PYTEST) tests/browser -n 2 --dist loadfile

screenshots: $(DEVELOPMENT) $(ASSETS) system-packages  ## Every page in every look, into .cache/screenshots
	$(PYTEST) tests/browser/every_page/screenshots.py

setup: $(DEVELOPMENT) $(ASSETS) system-packages  ## Set everything up and run nothing

assets: $(ASSETS)  ## Third-party JavaScript, fonts and icons into web/static/vendor

format: $(DEVELOPMENT) $(NODE_MODULES)  ## Let ruff and prettier rewrite what they can
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/ruff format $(CHECKED)
	$(PYTHON) tools/node.py prettier --write --log-level warn $(SCRIPTS)

lock: $(DEVELOPMENT) $(NODE_MODULES)  ## Choose versions anew: requirements*.lock and package-lock.json
	$(PYTHON) -m tools.lock

clean:  ## Remove everything set-up made, but no footage
	rm -rf .venv node_modules web/static/vendor .cache siring.egg-info

help:  ## This list
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

system-packages:
	@sh tools/system_packages.sh test

$(RUNTIME): requirements-runtime.lock pyproject.toml tools/set_up_venv.sh tools/system_packages.sh
	@sh tools/set_up_venv.sh runtime

$(DEMO): requirements-demo.lock pyproject.toml tools/set_up_venv.sh tools/system_packages.sh
	@sh tools/set_up_venv.sh demo

$(DEVELOPMENT): requirements.lock pyproject.toml tools/set_up_venv.sh tools/system_packages.sh
	@sh tools/set_up_venv.sh development

# Node itself comes from PyPI with the runtime lock, whatever the machine has.
$(NODE_MODULES): package.json package-lock.json .npmrc tools/node.py | $(RUNTIME)
	@$(PYTHON) tools/node.py install

$(ASSETS): $(NODE_MODULES) web/icons.txt tools/build_assets.py
	@$(PYTHON) tools/build_assets.py
