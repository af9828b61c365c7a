"""Pain charts: what they say, where they break, and that they stay small and policy-clean."""

import gzip
import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from portal.symptoms.levels import Level
from portal.web import trends
from portal.web.charts import care_chart, pain_chart
from portal.web.lanes import Lanes
from portal.web.trends import DoseMark, Score

TODAY = date(2026, 11, 17)
DOSES = [DoseMark(TODAY - timedelta(days=n), i + 1) for i, n in enumerate((64, 50, 36, 1))]


def ago(days: int, pain: float) -> Score:
    return Score(TODAY - timedelta(days=days), pain)


def course(first: int, last: int, days: int = 90, skip: range = range(0)) -> list[Score]:
    step = (last - first) / days
    return [ago(days - n, round(first + step * n)) for n in range(days + 1) if n not in skip]


def path(svg: str, css: str) -> str:
    found = re.search(rf'<path class="{css}" d="([^"]*)"', svg)
    return found[1] if found else ""


def test_both_charts_are_well_formed_named_and_described() -> None:
    for chart in (pain_chart(course(7, 4), DOSES, TODAY), care_chart(course(7, 4), DOSES, TODAY)):
        root = ET.fromstring(chart)  # noqa: S314 - our own drawing, not input
        title, description = root[0], root[1]
        assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {description.attrib['id']}"
        assert "From 7 on" in (description.text or "")
        assert "with 4 infusions." in (description.text or "")


def test_charts_carry_no_style_script_or_handler() -> None:
    for chart in (pain_chart(course(7, 4), DOSES, TODAY), care_chart(course(7, 4), DOSES, TODAY)):
        assert not re.search(r"style|script|\son\w+=|href", chart)


def test_charts_pack_to_about_a_kilobyte() -> None:
    assert len(gzip.compress(pain_chart(course(7, 4), DOSES, TODAY).encode())) < 900
    assert len(gzip.compress(care_chart(course(7, 4), DOSES, TODAY).encode())) < 1400


def test_the_patient_chart_labels_both_ends_and_puts_the_scale_in_words() -> None:
    chart = pain_chart(course(7, 4), DOSES, TODAY)
    assert re.findall(r'class="chart-value"[^>]*>(\d+)<', chart) == ["7", "4"]
    assert "10, worst" in chart
    assert "0, none" in chart


def test_each_dose_has_a_dotted_line_and_a_droplet() -> None:
    chart = pain_chart(course(7, 4), DOSES, TODAY)
    assert path(chart, "chart-dose").count("M") == 4
    assert path(chart, "chart-droplet").count("z") == 4


def test_the_care_chart_numbers_its_droplets_and_names_baseline_and_last_value() -> None:
    chart = care_chart([*course(7, 4)[:-1], ago(0, 7)], DOSES, TODAY, fired=True)
    assert re.findall(r'class="chart-number"[^>]*>(\d)<', chart) == ["1", "2", "3", "4"]
    assert "Baseline 6.6" in chart
    assert ">7 today<tspan>, was 4</tspan>" in chart
    assert "chart-alert" in chart


def test_a_last_value_without_a_rule_is_not_drawn_as_an_alert() -> None:
    assert "chart-alert" not in care_chart(course(7, 4), DOSES, TODAY)


def test_weekly_lozenges_do_not_write_their_numbers_over_each_other() -> None:
    close = [DoseMark(TODAY - timedelta(days=n), 40 - n) for n in range(3, 0, -1)]
    numbers = re.findall(
        r'class="chart-number"[^>]*>(\d+)<', care_chart(course(7, 4), close, TODAY)
    )
    assert numbers == ["39"]


def test_the_line_bridges_two_missing_days_and_breaks_over_three() -> None:
    assert len(trends.unbroken([ago(6, 5), ago(3, 5)])) == 1
    assert len(trends.unbroken([ago(6, 5), ago(2, 5)])) == 2
    whole = care_chart(course(7, 4, 30), [], TODAY)
    broken = care_chart(course(7, 4, 30, skip=range(10, 13)), [], TODAY)
    assert path(whole, "chart-line").count("M") == 1
    assert path(broken, "chart-line").count("M") == 2


