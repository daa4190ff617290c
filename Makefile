# Every target sets up what it needs: system libraries (apt, when root on Debian), then .venv.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
DISPLAYED := sh scripts/with_display.sh

.PHONY: demo test lint bench clean

demo: $(VENV)/.installed-all  ## quantize a photograph into demo/ and show it in napari
	@$(BIN)/python scripts/demo.py

test: $(VENV)/.installed-test lint  ## lint, types and all tests
	NAPARI_STRICT_QT=1 $(DISPLAYED) $(BIN)/python -m pytest

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-bench  ## our time and error beside those of other libraries
	$(BIN)/python benchmarks/compare.py

$(VENV)/.installed-%: pyproject.toml napari.yaml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed; try: make PYTHON=python3.12')"
	@sh scripts/system_libraries.sh $(PYTHON)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

clean:
	rm -rf $(VENV) build dist demo
