"""Each rule of rules.toml is hit, and is just missed."""

import pytest

from portal.check_ins.answers import Answer, Told
from portal.check_ins.library import RULES
from portal.check_ins.schedule import POINTS, Point
from tests.check_ins.cases import DOSE_ENDED, before_dose, case, fired_ids, told

VOMITING = ("vomiting",)
NAUSEA = ("nausea",)
SPEECH = ("slurred_speech",)
MEMORY = ("foggy_memory",)
CONFUSION = ("confusion",)
ANXIETY = ("anxiety",)
OVERDOSE = ("overdose_addiction",)


def threw_up(hours: float, count: int, sips: str = "yes", **more: int) -> Told:
    return told(hours, effects=VOMITING, vomit_count=count, sips=sips, **more)


def sick(hours: float, grade: int) -> Told:
    return told(hours, effects=NAUSEA, nausea=grade)


def slurred(hours: float | None, grade: int) -> Told:
    return told(hours, effects=SPEECH, speech=grade)


def slurred_before(hours: float) -> Told:
    return told(hours, effects=SPEECH, speech_now="gone")


def foggy(hours: float, grade: int, **more: int) -> Told:
    return told(hours, effects=MEMORY, memory=grade, **more)


def mixed_up(hours: float, grade: int, who: str = "patient_with_adult", unsafe: str = "no") -> Told:
    return told(hours, effects=CONFUSION, confusion=grade, who=who, unsafe=unsafe)


def anxious(hours: float, grade: int, stops: int = 0) -> Told:
    return told(hours, effects=ANXIETY, anxiety=grade, anxiety_stops=stops)


def wishes(hours: float, grade: int) -> Told:
    return told(hours, effects=OVERDOSE, medicine="wish", urge=grade)


def ticked_which(hours: float, which: str, **more: int) -> Told:
    return told(hours, effects=OVERDOSE, medicine=which, **more)


def wrote(hours: float | None, *codes: str, **more: Answer) -> Told:
    """A note or message in which these were found."""
    return told(hours, text=codes, **{f"said_{code}": "words" for code in codes}, **more)


def late(overdue: str, minutes: int) -> Told:
    """What the clock says of a check-in that nobody answered."""
    return Told({"overdue": overdue, "overdue_minutes": minutes}, DOSE_ENDED, None)


WRONG_DAY = {"weekday": "sunday", "weekday_wrong": "yes"}

