# Two commands are enough: `make run` and `make test`. Both set themselves up in .venv from the hashed locks.
# PYTHON=python3.12 chooses the interpreter; PORT and SANDBOX_PORT move the servers of `make run`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { echo $$p; exit; }; \
	done; echo python3)
RUN := .venv/bin/python
LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --quiet

.PHONY: help setup run test check bench format messages lock
.DEFAULT_GOAL := help

help:
	@echo 'make run    the whole system on this machine, with a demonstration'
	@echo 'make test   all tests      make check  linters, types, contracts'
	@echo 'make bench  the benchmark  make format formatting   make lock  new locks from *.in'

setup:
	@$(PYTHON) denimhub/devstack/bootstrap.py

run: setup
	@exec $(RUN) -m denimhub.devstack

test: setup
	@exec $(RUN) -m pytest -n 2 --dist loadgroup $(ARGS)

check: setup
	@exec $(RUN) -m denimhub.devstack.check

bench: setup
	@exec $(RUN) -m tests.bench $(ARGS)

format: setup
	@$(RUN) -m ruff check --fix --quiet .
	@$(RUN) -m ruff format .

messages: setup
	@DENIMHUB_ENV=test $(RUN) -m denimhub.devstack.messages

lock:
	@command -v uv >/dev/null || { echo 'make lock needs uv: pip install uv'; exit 1; }
	uv pip compile $(LOCK_FLAGS) -o requirements-dev.txt requirements-dev.in
	uv pip compile $(LOCK_FLAGS) -c requirements-dev.txt -o requirements.txt requirements.in
