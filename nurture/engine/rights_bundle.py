"""The copy of one's data to take away: one ZIP file, to read, for spreadsheets and for programs (Art. 15(3), 20 GDPR).

auskunft.html / access.html    everything in words; no script, nothing from elsewhere
data.json                      every row as it is stored, one list per table
csv/<section>.csv              the sections of the readable part
mails/<number>.eml             the opt-in mails as they were sent
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from html import escape
from typing import Any

from nurture.domain.errors import NotFound
from nurture.engine.personal_data import words
from nurture.engine.personal_tables import BY_NAME
from nurture.engine.rights_snapshot import Section, Snapshot, snapshot
from nurture.engine.rights_words import told
from nurture.engine.runtime import Runtime
from nurture.engine.spreadsheet import write_row
from nurture.store import personal, personal_export
from nurture.store.database import reading
from nurture.store.schema import Contact

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}"
    "h2{margin-top:2.5rem}table{border-collapse:collapse;width:100%;font-size:.875rem}"
    "th,td{border:1px solid #c9d0d8;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    "th,td{overflow-wrap:break-word;min-width:5rem}"
    "th{background:#f0f3f6}dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.3rem 1rem}dt{font-weight:600}"
    "dd{margin:0}.meta{color:#4a545e;font-size:.875rem}.wide{overflow-x:auto}"
)


def bundle(rt: Runtime, contact_id: int, language: str, now: datetime) -> bytes:
    """The ZIP file. Raises NotFound."""
    shown = snapshot(rt, contact_id, language, now)
    with reading(rt.db) as session:
        person = session.get(Contact, contact_id)
        if person is None:
            raise NotFound("contact", contact_id)
        trace = personal.trace(session, person.address_key, rt.pseudonyms.mark, lock=False)
        tables = dict(personal_export.dump(session, trace))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in _files(shown, tables, language):
            moment = zipfile.ZipInfo(name, now.timetuple()[:6])
            moment.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(moment, content)
    return buffer.getvalue()


def _files(shown: Snapshot, tables: Mapping[str, list[dict[str, Any]]], language: str) -> Iterator[tuple[str, bytes]]:
    yield ("auskunft.html" if language == "de" else "access.html"), html(shown).encode()
    yield "data.json", machine_readable(shown, tables).encode()
    for section in shown.sections:
        if section.rows:
            yield f"csv/{section.key}.csv", csv(section).encode("utf-8-sig")
    for mail in tables["message_bytes"]:
        yield f"mails/{mail['message_id']}.eml", mail["raw"]
    yield "README.txt", told("readme", language).encode()


def machine_readable(shown: Snapshot, tables: Mapping[str, list[dict[str, Any]]]) -> str:
    """Every row with the purpose of its table; instants as ISO 8601 in UTC, bytes as base64."""
    language = shown.language
    data = {
        "format": "nurture-person/1",
        "made_at": shown.at.isoformat(),
        "address": shown.address,
        "general": dict(shown.general),
        "tables": {
            name: {
                "about": BY_NAME[name].about[language],
                "purpose": words("purpose", BY_NAME[name].purpose, language),
                "legal_basis": words("basis", BY_NAME[name].purpose, language),
                "kept": words("keep", BY_NAME[name].keep, language),
                "rows": rows,
            }
            for name, rows in tables.items()
        },
        "scores": [dict(zip(s.columns, row, strict=True)) for s in shown.sections if s.key == "scores" for row in s.rows],
    }
    return json.dumps(data, ensure_ascii=False, indent=1, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value.value if isinstance(value, Enum) else str(value)


def csv(section: Section) -> str:
    """The section as a table; no cell is a formula when it is opened."""
    return "".join(write_row(row) for row in (section.columns, *section.rows))


def html(shown: Snapshot) -> str:
    """One page that needs nothing else."""
    language = shown.language
    parts = [f"<h1>{escape(shown.title)}</h1><p>{escape(shown.intro)}</p>"]
    parts.append(f"<h2>{escape(told('general', language))}</h2><dl>")
    parts += [f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in shown.general]
    parts.append("</dl>")
    parts += [_section(section, language) for section in shown.sections]
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(shown.title)}</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _section(section: Section, language: str) -> str:
    meta = " · ".join(
        f"{told(name, language)}: {value}"
        for name, value in (
            ("purpose", section.purpose),
            ("basis", section.basis),
            ("kept", section.retention),
            ("source", section.source),
        )
    )
    head = f'<h2>{escape(section.title)}</h2><p class="meta">{escape(meta)}</p>'
    if not section.rows:
        return f"{head}<p>{escape(told('nothing', language))}</p>"
    columns = "".join(f'<th scope="col">{escape(column)}</th>' for column in section.columns)
    rows = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in section.rows)
    return f'{head}<div class="wide"><table><thead><tr>{columns}</tr></thead><tbody>\n{rows}\n</tbody></table></div>'
