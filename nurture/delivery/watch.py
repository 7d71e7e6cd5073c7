"""Sockets, who waits for them, and what the system sees of them.

epoll without a wrapper: with one, looking costs as much as reading. Where there is no epoll, the standard library's best.
"""

from __future__ import annotations

import select
import selectors
import socket

IN, OUT = 1, 4
"""Something can be read, or written. Other bits are faults, which reading brings to light."""

Seen = tuple[object, int]
"""Who waits for a socket, and what was seen of it."""


class Watch:
    """``begin`` to look at a socket, ``change`` what for, ``end`` before it is closed."""

    def __init__(self) -> None:
        self._owners: dict[int, object] = {}
        self._epoll = select.epoll()

    def select(self, seconds: float) -> list[Seen]:
        """Wait until there is something, at most so long."""
        owners = self._owners  # asked now: whoever closes a socket and opens another may get the same number again
        return [(owners[number], mask) for number, mask in self._epoll.poll(seconds)]

    def begin(self, one: socket.socket, mask: int, owner: object) -> None:
        self._owners[one.fileno()] = owner
        self._epoll.register(one, mask)

    def change(self, one: socket.socket, mask: int) -> None:
        self._epoll.modify(one, mask)

    def end(self, one: socket.socket) -> None:
        del self._owners[one.fileno()]
        self._epoll.unregister(one)

    def close(self) -> None:
        self._epoll.close()


class PortableWatch(Watch):
    """The same by ``selectors``."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def select(self, seconds: float) -> list[Seen]:
        return [(key.data, _ours(mask)) for key, mask in self._selector.select(seconds)]

    def begin(self, one: socket.socket, mask: int, owner: object) -> None:
        self._selector.register(one, _theirs(mask), owner)

    def change(self, one: socket.socket, mask: int) -> None:
        self._selector.modify(one, _theirs(mask), self._selector.get_key(one).data)

    def end(self, one: socket.socket) -> None:
        self._selector.unregister(one)

    def close(self) -> None:
        self._selector.close()


def open_watch() -> Watch:
    return Watch() if hasattr(select, "epoll") else PortableWatch()


def _ours(mask: int) -> int:
    return (IN if mask & selectors.EVENT_READ else 0) | (OUT if mask & selectors.EVENT_WRITE else 0)


def _theirs(mask: int) -> int:
    return (selectors.EVENT_READ if mask & IN else 0) | (selectors.EVENT_WRITE if mask & OUT else 0)
