"""A Maildir: new/ and cur/, as Postfix, Exim and Dovecot write them. No locks are needed: every mail is a file.

taken and done -> removed;   for a human -> cur/, flagged (F) and read (S), and not looked at again
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from nurture.delivery.sources.source import AT_ONCE, MAX_READ, Fate, SourceTrouble, Take

log = logging.getLogger("nurture.returns")


class MaildirSource:
    """Mails in the folder ``path``."""

    name = "maildir"
    every = timedelta(seconds=10)

    def __init__(self, path: Path) -> None:
        self._path = path

    def collect(self, take: Take) -> int:
        taken = 0
        for file in self._waiting():
            raw = _read(file)
            if raw is not None:
                self._let_go(file, take(raw, None))
                taken += 1
            if taken == AT_ONCE:
                break
        return taken

    def close(self) -> None:
        """Nothing is held open."""

    def _waiting(self) -> Iterator[Path]:
        """Files nobody has looked at, the oldest names first."""
        try:
            found = [file for folder in ("new", "cur") for file in (self._path / folder).iterdir()]
        except OSError as error:
            raise SourceTrouble(
                f"the Maildir {self._path} cannot be read: {error.strerror}; it needs new/ and cur/"
            ) from error
        yield from sorted((file for file in found if "F" not in _flags(file) and not file.name.startswith(".")), key=_name)

    def _let_go(self, file: Path, fate: Fate) -> None:
        try:
            if fate is Fate.GONE:
                file.unlink(missing_ok=True)
            else:
                flags = "".join(sorted({*_flags(file), "F", "S"}))
                file.rename(self._path / "cur" / f"{file.name.partition(':')[0]}:2,{flags}")
        except FileNotFoundError:
            log.info("%s was moved by somebody else", file)
        except OSError as error:
            raise SourceTrouble(f"{file} is on record, but cannot be removed: {error.strerror}") from error


def _name(file: Path) -> str:
    return file.name


def _flags(file: Path) -> str:
    return file.name.partition(":2,")[2]


def _read(file: Path) -> bytes | None:
    """The mail's bytes; None: it is gone, or no file."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_READ)
    except (FileNotFoundError, IsADirectoryError):
        return None
    except OSError as error:
        raise SourceTrouble(f"{file} cannot be read: {error.strerror}") from error
