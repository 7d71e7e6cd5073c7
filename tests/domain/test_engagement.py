"""Human or machine: by the shape of what happened on one mail's links."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from nurture.domain.engagement import Hit, Proof, Verdict, verdicts

SENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTLE = timedelta(minutes=10)
MUCH_LATER = SENT + timedelta(days=2)
HOME, OFFICE, CLOUD = "203.0.113.0", "198.51.100.0", "192.0.2.0"
FIREFOX, EDGE = "Mozilla/5.0 (X11; Linux x86_64) Firefox/147.0", "Mozilla/5.0 (Windows NT 10.0) Edg/143.0"


def hit(number: int, after: float, link: str = "guide", **more: object) -> Hit:
    """A click ``after`` so many seconds from delivery."""
    place = {"network": HOME, "agent": FIREFOX} | more
    return Hit(number, SENT + timedelta(seconds=after), link, **place)  # type: ignore[arg-type]


def judged(
    *hits: Hit,
    links: int = 5,
    proofs: tuple[Proof, ...] = (),
    now: datetime = MUCH_LATER,
    delivered: datetime | None = SENT,
) -> str:
    """The verdicts in the order of the hits' numbers, one letter each: h, m, u, p."""
    rulings = verdicts(hits, delivered, links, proofs, SETTLE, now)
    assert all(ruling.reason for ruling in rulings.values())
    return "".join(rulings[number].verdict[0] for number in sorted(rulings))


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        pytest.param([hit(1, 1200)], "h", id="one click after twenty minutes"),
        pytest.param([hit(1, 1200, "a"), hit(2, 1215, "b")], "hh", id="two links a reader's pace apart"),
        pytest.param([hit(1, 1200), hit(2, 1200.4)], "hh", id="a double click is one link"),
        pytest.param([hit(1, 1200, method="HEAD")], "m", id="HEAD"),
        pytest.param([hit(1, 1200, method="POST")], "m", id="POST at a link"),
        pytest.param([hit(1, 1200, prefetch=True)], "m", id="prefetch"),
        pytest.param([hit(1, 1200, tool=True)], "m", id="a tool"),
        pytest.param([hit(1, 1200, agent="")], "m", id="no agent"),
        pytest.param([hit(1, 1200, trap=True)], "m", id="the invisible link"),
        pytest.param([hit(1, 0)], "m", id="in the second of delivery"),
        pytest.param([hit(1, 10)], "m", id="ten seconds after delivery"),
        pytest.param([hit(1, 10.1)], "u", id="just after ten seconds"),
        pytest.param([hit(1, -20)], "m", id="before the server said yes: a gateway that looks first"),
        pytest.param([hit(1, 60)], "u", id="a minute after delivery, and nothing since"),
        pytest.param([hit(1, 60.1)], "h", id="just after the minute"),
        pytest.param([hit(1, 40), hit(2, 160)], "hh", id="in the first minute, and back two minutes later"),
        pytest.param([hit(1, 40), hit(2, 159)], "uh", id="back too early to prove anything"),
        pytest.param([hit(1, 40, network=CLOUD), hit(2, 1200, "b")], "uh", id="somebody else came later"),
        pytest.param([hit(1, 200, "a"), hit(2, 201, "b")], "mm", id="two links in one second"),
        pytest.param([hit(1, 200, "a"), hit(2, 201.1, "b")], "hh", id="two links in more than a second"),
        pytest.param([hit(1, 200, "a"), hit(2, 205, "b"), hit(3, 210, "c")], "mmm", id="three links in ten seconds"),
        pytest.param([hit(1, 200, "a"), hit(2, 205, "b"), hit(3, 210.1, "c")], "hhh", id="three links in more"),
        pytest.param(
            [hit(i, 200 + 20 * (i - 1), f"l{i}") for i in range(1, 5)], "mmmm", id="four links of five in a minute"
        ),
        pytest.param(
            [hit(i, 200 + 20.1 * (i - 1), f"l{i}") for i in range(1, 5)], "hhhh", id="four links in more than one"
        ),
        pytest.param([hit(1, 200, "a"), hit(2, 200.2, "b", network=CLOUD)], "mm", id="a burst from several networks"),
    ],
)
def test_what_hits_are_worth(hits: list[Hit], expected: str) -> None:
    assert judged(*hits) == expected


@pytest.mark.parametrize(
    ("links", "clicked", "expected"),
    [
        pytest.param(20, 11, "h", id="eleven of twenty"),
        pytest.param(20, 12, "m", id="twelve of twenty: 60 %"),
        pytest.param(4, 4, "m", id="four of four"),
        pytest.param(7, 4, "h", id="four of seven: below 60 %"),
        pytest.param(7, 5, "m", id="five of seven: above 60 %"),
    ],
)
def test_most_links_of_a_mail_within_a_minute(links: int, clicked: int, expected: str) -> None:
    hits = [hit(i, 300 + i * 60 / 11, f"l{i}") for i in range(clicked)]  # too slow for the narrower rules
    assert set(judged(*hits, links=links)) == {expected}


