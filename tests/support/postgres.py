"""A throw-away PostgreSQL server, and databases on it.

Taken from ``$TEST_DATABASE_URL`` if that names a server, else started from Debian's binaries in a folder of its own. The
server hangs on a pipe of this process: it stops when the tests do, also when they are killed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url, text

from nurture.store.schema import Base

_SCRIPT = """
set -e
{bin}/initdb -D {folder}/data -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >{folder}/log 2>&1
{bin}/pg_ctl -D {folder}/data -w -l {folder}/log -o "-c listen_addresses= -c unix_socket_directories={folder} \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB" start >/dev/null
echo ready
read -r stop || true
{bin}/pg_ctl -D {folder}/data -m immediate stop >/dev/null
rm -rf {folder}
"""


class NoServer(Exception):
    """There is no PostgreSQL to test with; the text says what to do."""


class Server:
    """A server that gives out databases. ``close`` ends it if it is ours."""

    def __init__(self, url: URL, process: subprocess.Popen[str] | None = None) -> None:
        self._url, self._process = url, process
        self._made: list[str] = []

    def create(self, name: str, template: str = "template1") -> URL:
        """An empty database called ``name``, or a copy of ``template``; one that is there already is replaced."""
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        return self._url.set(database=name)

    def restart(self) -> None:
        """Let it throw everybody out, end, and come up again. Only for a server of our own."""
        folder, binaries = self._url.query["host"], _binaries()[-1].parent
        command = [f"{binaries}/pg_ctl", "-D", f"{folder}/data", "-w", "-m", "fast", "-l", f"{folder}/log", "restart"]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/tmp")

    def close(self) -> None:
        if self._process is None:
            self._run(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in self._made))
            return
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _run(self, *statements: str) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
        finally:
            engine.dispose()


def start() -> Server:
    """The server to test with. Raises NoServer."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return Server(make_url(given).set(drivername="postgresql+psycopg"))
    return start_own()


def start_own() -> Server:
    """A server that nobody else uses. Raises NoServer."""
    if not (binaries := _binaries()):
        raise NoServer("no PostgreSQL: install Debian's postgresql package or set TEST_DATABASE_URL")
    return _start(binaries[-1].parent)


def _binaries() -> list[Path]:
    return sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))


def _start(binaries: Path) -> Server:
    folder = Path(tempfile.mkdtemp(prefix="nurture-pg-", dir="/tmp"))
    command = ["sh", "-c", _SCRIPT.format(bin=binaries, folder=folder)]
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        command = ["runuser", "-u", "postgres", "--", *command]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/tmp", start_new_session=True
    )
    assert process.stdout
    if process.stdout.readline().strip() != "ready":
        log = folder / "log"
        raise NoServer(f"PostgreSQL did not start: {log.read_text() if log.exists() else 'no log'}")
    return Server(URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)}), process)


def empty(engine: Engine) -> None:
    """Remove every row and begin the ids at 1 again; whoever else is still connected is thrown out."""
    tables = Base.metadata.sorted_tables
    statements = [f'DELETE FROM "{table.name}"' for table in reversed(tables)]
    statements += [
        f"SELECT setval(pg_get_serial_sequence('{t.name}', '{c.name}'), 1, false)"
        for t in tables
        if (c := t.autoincrement_column) is not None
    ]
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        connection.exec_driver_sql(";\n".join(statements))
