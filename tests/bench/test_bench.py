"""The benchmark runs and measures everything; how fast, only a quiet machine can tell."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parents[2]
CLIENTS = ["20 ms round trip"] * 3 + ["loopback"] * 3
ADVANCE = ["200", "400"]
DELIVER = [
    "bare smtplib, the same bytes",
    "deliver over SMTP, 1 worker",
    "deliver over SMTP, 2 workers",
    "deliver into the mailbox, 1 worker",
]
READERS = ["follow a link", "send a form", "confirm", "form and confirmation together"]
WHOLE = [
    "django-post-office, rendered on delivery",
    "django-post-office, rendered before",
    "nurture",
    "nurture, DKIM rsa-2048",
]
QUEUES = ["500"]
LETTERS = [
    "standard library (EmailMessage)",
    "sign the links",
    "render",
    "compose (MIME)",
    "the whole letter",
    "the whole letter, templates as shipped",
    "the same with its queries",
]


def has_postgres() -> bool:
    return bool(shutil.which("pg_ctl") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


def test_quick_run_prints_every_row() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--json"], cwd=HOME, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    rows = [[str(next(iter(row.values()))) for row in table["rows"]] for table in result["tables"]]
    on_postgres = [ADVANCE, DELIVER, WHOLE, QUEUES, READERS]
    assert rows == [CLIENTS, ADVANCE, LETTERS, DELIVER, READERS] + (on_postgres if has_postgres() else [])
    assert set(result["machine"]) == {"date", "processor", "cores", "python", "sqlite", "load"}
