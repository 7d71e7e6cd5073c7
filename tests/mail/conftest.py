"""The shipped templates, and folders of templates made for one test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from nurture.mail.library import Library, load_library

SHIPPED = Path(__file__).parents[2] / "mail_templates"


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library(SHIPPED)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Makes a mail_templates folder: shipped layout and service mails, plus the given files."""

    def make(files: Mapping[str, str]) -> Path:
        home = tmp_path / "mail_templates"
        for part in ("layout", "service"):
            shutil.copytree(SHIPPED / part, home / part)
        for name, text in files.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_bytes(text.encode())
        return home

    return make
