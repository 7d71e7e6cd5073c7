"""``python -m bench [--quick] [--json] [--stored N] [--due N]``"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import click

from bench.databases import Kind, databases
from bench.deciding import deciding, stock_up
from bench.delivering import delivering
from bench.report import Table, machine, say
from bench.seed import Stock
from bench.smtp_clients import smtp_clients
from bench.visiting import visiting
from bench.whole_path import long_queues, whole_path
from bench.writing import writing


@dataclass(frozen=True)
class Sizes:
    """How much of everything. ``delivered``, ``sent``: mails per row, through the product and by the client alone.

    ``whole``: mails in the queue of the whole path, of which each row delivers what it can in ``seconds``.
    """

    stored: int
    due: int
    letters: int
    delivered: int
    sent: int
    clicks: int
    forms: int
    whole: int
    seconds: float
    queues: tuple[int, ...]


FULL = Sizes(
    stored=1_000_000,
    due=100_000,
    letters=1000,
    delivered=3000,
    sent=3000,
    clicks=2000,
    forms=400,
    whole=50_000,
    seconds=8.0,
    queues=(10_000, 1_000_000),
)
QUICK = Sizes(
    stored=400, due=200, letters=20, delivered=30, sent=50, clicks=20, forms=8, whole=200, seconds=1.0, queues=(500,)
)


@click.command()
@click.option("--quick", is_flag=True, help="Small numbers: whether it runs, not how fast it is.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON instead of tables.")
@click.option("--stored", type=click.IntRange(1), help="How many enrollments the bigger database holds.")
@click.option("--due", type=click.IntRange(1), help="How many of them are due; all that the smaller database holds.")
def main(*, quick: bool, as_json: bool, stored: int | None, due: int | None) -> None:
    """Measure Nurture on this machine. Progress goes to stderr, the result to stdout."""
    sizes, where = QUICK if quick else FULL, machine()
    sizes = replace(sizes, stored=stored or sizes.stored, due=due or sizes.due)
    tables = []
    with databases() as kinds:
        if len(kinds) == 1:
            say("no PostgreSQL: install its server or set TEST_DATABASE_URL; going on with SQLite only")
        tables.append(smtp_clients(sizes.sent))
        say(f"\n{tables[0].text()}")
        for number, kind in enumerate(kinds):
            for table in _parts(kind, sizes, first=number == 0):
                tables.append(table)
                say(f"\n{table.text()}")
    if as_json:
        click.echo(
            json.dumps({"machine": where, "tables": [table.as_json() for table in tables]}, ensure_ascii=False, indent=2)
        )
    else:
        click.echo(", ".join(f"{name} {value}" for name, value in where.items()) + "\n")
        click.echo("\n".join(table.text() for table in tables))


def _parts(kind: Kind, sizes: Sizes, *, first: bool) -> Iterator[Table]:
    """All parts on one database. Part 1 fills the outbox for the others; letters do not depend on the database."""
    stocks = [Stock(sizes.due, sizes.due), Stock(sizes.stored, sizes.due)]
    urls = stock_up(kind, stocks)
    yield deciding(kind, urls, stocks)
    if first:
        yield writing(urls[0], sizes.letters)
    yield delivering(kind, urls[0], sizes.delivered)
    if kind.name == "PostgreSQL":
        yield whole_path(kind, sizes.whole, sizes.seconds)
        yield long_queues(kind, sizes.queues, sizes.seconds)
    yield visiting(kind, urls[0], sizes.clicks, sizes.forms)


if __name__ == "__main__":
    main()
