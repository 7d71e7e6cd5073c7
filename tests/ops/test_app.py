"""The composition root: keys, and the web for other servers."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nurture.app import generated_keys

ROOT = Path(__file__).parents[2]


def test_keys_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret_keys"
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(generated_keys, [path] * 4))
    assert len(found) == 1
    assert len(found.pop()[0]) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret_keys"]


def test_kept_keys_are_read_newest_first(tmp_path: Path) -> None:
    (tmp_path / "secret_keys").write_text("new-key\nold-key\n")
    assert generated_keys(tmp_path / "secret_keys") == ("new-key", "old-key")


def test_the_web_for_any_wsgi_server(tmp_path: Path) -> None:
    for name in ("campaigns", "config", "mail_templates"):
        (tmp_path / name).symlink_to(ROOT / name)
    code = "import wsgi; print(wsgi.app.test_client().get('/healthz').status_code)"
    environment = {**os.environ, "NURTURE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (done.stdout, done.returncode) == ("200\n", 0), done.stderr
