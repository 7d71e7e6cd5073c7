"""Homes for these tests: copies of the valid set, and the faults found in a home."""

from __future__ import annotations

import shutil
from pathlib import Path

from nurture.definitions import load
from nurture.domain.errors import DefinitionError, Fault

VALID = Path(__file__).parent / "valid"


def copy_of_valid(folder: Path) -> Path:
    """A copy of the valid set that can be broken."""
    home = folder / "home"
    shutil.copytree(VALID, home)
    return home


def faults_in(home: Path) -> tuple[Fault, ...]:
    """Every fault that loading ``home`` reports; empty if it loads."""
    try:
        load(home)
    except DefinitionError as error:
        return error.faults
    return ()
