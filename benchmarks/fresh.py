"""A process of its own for one measurement.

Run by `sources.py`: ``module.function`` and its arguments in JSON come in on the command line, its
result goes out in JSON. Nothing heavy is imported here, for some measure how long imports take.
"""

from __future__ import annotations

import importlib
import json
import sys

if __name__ == "__main__":
    module, _, function = sys.argv[1].rpartition(".")
    result = getattr(importlib.import_module(module), function)(**json.loads(sys.argv[2]))
    print(json.dumps(result))
