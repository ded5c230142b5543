# Two commands do everything: `make run` opens the program, `make test` runs all checks.
# Both make the environment first: .venv with pinned, hashed dependencies, and on Debian the system's packages.

VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check lint types imports tests lock local screenshots benchmarks clean

run: $(VENV)/.run
	@$(BIN)/python tools/run.py

test: $(VENV)/.test
	@$(BIN)/python tools/check.py

# One part of `make test` at a time.
lint: $(VENV)/.test
	@$(BIN)/python tools/check.py format lint
types: $(VENV)/.test
	@$(BIN)/python tools/check.py types
imports: $(VENV)/.test
	@$(BIN)/python tools/check.py imports
tests: $(VENV)/.test
	@$(BIN)/python tools/check.py tests

# Pin what requirements.in and requirements-dev.in ask for, for every platform, with hashes and without addresses.
lock: $(VENV)/.test
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header -c requirements.txt requirements-local.in -o requirements-local.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header -c requirements.txt -c requirements-local.txt requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --no-deps --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header requirements-testmodel.in -o requirements-testmodel.txt

# The optional extra: llama.cpp, for models that are files on this machine.
local: $(VENV)/.run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-local.txt

# Pictures of each main view, light and dark, into docs/images.
screenshots: $(VENV)/.test
	@$(BIN)/python tools/screenshots.py
	@$(BIN)/python -m tools.provider_pictures

$(VENV)/.run: requirements.txt tools/system_packages.sh
	@sh tools/system_packages.sh run
	@sh tools/environment.sh $(VENV) requirements.txt
	@touch $@

$(VENV)/.test: requirements-dev.txt requirements-testmodel.txt tools/system_packages.sh tools/peers.sh
	@sh tools/system_packages.sh test
	@sh tools/environment.sh $(VENV) requirements-dev.txt
	@sh tools/peers.sh $(VENV)
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
