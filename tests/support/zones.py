"""A DNS of our own: what the tests' domains publish."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.delivery.dns import NoSuchName, Record, Records

Zone = Mapping[str, object]
"""Kind ('mx', 'txt', 'a', 'ptr') -> its records, or the error that asking for it raises."""


class TableResolver:
    """Answers from a table: name -> kind -> records; a name that is not there does not exist.

    An exception in place of a zone or of records is raised. ``asked``: (kind, name) in the order they were asked for.
    """

    def __init__(self, table: Mapping[str, Zone | Exception], ttl: int = 3600) -> None:
        self.table, self.ttl = table, ttl
        self.asked: list[tuple[str, str]] = []

    def mx(self, name: str) -> Records[tuple[int, str]]:
        return self._answer("mx", name)

    def txt(self, name: str) -> Records[str]:
        return self._answer("txt", name)

    def addresses(self, name: str) -> Records[str]:
        return self._answer("a", name)

    def ptr(self, ip: str) -> Records[str]:
        return self._answer("ptr", ip)

    def _answer(self, kind: str, name: str) -> Records[Record]:
        self.asked.append((kind, name))
        zone = self.table.get(name)
        if zone is None:
            raise NoSuchName(name)
        records = zone if isinstance(zone, Exception) else zone.get(kind, ())
        if isinstance(records, Exception):
            raise records
        return Records(records, self.ttl)  # type: ignore[arg-type]  # the table's author knows what kind has what records
