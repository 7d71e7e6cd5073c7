"""The way through a campaign: step names, dead steps, loops in which no time passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nurture.definitions.index import Index
from nurture.definitions.models.campaign import step_kind
from nurture.definitions.piece import Piece
from nurture.domain.campaign import END


@dataclass(frozen=True, slots=True)
class _Node:
    """A step, where it can lead, and whether time passes in it."""

    piece: Piece
    name: str
    targets: tuple[str, ...]
    takes_time: bool


def check_flow(found: Index) -> None:
    for campaign in found.campaigns():
        _names_differ(campaign)
        _useless_go(campaign)
        nodes = _outline(campaign)
        if nodes:
            _all_reachable(nodes)
            _loops_take_time(nodes)


def _names_differ(campaign: Piece) -> None:
    seen: dict[str, int] = {}
    for step in campaign["steps"].each():
        name = step["step"]
        if name.text is None:
            continue
        line = step.document.place(name.path).line
        if name.text in seen:
            name.fault(f"the step '{name.text}' is already in line {seen[name.text]}; every step needs a name of its own")
        elif name.text == END and not step.has("leave"):
            name.fault("'end' is the name of the implicit last step; only a step with leave may be called so")
        seen.setdefault(name.text, line)


def _useless_go(campaign: Piece) -> None:
    for step in campaign["steps"].each():
        kind = next((kind for kind in ("branch", "leave") if step.has(kind)), None)
        if kind and step.has("go") and not step.has("only"):
            step["go"].fault(f"a step with {kind} never goes on from here; remove go", key=True)


def _outline(campaign: Piece) -> list[_Node] | None:
    """The steps as a graph; None if it is too broken to say anything about ways."""
    steps = list(campaign["steps"].each())
    names = [step["step"].text for step in steps]
    nodes = []
    for step, following in zip(steps, [*names[1:], END], strict=False):
        name, targets = step["step"].text, _targets(step, following)
        if name is None or targets is None:
            return None
        nodes.append(_Node(step, name, targets, takes_time=step.has("wait") or step.has("mail")))
    known = {*names, END}
    broken = len(set(names)) < len(names) or any(target not in known for node in nodes for target in node.targets)
    return None if broken else nodes


def _targets(step: Piece, following: str | None) -> tuple[str, ...] | None:
    """Where ``step`` can lead; None if that cannot be told."""
    kind = step_kind(step.value) if step.is_mapping else None
    onward = step["go"].text if step.has("go") else following
    ways = [] if kind in ("<leave>", "<branch>") and not step.has("only") else [onward]
    if kind == "<branch>":
        ways += [case["go"].text for case in step["branch"].each()] + [step["else"].text]
    if kind is None or None in ways:
        return None
    return tuple(way for way in ways if way is not None)


def _all_reachable(nodes: list[_Node]) -> None:
    by_name = {node.name: node for node in nodes}
    reached: set[str] = set()
    pending = [nodes[0].name]
    while pending:
        name = pending.pop()
        if name in reached or name not in by_name:
            continue
        reached.add(name)
        pending.extend(by_name[name].targets)
    for node in nodes:
        if node.name not in reached:
            node.piece["step"].fault(
                f"no way leads to the step '{node.name}'; let a go or a branch lead here, or remove it"
            )


def _loops_take_time(nodes: list[_Node]) -> None:
    """A loop needs a wait or a mail, or it would run round and round in one moment."""
    instant = {node.name: node for node in nodes if not node.takes_time}
    told: set[str] = set()
    for name in instant:
        loop = next(_ways_back(name, instant), None)
        if loop and told.isdisjoint(loop):
            told.update(loop)
            instant[name].piece["step"].fault(
                f"the loop {' -> '.join([*loop, name])} has neither a wait nor a mail; put a wait into it"
            )


def _ways_back(start: str, instant: dict[str, _Node]) -> Iterator[list[str]]:
    """Ways from ``start`` back to it through steps in which no time passes, shortest first."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        for target in instant[way[-1]].targets:
            if target == start:
                yield way
            elif target in instant and target not in seen:
                seen.add(target)
                ways.append([*way, target])
