"""A private Postfix on ports of this machine: takes mail for box.example into Maildirs and passes everything else on.

Started from Debian's binaries with a configuration, queue and log of its own; nothing of the machine's own Postfix is
touched. Needs root, because Postfix gives up its rights by itself. The server hangs on a pipe of this process: it stops
when the tests do, also when they are killed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_SBIN, _DAEMONS = Path("/usr/sbin/postfix"), Path("/usr/lib/postfix/sbin")
_MAIN = """
compatibility_level = 3.6
command_directory = /usr/sbin
daemon_directory = {daemons}
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log/mail
maillog_file_prefixes = {folder}
myhostname = relay.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
smtp_host_lookup = native
default_transport = smtp:[127.0.0.1]:{next_port}
relay_transport = $default_transport
alias_maps =
alias_database =
notify_classes =
message_size_limit = 100000
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/certificate.pem
virtual_mailbox_domains = box.example
virtual_mailbox_base = {folder}/boxes
virtual_mailbox_maps = inline:{{ anna@box.example=anna/ }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


_SCRIPT = """
exec 2>&1
/usr/sbin/postfix -c {folder}/config start && echo ready
read -r stop || true
/usr/sbin/postfix -c {folder}/config stop
rm -rf {folder}
"""


class NoPostfix(Exception):
    """There is none to test with; the text says what to do."""


@dataclass
class Postfix:
    """``port``: where it listens. ``folder``: all that is its own."""

    port: int
    folder: Path

    def log(self) -> str:
        return (self.folder / "log" / "mail").read_text()

    def box(self, name: str) -> list[bytes]:
        """What arrived for ``name@box.example``."""
        return [path.read_bytes() for path in sorted((self.folder / "boxes" / name / "new").glob("*"))]


@contextmanager
def running(certificate: Path, next_port: int) -> Iterator[Postfix]:
    """``next_port``: of the server that gets what is passed on. Raises NoPostfix."""
    if not _SBIN.exists():
        raise NoPostfix("no Postfix: install Debian's postfix package")
    if os.geteuid() != 0:
        raise NoPostfix("Postfix can be started by root only")
    folder = Path(tempfile.mkdtemp(prefix="nurture-postfix-", dir="/tmp"))
    try:
        server = _configure(folder, certificate, next_port)
        with _started(folder):
            _wait_for(server)
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def required(certificate: Path, next_port: int) -> Iterator[Postfix]:
    """The same for a test: skips where there is none (in CI that is a failure)."""
    try:
        with running(certificate, next_port) as server:
            yield server
    except NoPostfix as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


def _configure(folder: Path, certificate: Path, next_port: int) -> Postfix:
    owner = pwd.getpwnam("postfix")
    folder.chmod(0o755)
    for name in ("config", "queue", "log"):
        (folder / name).mkdir()
    for name in ("data", "boxes"):
        (folder / name).mkdir()
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    shutil.copy(certificate, folder / "certificate.pem")
    (folder / "certificate.pem").chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    values = {"folder": folder, "daemons": _DAEMONS, "next_port": next_port, "uid": owner.pw_uid, "gid": owner.pw_gid}
    (folder / "config" / "main.cf").write_text(_MAIN.format(**values))
    (folder / "config" / "master.cf").write_text(_MASTER.format(port=port))
    return Postfix(port, folder)


@contextmanager
def _started(folder: Path) -> Iterator[None]:
    command = ["sh", "-c", _SCRIPT.format(folder=folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        said = []
        while (line := process.stdout.readline()) != "ready\n":
            said.append(line)
            if not line or line.startswith("postfix: fatal"):
                raise RuntimeError(f"Postfix does not start: {''.join(said)}")
        yield
        process.stdin.close()
        process.stdout.read()


def _wait_for(server: Postfix) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", server.port), 5).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"Postfix does not listen: {server.log()}")
