from __future__ import annotations

import pytest
from fleet import made

from trimtab.sizing.change import Priced, SizeChange, worth_changing


def priced(memory_mib: int, usd: float) -> Priced:
    return Priced(size=made.size(512, memory_mib), compute_usd_month=usd)


@pytest.mark.parametrize(
    ("present", "proposed", "said"),
    [
        (100.0, 95.0, SizeChange.PAYS),  # 5 %
        (100.0, 95.01, SizeChange.DOES_NOT_PAY),
        (100.0, 130.0, SizeChange.DOES_NOT_PAY),
        (10.0, 9.0, SizeChange.PAYS),  # a dollar
        (10.0, 9.01, SizeChange.DOES_NOT_PAY),  # a tenth, and less than a dollar
    ],
)
def test_a_change_must_save_a_twentieth_and_a_dollar(
    present: float, proposed: float, said: SizeChange
) -> None:
    found = worth_changing(priced(2048, present), priced(1024, proposed), present_holds=True)
    assert found is said
    assert found.worth == (said is SizeChange.PAYS)


def test_a_size_that_does_not_hold_the_work_is_left_at_any_cost() -> None:
    found = worth_changing(priced(1024, 100.0), priced(2048, 150.0), present_holds=False)
    assert found is SizeChange.DOES_NOT_HOLD
    assert found.worth


def test_the_same_size_is_no_change_even_where_it_costs_less_or_does_not_hold() -> None:
    for holds in (True, False):
        found = worth_changing(priced(1024, 100.0), priced(1024, 50.0), present_holds=holds)
        assert found is SizeChange.SAME
        assert not found.worth


def test_the_penalty_can_be_the_users() -> None:
    found = worth_changing(
        priced(2048, 100.0), priced(1024, 85.0), present_holds=True, least_share=0.2, least_usd_month=0.0
    )
    assert found is SizeChange.DOES_NOT_PAY
