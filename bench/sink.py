"""A mail server that swallows everything as fast as Python can: one loop over all connections, its own process.

``python -m bench.sink [SECONDS]`` prints its port, serves until its input is closed, then prints how many mails it took.
With SECONDS every answer comes that much later, as over a network with such a round trip.
"""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ANSWERS = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
_OK = b"250 ok\r\n"
_HOME = Path(__file__).parents[1]
_END = b"\r\n.\r\n"
_READ = 262_144


class _Client:
    """One connection: what it says, and what it is answered. ``mails``: how many messages it has ended."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setblocking(False)
        self.connection, self.mails, self.leaving = connection, 0, False
        self._buffer, self._in_message = b"", False

    def hear(self, data: bytes) -> bytes:
        """The answers to what was said."""
        self._buffer += data
        answers = []
        while (answer := self._next()) is not None:
            answers.append(answer)
        return b"".join(answers)

    def _next(self) -> bytes | None:
        if self._in_message:
            return self._message()
        command, found, rest = self._buffer.partition(b"\r\n")
        if not found:
            return None
        verb = command[:4].upper()
        self._in_message, self.leaving = verb == b"DATA", verb == b"QUIT"
        # the line end before a message belongs to it: its first line may be the dot
        self._buffer = b"\r\n" + rest if self._in_message else rest
        return _ANSWERS.get(verb, _OK)

    def _message(self) -> bytes | None:
        end = self._buffer.find(_END)
        if end < 0:
            self._buffer = self._buffer[-len(_END) + 1 :]
            return None
        self._buffer, self._in_message = self._buffer[end + len(_END) :], False
        self.mails += 1
        return _OK


class _Sink:
    """``delay``: seconds between what is heard and what is answered."""

    def __init__(self, server: socket.socket, delay: float) -> None:
        self.mails = 0
        self._server, self._delay = server, delay
        self._selector = selectors.DefaultSelector()
        self._selector.register(server, selectors.EVENT_READ)
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        self._later: deque[tuple[float, _Client, bytes]] = deque()

    def serve(self) -> None:
        """Until the input is closed."""
        while True:
            for key, _ in self._selector.select(self._patience()):
                if key.fileobj is sys.stdin:
                    return
                if key.fileobj is self._server:
                    self._greet(_Client(self._server.accept()[0]))
                else:
                    self._hear(key.data)
            while self._later and self._later[0][0] <= time.monotonic():
                _, client, answer = self._later.popleft()
                self._say(client, answer)

    def _patience(self) -> float | None:
        return max(0.0, self._later[0][0] - time.monotonic()) if self._later else None

    def _greet(self, client: _Client) -> None:
        self._selector.register(client.connection, selectors.EVENT_READ, client)
        self._answer(client, b"220 sink\r\n")

    def _hear(self, client: _Client) -> None:
        try:
            data = client.connection.recv(_READ)
        except OSError:
            data = b""
        if not data:
            self._part(client)
            return
        before = client.mails
        answer = client.hear(data)
        self.mails += client.mails - before
        if answer:
            self._answer(client, answer)

    def _answer(self, client: _Client, answer: bytes) -> None:
        if self._delay:
            self._later.append((time.monotonic() + self._delay, client, answer))
        else:
            self._say(client, answer)

    def _say(self, client: _Client, answer: bytes) -> None:
        if client.connection.fileno() < 0:
            return
        try:
            client.connection.sendall(answer)
        except OSError:
            client.leaving = True
        if client.leaving:
            self._part(client)

    def _part(self, client: _Client) -> None:
        if client.connection.fileno() >= 0:
            self._selector.unregister(client.connection)
            client.connection.close()


def main() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=512) as server:
        sink = _Sink(server, float(sys.argv[1]) if len(sys.argv) > 1 else 0.0)
        sys.stdout.write(f"{server.getsockname()[1]}\n")
        sys.stdout.flush()
        sink.serve()
        sys.stdout.write(f"{sink.mails}\n")
        sys.stdout.flush()


@dataclass
class Running:
    """``took``: how many mails arrived, known at the end."""

    port: int
    took: int = 0


@contextmanager
def running(delay: float = 0.0) -> Iterator[Running]:
    """A sink in a process of its own."""
    command = [sys.executable, "-m", "bench.sink", str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_HOME) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101 - pipes
        assert process.stdin is not None  # noqa: S101
        sink = Running(int(process.stdout.readline()))
        yield sink
        process.stdin.close()
        sink.took = int(process.stdout.readline())


if __name__ == "__main__":
    main()
