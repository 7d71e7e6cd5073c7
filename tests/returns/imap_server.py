"""A mail server that speaks the little of IMAP (RFC 3501, 4315) that is asked of it, over TLS, in a thread."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Box:
    """A folder: UID -> (bytes, flags). ``moved``: what went to another folder. ``refused``: UIDs it does not give out."""

    mails: dict[int, tuple[bytes, set[str]]] = field(default_factory=dict)
    moved: dict[str, list[bytes]] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    capabilities: str = "IMAP4rev1 UIDPLUS MOVE"
    logins: int = 0
    drop_before: str = ""
    """The next command that begins so ends the connection instead."""
    _uid: int = 100

    def put(self, raw: bytes, *flags: str) -> int:
        self._uid += 1
        self.mails[self._uid] = (raw, set(flags))
        return self._uid

    def flagged(self) -> list[int]:
        return [uid for uid, (_, flags) in self.mails.items() if "\\Flagged" in flags]


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say("* OK here")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            box = self.server.box
            if box.drop_before and command.upper().startswith(box.drop_before):
                box.drop_before = ""
                return
            if command.upper().startswith("LOGOUT"):
                self._say("* BYE", f"{tag} OK")
                return
            self._answer(tag, command, box)

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line} done\r\n" if line.endswith(" OK") else f"{line}\r\n" for line in lines).encode())

    def _answer(self, tag: str, command: str, box: Box) -> None:
        word, _, rest = command.partition(" ")
        match word.upper():
            case "CAPABILITY":
                self._say(f"* CAPABILITY {box.capabilities}", f"{tag} OK")
            case "LOGIN":
                box.logins += 1
                self._say(
                    f"{tag} OK" if rest == '"nurture" "secret"' else f"{tag} NO [AUTHENTICATIONFAILED] wrong password"
                )
            case "SELECT":
                known = rest.strip('"') == "Bounces"
                self._say(*([f"* {len(box.mails)} EXISTS", f"{tag} OK"] if known else [f"{tag} NO no such folder"]))
            case "NOOP":
                self._say(f"{tag} OK")
            case "EXPUNGE":
                self._expunge(box, set(box.mails))
                self._say(f"{tag} OK")
            case "UID":
                self._uid(tag, rest, box)
            case _:
                self._say(f"{tag} BAD {word}")

    def _uid(self, tag: str, rest: str, box: Box) -> None:
        word, _, arguments = rest.partition(" ")
        if word.upper() == "SEARCH":
            unseen = [uid for uid, (_, flags) in box.mails.items() if not flags & {"\\Flagged", "\\Deleted"}]
            self._say(f"* SEARCH {' '.join(map(str, unseen))}", f"{tag} OK")
            return
        uid = int(arguments.split()[0])
        found = box.mails.get(uid)
        match word.upper():
            case "FETCH" if uid in box.refused:
                self._say(f"{tag} NO broken mail")
            case "FETCH" if found is None:
                self._say(f"{tag} OK")
            case "FETCH":
                self.wfile.write(b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%b)\r\n" % (uid, len(found[0]), found[0]))
                self._say(f"{tag} OK")
            case "STORE":
                if found:
                    found[1].update(re.findall(r"\\\w+", arguments))
                self._say(f"{tag} OK")
            case "EXPUNGE":
                self._expunge(box, {uid})
                self._say(f"{tag} OK")
            case "MOVE" | "COPY":
                folder = arguments.split()[1].strip('"')
                box.moved.setdefault(folder, []).append(box.mails[uid][0])
                if word.upper() == "MOVE":
                    del box.mails[uid]
                self._say(f"{tag} OK")

    def _expunge(self, box: Box, uids: set[int]) -> None:
        for uid in [u for u in uids if u in box.mails and "\\Deleted" in box.mails[u][1]]:
            del box.mails[uid]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: Box
    context: ssl.SSLContext

    def get_request(self) -> tuple[ssl.SSLSocket, object]:
        connection, address = super().get_request()
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that refuses our certificate just goes away."""


@contextmanager
def serving(box: Box, certificate: Path) -> Iterator[int]:
    """The port it listens at on localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.box, server.context = box, context
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
