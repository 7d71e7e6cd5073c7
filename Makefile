# Needs make and Python 3.11 or newer; everything else comes into .venv, in exactly the versions of the lock files.
#
#   make run ARGS="--port 8001"     make setup     make test ARGS="tests/cli"     make bench     make check     make clean

ifndef PYTHON
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)
endif
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test bench check clean lock reference

help:
	@sed -n '3s/^#   //p' Makefile

# A stamp holds the lock's checksum: .venv is used again as long as the lock says the same.
.venv/runtime.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Nurture needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Set it with: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@if [ "$$(cksum < requirements.lock)" != "$$(cat $@ 2>/dev/null)" ]; then \
	  echo "Installing the locked packages into .venv …"; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@cksum < requirements.lock > $@

.venv/dev.stamp: requirements-dev.lock .venv/runtime.stamp
	@if [ "$$(cksum < requirements-dev.lock)" != "$$(cat $@ 2>/dev/null)" ]; then \
	  echo "Installing the locked packages for development into .venv …"; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock; fi
	@cksum < requirements-dev.lock > $@

setup: .venv/runtime.stamp

run: setup
	@$(BIN)/nurture run $(ARGS)

# Compiled tests are kept, also where the environment says otherwise: compiling takes longer than many of them.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/dev.stamp
	@$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

bench: .venv/dev.stamp
	@$(BIN)/python -m bench $(ARGS)

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy nurture
	$(BIN)/lint-imports
	$(BIN)/nurture check

clean:
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

# For maintainers: what is generated from the program, schemas and pages below docs/.
reference: .venv/dev.stamp
	@$(BIN)/python -m nurture.definitions
	@$(BIN)/python -m nurture.engine.inventory_pages

# For maintainers: new lock files after a change in pyproject.toml (needs uv).
lock:
	uv pip compile --universal --generate-hashes -q pyproject.toml --group build -o requirements.lock
	uv pip compile --universal --generate-hashes -q pyproject.toml --group build --group dev -o requirements-dev.lock
