"""Art. 30 GDPR: the pages for the data-protection officer say what the program stores, all of it, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from nurture.cli import main
from nurture.engine.inventory_pages import PAGES, PARTS, renewed
from nurture.engine.personal_data import PLACES, WORDS, rows

PROJECT = Path(__file__).parents[2]
AGAIN = "run 'make reference' and commit what it writes"
LANGUAGES = ("de", "en")


def page(name: str, language: str) -> str:
    return (PROJECT / "docs" / f"{name}.{language}.md").read_text("utf-8")


def section(text: str, table: str) -> str:
    """The line about ``table``."""
    return next((line for line in text.splitlines() if f"<br>`{table}` |" in line), "")


@pytest.mark.parametrize("name", PAGES)
def test_art30_the_pages_are_current(name: str) -> None:
    text = (PROJECT / name).read_text("utf-8")
    assert text == renewed(text, PAGES[name]), AGAIN


def test_art30_the_pages_show_what_changed() -> None:
    """The test above can fail: what the inventory does not say is written over."""
    text = page("data-protection", "en")
    changed = text.replace("`address_key`", "`address_kay`", 1)
    assert changed != text
    assert renewed(changed, "en") == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_art30_every_personal_column_is_named_beside_its_table(language: str) -> None:
    text = page("data-protection", language)
    personal = [(table.name, column.name) for table, column in rows() if column.personal]
    assert len(personal) > 100
    assert [pair for pair in personal if f"`{pair[1]}`" not in section(text, pair[0]).split(" | ")[1]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_art30_nothing_personal_is_listed_as_impersonal(language: str) -> None:
    last = page("data-protection", language).partition("<!-- end of stored -->")[0].rstrip().rsplit("\n", 1)[1]
    named = set(re.findall(r"`(\w+)`", last))
    assert named == {table.name for table, _ in rows() if not table.personal}


@pytest.mark.parametrize("language", LANGUAGES)
def test_art30_every_place_outside_the_database_is_told(language: str) -> None:
    text = page("data-protection", language)
    assert all(place.about[language] in text and place.erasing[language] in text for place in PLACES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_art30_the_record_names_purpose_and_ground_of_everything_personal(language: str) -> None:
    text = page("record-of-processing", language)
    for table, _ in ((t, c) for t, c in rows() if c.personal):
        assert f"| {WORDS[f'basis.{table.purpose}'][language]} |" in text
        assert f"`{table.name}`" in text


@pytest.mark.parametrize("name", ["data-protection", "record-of-processing"])
def test_art30_both_languages_have_the_same_parts(name: str) -> None:
    shapes = [re.findall(r"^#+ |<!-- generated: [\w-]+ -->|^> |^\| ", page(name, one), re.MULTILINE) for one in LANGUAGES]
    heads = [[mark for mark in shape if mark != "> "] for shape in shapes]
    assert heads[0] == heads[1]


def anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings, and those that are written out."""
    text = path.read_text("utf-8")
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads} | set(
        re.findall(r'<a id="([^"]+)"', text)
    )


@pytest.mark.parametrize("name", PAGES)
def test_art30_references_lead_to_a_heading(name: str) -> None:
    links = re.findall(r"\]\(([^)#:\s]*)#([^)]+)\)", (PROJECT / name).read_text("utf-8"))
    folder = (PROJECT / name).parent
    assert [link for link in links if link[1] not in anchors(folder / link[0] if link[0] else PROJECT / name)] == []


def test_art30_every_part_stands_on_a_page() -> None:
    marked = {part for name in PAGES for part in re.findall(r"<!-- generated: ([\w-]+) -->", (PROJECT / name).read_text())}
    assert marked == set(PARTS)


def test_art30_the_command_gives_out_every_column() -> None:
    done = CliRunner().invoke(main, ["rights", "inventory", "--language", "de", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [(one["table"], one["column"]) for one in told["columns"]] == [(t.name, c.name) for t, c in rows()]
    assert len(told["places"]) == len(PLACES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_art30_the_command_tells_it_to_people(language: str) -> None:
    done = CliRunner().invoke(main, ["rights", "inventory", "--language", language])
    assert done.exit_code == 0, done.output
    assert all(f"  {table.name}: {table.about[language]}" in done.stdout for table, _ in rows() if table.personal)
    assert WORDS["erasing.mark"][language] in done.stdout