HITS = [
    ("1", [told(1, awake=3)]),
    ("1", [told(1, awake=4)]),
    *[
        ("2", [told(1, red_now=(sign,))])
        for sign in ("breathing", "blue_lips", "chest", "fit", "throat_swelling", "weak_side")
    ],
    *[
        ("3", [told(1, red_now=(sign,))])
        for sign in ("fainted", "worst_headache", "head_hit", "blood_vomit")
    ],
    ("4", [told(1, since=("more_than_prescribed",), awake=2)]),
    ("4", [told(1, since=("alcohol",), red_now=("breathing",))]),
    ("4", [told(1, since=("opioid",), red_now=("blue_lips",))]),
    ("5", [told(1, self_harm="wish")]),
    ("5", [told(100, self_harm="done")]),
    ("6", [told(1, effects=SPEECH, speech=2, red_now=("weak_side",))]),
    ("6", [slurred(1, 1), told(2), slurred(4, 1)]),
    ("6", [told(1), told(8), slurred(8.1, 1)]),
    ("6", [slurred(9, 1)]),
    ("6", [told(1), slurred(4.1, 1)]),
    ("7", [mixed_up(1, 4)]),
    ("7", [mixed_up(1, 3, unsafe="yes")]),
    ("7", [mixed_up(1, 3, who="patient_alone")]),
    ("8", [threw_up(1, 1, awake=2)]),
    ("8", [told(1, red_now=("blood_vomit",), awake=2)]),
    ("1b", [told(1, awake=2)]),
    ("9", [threw_up(1, 6)]),
    ("9", [threw_up(1, 3), threw_up(2, 3)]),
    ("9", [threw_up(1, 1, "no"), threw_up(2, 1, "no")]),
    ("9", [threw_up(4.1, 2, "no")]),
    ("9b", [threw_up(4, 2, "no")]),
    ("10", [threw_up(1, 3)]),
    ("10", [threw_up(1, 2), threw_up(2, 1)]),
    ("11", [threw_up(1, 1)]),
    ("11", [threw_up(1, 2)]),
    ("12", [sick(1, 4)]),
    ("12", [sick(1, 3), sick(2, 3)]),
    ("13", [sick(1, 3)]),
    ("13", [sick(1, 1)]),
    ("13", [told(1, effects=NAUSEA)]),
    ("14", [told(24), sick(25, 2)]),
    ("14", [told(24), threw_up(25, 2)]),
    ("15", [slurred(2, 3)]),
    ("15", [slurred(2.1, 2)]),
    ("15", [slurred(4, 1), slurred(4.1, 1)]),
    ("15", [slurred(1, 1), slurred(8, 1)]),
    ("15b", [told(24), slurred_before(72)]),
    ("16b", [slurred_before(72)]),
    ("16", [slurred(2, 2)]),
    ("16", [slurred(2, 1)]),
    ("16", [slurred(4, 1)]),
    ("17", [mixed_up(1, 3)]),
    ("17", [mixed_up(4.1, 2)]),
    ("17", [told(4, **WRONG_DAY)]),
    ("18a", [mixed_up(4, 2)]),
    ("18b", [mixed_up(24.1, 1)]),
    ("18b", [told(72, effects=CONFUSION, confusion_now="gone")]),
    ("18c", [mixed_up(4, 1)]),
    ("18c", [mixed_up(24, 1)]),
    ("17b", [told(2, **WRONG_DAY)]),
    ("19", [foggy(1, 4)]),
    ("19", [foggy(24.1, 3)]),
    ("20", [foggy(72, 2)]),
    ("20", [foggy(30, 1, memory_stops=2)]),
    ("21", [foggy(1, 1)]),
    ("21", [foggy(24, 3)]),
    ("21", [foggy(72, 1)]),
    ("22", [anxious(1, 4)]),
    ("22", [anxious(100, 4)]),
    ("22", [anxious(4, 2, 4)]),
    ("23", [anxious(1, 3)]),
    ("23", [anxious(24.1, 2, 3)]),
    ("23", [anxious(4.1, 2, 4)]),
    ("23", [before_dose(effects=()), anxious(1, 2), anxious(2, 2)]),
    ("24", [anxious(1, 1)]),
    ("24", [anxious(1, 2)]),
    *[
        ("25", [told(1, since=(drug,))])
        for drug in ("more_than_prescribed", "opioid", "alcohol", "other_drugs")
    ],
    ("25", [told(72, doses=("took_more",))]),
    ("26", [wishes(1, 3)]),
    *[
        ("26", [told(72, doses=(trouble,))])
        for trouble in ("used_up_early", "other_source", "lost_or_stolen")
    ],
    ("27", [wishes(1, 2)]),
    ("27b", [wishes(1, 1)]),
    ("4", [ticked_which(1, "took_more", awake=2)]),
    ("25", [ticked_which(1, "took_more")]),
    ("25", [ticked_which(72, "took_more", urge=0)]),
    ("26b", [ticked_which(1, "worried")]),
    ("26b", [ticked_which(72, "unsure", urge=0)]),
    # Left before it was told apart.
    ("26b", [told(1, effects=OVERDOSE)]),
    ("26b", [told(72, effects=OVERDOSE, urge=0)]),
    ("28a", [told(1, self_harm="passing")]),
    ("28a", [told(1), told(2, self_harm="passing")]),
    ("28b", [told(1, self_harm="passing"), told(2, self_harm="passing")]),
    ("28a", [told(168, phq_9=1)]),
    ("28a", [told(168, phq_9=1), told(336, phq_9=2)]),
    ("28b", [told(168, phq_9=1), told(336, phq_9=1)]),
    ("gate", [told(2160, gate=("medicine",))]),
    ("today", [told(168, today=("drive",))]),
    ("29", [told(1, pain=8)]),
    ("29", [before_dose(pain=2), told(1, pain=5)]),
    ("30a", [told(72, bladder="blood")]),
    ("30b", [told(72, bladder="burning"), told(168, bladder="burning")]),
    ("30b", [before_dose(30, bladder="burning"), told(168, bladder="burning")]),
    ("30c", [told(72, bladder="burning")]),
    ("31a", [told(1, systolic=180, diastolic=80)]),
    ("31a", [told(1, systolic=140, diastolic=110)]),
    ("31b", [told(1, systolic=160, diastolic=80), told(1.1, systolic=150, diastolic=100)]),
    ("31c", [told(1, systolic=160, diastolic=80)]),
    ("33", [told(8, since=("drove",))]),
    ("note", [told(8, note_written="yes")]),
    ("32a", [late("early", 30)]),
    ("32b", [late("first_day", 60)]),
    ("32c", [late("later", 4_320)]),
    ("w-danger", [wrote(1, "danger")]),
    ("w-self-harm", [wrote(100, "self_harm")]),
    ("w-dose-danger", [wrote(1, "too_much", "danger")]),
    ("w-dose-danger", [wrote(1, "too_much", awake=2)]),
    ("w-dose-danger", [wrote(1, "too_much", red_now=("breathing",))]),
    ("w-dose", [wrote(1, "overdose_addiction", "too_much")]),
    ("w-fluids", [wrote(1, "no_fluids")]),
    ("w-speech-early", [wrote(24, "slurred_speech")]),
    ("w-speech-early", [wrote(None, "slurred_speech")]),
    ("w-speech", [wrote(24.1, "slurred_speech")]),
    ("w-confusion-early", [wrote(24, "confusion")]),
    ("w-confusion", [wrote(24.1, "confusion")]),
    ("w-vomiting", [wrote(1, "vomiting")]),
    ("w-nausea", [wrote(1, "nausea")]),
    ("w-nausea", [wrote(1, "nausea", effects=NAUSEA, nausea=1)]),
    ("w-memory", [wrote(1, "foggy_memory")]),
    ("w-anxiety", [wrote(1, "anxiety")]),
    ("w-addiction", [wrote(100, "overdose_addiction", "addiction")]),
    ("w-unread-note", [told(1, text_unread="note")]),
    ("w-unread-message", [told(1, text_unread="message")]),
    # What is written counts as reported: a rule about the form's other answers sees it, too.
    ("8", [wrote(1, "vomiting", awake=2)]),
]

