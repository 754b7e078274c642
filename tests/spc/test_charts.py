"""Control charts and drift, held against published examples."""

from __future__ import annotations

import pytest

from inspector.domain.bins import quantile_place, score_at, score_bin, time_at, time_bin
from inspector.domain.rates import Rate
from inspector.domain.reason_kind import kind_of_reason
from inspector.statistics.drift import drift_of
from inspector.statistics.p_chart import p_chart
from inspector.statistics.rules import RULES

# Montgomery, Introduction to Statistical Quality Control: cans of orange juice concentrate, 50 a sample
JUICE = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
# Mohammed et al., BMJ Quality & Safety 2013: emergency attendances by week, and those seen within four hours
SEEN = [266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320]
SEEN += [267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989]
ALL = [280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529]
ALL += [279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772]


@pytest.mark.parametrize(
    ("rule", "points", "said"),
    [
        # the examples of the rules in the tests of qcc (Scrucca, R News 2004), places from 1 as there
        (1, [0, 3.2, -3.5, 2.9], [2, 3]),
        (2, [0, 2.5, 1.0, 2.6, 0], [4]),
        (3, [0, 1.2, 1.3, 0.2, 1.4, 1.5], [6]),
        (4, [-1, -1, -1, -1, -1, -1, -1, -1, 1], [8]),
        # as the handbook of 1956 has it: the other side, or a point on the line, does not count
        (2, [2.5, -2.5, 0.0, 2.0, 2.0], []),
        (3, [1.2, 1.2, -1.2, -1.2, 1.2, -1.2], []),
        (4, [1, 1, 1, 0, 1, 1, 1, 1, 1], []),
        (1, [], []),
    ],
)
def test_a_rule_signals_where_the_published_example_says(rule: int, points: list[float], said: list[int]) -> None:
    assert [place for place, signal in enumerate(RULES[rule](points), 1) if signal] == said


def test_a_p_chart_has_the_limits_that_montgomery_gives() -> None:
    chart = p_chart([Rate(count, 50) for count in JUICE])
    assert chart is not None
    assert not chart.overdispersed or chart.sigma_z > 1
    plain = p_chart([Rate(count, 50) for count in [12, 11] * 15])
    assert plain is not None
    assert not plain.overdispersed
    assert round(chart.centre, 4) == 0.2313
    width = 3 * (chart.centre * (1 - chart.centre) / 50) ** 0.5
    assert (round(chart.centre - width, 4), round(chart.centre + width, 4)) == (0.0524, 0.4102)


def test_laneys_limits_are_those_of_qicharts2() -> None:
    chart = p_chart([Rate(seen, of) for seen, of in zip(SEEN, ALL, strict=True)])
    assert chart is not None
    assert chart.overdispersed
    assert chart.centre == pytest.approx(0.95289971134419, abs=1e-12)
    assert chart.points[0].lower == pytest.approx(0.9401296441775, abs=1e-9)
    assert chart.points[-1].upper == pytest.approx(0.9658244261654, abs=1e-9)
    assert [point.rules for point in chart.points if 1 in point.rules] == []


def test_without_variation_or_with_few_groups_nothing_signals() -> None:
    assert p_chart([Rate(1, 9)] * 4) is None
    chart = p_chart([Rate(0, 9)] * 20)
    assert chart is not None
    assert {point.rules for point in chart.points} == {()}
    with pytest.raises(ValueError, match="at least one part"):
        p_chart([Rate(0, 0)])


def test_scores_that_stay_do_not_drift_and_scores_that_move_do() -> None:
    reference = {-10: 800, -9: 200}
    assert not drift_of({-10: 79, -9: 21}, reference).drifted
    moved = drift_of({-10: 100, -9: 900}, reference)
    assert moved.drifted
    assert moved.distance == pytest.approx(0.7)
    assert 0.5 < moved.at_least < 0.7
    assert not drift_of({-3: 1}, reference).drifted, "one part proves nothing"
    assert drift_of({}, reference).median is None


def test_a_quantile_of_bins_is_off_by_less_than_a_bin() -> None:
    times = {time_bin(ms): 1 for ms in (5.0, 10.0, 1000.0)}
    place = quantile_place(times, 0.5)
    assert place is not None
    assert time_at(place) == pytest.approx(10.0, rel=0.13)
    assert quantile_place({}, 0.5) is None
    assert score_bin(0.0) < score_bin(1e-4) < score_bin(0.5) < score_bin(1.0)
    assert score_at(score_bin(0.5)) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="share is 0..1"):
        quantile_place({1: 1}, 1.5)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("scratch: P(defective) 0.970 ≥ 0.5", "scratch"),
        ("unlike good parts here: strangeness 1.3 ≥ 1", "unlike good parts here"),
        ("unsure: P(defective) 0.4 between 0.2 and 0.5; side: FAIL", "unsure"),
        ("bad image: black (mean grey 3.1 < 8); check the lamp and the lens cap", "bad image: black"),
        ("the file /a/b.png is gone after 3.5 s", "the file … is gone after … s"),
        ("", "no reason given"),
    ],
)
def test_a_kind_of_reason_has_no_figures_of_the_one_part(reason: str, kind: str) -> None:
    assert kind_of_reason(reason) == kind
