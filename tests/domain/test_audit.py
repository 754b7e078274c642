"""Estimates of the blind audit, against numbers worked out by hand and against scipy."""

from __future__ import annotations

import pytest
from scipy.stats import beta

from inspector.domain.audit import AuditCounts, audit_estimate
from inspector.domain.review import Truth
from inspector.domain.statistics import parts_needed, wilson_interval


def test_nothing_audited_is_nothing_claimed() -> None:
    found = audit_estimate(passes=900, rejects=100, errors=0, passed=AuditCounts(), rejected=AuditCounts())
    for one in (found.defective_passes, found.false_rejects, found.escape_rate):
        assert (one.value, one.low, one.high) == (None, 0.0, 1.0)
    assert found.yield_fraction == 0.9
    assert (found.yield_corrected.value, found.yield_corrected.low, found.yield_corrected.high) == (None, 0.0, 0.9)
    assert not found.claim.shown
    assert found.claim.missing == parts_needed(0.01) == 299


def test_without_a_part_nothing_breaks() -> None:
    found = audit_estimate(passes=0, rejects=0, errors=0, passed=AuditCounts(), rejected=AuditCounts())
    assert found.yield_fraction is None
    assert (found.escape_rate.value, found.yield_corrected.value) == (None, None)
    assert (found.yield_corrected.value, found.yield_corrected.low, found.yield_corrected.high) == (None, 0.0, 1.0)


def test_against_numbers_worked_out_by_hand() -> None:
    """10,000 passes and 500 rejects; 2 of 200 passes defective, 10 of 100 rejects good."""
    found = audit_estimate(
        passes=10_000, rejects=500, errors=20, passed=AuditCounts(good=198, defective=2),
        rejected=AuditCounts(good=10, defective=90),
    )  # fmt: skip
    # Wilson, z = 1.96: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
    assert found.defective_passes.value == 0.01
    assert (found.defective_passes.low, found.defective_passes.high) == pytest.approx((0.002748, 0.035727), abs=1e-5)
    assert (found.defective_passes_exact.low, found.defective_passes_exact.high) == pytest.approx(
        (beta.ppf(0.025, 2, 199), beta.ppf(0.975, 3, 198)), abs=1e-8
    )
    assert found.false_rejects.value == 0.1
    assert (found.false_rejects.low, found.false_rejects.high) == pytest.approx((0.055229, 0.174366), abs=1e-5)
    # escaped 100, caught 450
    assert found.escape_rate.value == pytest.approx(100 / 550)
    escaped, false = wilson_interval(2, 200, 0.975), wilson_interval(10, 100, 0.975)
    assert found.escape_rate.low == pytest.approx(
        10_000 * escaped[0] / (10_000 * escaped[0] + 500 * (1 - false[0])), abs=1e-12
    )
    assert found.escape_rate.high == pytest.approx(
        10_000 * escaped[1] / (10_000 * escaped[1] + 500 * (1 - false[1])), abs=1e-12
    )
    assert found.yield_fraction == 10_000 / 10_520
    assert found.yield_corrected.value == pytest.approx(9_900 / 10_520)
    assert (found.yield_corrected.low, found.yield_corrected.high) == pytest.approx(
        (10_000 * (1 - 0.035727) / 10_520, 10_000 * (1 - 0.002748) / 10_520), abs=1e-5
    )


def test_what_is_unclear_counts_as_what_is_worse() -> None:
    clear = audit_estimate(
        passes=1000, rejects=100, errors=0, passed=AuditCounts(good=95, defective=5),
        rejected=AuditCounts(good=5, defective=45),
    )  # fmt: skip
    unclear = audit_estimate(
        passes=1000, rejects=100, errors=0, passed=AuditCounts(good=95, unsure=4, conflict=1),
        rejected=AuditCounts(defective=45, unsure=5),
    )  # fmt: skip
    for name in ("defective_passes", "false_rejects", "escape_rate"):
        one, other = getattr(clear, name), getattr(unclear, name)
        assert (one.value, one.high) == (other.value, other.high)
        assert other.low < one.low
    assert unclear.claim == clear.claim


def test_where_every_part_was_audited_the_fractions_are_known() -> None:
    found = audit_estimate(
        passes=10, rejects=4, errors=0, passed=AuditCounts(good=9, defective=1),
        rejected=AuditCounts(good=1, defective=3),
    )  # fmt: skip
    for one, value in ((found.defective_passes, 0.1), (found.false_rejects, 0.25), (found.escape_rate, 0.25)):
        assert one.value == pytest.approx(value)
        assert (one.low, one.high) == pytest.approx((value, value))


def test_without_audited_rejects_the_escape_rate_is_open_at_the_top() -> None:
    found = audit_estimate(
        passes=100, rejects=10, errors=0, passed=AuditCounts(good=49, defective=1), rejected=AuditCounts()
    )
    assert found.escape_rate.value is None
    assert found.escape_rate.high == 1.0
    assert 0.0 < found.escape_rate.low < 0.2


def test_a_claim_is_shown_by_enough_parts_only() -> None:
    def claim(good: int, defective: int = 0) -> tuple[bool, int]:
        found = audit_estimate(
            passes=5000, rejects=0, errors=0, passed=AuditCounts(good=good, defective=defective),
            rejected=AuditCounts(),
        )  # fmt: skip
        return found.claim.shown, found.claim.missing

    assert claim(298) == (False, 1)
    assert claim(299) == (True, 0)
    assert claim(299, 1) == (False, 473 - 300)  # 473 with one bad: the table of every sampling plan
    assert claim(472, 1) == (True, 0)


def test_more_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2 passes"):
        audit_estimate(passes=2, rejects=0, errors=0, passed=AuditCounts(good=3), rejected=AuditCounts())


def test_counts_of_truths() -> None:
    assert AuditCounts.of([Truth.GOOD, Truth.CONFLICT, Truth.UNSURE, Truth.GOOD]) == AuditCounts(
        good=2, unsure=1, conflict=1
    )