def test_the_burst_may_come_any_time_after_delivery() -> None:
    for age in (15, 43, 200, 1700, 80_000):
        assert judged(*(hit(i, age + i * 0.1, f"l{i}") for i in range(5))) == "mmmmm"


def test_every_burst_on_a_mail_is_found() -> None:
    ages = (200, 200.5, 4000, 9000, 9000.5)
    assert judged(*(hit(i, age, f"l{i}") for i, age in enumerate(ages))) == "mmhmm"


def test_a_machine_that_comes_back_proves_no_reader() -> None:
    assert judged(hit(1, 40), hit(2, 1200, method="HEAD")) == "um"


def test_a_burst_unmasks_the_click_before_it() -> None:
    first = hit(1, 600, network=CLOUD, agent=EDGE)
    assert judged(first) == "h"
    assert judged(first, *(hit(i, 900 + i * 0.1, f"l{i}", network=CLOUD, agent=EDGE) for i in range(2, 5))) == "mmmm"


@pytest.mark.parametrize(
    ("place", "after", "expected"),
    [
        pytest.param({"network": CLOUD, "agent": EDGE}, 900, "m", id="same network and program, 15 minutes later"),
        pytest.param({"network": CLOUD, "agent": EDGE}, 901, "h", id="same place, later than that"),
        pytest.param({"network": CLOUD, "agent": FIREFOX}, 300, "h", id="another program"),
        pytest.param({"network": HOME, "agent": EDGE}, 300, "h", id="another network"),
    ],
)
def test_contagion_reaches_the_same_place_only(place: dict[str, object], after: float, expected: str) -> None:
    burst = [hit(i, 100 + i * 0.1, f"l{i}", network=CLOUD, agent=EDGE) for i in range(3)]
    assert judged(*burst, hit(9, 100.2 + after, **place)) == "mmm" + expected


def test_contagion_is_not_handed_on() -> None:
    burst = [hit(i, 100 + i * 0.1, f"l{i}") for i in range(2)]
    assert judged(*burst, hit(8, 900), hit(9, 1300)) == "mmmh"


@pytest.mark.parametrize("own", [{"method": "HEAD"}, {"prefetch": True}], ids=["HEAD", "prefetch"])
def test_a_preview_by_the_readers_own_program_taints_nobody(own: dict[str, object]) -> None:
    assert judged(hit(1, 1200, **own), hit(2, 1203)) == "mh"


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        pytest.param(Proof(SENT + timedelta(seconds=50), HOME, FIREFOX), "h", id="a button after the click, same place"),
        pytest.param(Proof(SENT + timedelta(seconds=30), HOME, FIREFOX), "h", id="in the same second"),
        pytest.param(Proof(SENT + timedelta(seconds=29), HOME, FIREFOX), "u", id="a button before the click"),
        pytest.param(Proof(SENT + timedelta(seconds=50), CLOUD, FIREFOX), "u", id="from another network"),
        pytest.param(Proof(SENT + timedelta(seconds=50), HOME, EDGE), "u", id="from another program"),
    ],
)
def test_a_human_sign_beats_unsure(proof: Proof, expected: str) -> None:
    assert judged(hit(1, 30), proofs=(proof,)) == expected


def test_a_human_sign_does_not_wait_for_the_check() -> None:
    proof = Proof(SENT + timedelta(seconds=1210), HOME, FIREFOX)
    assert judged(hit(1, 1200), proofs=(proof,), now=SENT + timedelta(seconds=1211)) == "h"


def test_a_human_sign_does_not_whitewash_a_machine() -> None:
    assert judged(hit(1, 5), proofs=(Proof(SENT + timedelta(seconds=9), HOME, FIREFOX),)) == "m"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(SENT + timedelta(seconds=1200), "p", id="at once"),
        pytest.param(SENT + timedelta(seconds=1799), "p", id="a second early"),
        pytest.param(SENT + timedelta(seconds=1800), "h", id="settled"),
    ],
)
def test_a_click_settles_after_ten_minutes(now: datetime, expected: str) -> None:
    assert judged(hit(1, 1200), now=now) == expected


def test_a_plain_machine_is_known_at_once() -> None:
    assert judged(hit(1, 1200, tool=True), now=SENT + timedelta(seconds=1200)) == "m"


def test_without_a_delivery_time_only_the_shape_counts() -> None:
    assert judged(hit(1, 5), delivered=None) == "h"
    assert judged(hit(1, 5, "a"), hit(2, 5.5, "b"), delivered=None) == "mm"


