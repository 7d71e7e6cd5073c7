"""Writes what is generated from the models: the JSON Schemas and the configuration reference.

python -m nurture.definitions [FOLDER OF THE PROJECT]
"""

from __future__ import annotations

import sys
from pathlib import Path

from nurture.definitions.reference import configuration_reference
from nurture.definitions.schemas import FOLDER, as_text, json_schemas


def write(project: Path) -> None:
    """Write the schemas beside this package and the reference to docs/reference/ below ``project``."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in json_schemas().items():
        (FOLDER / name).write_text(as_text(schema), encoding="utf-8")
    page = project / "docs/reference/configuration.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(configuration_reference(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