def test_the_weekly_line_breaks_over_more_than_two_missing_weeks() -> None:
    chart = pain_chart(course(7, 4, skip=range(20, 50)), DOSES, TODAY)
    assert path(chart, "chart-line").count("M") == 2


def test_no_scores_draw_no_chart() -> None:
    assert pain_chart([], DOSES, TODAY) == ""
    assert care_chart([], DOSES, TODAY) == ""


def test_one_score_alone_is_drawn_as_one_labelled_point() -> None:
    chart = pain_chart([ago(2, 6)], [], TODAY)
    assert chart.count("chart-value") == 1
    assert path(chart, "chart-line") == ""


def test_scores_older_than_three_months_are_left_out() -> None:
    assert trends.recent([ago(200, 9), ago(10, 5)], TODAY) == [ago(10, 5)]


def test_a_day_is_its_worst_score() -> None:
    assert trends.daily([ago(1, 3), ago(1, 8), ago(0, 2)]) == [ago(1, 8), ago(0, 2)]


def test_the_median_looks_back_seven_days() -> None:
    days = [ago(8, 10), ago(2, 4), ago(1, 6), ago(0, 5)]
    assert trends.weekly_median(days)[-1] == ago(0, 5)


def test_the_baseline_is_the_mean_before_the_first_dose() -> None:
    days = [ago(70, 7), ago(66, 8), ago(10, 2)]
    assert trends.baseline_of(days, DOSES) == 7.5
    assert trends.baseline_of([ago(10, 2)], DOSES) is None


@pytest.mark.parametrize(
    ("scores", "heading", "measure"),
    [
        (course(7, 4), "Your pain is going down", "From 7 to 4 in 3 months. Lower is better."),
        (course(4, 4), "Your pain is about the same", "About 4 in 3 months."),
        ([ago(1, 5)], "Your pain", "Your line starts after two weeks of check-ins."),
    ],
)
def test_the_heading_says_the_finding(scores: list[Score], heading: str, measure: str) -> None:
    found = trends.finding(trends.weekly(scores, TODAY))
    assert (found.heading, found.measure, found.worse) == (heading, measure, False)


def test_a_slow_rise_is_said_as_worse() -> None:
    found = trends.finding(trends.weekly(course(4, 7), TODAY))
    assert found.heading == "Your pain is going up"
    assert found.worse


def test_a_jump_since_last_week_outranks_a_good_three_months() -> None:
    scores = [*course(8, 3)[:-4], *(ago(n, 7) for n in range(3, -1, -1))]
    found = trends.finding(trends.weekly(scores, TODAY))
    assert found.heading == "Your pain is up this week"
    assert found.measure == "From 4 to 5 since last week. Lower is better."
    assert found.worse


def test_a_tiny_change_across_a_half_is_not_called_progress() -> None:
    found = trends.finding([ago(60, 6.6), ago(30, 6.5), ago(0, 6.4)])
    assert found.heading == "Your pain is about the same"
    assert found.measure == "Between 6 and 7 in 2 months."


def test_the_table_has_the_same_weeks_as_the_chart_and_names_the_silent_ones() -> None:
    scores = course(7, 4, 30, skip=range(10, 20))
    weeks = trends.by_week(scores, [DoseMark(TODAY - timedelta(days=1), 4)], TODAY)
    assert [week.pain for week in weeks] == [4, 5, None, 6, 7]
    assert weeks[0].doses == (4,)
    assert len([w for w in weeks if w.pain is not None]) == len(trends.weekly(scores, TODAY))


def test_lanes_show_each_day_with_or_without_a_check_in_and_the_flags_but_routine() -> None:
    answered = frozenset(TODAY - timedelta(days=n) for n in range(31) if n not in {4, 5})
    raised = [(TODAY, Level.URGENT), (TODAY - timedelta(days=3), Level.ROUTINE)]
    chart = care_chart(course(7, 4, 30), [], TODAY, lanes=Lanes(answered, raised))
    assert path(chart, "chart-answered").count("M") == 29
    assert path(chart, "chart-missed").count("M") == 2
    assert path(chart, "chart-urgent").count("M") == 1
    assert "chart-routine" not in chart
