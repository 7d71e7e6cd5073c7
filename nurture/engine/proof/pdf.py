"""The proof as a PDF: the same words as the page, DejaVu Sans embedded, the same bytes for the same content."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from nurture.engine.proof.document import Block, Code, Document, Facts, Quote, Section

_FONTS = Path(__file__).parent / "fonts"
_SOFT, _LINE, _TINT = HexColor("#5b6675"), HexColor("#d5dbe3"), HexColor("#f3f6f9")
_LABEL, _WIDTH = 48 * mm, 170 * mm


def pdf(document: Document) -> bytes:
    """The bytes of the PDF."""
    styles = _styles()
    made = BytesIO()
    whole = SimpleDocTemplate(
        made, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=20 * mm,
        title=document.title, lang=document.language, invariant=1,
    )  # fmt: skip
    story: list[Flowable] = [Paragraph(escape(document.title), styles["title"])]
    for section in document.sections:
        story.extend(_section(section, styles))
    whole.build(story, onFirstPage=_foot(document.title), onLaterPages=_foot(document.title))
    return made.getvalue()


@cache
def _styles() -> dict[str, ParagraphStyle]:
    for name, file in (("Proof", "DejaVuSans.ttf"), ("Proof-Bold", "DejaVuSans-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, _FONTS / file))
    plain = ParagraphStyle("plain", fontName="Proof", fontSize=9, leading=13, spaceAfter=5, splitLongWords=1)
    small = ParagraphStyle("value", plain, fontSize=8, leading=11, spaceAfter=0)
    return {
        "plain": plain,
        "value": small,
        "label": ParagraphStyle("label", small, textColor=_SOFT),
        "title": ParagraphStyle("title", plain, fontName="Proof-Bold", fontSize=20, leading=26, spaceAfter=12),
        "part": ParagraphStyle("part", plain, fontName="Proof-Bold", fontSize=12.5, leading=17, spaceBefore=16,
                               keepWithNext=1),
        "step": ParagraphStyle("step", plain, fontName="Proof-Bold", fontSize=9.5, leading=13, spaceBefore=12, spaceAfter=4,
                               keepWithNext=1),
    }  # fmt: skip


def _section(section: Section, styles: dict[str, ParagraphStyle]) -> Iterator[Flowable]:
    yield Paragraph(escape(section.title), styles["part" if section.part else "step"])
    for block in section.blocks:
        yield from _block(block, styles)


def _block(block: Block, styles: dict[str, ParagraphStyle]) -> Iterator[Flowable]:
    match block:
        case Facts():
            rows = [[_said(label, styles["label"]), _said(value, styles["value"])] for label, value in block.rows]
            yield _framed(rows, [_LABEL, _WIDTH - _LABEL], tint=False)
        case Quote() | Code():
            lines = block.text.splitlines() or [""]
            rows = [[_said(line, styles["value"])] for line in lines]
            yield _framed(rows, [_WIDTH], tint=True)
        case _:
            yield _said(block, styles["plain"])


def _said(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), style)


def _framed(rows: list[list[Paragraph]], widths: list[float], *, tint: bool) -> Table:
    table = Table(rows or [[""]], colWidths=widths, spaceBefore=2, spaceAfter=6, hAlign="LEFT", splitInRow=0 if tint else 1)
    shape: list[Any] = [("VALIGN", (0, 0), (-1, -1), "TOP")]
    if tint:
        shape += [("BACKGROUND", (0, 0), (-1, -1), _TINT), ("LINEBEFORE", (0, 0), (0, -1), 2.5, _LINE),
                  ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]  # fmt: skip
    else:
        shape += [("LINEBELOW", (0, 0), (-1, -2), 0.4, _LINE), ("BOX", (0, 0), (-1, -1), 0.4, _LINE)]
        shape += [("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 3)]
    table.setStyle(TableStyle(shape))
    return table


def _foot(title: str) -> Any:
    def draw(canvas: Any, template: Any) -> None:
        canvas.setFont("Proof", 7.5)
        canvas.setFillColor(_SOFT)
        canvas.drawString(20 * mm, 11 * mm, title)
        canvas.drawRightString(A4[0] - 20 * mm, 11 * mm, str(template.page))

    return draw
