# The commands of this repository. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run test quick check fix lock migration clean

help: ## list the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: ## install what is missing and start everything; options through ARGS="--port 8100"
	@./install.sh
	@exec ./greenroom up $(ARGS)

test: ## install what the tests need and run every test
	@./install.sh test
	@.venv/bin/python -m tests.run $(ARGS)

quick: ## the tests without a browser, on SQLite only; installs Python packages and nothing else
	@./install.sh quick
	@.venv/bin/python -m tests.run --quick $(ARGS)

check: ## lint and types
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy .

fix: ## mend what a tool can mend
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

lock: ## pin the packages of pyproject.toml anew, with hashes
	@.venv/bin/uv pip compile -q pyproject.toml --universal -p 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock
	@.venv/bin/uv pip compile -q pyproject.toml --group dev --universal -p 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -c requirements.lock -o requirements-dev.lock

migration: ## write the database migration anew from the models (until the first release there is one)
	@.venv/bin/python -m migrations.regenerate

clean: ## remove the environment (never the data)
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache
