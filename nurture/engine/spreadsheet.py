"""Tables as spreadsheets save and open them: CSV in any usual encoding and with any usual separator, and safe to open.

A cell that begins with = + - @ (also full-width) or a control character is a formula to a spreadsheet. Exports put an
apostrophe before such a cell; imports take it away again. Knows nothing of contacts.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nurture.domain.errors import NurtureError

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a cell a formula; the last four are the full-width forms, which spreadsheets take for the same."""
_SEPARATORS = ";,\t"
_CHUNK = 1 << 20
_LONGEST_CELL = 100_000


class UnreadableTable(NurtureError):
    """A file that is no table, or a damaged one; nothing of it was used."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file found readable to its end. ``rows``: how many below the headings."""

    path: Path
    encoding: str
    separator: str
    headings: tuple[str, ...]
    rows: int


def open_table(path: Path) -> Table:
    """Look through the whole file. Raises UnreadableTable with what is wrong and what to do."""
    encoding = _encoding(path)
    separator = _separator(path, encoding)
    lines = _lines(path, encoding, separator)
    headings = next(lines, None)
    if headings is None:
        raise UnreadableTable(f"{path.name} is empty; the first line has to name the columns")
    return Table(path, encoding, separator, tuple(cell.strip() for cell in headings[1]), sum(1 for _ in lines))


def read(table: Table) -> Iterator[tuple[int, list[str]]]:
    """(row as a spreadsheet counts it, cells) below the headings, without the empty rows."""
    lines = _lines(table.path, table.encoding, table.separator)
    next(lines, None)
    for row, cells in lines:
        yield row, [unprotect(cell) for cell in cells]


def protect(cell: str) -> str:
    """The cell as text, whatever a spreadsheet would make of it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def unprotect(cell: str) -> str:
    """The cell without the apostrophe that ``protect`` put there."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _lines(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(row, cells) of every row that is not empty; the first is row 1."""
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        try:
            for row, cells in enumerate(reader, 1):
                if any(cell.strip() for cell in cells):
                    yield row, cells
        except csv.Error as error:
            raise UnreadableTable(_why(path, reader.line_num, str(error))) from None


def _why(path: Path, line: int, error: str) -> str:
    if "field larger" in error:
        return (
            f"{path.name}, line {line}: a cell has more than {_LONGEST_CELL:,} characters; a closing quote may be missing"
        )
    return f"{path.name}, line {line}: the quotes do not fit together ({error}); a quote inside a cell is written twice"


def _encoding(path: Path) -> str:
    """UTF-8 (with or without mark) if it is; else Windows-1252, as Excel saves by default. Refuses what is no text."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise UnreadableTable(f"{path} cannot be read: {error.strerror}") from None
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableTable(f"{path.name} is an Excel workbook; save it as 'CSV UTF-8' and import that file")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableTable(f"{path.name} is UTF-16 text; save it as 'CSV UTF-8' and import that file")
    found = next((encoding for encoding in ("utf-8-sig", "cp1252") if _decodes(path, encoding)), None)
    if found is None:
        raise UnreadableTable(f"{path.name} is neither UTF-8 nor Windows-1252 text; save it as 'CSV UTF-8'")
    return found


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if 0 in chunk:
                raise UnreadableTable(f"{path.name} has NUL bytes in it, so it is no text; save the table as 'CSV UTF-8'")
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(path: Path, encoding: str) -> str:
    """The one of ; , and tab that stands most often between the headings."""
    with path.open(encoding=encoding, newline="") as file:
        heading = next((line for line in file if line.strip()), "")
    counts = [_count(heading, separator) for separator in _SEPARATORS]
    return _SEPARATORS[counts.index(max(counts))]


def _count(line: str, separator: str) -> int:
    """How often ``separator`` stands outside quotes."""
    return sum(part.count(separator) for part in line.split('"')[::2])


def write_row(cells: Sequence[str]) -> str:
    """One line of CSV (RFC 4180), every cell safe to open."""
    return ",".join(_quoted(protect(cell)) for cell in cells) + "\r\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',;"\r\n\t') else cell