def test_clicks_long_before_a_delivery_that_was_settled_late_are_not_suspect() -> None:
    assert judged(hit(1, 1200), delivered=SENT + timedelta(hours=5)) == "h"


def test_no_hits_no_rulings() -> None:
    assert verdicts([], SENT, 3, [], SETTLE, MUCH_LATER) == {}


def test_the_order_of_rows_does_not_matter() -> None:
    hits = [hit(i, 100 + i * i * 0.3, f"l{i % 4}", network=(HOME, CLOUD)[i % 2]) for i in range(30)]
    shuffled = hits[:]
    Random(7).shuffle(shuffled)
    assert verdicts(hits, SENT, 6, [], SETTLE, MUCH_LATER) == verdicts(shuffled, SENT, 6, [], SETTLE, MUCH_LATER)


def test_reasons_say_what_was_seen() -> None:
    rulings = verdicts(
        [hit(1, 100, "a"), hit(2, 100.5, "b"), hit(3, 160), hit(4, 5000, method="HEAD")], SENT, 5, [], SETTLE, MUCH_LATER
    )
    assert [rulings[i].reason for i in (1, 2, 3, 4)] == [
        "2 links within 1 s",
        "2 links within 1 s",
        "same network and program as a scanner just before",
        "a HEAD request",
    ]


# --- models of both worlds -----------------------------------------------------------------------------------------

AGES = ((0.5, 0, 10), (2.2, 10, 20), (66.4, 20, 60), (28.3, 60, 300), (1.9, 300, 1800), (0.7, 3600, 86400))
"""Share in per cent, from, to: how many seconds after delivery scanners looked, in 836 observed bursts."""


def scanner(random: Random) -> tuple[int, list[Hit]]:
    """All links of a mail within a second, from a cloud, with a browser's name; sometimes from several machines."""
    _, low, high = random.choices(AGES, weights=[share for share, _, _ in AGES])[0]
    links, age = random.randint(5, 12), random.uniform(low, high)
    networks = [f"192.0.{random.randint(0, 3)}.0" for _ in range(links)]
    return links, [
        hit(i, age + random.uniform(0, 1), f"l{i}", network=networks[i], agent=random.choice((EDGE, FIREFOX)))
        for i in range(links)
    ]


def reader(random: Random) -> tuple[int, list[Hit]]:
    """First click lognormal around twenty minutes after delivery, one link or two, some seconds to minutes apart."""
    links, at = random.randint(3, 12), random.lognormvariate(7.1, 1.0)
    hits = [hit(0, at, "l0")]
    if random.random() < 0.4:
        hits.append(hit(1, at + 2 + random.lognormvariate(3.5, 1.0), "l1"))
    return links, hits


def share(model: object, verdict: Verdict, rounds: int = 2000) -> float:
    random, counts = Random(20260302), Counter[Verdict]()
    for _ in range(rounds):
        links, hits = model(random)  # type: ignore[operator]
        counts.update(r.verdict for r in verdicts(hits, SENT, links, [], SETTLE, MUCH_LATER).values())
    return counts[verdict] / counts.total()


def test_scanner_bursts_are_machines() -> None:
    assert share(scanner, Verdict.MACHINE) >= 0.95
    assert share(scanner, Verdict.HUMAN) == 0


def test_readers_are_not_machines() -> None:
    assert share(reader, Verdict.MACHINE) <= 0.02
    assert share(reader, Verdict.HUMAN) >= 0.97


def test_a_reader_after_a_scanner_still_counts() -> None:
    random, human = Random(11), 0
    for _ in range(500):
        links, burst = scanner(random)
        own = [Hit(100 + h.id, h.at, h.link, network=OFFICE, agent=h.agent) for h in reader(random)[1]]
        burst = [h for h in burst if all(abs(h.at - o.at) > timedelta(minutes=1) for o in own)]
        rulings = verdicts([*burst, *own], SENT, links, [], SETTLE, MUCH_LATER)
        human += sum(rulings[h.id].verdict is Verdict.HUMAN for h in own) == len(own)
    assert human >= 480


@pytest.mark.parametrize("spacing", [0.01, 2.0, 30.0, 1000.0], ids=["a storm", "a stream", "a drizzle", "years"])
def test_thousands_of_hits_on_one_mail_are_judged_in_no_time(spacing: float) -> None:
    hits = [hit(i, 100 + i * spacing, f"l{i % 40}") for i in range(5000)]
    began = time.process_time()
    assert len(verdicts(hits, SENT, 40, [Proof(SENT, HOME, EDGE)], SETTLE, MUCH_LATER)) == 5000
    assert time.process_time() - began < 2
