"""What keeps running: started as a shell starts it, looked at over HTTP, stopped by a signal."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from support.commands import Command

Serve = Callable[..., "contextmanager[Running]"]


class Running:
    """A process of ours. ``output``: what it printed until it was up."""

    def __init__(self, process: subprocess.Popen[str], until: str) -> None:
        self.process, self.output = process, ""
        assert process.stdout
        for line in process.stdout:
            self.output += line
            if until in line:
                return
        raise AssertionError(f"ended with {process.wait()} after printing: {self.output}")

    @property
    def url(self) -> str:
        found = re.search(r"http://127\.0\.0\.1:\d+", self.output)
        assert found, self.output
        return found[0]

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        asked = urllib.request.Request(self.url + path, headers={n.replace("_", "-"): v for n, v in headers.items()})
        try:
            with urllib.request.urlopen(asked, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def wait_until_ready(self) -> dict[str, object]:
        deadline = time.monotonic() + 60
        while True:
            status, text = self.get("/readyz")
            if status == 200 or time.monotonic() > deadline:
                return json.loads(text)  # type: ignore[no-any-return]
            time.sleep(0.1)  # another process: there is nothing to wait on but its page

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(how)
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, self.output + rest


def _as_in_front() -> None:
    """A shell starts what it runs in the background deaf to Ctrl-C, and all that is started from there is deaf, too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def serve(environment: dict[str, str]) -> Serve:
    """``with serve("run", "--port", "0", until="Data:") as running:``"""

    @contextmanager
    def start(*arguments: str, until: str, **variables: str) -> Iterator[Running]:
        process = subprocess.Popen(
            [sys.executable, "-m", "nurture.cli", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**environment, **variables},
            preexec_fn=_as_in_front,
        )  # fmt: skip
        try:
            yield Running(process, until)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            assert process.stdout
            process.stdout.close()

    return start


def test_run_shows_where_to_look_and_keeps_everything(serve: Serve) -> None:
    with serve("run", "--port", "0", until="Data:") as running:
        assert running.wait_until_ready()["ready"] is True
        assert running.get("/healthz")[0] == 200
        forms = re.findall(r"/f/[a-z0-9-]+", running.output)
        assert forms
        assert {running.get(form)[0] for form in forms} == {200}
        assert "nurture_beat_age_seconds" in running.get("/metrics")[1]
        assert re.search(r"user admin, password (\w{5}-){3}\w{5}", running.output)
        code, output = running.stop()
        assert code == 0
        assert "Traceback" not in output
        assert output.rstrip().endswith("start again with: nurture run")
    with serve("run", "--port", "0", until="Data:") as again:
        assert "user admin, password" not in again.output
        assert "nurture user password admin" in again.output
        assert again.stop(signal.SIGINT)[0] == 0


def test_the_mailbox_is_closed_to_whoever_comes_through_a_proxy(serve: Serve) -> None:
    with serve("run", "--port", "0", until="Data:") as running:
        assert running.get("/mailbox/")[0] == 200
        for header in ("X_Forwarded_For", "X_Real_IP", "Forwarded", "X_Forwarded_Proto", "X_Forwarded_Host", "Via"):
            assert running.get("/mailbox/", **{header: "203.0.113.5"})[0] == 403, header


def test_a_taken_port_is_one_message(shell: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = shell("run", "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == f"Error: port {port} on 127.0.0.1 is taken; stop what uses it, or choose another one with --port\n"
    )


def test_web_and_worker_share_one_database(serve: Serve, empty_url: str) -> None:
    shared = {"NURTURE_DATABASE_URL": empty_url, "NURTURE_LOG": "json"}
    with serve("web", "--port", "0", until="pages at", **shared) as web:
        assert json.loads(web.output.splitlines()[-1])["level"] == "info"
        status, text = web.get("/readyz")
        assert (status, "never ran; start: nurture worker" in text) == (503, True)
        with serve("worker", until="mail by mailbox", **shared) as worker:
            assert web.wait_until_ready()["ready"] is True
            code, output = worker.stop()
            assert code == 0
            assert "stopping after the running batch" in output
        assert web.get("/readyz")[0] == 503
        assert web.stop()[0] == 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_two_workers_with_one_environment_take_returned_mail_at_one_port(serve: Serve, empty_url: str) -> None:
    """The second goes on without; when the first one stops, it takes its place."""
    port = _free_port()
    shared = {"NURTURE_DATABASE_URL": empty_url, "NURTURE_RETURNS_LISTEN": f"127.0.0.1:{port}"}
    with serve("worker", until="mail by mailbox", **shared) as first:
        assert f"returned mail is taken at 127.0.0.1:{port}" in first.output
        with serve("worker", until="mail by mailbox", **shared) as second:
            (told,) = [line for line in second.output.splitlines() if "already listens" in line]
            assert told.endswith(
                f"another worker on this host already listens on 127.0.0.1:{port} for returned mail; this one does not"
            )
            assert first.stop()[0] == 0
            assert _greets(port)
            assert second.stop()[0] == 0


def _greets(port: int) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as connection:
                return connection.recv(100).startswith(b"220 nurture")
        except ConnectionRefusedError:
            time.sleep(0.2)  # another process: there is nothing to wait on but its port
    return False


def test_a_worker_works_without_the_port_that_another_program_has(serve: Serve, empty_url: str) -> None:
    """It says so where monitoring looks, and listens as soon as the port is free."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        where = f"127.0.0.1:{port}"
        shared = {"NURTURE_DATABASE_URL": empty_url, "NURTURE_RETURNS_LISTEN": where}
        with serve("web", "--port", "0", until="pages at", **shared) as web:
            with serve("worker", until="mail by mailbox", **shared) as worker:
                assert f"cannot listen on {where} for returned mail: another program has the port" in worker.output
                found = web.wait_until_ready()
                assert found["ready"] is True
                assert "another program has the port" in found["checks"]["returned mail"]["detail"]  # type: ignore[index]
                taken.close()
                assert _greets(port)
                assert worker.stop()[0] == 0
            assert "returned mail" not in json.loads(web.get("/readyz")[1])["checks"]
