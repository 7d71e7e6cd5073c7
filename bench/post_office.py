"""django-post-office sending the same mail from the same database server to the same sink, as its own command does.

``python -m bench.post_office URL PORT MAILS PROCESSES rendered|delivery`` queues the mails, sends them with
``send_queued_mail`` and prints the seconds and processor seconds that took as JSON.
"""

# ruff: noqa: PLC0415 - Django lets nothing be imported before it is configured

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bench import django_letter

_BATCH = 1000
"""The best of its settings here; its default of 100 is slower."""


def main(url: str, port: str, mails: str, processes: str, when: str, letter: str) -> None:
    """``letter``: a file with the mail as JSON (see ``django_letter``). Its tries are logged, as by default and as ours."""
    _configure(url, int(port))
    _fill(int(mails), json.loads(Path(letter).read_text("utf-8")), on_delivery=when == "delivery")
    from django.core.management import call_command
    from post_office.models import STATUS, Email

    lock = str(Path(tempfile.mkdtemp()) / "lock")
    before, used = time.perf_counter(), _processor()
    call_command("send_queued_mail", processes=int(processes), lockfile=lock)
    seconds, processor = time.perf_counter() - before, _processor() - used
    sent = Email.objects.filter(status=STATUS.sent).count()
    sys.stdout.write(json.dumps({"mails": sent, "seconds": seconds, "processor": processor}))


def _processor() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _configure(url: str, port: int) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    parsed = make_url(url)
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parsed.database,
                "USER": parsed.username,
                "HOST": parsed.query.get("host", parsed.host),
                "PORT": parsed.port or "",
                "PASSWORD": parsed.password or "",
            }
        },
        EMAIL_BACKEND="post_office.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        POST_OFFICE={"BATCH_SIZE": _BATCH, "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    call_command("migrate", verbosity=0)


def _fill(mails: int, letter: dict[str, str], *, on_delivery: bool) -> None:
    from post_office import mail
    from post_office.models import EmailTemplate

    template = EmailTemplate.objects.create(
        name=f"letter-{on_delivery}", subject=letter["subject"], content=letter["text"], html_content=letter["html"]
    )
    for first in range(0, mails, 500):
        mail.send_many([_mail(n, template, on_delivery=on_delivery) for n in range(first, min(first + 500, mails))])


def _mail(number: int, template: Any, *, on_delivery: bool) -> dict[str, Any]:
    recipient = f"reader{number}@werk{number % 5000}.example"
    words = {
        "greeting": f"Guten Tag Frau Weber{number % 997},",
        "contact": {"company": f"Werk {number - number % 10} GmbH", "address": recipient},
        "function_name": "IT-Leitung",
        "interest_name": "",
        "first_seen": "3. März 2026",
        django_letter.REPRESENTATIVES: ["Katrin Brück", "Dr. Stefan Hallmann"],
        "links": [_address("l", f"{number}.{n}") for n in range(6)],
        "urls": {name: _address(name, str(number)) for name in ("preferences", "unsubscribe", "imprint", "privacy")},
    }
    return {
        "recipients": recipient,
        "sender": "news@mail.example",
        "template": template,
        "context": words,
        "render_on_delivery": on_delivery,
    }


def _address(what: str, value: str) -> str:
    """As long as a signed one."""
    return f"https://nurture.example/{what}/{value}.{'x' * 24}"


if __name__ == "__main__":
    main(*sys.argv[1:])
