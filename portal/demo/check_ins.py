"""Three months of check-ins as rows, with the flags that the real rules raise from them."""

import json
from collections import Counter
from datetime import timedelta

from portal.check_ins.library import CURRENT, RULES
from portal.check_ins.models import NO_DOSE, AnsweredBy, CheckIn, SymptomReport
from portal.check_ins.queries import NOTE
from portal.check_ins.schedule import UNSCHEDULED
from portal.check_ins.wording import effect_grades
from portal.demo.cast import STORIES
from portal.demo.flags import FlagRows
from portal.demo.judged import Judged, judged_of, point_at
from portal.demo.stage import Stage
from portal.sealing import seal


async def set_check_ins(stage: Stage) -> None:
    check_ins: list[CheckIn] = []
    reports: list[SymptomReport] = []
    flags = FlagRows(stage)
    for story in STORIES:
        rounds: Counter[str] = Counter()
        for judged in judged_of(stage, story):
            check_ins.append(_row(stage, judged, rounds))
            if judged.findings:
                flags.add(judged)
                reports += _reports(judged, flags)
    await stage.add(check_ins)
    await flags.write()
    await stage.add(reports)


def _row(stage: Stage, judged: Judged, rounds: Counter[str]) -> CheckIn:
    report, point = judged.report, point_at(judged.report.after)
    series = str(judged.dose.id) if judged.dose else NO_DOSE
    rounds[series] += point is None
    patient_id = stage.patient_id(judged.story)
    return CheckIn(
        id=judged.id,
        patient_id=patient_id,
        dose_id=judged.dose.id if judged.dose else None,
        series=series,
        point=point.name if point else UNSCHEDULED,
        round=1 if point else rounds[series],
        kind=CURRENT[judged.asks].kind,
        questionnaire=CURRENT[judged.asks].version,
        answered_by=AnsweredBy.ADULT if report.by_companion else AnsweredBy.PATIENT,
        adult_present=report.adult_present,
        answers=_sealed(stage, judged),
        due_at=judged.dose.ended_at + point.after if judged.dose and point else None,
        started_at=report.at - timedelta(seconds=70),
        submitted_at=report.at,
        hours_since_dose=judged.hours,
        rule_set=RULES.version,
    )


def _sealed(stage: Stage, judged: Judged) -> bytes:
    words = {NOTE: judged.report.words} if judged.report.words else {}
    text = json.dumps({**judged.case.now.answers, **words})
    return seal(stage.session, text, "check_in", judged.id, stage.patient_id(judged.story))


def _reports(judged: Judged, flags: FlagRows) -> list[SymptomReport]:
    flag = flags.flags[-1]
    return [
        SymptomReport(
            check_in_id=judged.id,
            patient_id=flag.patient_id,
            effect=effect,
            grade=grade,
            flag_id=flag.id,
            reported_at=judged.report.at,
        )
        for effect, grade in effect_grades(judged.case).items()
    ]
