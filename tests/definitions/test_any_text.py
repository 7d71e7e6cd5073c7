"""No text whatsoever makes the loader raise anything but DefinitionError."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from definitions.homes import VALID, copy_of_valid
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nurture.definitions import load, parse_campaign
from nurture.domain.definitions import Definitions
from nurture.domain.errors import DefinitionError

FILES = sorted(str(path.relative_to(VALID)) for path in VALID.rglob("*.yaml"))
CAMPAIGN = (VALID / "campaigns/welcome.yaml").read_text("utf-8")

quietly = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

tokens = st.sampled_from(
    [": ", "- ", "\n", "\n  ", "{", "}", "[", "]", ",", "&a ", "*a", "<<", "!!int ", "'", '"', "|", ">", "#", "?", "---", "\t",
     "a", "steps", "if", "no", "9:30", "0", "-1", "1e400", "~", "ä", "\u2028", "\x00", "\ud800", "...", "%YAML 1.1", "\r"]
)  # fmt: skip
yaml_like = st.lists(tokens, max_size=40).map("".join)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(["de", "3 days", "hello"])
)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.text(max_size=5), scalars), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def loaded() -> Definitions:
    return load(VALID)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield copy_of_valid(Path(folder))


@given(st.one_of(st.text(), yaml_like))
@example("{" * 3000)
@example("[" * 100_000)
@example("a: " + "9" * 5000)
@example("a: 1e999999999")
@example("\ufeff")
@example("steps: [{step: a, wait: {before_event: P" + "9" * 4000 + "D}}]")
@quietly
def test_parse_campaign_of_any_text(loaded: Definitions, text: str) -> None:
    assert_read_or_explained(lambda: parse_campaign(text, "campaigns/x.yaml", loaded.calendar))


@given(st.integers(0, len(CAMPAIGN)), st.integers(0, 30), yaml_like)
@quietly
def test_parse_campaign_of_a_damaged_campaign(loaded: Definitions, start: int, length: int, text: str) -> None:
    damaged = CAMPAIGN[:start] + text + CAMPAIGN[start + length :]
    assert_read_or_explained(lambda: parse_campaign(damaged, "campaigns/welcome.yaml", loaded.calendar))


@given(st.sampled_from(FILES), st.binary(max_size=60))
@quietly
def test_load_of_any_bytes(home: Path, file: str, raw: bytes) -> None:
    assert_load_with(home, file, raw)


@given(st.sampled_from(FILES), st.data(), trees)
@quietly
def test_load_with_any_value_in_any_place(home: Path, file: str, data: st.DataObject, value: Any) -> None:
    """Takes a valid file and puts something else in the place of one of its values."""
    content = yaml.load((VALID / file).read_text("utf-8"), Loader=yaml.CBaseLoader)
    place = data.draw(st.sampled_from(list(_places(content))))
    place[0][place[1]] = value
    assert_load_with(home, file, yaml.dump(content, allow_unicode=True).encode("utf-8", "surrogatepass"))


def _places(content: Any) -> Iterator[tuple[Any, Any]]:
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in entries:
        yield content, key
        yield from _places(value)


def assert_load_with(home: Path, file: str, raw: bytes) -> None:
    path = home / file
    path.write_bytes(raw)
    try:
        assert_read_or_explained(lambda: load(home))
    finally:
        path.write_bytes((VALID / file).read_bytes())


def assert_read_or_explained(read: Callable[[], object]) -> None:
    """It is read, or refused with faults that each name a file and say something."""
    refusal: DefinitionError | None = None
    try:
        read()
    except DefinitionError as error:
        refusal = error
    assert refusal is None or (refusal.faults and all(fault.file and fault.message for fault in refusal.faults))
