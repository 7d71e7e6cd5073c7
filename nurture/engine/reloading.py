r"""Taking up changed definitions while running; faulty ones change nothing.

files changed --> load --good--> publish, swap        (campaigns that people are in go on in their version)
                    \--faults--> the last good version goes on running; the same text as ``nurture check``
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from nurture.delivery.dkim import Sealer
from nurture.delivery.dkim_keys import load_sealer
from nurture.domain.errors import DefinitionError, Fault, SettingsError
from nurture.engine.legal_gate import load_lawful
from nurture.engine.publication import Publication, publish
from nurture.engine.runtime import Runtime

log = logging.getLogger(__name__)

FOLDERS = ("campaigns", "config", "mail_templates")


class Watch:
    """Remembers what the files looked like. The publication in ``rt`` is the last good one."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._loaded = fingerprint(rt.publication.home)
        self._error: DefinitionError | None = None

    def look(self, now: datetime) -> DefinitionError | None:
        """Load the definitions if their files changed. What is wrong with them, if anything; None: they run."""
        present = fingerprint(self._rt.publication.home)
        if present != self._loaded:
            self._error = self._load(now)
            self._loaded = present
        return self._error

    def _load(self, now: datetime) -> DefinitionError | None:
        try:
            publication = load_lawful(self._rt.publication.home)
            sealer = self._sealer(publication)
            publish(replace(self._rt, publication=publication), now)
        except DefinitionError as error:
            log.error("the changed definitions are not used, the last good ones go on running: %s", error)
            return error
        self._rt.publication, self._rt.sealer = publication, sealer
        log.info("new definitions: version %s", publication.definitions.version[:12])
        return None

    def _sealer(self, publication: Publication) -> Sealer | None:
        """What signs by the new rules; a key that is missing is a fault of the file that names it."""
        try:
            return load_sealer(publication.definitions.delivery.dkim, self._rt.dkim_folder)
        except SettingsError as error:
            faults = [Fault("config/delivery.yaml", 0, 0, "dkim", f"{path}: {said}") for path, said in error.faults]
            raise DefinitionError(faults) from None


def fingerprint(home: Path) -> str:
    """Changes with every file that is added, removed or written below the folders of the definitions."""
    digest = sha256()
    for folder in FOLDERS:
        for path, size, written in sorted(_files(str(home / folder))):
            digest.update(f"{path}\0{size}\0{written}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    """(path, size, time of writing) of every file below ``folder``."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir():
            yield from _files(entry.path)
        elif not entry.name.startswith("."):
            yield from _stat(entry)


def _stat(entry: os.DirEntry[str]) -> Iterator[tuple[str, int, int]]:
    try:
        found = entry.stat()
    except FileNotFoundError:  # removed between the look at the folder and the look at the file
        return
    yield entry.path, found.st_size, found.st_mtime_ns
