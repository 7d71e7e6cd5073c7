"""When a stream is stopped: exactly at the threshold, for each rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nurture.domain.breaker import Figures, Recent, percent, verdict
from nurture.domain.delivery_rules import Breakers

LIMITS = Breakers()


@pytest.mark.parametrize(
    ("sample", "refusals", "rule"),
    [
        pytest.param(Figures(), 0, None, id="nothing was sent"),
        pytest.param(Figures(accepted=490, invalid=10), 0, None, id="2 % invalid"),
        pytest.param(Figures(accepted=489, invalid=11), 0, "invalid", id="more than 2 % invalid"),
        pytest.param(Figures(accepted=20, invalid=10), 0, None, id="10 of 30 may still become 2 % of 500"),
        pytest.param(Figures(accepted=20, invalid=11), 0, "invalid", id="11 of 31 cannot"),
        pytest.param(Figures(accepted=980, invalid=20), 0, None, id="2 % of a busy minute"),
        pytest.param(Figures(accepted=979, invalid=21), 0, "invalid", id="more of a busy minute"),
        pytest.param(Figures(accepted=489, invalid=11, deferred=500), 0, "invalid", id="put off is not tried to the end"),
        pytest.param(Figures(accepted=400, failed=100), 0, None, id="refused for other reasons"),
        pytest.param(Figures(accepted=999, complaints=0), 0, None, id="no complaints"),
        pytest.param(Figures(accepted=1001, complaints=1), 0, None, id="below 0.10 % complaints"),
        pytest.param(Figures(accepted=1000, complaints=1), 0, "warn complaints", id="0.10 % complaints"),
        pytest.param(Figures(accepted=1001, complaints=3), 0, "warn complaints", id="below 0.30 % complaints"),
        pytest.param(Figures(accepted=1000, complaints=3), 0, "complaints", id="0.30 % complaints"),
        pytest.param(Figures(accepted=10, complaints=1), 0, "warn complaints", id="the first complaint of a few mails"),
        pytest.param(Figures(accepted=10, complaints=2), 0, "complaints", id="the second is 0.4 % of 500"),
        pytest.param(Figures(accepted=100, policy=2), 2, None, id="two policy refusals"),
        pytest.param(Figures(accepted=100, policy=3), 3, "policy", id="three policy refusals"),
        pytest.param(Figures(accepted=100, policy=9), 2, None, id="long ago"),
        pytest.param(Figures(accepted=10, invalid=30, complaints=1), 0, "invalid", id="a stop beats a warning"),
        pytest.param(Figures(accepted=10, invalid=30, complaints=9, policy=3), 3, "policy", id="the most urgent first"),
    ],
)
def test_verdict(sample: Figures, refusals: int, rule: str | None) -> None:
    found = verdict(Recent(sample, refusals), LIMITS)
    assert (found and ("" if found.stops else "warn ") + found.rule) == rule


@pytest.mark.parametrize(
    ("stream", "invalid", "stops"),
    [("nurture", 11, True), ("sales", 11, True), ("opt-in", 50, False), ("opt-in", 51, True)],
)
def test_people_mistype_when_they_sign_up(stream: str, invalid: int, stops: bool) -> None:
    recent = Recent(Figures(accepted=500 - invalid, invalid=invalid))
    assert (verdict(recent, LIMITS.of_stream(stream)) is not None) is stops


def test_reasons_are_for_people() -> None:
    assert [
        verdict(recent, LIMITS).reason  # type: ignore[union-attr]
        for recent in (
            Recent(Figures(accepted=489, invalid=11)),
            Recent(Figures(accepted=1000, complaints=3)),
            Recent(Figures(accepted=1000, complaints=1)),
            Recent(Figures(policy=3), refusals=3),
        )
    ] == [
        "11 addresses of the last 500 mails did not exist; more than 2 % of 500 is too many",
        "3 readers of the last 1000 mails reported them as spam; 0.3 % of 1000 or more is too many",
        "1 reader of the last 1000 mails reported them as spam; 0.1 % of 1000 or more is a warning",
        "3 mails were refused for our reputation, authentication or content within 10 minutes; 3 are too many",
    ]


def test_limits_are_those_configured() -> None:
    strict = replace(LIMITS, sample=100, invalid=0.01, policy=1)
    assert verdict(Recent(Figures(accepted=98, invalid=2)), strict) is not None
    assert verdict(Recent(Figures(policy=1), refusals=1), strict) is not None


def test_figures_add_up() -> None:
    both = Figures(accepted=1, deferred=2, invalid=3, policy=4, failed=5, unknown=6, complaints=7) + Figures(
        1, 1, 1, 1, 1, 1, 1
    )
    assert both == Figures(2, 3, 4, 5, 6, 7, 8)
    assert (both.ended, both.tried) == (2 + 4 + 5 + 6 + 7, 2 + 3 + 4 + 5 + 6 + 7)


@pytest.mark.parametrize(("share", "words"), [(0.02, "2 %"), (0.001, "0.1 %"), (0.0035, "0.35 %"), (0.5, "50 %")])
def test_percent(share: float, words: str) -> None:
    assert percent(share) == words
