"""The proof as one HTML page: no script, nothing loaded from anywhere, readable on paper and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from nurture.engine.proof.document import Block, Code, Document, Facts, Quote, Section

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d5dbe3;--back:#fff;--tint:#f3f6f9}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--line:#39424e;--back:#14181e;--tint:#1d232b}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.55 system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
main{max-width:54rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 1.5rem}
h2{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-top:1rem;border-top:2px solid var(--line)}
h3{font-size:1rem;margin:1.75rem 0 .5rem}
dl{margin:.5rem 0 1rem;border:1px solid var(--line);border-radius:.5rem;overflow:hidden}
dl div{display:grid;grid-template-columns:15rem 1fr;gap:1rem;padding:.45rem .9rem;border-bottom:1px solid var(--line)}
dl div:last-child{border-bottom:0}
dt{color:var(--soft);font-size:.9rem}
dd{margin:0;white-space:pre-line;overflow-wrap:anywhere}
blockquote{margin:.5rem 0 1rem;padding:.75rem 1rem;background:var(--tint);border-left:4px solid var(--line);
white-space:pre-wrap;overflow-wrap:anywhere}
pre{padding:.75rem 1rem;background:var(--tint);overflow-x:auto}
@media(max-width:40rem){dl div{grid-template-columns:1fr;gap:0}}
@media print{body{font-size:10.5pt}main{padding:0;max-width:none}h2,h3{break-after:avoid}dl div{break-inside:avoid}}
"""


def page(document: Document) -> str:
    """A whole page."""
    title = escape(document.title)
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    )
    body = "\n".join(part for section in document.sections for part in _section(section))
    return (
        f'<!doctype html>\n<html lang="{escape(document.language)}"><head>{head}<style>{_STYLE}</style></head>\n'
        f"<body><main>\n<h1>{title}</h1>\n{body}\n</main></body></html>\n"
    )


def _section(section: Section) -> Iterator[str]:
    level = "h2" if section.part else "h3"
    yield f"<{level}>{escape(section.title)}</{level}>"
    yield from (_block(block) for block in section.blocks)


def _block(block: Block) -> str:
    match block:
        case Facts():
            rows = Markup("").join(
                Markup("<div><dt>{}</dt><dd>{}</dd></div>\n").format(label, value) for label, value in block.rows
            )
            return f"<dl>\n{rows}</dl>"
        case Quote():
            return f"<blockquote>{escape(block.text)}</blockquote>"
        case Code():
            return f"<pre><code>{escape(block.text)}</code></pre>"
        case _:
            return f"<p>{escape(block)}</p>"
