"""What makes no sense although every file is well formed: checks across entries and files.

Checks read pieces of the raw documents (see ``piece.py``), each says its faults at the place where somebody would
correct them, and none depends on another.
"""

from __future__ import annotations

from nurture.definitions.index import Index


def check(found: Index) -> None:
    """Record every fault across files in its document."""
