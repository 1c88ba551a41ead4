# Two commands for newcomers: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Debian and Ubuntu leave venv out of python3; whoever may install it for us gets it.
APT := $(if $(filter 0,$(shell id -u)),,sudo -n) env DEBIAN_FRONTEND=noninteractive apt-get

.PHONY: install dev demo test check screens bench lock wheel clean

install: $(VENV)/.installed
dev: $(VENV)/.dev

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=python3.x"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { $(APT) update -qq && $(APT) install -y -qq --no-install-recommends python3-venv; } >/dev/null 2>&1 || true
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "python3 -m venv failed. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

demo: install
	$(BIN)/collection-mailbox demo --out demo-out

test: dev
	$(BIN)/python -m pytest -n logical --dist worksteal

check: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screens: dev
	$(BIN)/python -m pytest -m screens tests/screens
	$(BIN)/python -m tests.screens.pictures docs/letters

bench: dev
	$(BIN)/python -m benchmarks.ingest

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra tnef --extra postgresql pyproject.toml requirements-build.in -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --extra tnef --extra postgresql -c requirements.lock pyproject.toml requirements-build.in -o requirements-dev.lock

wheel: dev
	$(BIN)/python -m build --no-isolation --wheel

clean:
	rm -rf $(VENV) dist demo-out .pytest_cache .mypy_cache .ruff_cache
