"""Each rule of rules.toml is hit, and is just missed, as clinical_table.txt says line by line."""

import pytest

from portal.check_ins.answers import Told
from portal.check_ins.library import RULES
from portal.check_ins.schedule import POINTS, Point
from tests.check_ins import clinical_table
from tests.check_ins.cases import DOSE_ENDED, case, fired_ids, judged

ROWS = clinical_table.rows()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.rule}: {row.story}")
def test_a_line_of_the_clinical_table_holds(row: clinical_table.Row) -> None:
    findings = judged(row.case)
    assert (row.rule in {finding.rule.id for finding in findings}) is not row.is_miss
    assert (findings[0].level if findings else "none") == row.level


def test_every_rule_of_the_file_has_a_hit_and_a_miss() -> None:
    ids = {rule.id for rule in RULES.rules}
    for is_miss in (False, True):
        assert ids == {row.rule for row in ROWS if row.is_miss is is_miss}


def test_every_number_of_the_clinical_table_has_a_rule() -> None:
    numbers = {"".join(sign for sign in rule.id if sign.isdigit()) for rule in RULES.rules}
    assert numbers - {""} == {str(number) for number in range(1, 34)}


def late(overdue: str, minutes: int) -> Told:
    """What the clock says of a check-in that nobody answered."""
    return Told({"overdue": overdue, "overdue_minutes": minutes}, DOSE_ENDED, None)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_check_in_that_is_late_by_the_schedule_is_overdue_by_the_rules(point: Point) -> None:
    minutes = int(point.late.total_seconds()) // 60
    assert fired_ids(case(late(point.overdue, minutes)))
    assert not fired_ids(case(late(point.overdue, minutes - 1)))
