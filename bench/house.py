"""The shipped example over a database, and processes of their own to measure in."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from bench import letter
from nurture.delivery import MemoryTransport, Transport
from nurture.engine.publication import Publication, load_publication
from nurture.engine.runtime import Runtime
from nurture.mail.signing import Signer
from nurture.store.database import connect

HOME = Path(__file__).parents[1]
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
"""A Tuesday, ten in the morning in Berlin: every campaign's window is open."""
FORK = multiprocessing.get_context("fork")
T = TypeVar("T")


@lru_cache(maxsize=1)
def example() -> Publication:
    """What is shipped, and the letter that is measured with."""
    shipped = load_publication(HOME)
    return replace(shipped, library=letter.with_letter(shipped.library, HOME / "mail_templates"))


def runtime(url: str, transport: Transport | None = None) -> Runtime:
    return Runtime(
        db=connect(url),
        publication=example(),
        signer=Signer(["a-key-only-for-measuring-0123456789abcdef"]),
        transport=transport or MemoryTransport(),
        public_url="https://nurture.example",
        installation="bench",
    )


def apart(function: Callable[..., T], *arguments: Any) -> T:
    """Run ``function`` in a process of its own, which knows the definitions and nothing else, and has its own memory."""
    example()
    result = FORK.SimpleQueue()
    process = FORK.Process(target=_answer, args=(result, function, arguments))
    process.start()
    outcome = result.get()
    process.join()
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome  # type: ignore[no-any-return]


def _answer(result: Any, function: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    try:
        result.put(function(*arguments))
    except Exception as error:
        result.put(RuntimeError(f"{function.__name__}: {type(error).__name__}: {error}"))
        raise


def peak_megabytes() -> float:
    """The most memory this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


def processor_seconds() -> float:
    """What this process used of a core so far."""
    times = os.times()
    return times.user + times.system
