"""An IMAP folder of its own for what comes back, over verified TLS. The connection is kept and made anew when it breaks.

taken and done -> removed, or moved to ``done``;   for a human -> stays, flagged, and is not looked at again

Mails are named by UID throughout, and only those of ours are expunged (RFC 4315 where the server can): nothing that
another program deleted or delivered meanwhile is touched.
"""

from __future__ import annotations

import imaplib
import logging
import ssl
from collections.abc import Callable
from datetime import timedelta

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls
from imap_tools.errors import ImapToolsError

from nurture.delivery.sources.settings import ImapSettings
from nurture.delivery.sources.source import AT_ONCE, MAX_READ, Fate, SourceTrouble, Take

log = logging.getLogger("nurture.returns")

_TIMEOUT = 30.0
_NEW = "UNFLAGGED UNDELETED"

Connect = Callable[[ImapSettings], BaseMailBox]


def connect(settings: ImapSettings) -> BaseMailBox:
    """A connection whose server proved its name; not logged in yet."""
    context = ssl.create_default_context()
    if settings.tls:
        return MailBox(settings.host, settings.port, timeout=_TIMEOUT, ssl_context=context)
    return MailBoxStartTls(settings.host, settings.port, timeout=_TIMEOUT, ssl_context=context)


class ImapSource:
    """Mails in a folder of a mail server. ``open_``: how to connect."""

    name = "imap"
    every = timedelta(seconds=30)

    def __init__(self, settings: ImapSettings, open_: Connect = connect) -> None:
        self._settings, self._open = settings, open_
        self._box: BaseMailBox | None = None
        self._unreadable: set[str] = set()

    def collect(self, take: Take) -> int:
        try:
            box = self._connected()
            uids = [uid for uid in box.uids(_NEW, charset=None) if uid not in self._unreadable][:AT_ONCE]
            return sum(self._one(box, uid, take) for uid in uids)
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            self.close()
            where = f"the folder {self._settings.folder} on {self._settings.host}"
            raise SourceTrouble(f"{where} cannot be read: {_words(error)}") from error

    def close(self) -> None:
        """Leave; the server may be gone already."""
        box, self._box = self._box, None
        self._unreadable.clear()
        if box is not None:
            try:
                box.logout()
            except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
                log.debug("the IMAP server was gone before we said good-bye: %s", error)
                box.client.shutdown()

    def _connected(self) -> BaseMailBox:
        """The connection of the last round if it still answers, else a new one."""
        if self._box is not None:
            try:
                self._box.client.noop()
                return self._box
            except (imaplib.IMAP4.error, OSError) as error:
                log.info("the connection to the IMAP server is lost, making a new one: %s", error)
                self.close()
        box = self._open(self._settings)
        self._box = box
        box.login(self._settings.user, self._settings.password, initial_folder=self._settings.folder)
        return box

    def _one(self, box: BaseMailBox, uid: str, take: Take) -> int:
        raw = _fetch(box, uid)
        if raw is None:
            log.warning("the IMAP server does not give out mail %s; it is left alone", uid)
            self._unreadable.add(uid)
            return 0
        fate = take(raw, None)
        if self._settings.done:
            _remove(box, uid, self._settings.done)
        elif fate is Fate.GONE:
            _remove(box, uid)
        else:
            _store(box, uid, r"(\Flagged)")
        return 1


def _fetch(box: BaseMailBox, uid: str) -> bytes | None:
    """The bytes of a mail without marking it as read; None: it is gone, or the server refuses."""
    status, found = box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MAX_READ}>)")
    if status != "OK":
        return None
    return next((item[1] for item in found if isinstance(item, tuple) and isinstance(item[1], bytes)), None)


def _remove(box: BaseMailBox, uid: str, folder: str = "") -> None:
    if folder and "MOVE" in box.client.capabilities:
        box.move([uid], folder)
        return
    if folder:
        box.copy([uid], folder)
    _store(box, uid, r"(\Deleted)")
    if "UIDPLUS" in box.client.capabilities:
        _checked(box.client.uid("EXPUNGE", uid))
    else:
        _checked(box.client.expunge())


def _store(box: BaseMailBox, uid: str, flags: str) -> None:
    _checked(box.client.uid("STORE", uid, "+FLAGS", flags))


def _checked(answer: tuple[str, object]) -> None:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(f"the server refuses to remove a mail: {answer[1]}")


def _words(error: Exception) -> str:
    """What went wrong, without what was sent: that may be the password."""
    if isinstance(error, ImapToolsError):
        result = getattr(error, "command_result", None)
        return f"{type(error).__name__}: {result}"
    return f"{type(error).__name__}: {error}"
