"""Are the generated files the ones that the sources generate? Runs a command, compares, restores.

python scripts/fresh.py make openapi types docs
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Everything that a generator writes and that is committed.
GENERATED = (
    "api/core/web/operation_codes.json",
    "openapi.json",
    "frontend/src/api/schema.ts",
    "frontend/src/api/fields.ts",
    "frontend/src/api/words.ts",
    "frontend/src/api/labels.ts",
    "frontend/src/api/pinyin.ts",
    "docs/codes.md",
    "docs/errors.md",
    "docs/events.md",
    "docs/flows",
    "docs/permissions.md",
    "docs/services.md",
    "docs/time-rules.md",
    "tests/access/role_routes.csv",
)


def files() -> dict[Path, bytes]:
    """What lies there now."""
    found: dict[Path, bytes] = {}
    for name in GENERATED:
        path = ROOT / name
        paths = [path] if path.is_file() else sorted(path.rglob("*")) if path.is_dir() else []
        found |= {one: one.read_bytes() for one in paths if one.is_file()}
    return found


def main() -> int:
    """0 when nothing changed."""
    before = files()
    done = subprocess.run(sys.argv[1:], cwd=ROOT, check=False)
    if done.returncode != 0:
        return done.returncode
    after = files()
    stale = sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )
    for path in stale:
        print(f"已过时：{path.relative_to(ROOT)}（请运行 make openapi types docs 并提交）")
        if path in before:
            path.write_bytes(before[path])
        else:
            path.unlink()
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
