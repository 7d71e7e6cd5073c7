"""The letter that is measured with, in Django's template language: the same text, conditions and values.

Layout and building blocks are unrolled, and what all these letters share (sender, imprint, product, language) is written
out, as a template is that was made for one product: Django finds fewer tags in it than a marketer wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import nodes
from markupsafe import escape

from bench import letter
from bench.house import HOME
from nurture.mail.environment import HTML, TEXT, make_environment
from nurture.mail.expressions import LINK_NAMES
from nurture.mail.folding import flat_body
from nurture.mail.vocabulary import RENDERED

REPRESENTATIVES = "represented_by"
"""The list that the letter has a loop over."""
LINKS = {name: f"links.{number}" for number, name in enumerate(LINK_NAMES)}


def django_letter(shared: Mapping[str, Any]) -> dict[str, str]:
    """``subject``, ``text`` and ``html`` as templates. ``shared``: what all letters say, as their frame does."""
    template = letter.template(HOME / "mail_templates")
    environment = make_environment(template.sources)

    def flat(ending: str, kept: Iterable[str] = ()) -> list[nodes.Node]:
        return flat_body(environment, template.name + ending, template.sources, template.links, kept, shared)

    text = flat(TEXT, RENDERED)
    lines = {block.name: _statements(block.body) for block in nodes.Template(text).find_all(nodes.Block)}
    html = _statements(flat(HTML), escape)
    for name, said in lines.items():
        html = html.replace(f"{{{{ {name} }}}}", said)
    return {"subject": lines["subject"], "text": _statements(text).lstrip(), "html": html}


def _statements(body: Iterable[nodes.Node], spelled: Callable[[Any], str] = str) -> str:
    """``spelled``: how a constant stands in it."""
    return "".join(_statement(node, spelled) for node in body)


def _statement(node: nodes.Node, spelled: Callable[[Any], str]) -> str:
    match node:
        case nodes.Output():
            return "".join(_printed(piece, spelled) for piece in node.nodes)
        case nodes.Scope():
            return _statements(node.body, spelled)
        case nodes.If(test=nodes.Const(value=False)):  # where blocks stand that are asked for by name
            return ""
        case nodes.If():
            otherwise = f"{{% else %}}{_statements(node.else_, spelled)}" if node.else_ else ""
            return f"{{% if {_value(node.test)} %}}{_statements(node.body, spelled)}{otherwise}{{% endif %}}"
        case nodes.For(iter=nodes.Const()):
            return f"{{% for {_value(node.target)} in {REPRESENTATIVES} %}}{_statements(node.body, spelled)}{{% endfor %}}"
    raise ValueError(f"the letter that is measured with has a {node!r}, which has no Django spelling here yet")


def _printed(node: nodes.Node, spelled: Callable[[Any], str]) -> str:
    match node:
        case nodes.TemplateData():
            return node.data
        case nodes.Const():
            return spelled(node.value)
    return f"{{{{ {_value(node)} }}}}"


def _value(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return LINKS.get(node.name, node.name)
        case nodes.Getattr():
            return f"{_value(node.node)}.{node.attr}"
        case nodes.Or(right=nodes.Const()):
            return f'{_value(node.left)}|default:"{node.right.value}"'
    raise ValueError(f"the letter that is measured with has a {node!r}, which has no Django spelling here yet")
