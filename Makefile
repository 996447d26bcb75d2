# Two commands do all the set-up: `make run` and `make test`. Both may be repeated; only the first
# start of each takes long.

REPO ?= .
PORT ?= 8088
VENV := .venv
BIN := $(VENV)/bin
UV := UV_PYTHON_DOWNLOADS=never .tools/bin/uv
EXTRAS := team mcp hosts calendars ssh spark
NATIVE := native/pyproject.toml native/setup.py $(wildcard native/src/groundplan_linecount/*.[ch])
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

.PHONY: run test check fast servers redmine prism lock clean help

help: ## what can be made here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.installed ## read REPO (default: this one) and open its team page: make run REPO=/path/to/repo
	@$(BIN)/groundplan run "$(REPO)" --port $(PORT)

test: check servers ## every check: style, types, laws, tests (under 15 minutes on two cores)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(VENV)/.installed-dev
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy --no-error-summary

fast: $(VENV)/.installed-dev ## the tests without browser
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --ignore tests/browser

servers: $(VENV)/.installed-dev
	@sh scripts/install-chromium
	@sh scripts/install-postgres
	@sh scripts/install-openid
	@sh scripts/install-octokit
	@sh scripts/install-sshd
	@sh scripts/install-java

redmine: $(VENV)/.installed-dev ## follow a team on a real Redmine, installed first
	@sh scripts/install-redmine && $(BIN)/python -m pytest tests/sources/redmine -q

prism: $(VENV)/.installed-dev ## check what GitHub is asked by REST against its own OpenAPI description
	@sh scripts/install-prism && $(BIN)/python -m pytest tests/sources/github/test_github_prism.py -q

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Groundplan needs Python 3.11 or newer; none was found."; exit 1; }
	@$(PYTHON) -m venv --without-pip $(VENV)

.tools/bin/uv: requirements-tools.lock
	@test -n "$(PYTHON)" || { echo "Groundplan needs Python 3.11 or newer; none was found."; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m ensurepip --user >/dev/null 2>&1 || \
		{ echo "Groundplan's set-up needs pip for $(PYTHON) (on Debian: apt install python3-pip)."; exit 1; }
	@echo "Installing the tools ..."
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-conflicts \
		--root-user-action=ignore --upgrade --require-hashes --target .tools -r requirements-tools.lock
	@touch $@

$(VENV)/.installed: requirements.lock pyproject.toml $(VENV)/bin/python .tools/bin/uv $(NATIVE)
	@echo "Installing Groundplan's libraries (locked and hashed) ..."
	@$(UV) pip install --quiet --python $(VENV) --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(VENV) --no-deps --no-build-isolation --editable .
	@sh scripts/install-native
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing what the tests need ..."
	@$(UV) pip install --quiet --python $(VENV) --require-hashes -r requirements-dev.lock
	@touch $@

lock: .tools/bin/uv ## resolve the dependencies anew and write the locks
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate pyproject.toml $(EXTRAS:%=--extra %) --group build --group dev -o requirements-dev.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate pyproject.toml --group build -c requirements-dev.lock -o requirements.lock
	@echo 'uv==0.13.8' | $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate - -o requirements-tools.lock

clean: ## remove what was installed here
	rm -rf $(VENV) .tools .mypy_cache .ruff_cache