MISSES = [
    ("1", [told(1, awake=2)]),
    ("1b", [told(1, awake=1)]),
    ("1b", [threw_up(1, 1, awake=2)]),
    ("2", [told(1, red_now=("fainted",))]),
    ("2", [told(1, red_now=("none",))]),
    ("3", [told(1, red_now=("chest",))]),
    ("4", [told(1, since=("alcohol",), awake=1)]),
    ("4", [told(1, awake=2)]),
    ("4", [told(1, since=("drove",), awake=2)]),
    ("5", [told(1, self_harm="passing")]),
    ("6", [told(1, effects=SPEECH, speech=1, red_now=("weak_side",))]),
    ("6", [slurred(1, 1), slurred(2, 1), slurred(8.1, 1)]),
    ("6", [told(1), slurred(4, 1)]),
    ("6", [slurred(8, 1)]),
    ("7", [mixed_up(1, 3)]),
    ("8", [threw_up(1, 1, awake=1)]),
    ("8", [told(1, awake=2)]),
    ("9", [threw_up(1, 3), threw_up(2, 2)]),
    ("9", [threw_up(4, 2, "no")]),
    ("9", [threw_up(5, 2)]),
    ("9", [threw_up(1, 6), told(2)]),
    ("9b", [threw_up(4.1, 2, "no")]),
    ("10", [threw_up(1, 2)]),
    ("10", [threw_up(1, 3), told(2)]),
    ("11", [threw_up(1, 3)]),
    ("11", [told(1)]),
    ("12", [sick(1, 3)]),
    ("12", [sick(1, 3), told(2), sick(4, 3)]),
    ("13", [sick(1, 4)]),
    ("13", [told(1)]),
    ("14", [told(8), sick(24, 2)]),
    ("14", [told(24), sick(25, 1)]),
    ("14", [sick(24, 2), sick(72, 2)]),
    ("15", [slurred(2, 2)]),
    ("15", [slurred(4, 1)]),
    ("15b", [slurred(24, 1), slurred_before(72)]),
    ("16b", [told(24), slurred_before(72)]),
    ("16", [slurred(2, 3)]),
    ("17", [mixed_up(4, 2)]),
    ("17", [told(3.7, **WRONG_DAY)]),
    ("17", [told(8)]),
    ("17b", [told(4, **WRONG_DAY)]),
    ("18a", [mixed_up(4, 1)]),
    ("18b", [mixed_up(24, 1)]),
    ("18c", [mixed_up(24.1, 1)]),
    ("19", [foggy(24, 3)]),
    ("20", [foggy(47, 2)]),
    ("20", [foggy(72, 1, memory_stops=1)]),
    ("21", [foggy(1, 4)]),
    ("22", [anxious(1, 3, 2)]),
    ("22", [anxious(4.1, 3, 4)]),
    ("23", [anxious(24, 2, 3)]),
    ("23", [before_dose(effects=()), told(1), anxious(2, 2)]),
    ("23", [before_dose(effects=ANXIETY, anxiety=1), anxious(1, 2), anxious(2, 2)]),
    ("24", [anxious(1, 3)]),
    ("25", [told(1, since=("drove",))]),
    ("26", [wishes(1, 2)]),
    ("26", [told(72, doses=("took_more",))]),
    ("27", [wishes(1, 1)]),
    ("4", [ticked_which(1, "took_more", awake=1)]),
    ("25", [ticked_which(1, "worried")]),
    ("26b", [wishes(1, 1)]),
    ("26b", [ticked_which(1, "took_more")]),
    ("27b", [told(1)]),
    ("27b", [told(1, effects=OVERDOSE)]),
    ("28a", [told(1, self_harm="passing"), told(2, self_harm="passing")]),
    ("28b", [told(1, self_harm="passing")]),
    ("28a", [told(168, phq_9=0)]),
    ("28a", [told(168, phq_9=2), told(336, phq_9=1)]),
    ("28b", [told(168, phq_9=0)]),
    ("gate", [told(2160, gate=())]),
    ("today", [told(168, today=())]),
    ("29", [told(1, pain=7)]),
    ("29", [before_dose(pain=3), told(1, pain=5)]),
    ("30a", [told(72, bladder="burning")]),
    ("30b", [told(72, bladder="burning")]),
    ("30c", [told(72)]),
    ("31a", [told(1, systolic=179, diastolic=109)]),
    ("31b", [told(1, systolic=159, diastolic=99), told(1.1, systolic=160, diastolic=90)]),
    ("31c", [told(1, systolic=159, diastolic=99)]),
    ("33", [told(8)]),
    ("note", [told(8)]),
    ("note", [wrote(8, "nausea", note_written="yes")]),
    ("32a", [late("early", 29)]),
    ("32a", [late("first_day", 59)]),
    ("32b", [late("first_day", 59)]),
    ("32c", [late("later", 4_319)]),
    ("w-danger", [wrote(1, "too_much")]),
    ("w-self-harm", [wrote(1, "danger")]),
    ("w-dose-danger", [wrote(1, "too_much", awake=1)]),
    ("w-dose", [wrote(1, "too_much", awake=2)]),
    ("w-dose", [wrote(1, "overdose_addiction", "addiction")]),
    ("w-fluids", [wrote(1, "vomiting")]),
    ("w-speech-early", [wrote(24.1, "slurred_speech")]),
    ("w-speech", [wrote(24, "slurred_speech")]),
    ("w-confusion-early", [wrote(24.1, "confusion")]),
    ("w-confusion", [wrote(24, "confusion")]),
    ("w-vomiting", [wrote(1, "nausea")]),
    ("w-nausea", [wrote(1, "vomiting")]),
    ("w-nausea", [sick(1, 4)]),
    ("w-memory", [wrote(1, "confusion")]),
    ("w-anxiety", [anxious(1, 4)]),
    ("w-addiction", [wrote(1, "overdose_addiction", "too_much")]),
    ("w-unread-note", [told(1, text_unread="message")]),
    ("w-unread-message", [told(1, text_unread="note")]),
]


