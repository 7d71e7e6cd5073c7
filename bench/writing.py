"""Part 2: what it costs to write a letter: render it, sign its links, make it a mail."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from unittest import mock

from bench.delivering import outgoing
from bench.house import apart, runtime
from bench.report import Table, said
from nurture.engine import letters
from nurture.store.database import reading

Call = tuple[Any, ...]


def writing(url: str, mails: int) -> Table:
    """Over mails that part 1 has put into the outbox: the shipped templates, as often as campaigns use them."""
    with said("writing letters"):
        return apart(measure, url, mails)


def measure(url: str, mails: int) -> Table:
    """Runs in a process of its own."""
    rt = runtime(url)
    with reading(rt.db) as session:
        rows = outgoing(session, mails)
        renders, composes = _calls(rt, session, rows)
        whole = _microseconds(lambda: letters.compose_messages(rt, session, rows), len(rows))
    sizes = [len(letters.compose(*call)) for call in composes]
    links = [(url_of, template.links) for template, _, url_of in renders]
    return Table(
        "Letters: microseconds per mail (one process)",
        [
            {"what": "sign the links", "us": _microseconds(lambda: [_sign(*call) for call in links], len(links))},
            {"what": "render, links included", "us": _microseconds(lambda: _all(letters.render, renders), len(renders))},
            {"what": "compose (MIME)", "us": _microseconds(lambda: _all(letters.compose, composes), len(composes))},
            {"what": "everything, queries included", "us": whole},
        ],
        (
            f"{len(rows):,} mails of {len({template.name for template, _, _ in renders})} templates",
            f"{sum(len(found) for _, found in links) / len(links):.1f} links and {sum(sizes) / len(sizes):,.0f} bytes each",
        ),
    )


def _calls(rt: Any, session: Any, rows: list[Any]) -> tuple[list[Call], list[Call]]:
    """What ``render`` and ``compose`` are really called with."""
    with (
        mock.patch.object(letters, "render", side_effect=letters.render) as render,
        mock.patch.object(letters, "compose", side_effect=letters.compose) as compose,
    ):
        letters.compose_messages(rt, session, rows)
    return [call.args for call in render.call_args_list], [call.args for call in compose.call_args_list]


def _sign(url_of: Callable[[int, Any], str], links: tuple[Any, ...]) -> None:
    for number, link in enumerate(links):
        url_of(number, link)


def _all(function: Callable[..., object], calls: list[Call]) -> None:
    for call in calls:
        function(*call)


def _microseconds(action: Callable[[], object], count: int) -> int:
    """Per piece, the best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - start)
    return round(best / count * 1e6)
