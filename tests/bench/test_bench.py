"""The benchmark runs and measures everything; how fast, only a quiet machine can tell."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parents[2]
ADVANCE = ["1000", "2000"]
DELIVER = [
    "bare smtplib, the same bytes",
    "deliver over SMTP, 1 worker",
    "deliver over SMTP, 2 workers",
    "deliver into the mailbox, 1 worker",
]
READERS = ["follow a link", "send a form", "confirm", "form and confirmation together"]
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
    expected = [ADVANCE, LETTERS, DELIVER, READERS] + ([ADVANCE, DELIVER, READERS] if has_postgres() else [])
    assert rows == expected
    assert set(result["machine"]) == {"date", "processor", "cores", "python", "sqlite", "load"}