@pytest.mark.parametrize(("rule", "history"), HITS)
def test_a_rule_is_hit(rule: str, history: list[Told]) -> None:
    *earlier, now = history
    assert rule in fired_ids(case(now, *earlier))


@pytest.mark.parametrize(("rule", "history"), MISSES)
def test_a_rule_is_just_missed(rule: str, history: list[Told]) -> None:
    *earlier, now = history
    assert rule not in fired_ids(case(now, *earlier))


def test_every_rule_of_the_file_has_a_hit_and_a_miss() -> None:
    ids = {rule.id for rule in RULES.rules}
    assert ids == {rule for rule, _ in HITS} == {rule for rule, _ in MISSES}


def test_every_number_of_the_clinical_table_has_a_rule() -> None:
    numbers = {"".join(sign for sign in rule.id if sign.isdigit()) for rule in RULES.rules}
    assert numbers - {""} == {str(number) for number in range(1, 34)}


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_check_in_that_is_late_by_the_schedule_is_overdue_by_the_rules(point: Point) -> None:
    minutes = int(point.late.total_seconds()) // 60
    assert fired_ids(case(late(point.overdue, minutes)))
    assert not fired_ids(case(late(point.overdue, minutes - 1)))


def test_an_uneventful_check_in_has_no_finding() -> None:
    assert not fired_ids(case(told(1)))
    assert not fired_ids(case(told(72)))


def test_without_a_dose_every_limit_on_hours_counts_as_met() -> None:
    assert "6" in fired_ids(case(slurred(None, 1)))
