"""What exists: the ids of every kind, read from the raw documents, so that references can be judged file by file.

An id counts as existing as soon as it is written down, however broken the rest of its entry is. If the file that lists
a kind cannot be read, the kind is unknown (None) and nobody is told that something does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nurture.definitions.document import Document
from nurture.definitions.files import Home
from nurture.definitions.models.shape import Surroundings
from nurture.definitions.piece import Piece
from nurture.domain.form import KNOWN_FIELDS

Ids = frozenset[str] | None

_KEPT_FOLDERS = frozenset({"layout", "service"})
"""Folders of mail_templates/ that are not mails of campaigns."""


@dataclass(frozen=True, slots=True)
class Index:
    """The documents of a home as pieces, and what exists in them."""

    home: Home
    ids: Mapping[str, Ids]

    def __getitem__(self, name: str) -> Piece:
        """The content of config/<name>.yaml."""
        return top(self.home.documents.get(f"config/{name}.yaml"))

    def forms(self) -> list[Piece]:
        return [top(document) for document in self.home.in_folder("config/forms")]

    def campaigns(self) -> list[Piece]:
        return [top(document) for document in self.home.in_folder("campaigns")]

    def knows(self, kind: str, id_: str | None) -> bool:
        known = self.ids.get(kind)
        return id_ is not None and known is not None and id_ in known

    @property
    def languages(self) -> tuple[str, ...] | None:
        """The organisation's languages; None if they cannot be told."""
        languages = self["organisation"]["languages"]
        sound = all(len(code) == 2 for code in languages.texts())
        return (languages.texts() or None) if sound and languages.sound else None

    def around(self, document: Document) -> Surroundings:
        """What ``document`` may refer to."""
        ids = {**self.ids, "language": frozenset(self.languages) if self.languages else None}
        if document.file.startswith("campaigns/"):
            ids["step"] = steps_of(top(document))
        return Surroundings(self.languages, ids, self.home.folder / "config")


def top(document: Document | None) -> Piece:
    """All of a document; empty if there is none or it cannot be read."""
    if document is None or not document.readable:
        return Piece(document or Document(""), (), None)
    return Piece(document, (), document.data)


def index(home: Home) -> Index:
    """What exists in ``home``."""
    found = Index(home, {})
    products = found["products"]["products"]
    ids: dict[str, Ids] = {
        "product": _keys(products) or None,
        "function": _keys(found["functions"]["functions"]) or None,
        "topic": _topics(products),
        "content": _keys(found["content"]["content"]),
        "purpose": _keys(found["consent"]["purposes"]) or None,
        "form": _named(home, "config/forms", "form"),
        "campaign": _named(home, "campaigns", "campaign"),
        "mail": _mails(home),
        "field": _fields(found.forms(), home),
    }
    return Index(home, ids)


def steps_of(campaign: Piece) -> Ids:
    """The names that ``go`` may use in a campaign."""
    names = frozenset(name for step in campaign["steps"].each() if (name := step["step"].text))
    return names | {"end"} if campaign["steps"].is_list else None


def _keys(piece: Piece) -> Ids:
    return frozenset(piece.value) if piece.is_mapping else None


def _topics(products: Piece) -> Ids:
    per_product = [product["topics"] for _, product in products.items()]
    if not products.is_mapping or not all(topics.is_mapping for topics in per_product):
        return None
    return frozenset(topic for topics in per_product for topic in topics.value)


def _named(home: Home, folder: str, key: str) -> Ids:
    documents = home.in_folder(folder)
    stems = (document.file.rpartition("/")[2].removesuffix(".yaml") for document in documents)
    return frozenset({*stems, *_texts(top(document)[key] for document in documents)})


def _texts(pieces: Iterable[Piece]) -> Iterable[str]:
    return (piece.text for piece in pieces if piece.text is not None)


def _mails(home: Home) -> Ids:
    folder = home.folder / "mail_templates"
    if not folder.is_dir():
        return frozenset()
    return frozenset(path.name for path in folder.iterdir() if path.is_dir()) - _KEPT_FOLDERS


def _fields(forms: list[Piece], home: Home) -> Ids:
    if not all(document.readable for document in home.in_folder("config/forms")):
        return None
    return frozenset(KNOWN_FIELDS) | frozenset(_texts(field["name"] for form in forms for field in form["fields"].each()))
