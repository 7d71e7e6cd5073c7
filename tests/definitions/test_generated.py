"""What is generated from the models is current, valid, and fits the files it describes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from definitions.homes import VALID
from jsonschema import Draft202012Validator

from nurture.definitions import configuration_reference, json_schemas
from nurture.definitions.document import read_bytes
from nurture.definitions.schemas import FOLDER, as_text, schema_files

PROJECT = Path(__file__).parents[2]
AGAIN = "run 'python -m nurture.definitions' and commit what it writes"


def test_shipped_schemas_are_current() -> None:
    shipped = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    assert shipped == {name: as_text(schema) for name, schema in json_schemas().items()}, AGAIN


def test_the_reference_is_current() -> None:
    assert (PROJECT / "docs/reference/configuration.md").read_text("utf-8") == configuration_reference(), AGAIN


@pytest.mark.parametrize("name", sorted(json_schemas()))
def test_schemas_are_valid(name: str) -> None:
    Draft202012Validator.check_schema(json_schemas()[name])


def _files_of(home: Path) -> list[tuple[str, Path]]:
    patterns = {name: file.replace("<id>", "*") for name, (file, _) in schema_files().items()}
    return [(name, path) for name, pattern in patterns.items() for path in sorted(home.glob(pattern))]


@pytest.mark.parametrize("home", [VALID, PROJECT], ids=["valid set", "shipped example"])
def test_schemas_accept_what_the_loader_accepts(home: Path) -> None:
    files = _files_of(home)
    assert {name for name, _ in files} == set(schema_files())
    for name, path in files:
        content = read_bytes(path.read_bytes(), path.name).data
        errors = [f"{path.name} {error.json_path}: {error.message}" for error in _errors(name, content)]
        assert errors == []


def _errors(name: str, content: Any) -> list[Any]:
    return list(Draft202012Validator(json_schemas()[name]).iter_errors(content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("campaign.json", {"campaign": "x"}),
        ("mailing.json", {"caps": {"gap": 2, "per_week": 2}, "fallback": ["any/any"]}),
        ("mailing.json", {"caps": {"gap": "2 days", "per_week": 2}, "fallback": ["any/any"], "retention": None}),
        ("calendar.json", {"time_zone": "Europe/Berlin", "holidays": {"country": "DE", "land": "NW"}}),
    ],
)
def test_schemas_refuse_what_is_wrong(name: str, content: Any) -> None:
    assert _errors(name, content)


def test_every_key_is_explained() -> None:
    """No row of the reference without a meaning."""
    rows = [line for line in configuration_reference().splitlines() if line.startswith("| `")]
    assert len(rows) > 120
    assert [row for row in rows if row.rstrip("| ").endswith(("**required**", "–")) or row.endswith("|  |")] == []


def test_every_link_of_the_reference_has_a_target() -> None:
    page = configuration_reference()
    targets = {part.partition(")")[0] for part in page.split("](#")[1:]}
    assert targets
    assert [target for target in targets if f'<a id="{target}"></a>' not in page] == []


def test_schemas_are_plain_json() -> None:
    for schema in json_schemas().values():
        assert json.loads(json.dumps(schema)) == schema
