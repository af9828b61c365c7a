"""A report as the answers the questionnaires ask for. What was not asked is not answered."""

from datetime import datetime
from zoneinfo import ZoneInfo

from portal.check_ins.answers import Answer
from portal.demo.courses import Report

Answers = dict[str, Answer]
HARM = ("none", "passing", "wish", "done")
VOMIT_COUNTS = (1, 2, 3, 6)


def acute_answers(report: Report, zone: ZoneInfo) -> Answers:
    """For the questionnaire of the first 24 hours."""
    answers: Answers = {
        "who": _who(report),
        "awake": report.awake,
        "red_now": report.danger,
        "effects": (*effects_of(report), *(("overdose_addiction",) if report.urge else ())),
        **_stomach(report),
        **_graded(report, "speech", "memory", "confusion"),
    }
    if report.anxiety:
        answers |= {"anxiety": report.anxiety, "anxiety_stops": max(0, report.anxiety - 1)}
    if report.urge:
        answers |= {"medicine": "wish", "urge": report.urge}
    return answers | {
        "pain": report.pain,
        "weekday": _weekday(report.at, zone),
        "since": report.taken,
        "self_harm": HARM[report.harm],
    }


def follow_up_answers(report: Report) -> Answers:
    """For the questionnaire after that."""
    effects = effects_of(report)
    answers: Answers = {"who": _who(report), "red_now": report.danger, "effects": effects}
    answers |= _stomach(report)
    if report.speech:
        answers |= {"speech_now": "still", "speech": report.speech}
    if report.memory:
        answers |= {"memory": report.memory, "memory_stops": max(0, report.memory - 1)}
    if report.confusion:
        answers |= {"confusion_now": "still", "confusion": report.confusion}
    if report.anxiety:
        answers |= {"anxiety": report.anxiety, "anxiety_stops": max(0, report.anxiety - 1)}
    return answers | {
        "pain": report.pain,
        "urge": report.urge,
        "doses": report.taken,
        "bladder": report.bladder or "none",
        "self_harm": HARM[report.harm],
    }


def scale_answers(report: Report) -> Answers:
    """The scales that come with some of the later ones: made up from how the day was."""
    if report.by_companion:
        return {"gate": ()}
    low, high = report.pain // 4, min(3, report.anxiety + report.pain // 5)
    answers: Answers = {"scales_ok": "yes", "gate": ()}
    answers |= {"pain_week": report.pain, "pain_joy": max(0, report.pain - 1)}
    answers |= {"pain_tasks": report.pain}
    answers |= {f"phq_{item}": low if item % 2 else high for item in range(1, 9)}
    answers |= {f"gad_{item}": high if item % 2 else low for item in range(1, 8)}
    return answers | {"phq_9": min(3, report.harm)}


def effects_of(report: Report) -> tuple[str, ...]:
    """The watched effects that are there, in the questionnaires' order."""
    there = {
        "vomiting": report.vomits,
        "nausea": report.nausea,
        "slurred_speech": report.speech,
        "foggy_memory": report.memory,
        "confusion": report.confusion,
        "anxiety": report.anxiety,
    }
    return tuple(effect for effect, grade in there.items() if grade)


def _who(report: Report) -> str:
    if report.by_companion:
        return "adult"
    return "patient_with_adult" if report.adult_present else "patient_alone"


def _stomach(report: Report) -> Answers:
    answers: Answers = {}
    if report.vomits:
        count = max(step for step in VOMIT_COUNTS if step <= report.vomits)
        answers |= {"vomit_count": count, "sips": "yes" if report.sips else "no"}
    return answers | _graded(report, "nausea")


def _graded(report: Report, *names: str) -> Answers:
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def _weekday(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%A}".lower()
