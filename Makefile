# One command each; `make` alone lists them. Everything works on a fresh machine with Python 3.11, Node 20, make.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup demo dev test check rules e2e bench deep format clean
.DELETE_ON_ERROR:

BIN := .venv/bin
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest
# Neighbours stay with one worker, which makes what they share once; the longest come first, so that none ends alone.
SIDE_BY_SIDE := -n $(WORKERS) --dist worksteal
# `make check` runs these; `make test CHECKED=1` after it need not.
IN_CHECK := $(filter-out tests/house/test_matrix.py,$(wildcard tests/house/test_*.py))
WITH_BROWSER = PORTAL_BROWSER="$$(tools/browser.sh)" && export PORTAL_BROWSER
# A page of nothing but parts that were judged before is judged again too, and a picture is taken of each.
THOROUGH := PORTAL_JUDGE_EVERY=1 PORTAL_CRAWL_PICTURES=1

FRONTEND_SOURCES := $(shell find frontend -type f 2>/dev/null) $(wildcard static/*.*)
PYTHON_PACKAGES := $(wildcard portal/__init__.py dev/__init__.py bench/__init__.py)

help: ## Den här listan
	@grep -hE '^[a-z0-9]+:.*## ' Makefile | awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

setup: .venv/.ready static/build/.ready ## Installera allt; kommandot blir .venv/bin/portal

demo: setup ## Starta en demo med en påhittad kommun; stoppa med Ctrl-C
	@$(BIN)/portal demo

dev: setup ## Som demo, men i utvecklingsläge
	@PORTAL_MODE=development $(BIN)/portal demo

test: setup ## Alla tester, också i webbläsaren
	@$(WITH_BROWSER) && $(PYTEST) $(SIDE_BY_SIDE) -m "not deep" $(wildcard e2e) tests $(if $(CHECKED),$(IN_CHECK:%=--ignore=%))

check: setup ## Stil, typer, våningar, husets regler, migreringar, licenser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) $(IN_CHECK)
	$(BIN)/python tools/check_migrations.py
	$(BIN)/python tools/check_licences.py

# The release of the archive that holds the official Peppol rules. They are data to install, never kept in the project.
RULES := com.helger.phive.rules:phive-rules-peppol:4.3.7

rules: setup ## Hämta och installera Peppols officiella regler (Maven behövs)
	@command -v mvn >/dev/null || { echo "Maven (mvn) behövs för att hämta reglerna. Har du arkivet redan: .venv/bin/portal rules install FIL.jar"; exit 1; }
	@folder="$$(mktemp -d)" && trap 'rm -rf "$$folder"' EXIT && echo "Hämtar $(RULES) …" && \
		mvn -q dependency:copy -Dartifact=$(RULES) -DoutputDirectory="$$folder" -Dmdep.useBaseVersion=true && \
		$(BIN)/portal rules install "$$folder"/*.jar

e2e: setup ## Bara resorna i webbläsaren, med bilder i pictures/
	@$(WITH_BROWSER) && $(THOROUGH) $(PYTEST) $(SIDE_BY_SIDE) e2e

bench: setup ## Mät W1 till W5
	@for work in W1 W2 W3 W4 W5; do $(BIN)/portal bench $$work || exit 1; done

deep: setup ## De tunga volymerna, och databasdelen på systemets egen PostgreSQL
	@$(WITH_BROWSER) && $(PYTEST) $(SIDE_BY_SIDE) -m deep tests e2e
	@$(WITH_BROWSER) && PORTAL_CRAWL_OF_A_KIND=3 PORTAL_CRAWL_PAGES=80 $(THOROUGH) \
		$(PYTEST) $(SIDE_BY_SIDE) e2e/journeys/everybody_crawl.py
	@PORTAL_TEST_SERVER=system $(PYTEST) $(SIDE_BY_SIDE) -m "not deep" tests/database tests/jobs tests/domains

format: setup ## Rätta stilen
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Ta bort allt som byggts, men inte .portal
	rm -rf .venv node_modules static/build

# Each stamp is made when its step has succeeded, and is older than what the step reads when it must run again.
.venv/.ready: requirements.lock pyproject.toml tools/setup_python.sh $(PYTHON_PACKAGES)
	@echo "Installerar Python-delarna …"
	@tools/setup_python.sh
	@touch $@

node_modules/.ready: package.json package-lock.json $(wildcard .npmrc)
	@command -v npm >/dev/null || { echo "Node 20 eller senare behövs."; exit 1; }
	@echo "Hämtar delarna till webbsidorna …"
	@npm ci --no-fund --no-audit --loglevel=error
	@touch $@

static/build/.ready: node_modules/.ready $(FRONTEND_SOURCES)
	@npm run --silent build
	@touch $@
