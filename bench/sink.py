"""A mail server that swallows everything as fast as Python can: raw sockets, a thread per connection, its own process.

``python -m bench.sink`` prints its port, serves until its input is closed, then prints how many mails it took.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
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


class _Sink:
    """Counts the mails it took."""

    def __init__(self) -> None:
        self._lock, self.mails = threading.Lock(), 0

    def serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            connection.sendall(b"220 sink\r\n")
            buffer = b""
            while (line_end := buffer.find(b"\r\n")) >= 0 or (more := connection.recv(65536)):
                if line_end < 0:
                    buffer += more
                    continue
                verb, buffer = buffer[:4].upper(), buffer[line_end + 2 :]
                connection.sendall(_ANSWERS.get(verb, _OK))
                if verb == b"QUIT":
                    return
                if verb == b"DATA":
                    buffer = self._swallow(connection, buffer)
                    connection.sendall(_OK)

    def _swallow(self, connection: socket.socket, buffer: bytes) -> bytes:
        """Read up to the final dot; returns what came after it."""
        while (end := buffer.find(_END)) < 0:
            buffer += connection.recv(65536)
        with self._lock:
            self.mails += 1
        return buffer[end + len(_END) :]


def main() -> None:
    sink = _Sink()
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, sink), daemon=True).start()
        sys.stdout.write(f"{server.getsockname()[1]}\n")
        sys.stdout.flush()
        sys.stdin.read()
        sys.stdout.write(f"{sink.mails}\n")
        sys.stdout.flush()


def _accept(server: socket.socket, sink: _Sink) -> None:
    while True:
        connection, _ = server.accept()
        threading.Thread(target=sink.serve, args=(connection,), daemon=True).start()


@dataclass
class Running:
    """``took``: how many mails arrived, known at the end."""

    port: int
    took: int = 0


@contextmanager
def running() -> Iterator[Running]:
    """A sink in a process of its own."""
    command = [sys.executable, "-m", "bench.sink"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_HOME) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101 - pipes
        assert process.stdin is not None  # noqa: S101
        sink = Running(int(process.stdout.readline()))
        yield sink
        process.stdin.close()
        sink.took = int(process.stdout.readline())


if __name__ == "__main__":
    main()
