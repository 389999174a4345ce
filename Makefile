# Two commands set up everything they need: make demo, make test.
# Each makes an environment of its own from a full list of pinned versions in requirements/.
# Where only python3 has another name: make demo PYTHON=python3.11

PYTHON ?= python3
SHELL := /bin/sh
SOURCES := $(shell find src models/default models/confidence.json -type f -not -name '*.pyc' 2>/dev/null)
DEMO := .venv-demo/bin
TEST := .venv-test/bin
INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps

.PHONY: demo test check unit format nightly picture lock clean

demo: .venv-demo/installed
	@$(DEMO)/faqsuggest demo

test: .venv-test/installed
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory unit

check: .venv-test/installed
	$(TEST)/ruff check --quiet --output-format concise .
	$(TEST)/ruff format --check --quiet .
	$(TEST)/mypy

unit: .venv-test/installed
	$(TEST)/pytest -q

nightly: .venv-test/installed
	$(TEST)/pytest -q -m nightly

format: .venv-test/installed
	$(TEST)/ruff check --fix .
	$(TEST)/ruff format .

picture: .venv-test/installed
	$(TEST)/python docs/picture.py

.venv-demo/locked: requirements/demo.txt
	@echo "making .venv-demo (no torch; a minute or two the first time)"
	@rm -rf .venv-demo && $(PYTHON) -m venv .venv-demo
	@$(DEMO)/python $(INSTALL) -r requirements/demo.txt
	@touch $@

# A wheel is built and installed, as a user would have it.
.venv-demo/installed: .venv-demo/locked pyproject.toml $(SOURCES)
	@$(DEMO)/python $(INSTALL) --no-build-isolation --force-reinstall .
	@touch $@

.venv-test/locked: requirements/test.txt
	@echo "making .venv-test (with torch; some minutes the first time)"
	@rm -rf .venv-test && $(PYTHON) -m venv .venv-test
	@$(TEST)/python $(INSTALL) -r requirements/test.txt
	@touch $@

.venv-test/installed: .venv-test/locked pyproject.toml
	@$(TEST)/python $(INSTALL) --no-build-isolation --editable .
	@touch $@

# New versions for both lists; torch stays at the version that requirements/pins.txt names.
lock:
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check pip-tools==7.6.2
	.venv-lock/bin/python requirements/lock.py

clean:
	rm -rf .venv-demo .venv-test .venv-lock .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
