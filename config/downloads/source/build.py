"""Print every HTML source in this folder to config/downloads/<name>.pdf with Chromium.

    python config/downloads/source/build.py            all documents
    python config/downloads/source/build.py checkliste  those whose name contains the word

A source is a complete page called <content>.<language>.html; all share style.css. Needs Chromium (or $CHROMIUM).
"""

# ruff: noqa: S603, T201 - a script for the command line that starts the browser its user has

import os
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
TARGET = SOURCE.parent
LARGEST = 200_000


def print_pdf(page: Path, target: Path, profile: str) -> None:
    """Print one page. The profile folder is shared so that a run of many pages stays quick."""
    chromium = os.environ.get("CHROMIUM", "chromium")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={profile}"]
    subprocess.run([chromium, *options, f"--print-to-pdf={target}", page.as_uri()], check=True, capture_output=True)


def main(word: str = "") -> int:
    pages = sorted(p for p in SOURCE.glob("*.html") if word in p.name)
    too_large = []
    with tempfile.TemporaryDirectory() as profile:
        for page in pages:
            target = TARGET / f"{page.stem}.pdf"
            print_pdf(page, target, profile)
            size = target.stat().st_size
            print(f"{target.name}: {size / 1000:.0f} kB")
            if size > LARGEST:
                too_large.append(target.name)
    if too_large:
        print(f"larger than {LARGEST // 1000} kB: {', '.join(too_large)}", file=sys.stderr)
    return 1 if too_large or not pages else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
