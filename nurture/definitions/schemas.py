"""JSON Schemas (2020-12) of all files, for editors that complete and check while somebody writes.

An editor finds them by the first line of a file: ``# yaml-language-server: $schema=…/schemas/campaign.json``. They check
less than ``load``: what spans several files only shows there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nurture.definitions.files import FOLDERS, SINGLE
from nurture.definitions.models.shape import Shape

FOLDER = Path(__file__).parent / "schemas"
"""Where the shipped schemas lie."""

_NAMES = {"config/forms": "form.json", "campaigns": "campaign.json"}


def schema_files() -> dict[str, tuple[str, type[Shape]]]:
    """Schema file -> (the files it is for, their model)."""
    single = {f"{Path(file).stem}.json": (file, model) for file, model in SINGLE.items()}
    return single | {_NAMES[folder]: (f"{folder}/<id>.yaml", model) for folder, model in FOLDERS.items()}


def json_schemas() -> dict[str, dict[str, Any]]:
    """File name -> JSON Schema."""
    return {name: _schema(model, file) for name, (file, model) in schema_files().items()}


def as_text(schema: dict[str, Any]) -> str:
    """``schema`` as it lies in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(model: type[Shape], file: str) -> dict[str, Any]:
    schema: dict[str, Any] = _tidy(model.model_json_schema(by_alias=True))
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": file}
    return head | {key: value for key, value in schema.items() if key != "title"}


def _tidy(node: Any, *, names: bool = False) -> Any:
    """Without titles made up from names, without null (an empty value is a fault), without line breaks in descriptions.

    ``names``: the keys of ``node`` are names that somebody chose, not words of the schema.
    """
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {key: _tidy(value) for key, value in node.items()}
    tidy = {
        key: _tidy(value, names=key in ("properties", "$defs"))
        for key, value in node.items()
        if key != "title" and not (key == "default" and value is None)
    }
    if isinstance(tidy.get("description"), str):
        tidy["description"] = " ".join(tidy["description"].split())
    return _without_null(tidy)


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    choices = [choice for choice in node.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        rest = {key: value for key, value in node.items() if key != "anyOf"}
        return {**choices[0], **rest}
    return {**node, "anyOf": choices} if choices else node
