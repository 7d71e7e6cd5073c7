"""The house keeps its order: linter, formatter, types, and the direction of imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

CHECKS = {
    "linter": ["ruff", "check", "--no-cache", "."],
    "formatter": ["ruff", "format", "--no-cache", "--check", "."],
    "types": ["mypy", "nurture"],
    "imports": ["lint-imports", "--no-cache"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_order(name: str) -> None:
    program, *arguments = CHECKS[name]
    done = subprocess.run([BIN / program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_is_longer_than_it_should_be() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in (ROOT / "nurture").rglob("*.py")
        if "versions" not in path.parts and path.name != "schema.py"  # all tables are one subject
    }
    assert {path: length for path, length in lengths.items() if length > 450} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(path) for path in (ROOT / "nurture").rglob("*.py") if not path.read_text().startswith(('"""', 'r"""'))]
    assert silent == []
