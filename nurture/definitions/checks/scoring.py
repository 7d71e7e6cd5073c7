"""Whether the scoring model can do what it says: rules that fire, grades and thresholds that can be reached."""

from __future__ import annotations

from collections import defaultdict
from math import inf

from nurture.definitions.checks.forms import check_answers, check_told
from nurture.definitions.index import Index
from nurture.definitions.piece import Piece
from nurture.domain.durations import Duration

_ABOUT_CONTENT = ("content_kinds", "content", "topics", "phases")
_FILTERS: dict[str, tuple[str, ...]] = {
    "click": _ABOUT_CONTENT,
    "download": _ABOUT_CONTENT,
    "form": ("forms",),
    "answer": ("forms",),
    "call-wish": (),
}
"""What each activity can be narrowed by."""


def check_scoring(found: Index) -> None:
    scoring = found["scoring"]
    for rule in scoring["profile"].values():
        _gives_points(rule)
        check_answers(rule["field"], rule["values"], found)
    for rule in scoring["behaviour"].values():
        _gives_points(rule)
        _filters_fit(rule)
        _something_fits(rule, found)
    _all_products_have_thresholds(scoring["thresholds"], found)
    _grades_reachable(scoring)
    _thresholds_reachable(scoring, found)
    for field, classes in scoring["told"].items():
        check_told(field, classes, found)


def _gives_points(rule: Piece) -> None:
    if rule["points"].number == 0:
        rule["points"].fault("0 points never change a score; give points or remove the rule")


def _filters_fit(rule: Piece) -> None:
    activity = rule["activity"].text or ""
    possible = _FILTERS.get(activity)
    for name in (*_ABOUT_CONTENT, "forms"):
        if possible is not None and rule.has(name) and name not in possible:
            hint = f"it can be narrowed by {', '.join(possible)}" if possible else "it cannot be narrowed"
            rule[name].fault(f"the rule never fires: '{activity}' has no {name}; {hint}", key=True)


def _something_fits(rule: Piece, found: Index) -> None:
    """A rule about content needs an item it fits; a click on a topic needs none, as topics have pages of their own."""
    activity, used = rule["activity"].text, [name for name in _ABOUT_CONTENT if rule.has(name)]
    content = found["content"]["content"]
    if activity not in ("click", "download") or not used or not content.is_mapping:
        return
    if activity == "click" and used == ["topics"]:
        return
    if any(
        not found.knows(kind, id_)
        for key, kind in (("content", "content"), ("topics", "topic"))
        for id_ in rule[key].texts()
    ):
        return
    if not any(_fits(rule, id_, item) for id_, item in content.items()):
        rule.fault(f"the rule never fires: no content item fits its {' and '.join(used)}", key=True)


def _fits(rule: Piece, id_: str, item: Piece) -> bool:
    """Whether ``item`` could be what ``rule`` is about; what an item does not say rightly is taken to fit."""
    kind, topic, phases = item["kind"].text, item["topic"].text, item["phases"].texts()
    return (
        _one_of(rule["content"], (id_,))
        and _one_of(rule["content_kinds"], (kind,) if kind else ())
        and _one_of(rule["topics"], (topic,) if topic else ())
        and _one_of(rule["phases"], phases)
    )


def _one_of(wanted: Piece, given: tuple[str, ...]) -> bool:
    return not wanted.texts() or not given or not set(given).isdisjoint(wanted.texts())


# --- grades and thresholds ---------------------------------------------------------------------------------------------


def _all_products_have_thresholds(thresholds: Piece, found: Index) -> None:
    missing = sorted(
        product for product in found.ids["product"] or () if thresholds.is_mapping and not thresholds.has(product)
    )
    for product in missing:
        thresholds.fault(
            f"has no entry for the product '{product}'; add {product}: {{A: …, B: …, C: …, D: never}}", key=True
        )


def _grades_reachable(scoring: Piece) -> None:
    rules = list(scoring["profile"].values())
    if not rules or any(rule["points"].number is None or rule["field"].text is None for rule in rules):
        return
    most = sum(_best_answer(rules, field) for field in {rule["field"].text for rule in rules})
    for grade, piece in scoring["grades"].items():
        if piece.number is not None and piece.number > most:
            piece.fault(f"grade {grade} cannot be reached: the profile rules give at most {most:g} points")


def _best_answer(rules: list[Piece], field: str | None) -> float:
    """The most points that one answer to ``field`` can give."""
    anything = 0.0
    by_value: dict[str, float] = defaultdict(float)
    for rule in (rule for rule in rules if rule["field"].text == field):
        points = rule["points"].number or 0.0
        if not rule.has("values"):
            anything += points
        for value in rule["values"].texts():
            by_value[value] += points
    return max(0.0, anything + max(by_value.values(), default=0.0))


def _thresholds_reachable(scoring: Piece, found: Index) -> None:
    half_life = _days(scoring["half_life"])
    rules = list(scoring["behaviour"].values())
    if not rules or half_life is None or any(rule["points"].number is None for rule in rules):
        return
    for product, limits in scoring["thresholds"].items():
        most = sum(_most(rule, half_life) for rule in rules if _concerns(rule, product, found))
        for limit in limits.values():
            if limit.number is not None and limit.number > most:
                limit.fault(
                    f"{limit.number:g} points cannot be reached: the rules that concern {product} give at most "
                    f"{most:.0f} with their caps; lower it or raise the caps"
                )


def _most(rule: Piece, half_life: float) -> float:
    """The most points ``rule`` can ever show at one time: its cap in every span, each older span halved accordingly."""
    points, cap = rule["points"].number or 0.0, rule["cap"]["points"].number
    if points <= 0:
        return 0.0
    if cap is None:
        return inf
    span = _days(rule["cap"]["within"])
    return cap if span is None else cap / (1 - 0.5 ** (span / half_life))


def _days(piece: Piece) -> float | None:
    try:
        return Duration.parse(piece.text).days or None if piece.text else None
    except (ValueError, OverflowError):
        return None  # the model says so at the same place


def _concerns(rule: Piece, product: str, found: Index) -> bool:
    """Whether something about ``product`` can make ``rule`` fire."""
    if forms := rule["forms"].texts():
        return any(form["product"].text in (product, None) for form in found.forms() if form["form"].text in forms)
    used = any(rule.has(name) for name in _ABOUT_CONTENT)
    if not used:
        return True
    topics = found["products"]["products"][product]["topics"]
    if rule["activity"].text == "click" and any(topics.has(topic) for topic in rule["topics"].texts()):
        return True
    items = found["content"]["content"].items()
    return any(item["product"].text in (product, None) and _fits(rule, id_, item) for id_, item in items)
