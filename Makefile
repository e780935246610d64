# Everything a developer types. Needs make, git and a Python of 3.11 or newer; the rest is installed into .venv.

BIN := .venv/bin
WORKERS ?= 2
ARGS ?=
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3.14 python3 python,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && command -v $(name))))

.DEFAULT_GOAL := help
.PHONY: help demo test check bench fuzz format translations alembic-check constraints clean

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.installed ## a desk with invented customers, in this terminal
	@$(BIN)/supportdesk demo $(ARGS)

test: .venv/.installed-dev ## all tests; ARGS=… goes to pytest
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not serial" $(ARGS)
	$(BIN)/python -m pytest -m serial $(ARGS) || test $$? -eq 5

check: .venv/.installed-dev ## style, types, floors and translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/python scripts/translations.py check

bench: .venv/.installed-dev ## measure against the budgets
	$(BIN)/python -m benchmarks $(ARGS)

fuzz: .venv/.installed-dev ## damaged mails for the parser, 200,000; with pip install -e '.[fuzz]' half of them guided
	$(BIN)/python -m scripts.fuzz $(ARGS)

format: .venv/.installed-dev ## bring the source into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

translations: .venv/.installed-dev ## gather changed sentences into the catalogues and compile them
	$(BIN)/python scripts/translations.py update

alembic-check: .venv/.installed-dev ## the migrations make exactly the tables of the source, on both stores
	$(BIN)/python scripts/check_migrations.py

constraints: .venv/.installed-dev ## pin what is installed now
	{ echo '# What the tests ran with. Made by: make constraints'; \
	  $(BIN)/python -m pip freeze --exclude-editable --exclude supportdesk; } > constraints.txt
	touch .venv/.installed .venv/.installed-dev

clean: ## remove what was made, the environment too
	rm -rf .venv build dist .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "supportdesk needs Python 3.11 or newer; none was found. Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; echo "This Python cannot make environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

# The program alone is enough to try it; whoever has installed the tools for developing has it already.
.venv/.installed: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/.installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch .venv/.installed $@
