"""Addresses of hosts, asked for beside the loop: a name server that does not answer must hold up nobody else."""

from __future__ import annotations

import ipaddress
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from nurture.delivery.watch import IN, Watch

Addresses = list[tuple[Any, ...]]
_THREADS = 8
_MOST = 5
"""Addresses of a host that are tried; the system gives the reachable ones first."""


class Lookup:
    """``find`` begins to look; the watch wakes when something was found. ``close`` when the loop is over."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._bell, self._ring = socket.socketpair()
        self._bell.setblocking(False)
        self._threads: ThreadPoolExecutor | None = None
        watch.begin(self._bell, IN, self)

    def find(self, host: str, port: int) -> Future[Addresses]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="lookup")
        found = self._threads.submit(_ask, host, port)
        found.add_done_callback(lambda _: self._wake())
        return found

    def heard(self) -> None:
        """The bell was seen."""
        self._bell.recv(4096)

    def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self._watch.end(self._bell)
        self._bell.close()
        self._ring.close()

    def _wake(self) -> None:
        try:
            self._ring.send(b"!")
        except OSError:
            return  # the loop is over, nobody waits


def numeric(host: str, port: int) -> Addresses:
    """The address of a host that is given as a number; nothing for a name."""
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
    except socket.gaierror:
        return []


def on_the_internet(address: str) -> bool:
    """Whether anybody may reach ``address``: not loopback, private, link-local or otherwise reserved (RFC 6890)."""
    known = ipaddress.ip_address(address.partition("%")[0])
    return (getattr(known, "ipv4_mapped", None) or known).is_global and not known.is_multicast


def _ask(host: str, port: int) -> Addresses:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))[:_MOST]
