"""Run a script of `scripts/` with Python's standard library and nothing else to import from."""

import runpy
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

sys.path[:] = [str(SCRIPTS), *(path for path in sys.path if "site-packages" not in path)]
sys.argv = sys.argv[1:]
runpy.run_path(str(SCRIPTS / sys.argv[0]), run_name="__main__")
