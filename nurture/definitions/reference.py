"""docs/reference/configuration.md: every key of every file, from the models, so that it cannot be out of date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nurture.definitions.schemas import json_schemas, schema_files

INTRODUCTION = """\
# Configuration reference

This page is generated from the models that read the files (`python -m nurture.definitions`). `nurture check` reads all
of them and lists every fault as `file:line:column path: what is wrong and what would be right`.

## How the files are written

- YAML in UTF-8. Anchors, aliases, merge keys and tags are not supported; every value stands where it is needed.
- Every key is known; a misspelt one is a fault. A key without a value is a fault as well.
- What YAML readers disagree on has to be quoted: `"on"`, `"no"`, `"9:30"`, `"0123"`. Yes and no are `true` and `false`.
- A **text per language** has one entry for every language of the organisation: `{de: Guten Tag, en: Hello}`.
- An **id** consists of lower-case letters, digits and hyphens. The id of a form or campaign is the name of its file.
- A **duration** is a number and a unit: `3 days`, `2 Wochen`, `1 month`, `P3W`. Days and longer follow the calendar.
- A **time of day** is quoted: `"08:30"`. A **date and time** is local time of the calendar: `"2027-04-20 09:00"`.
- A **share** is written `2 %` or `0.02`.
- Editors that know JSON Schema complete and check while you write, if the first line of a file names its schema:
  `# yaml-language-server: $schema=../nurture/definitions/schemas/campaign.json`
"""

_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "object": "mapping"}
_KINDS = {
    "content": "id of a content item",
    "mail": "folder of a mail",
    "field": "form field",
    "language": "language",
    "step": "name of a step",
}


def configuration_reference() -> str:
    """The whole page."""
    schemas = json_schemas()
    files = schema_files()
    parts = [INTRODUCTION, _contents(files)]
    parts += [_file(name.removesuffix(".json"), files[name][0], schema) for name, schema in schemas.items()]
    return "\n".join(parts)


def _contents(files: dict[str, Any]) -> str:
    lines = (f"- [`{file}`](#{name.removesuffix('.json')})" for name, (file, _) in files.items())
    return "## The files\n\n" + "\n".join(lines) + "\n"


def _file(name: str, file: str, schema: dict[str, Any]) -> str:
    schema = {**schema, "description": schema.get("description", "")}
    parts = [f'<a id="{name}"></a>\n\n## `{file}`\n\n{schema["description"]}\n', _table(schema, name)]
    for part in _in_order(schema):
        below = schema["$defs"][part]
        parts.append(f'<a id="{_anchor(name, part)}"></a>\n\n### {_spaced(part)}\n\n{below["description"]}\n')
        parts.append(_table(below, name, schema))
    return "\n".join(parts)


def _in_order(schema: dict[str, Any]) -> list[str]:
    """The parts of a file in the order in which a reader meets them."""
    found: list[str] = []
    pending = list(_references({"properties": schema["properties"]}))
    while pending:
        part = pending.pop(0)
        if part not in found:
            found.append(part)
            pending = [*_references(schema["$defs"][part]), *pending]
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        for key, value in node.items():
            if key != "discriminator":
                yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)


def _table(schema: dict[str, Any], name: str, whole: dict[str, Any] | None = None) -> str:
    required = schema.get("required", ())
    lines = ["| Key | Type | Default | Meaning |", "|---|---|---|---|"]
    for key, value in schema["properties"].items():
        default = "**required**" if key in required else _default(value)
        lines.append(f"| `{key}` | {_type(value, name)} | {default} | {_meaning(value, whole or schema)} |")
    return "\n".join(lines) + "\n"


_SAID = re.compile(r"\s*Default: (.+)\.$")
"""A default in words, at the end of a description; it has a column of its own."""


def _default(value: dict[str, Any]) -> str:
    if "default" not in value or value["default"] in ("", [], {}):
        said = _SAID.search(value.get("description", ""))
        return said[1] if said else "–"
    default = value["default"]
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _meaning(value: dict[str, Any], whole: dict[str, Any]) -> str:
    described = value.get("description")
    if not described and "$ref" in value:
        described = whole["$defs"][value["$ref"].rpartition("/")[2]]["description"]
    words = _SAID.sub("", str(described or "")).replace("|", "\\|")
    examples = [str(example) for example in value.get("examples", ()) if "x-type" not in value]
    return f"{words} Example: `{examples[0]}`." if examples else words


def _type(value: dict[str, Any], name: str) -> str:
    if "x-refers-to" in value:
        kind = value["x-refers-to"]
        return _KINDS.get(kind, f"id of a {kind}")
    if "x-type" in value:
        return f"{value['x-type']}"
    if "$ref" in value:
        part = value["$ref"].rpartition("/")[2]
        return f"[{_spaced(part)}](#{_anchor(name, part)})"
    return _structured(value, name)


def _structured(value: dict[str, Any], name: str) -> str:
    for several in ("anyOf", "oneOf"):
        if several in value:
            return " or ".join(dict.fromkeys(_type(choice, name) for choice in value[several]))
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{item}`" for item in value["enum"])
    if value.get("type") == "array":
        return f"list of: {_type(value['items'], name)}"
    below = value.get("additionalProperties") or next(iter(value.get("patternProperties", {}).values()), None)
    if isinstance(below, dict):
        return f"mapping to: {_type(below, name)}"
    return _WORDS[value["type"]] + _range(value)


def _range(value: dict[str, Any]) -> str:
    low, high = value.get("minimum"), value.get("maximum")
    if "exclusiveMinimum" in value:
        return f" above {value['exclusiveMinimum']}"
    return f" {low} to {high}" if low is not None and high is not None else ""


def _anchor(name: str, part: str) -> str:
    return f"{name}-{part.lower()}"


def _spaced(part: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part)
