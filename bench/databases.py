"""Databases to measure on: SQLite files in a folder, and a PostgreSQL server (``$TEST_DATABASE_URL`` or one of its own).

The server keeps its promises (fsync, synchronous commit): figures of a database that may forget are worth nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url

_SCRIPT = """
set -e
{bin}/initdb -D {folder}/data -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >{folder}/log 2>&1
{bin}/pg_ctl -D {folder}/data -w -l {folder}/log -o "-c listen_addresses= -c unix_socket_directories={folder} \
  -c shared_buffers=512MB -c max_wal_size=8GB -c checkpoint_timeout=30min \
  -c wal_compression=on" start >/dev/null
echo ready
read -r stop || true
{bin}/pg_ctl -D {folder}/data -m immediate stop >/dev/null
rm -rf {folder}
"""


@dataclass(frozen=True)
class Kind:
    """A kind of database. ``make(name)``: the URL of an empty one."""

    name: str
    make: Callable[[str], str]


@contextmanager
def databases() -> Iterator[list[Kind]]:
    """SQLite, and PostgreSQL where there is one; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="nurture-bench-") as folder, _postgres() as server:
        kinds = [Kind("SQLite", lambda name: f"sqlite:///{Path(folder) / name}.db")]
        yield [*kinds, Kind("PostgreSQL", lambda name: _create(server, name))] if server else kinds


def _create(server: str, name: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "bench_{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "bench_{name}"')
    engine.dispose()
    return make_url(server).set(database=f"bench_{name}").render_as_string(hide_password=False)


@contextmanager
def _postgres() -> Iterator[str | None]:
    """The URL of a server; None where there is none."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not binaries:
        yield None
        return
    with _own_server(binaries[-1].parent) as url:
        yield url


@contextmanager
def _own_server(binaries: Path) -> Iterator[str]:
    """A server that hangs on a pipe of this process: it stops when we do, however we end."""
    folder = Path(tempfile.mkdtemp(prefix="nurture-bench-pg-", dir="/tmp"))
    command = ["sh", "-c", _SCRIPT.format(bin=binaries, folder=folder)]
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        command = ["runuser", "-u", "postgres", "--", *command]
    with subprocess.Popen(  # noqa: S603 - our own script
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder.parent, start_new_session=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe
        if process.stdout.readline().strip() != "ready":
            log = folder / "log"
            raise RuntimeError(f"PostgreSQL did not start: {log.read_text() if log.exists() else 'no log'}")
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
