"""A Maildir: new/ and cur/, as Postfix, Exim and Dovecot write them. No locks are needed: every mail is a file.

taken and done -> removed;   for a human -> cur/, flagged (F) and read (S), and not looked at again
cannot be read or removed -> trouble, told after all others were taken
"""

from __future__ import annotations

import logging
import os
import stat
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
        taken, troubles = 0, list[SourceTrouble]()
        for file in self._waiting():
            try:
                if (raw := _read(file)) is not None:
                    fate = take(raw, None)
                    taken += 1
                    self._let_go(file, fate)
            except SourceTrouble as trouble:
                troubles.append(trouble)
            if taken == AT_ONCE:
                break
        if troubles:
            more = f" (and {len(troubles) - 1} more)" if len(troubles) > 1 else ""
            raise SourceTrouble(f"{troubles[0]}{more}")
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
    """The mail's bytes; None: it is gone, or no ordinary file (who opens a pipe waits for ever)."""
    try:
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:
            return opened.read(MAX_READ) if stat.S_ISREG(os.fstat(opened.fileno()).st_mode) else None
    except (FileNotFoundError, IsADirectoryError):
        return None
    except OSError as error:
        raise SourceTrouble(f"{file} cannot be read: {error.strerror}") from error
