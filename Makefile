# Every target sets up what it needs: system libraries (apt, when root on Debian), then .venv.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
# Each module is compiled once, not by every process.
unexport PYTHONDONTWRITEBYTECODE

# Tests run in so many processes, each with its own virtual display.
WORKERS ?= logical

.PHONY: demo demo-big test lint docs bench clean

demo: $(VENV)/.installed-all  ## quantize a photograph into demo/ and show it in napari
	@$(BIN)/python scripts/demo.py

demo-big: $(VENV)/.installed-test  ## a generated gigapixel to OME-Zarr on two processes; ARGS="--help" tells more
	@$(BIN)/python scripts/demo_big.py $(ARGS)

test: lint  ## lint, types and all tests
	NAPARI_STRICT_QT=1 sh scripts/with_display.sh $(BIN)/python -m pytest \
		--numprocesses=$(WORKERS) --maxprocesses=4 --dist=worksteal

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/typos

docs: $(VENV)/.installed-docs  ## the site, into site/; its examples run, and a warning is an error
	rm -rf docs/api/generated
	@$(BIN)/python -m napari_kmeans_quantizer.core.warm_up  # else examples tell that they compile
	$(BIN)/sphinx-build --fail-on-warning --keep-going docs site
	@$(BIN)/python scripts/check_search.py site
	@echo "Open site/index.html"

# Without ARGS: all that pages tell of speed, memory and error, into docs/measured and the pages.
bench: ARGS ?= --docs
bench: $(VENV)/.installed-bench  ## our time and error beside those of other libraries; ARGS="--help" tells more
	$(BIN)/python benchmarks/compare.py $(ARGS)

$(VENV)/.installed-%: pyproject.toml napari.yaml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed; try: make PYTHON=python3.12')"
	@sh scripts/system_libraries.sh $(PYTHON)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@sh scripts/install.sh $(BIN)/python '.[$*]'
	@touch $@

clean:
	rm -rf $(VENV) .numba_cache build dist demo site docs/gallery docs/api/generated
