"""From a check-in just sent to its flag: the rules judge, and what they found is written down."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins.answers import Answer, Answers, Told
from portal.check_ins.facts import Case
from portal.check_ins.library import PAGES, rules_of
from portal.check_ins.models import CheckIn, SymptomReport
from portal.check_ins.queries import hours_since
from portal.check_ins.rules import Finding, judge
from portal.check_ins.schedule import Point
from portal.check_ins.sent import Sent, case_of, earlier_of, history
from portal.check_ins.wording import change, effect_grades, limit, said, summary
from portal.db import UnitOfWork
from portal.flags.actions import raise_flag
from portal.flags.models import Flag, FlagSource
from portal.flags.reasons import Reason
from portal.languages import ENGLISH, reading_in
from portal.people.models import Patient
from portal.treatments.models import Dose


async def assess(work: UnitOfWork, row: CheckIn) -> tuple[Flag | None, list[str]]:
    """The flag, with a report for each effect, and the ids of the rules that fired."""
    case = await _case(work, row)
    findings = judge(rules_of(work.session), case)
    if not findings:
        return None, []
    flag = await _raise(work, row, case, findings)
    _report(work, row, case, flag)
    return flag, [finding.rule.id for finding in findings]


async def findings_so_far(
    work: UnitOfWork, row: CheckIn, answers: Answers, dose: Dose | None, at: datetime
) -> tuple[Finding, ...]:
    """What the rules make of an unsent check-in as it stands, answered at that time."""
    told = Told({**answers, **written_with(dose)}, at, hours_since(dose, at))
    every = await history(work.session, row.patient_id)
    series = str(dose.id) if dose else row.series
    case = Case(
        told, PAGES, earlier_of(every, series), await cautions_of(work.session, row.patient_id)
    )
    return judge(rules_of(work.session), case)


async def judge_silence(
    work: UnitOfWork, patient: Patient, dose: Dose, point: Point, minutes: int, at: datetime
) -> tuple[Case, tuple[Finding, ...]]:
    """What the rules make of a check-in that was due so many minutes ago and has no answer."""
    every = await history(work.session, patient.id)
    cautions = frozenset(caution.value for caution in patient.caution_set())
    case = silence_case(every, cautions, dose, point, minutes, at)
    return case, judge(rules_of(work.session), case)


def silence_case(
    sent: Sequence[Sent],
    cautions: frozenset[str],
    dose: Dose,
    point: Point,
    minutes: int,
    at: datetime,
) -> Case:
    """Silence as the rules see it; `sent` are the check-ins sent before it, after any dose."""
    earlier = earlier_of(sent, str(dose.id))
    answers: dict[str, Answer] = {
        "overdue": point.overdue,
        "overdue_minutes": minutes,
        **who_is_there(earlier, dose),
    }
    return Case(Told(answers, at, hours_since(dose, at)), PAGES, earlier, cautions)


def who_is_there(earlier: Sequence[Told], dose: Dose | None) -> dict[str, Answer]:
    """With the patient, where nobody is asked: what was said last after this dose, else what was
    written down when it was given."""
    said = [told.answers["who"] for told in earlier if told.same_dose and "who" in told.answers]
    if said:
        return {"who": said[-1]}
    if dose is None:
        return {}
    return {"who": "patient_with_adult" if dose.adult_present else "patient_alone"}


def written_with(dose: Dose | None) -> dict[str, Answer]:
    """What the rules may know of how the dose was given."""
    return {"adult_at_dose": "yes" if dose.adult_present else "no"} if dose else {}


async def _case(work: UnitOfWork, row: CheckIn) -> Case:
    every = await history(work.session, row.patient_id)
    now = next(each for each in every if each.id == row.id)
    case = case_of(now, every)
    return Case(case.now, PAGES, case.earlier, await cautions_of(work.session, row.patient_id))


async def cautions_of(session: AsyncSession, patient_id: UUID) -> frozenset[str]:
    patient = await session.get_one(Patient, patient_id)
    return frozenset(caution.value for caution in patient.caution_set())


async def _raise(work: UnitOfWork, row: CheckIn, case: Case, findings: Sequence[Finding]) -> Flag:
    version = rules_of(work.session).version
    with reading_in(ENGLISH):  # whoever sent it: the flag is kept, and the team's
        reasons = [reason_of(case, finding, version) for finding in findings]
    return await raise_flag(
        work,
        patient_id=row.patient_id,
        source=FlagSource.CHECK_IN,
        source_id=row.id,
        summary=summary(findings),
        reasons=reasons,
        hours_since_dose=row.hours_since_dose,
    )


def reason_of(case: Case, finding: Finding, version: str) -> Reason:
    """The finding as it is kept with the flag; `version` is that of the rules."""
    rule = finding.rule
    return Reason(
        rule=rule.id,
        rule_set=version,
        level=finding.level,
        title=rule.title,
        said=said(PAGES, case.now.answers, finding),
        limit=limit(finding),
        change=change(case, finding),
        effect=rule.effect.value if rule.effect else None,
        source=rule.source,
    )


def _report(work: UnitOfWork, row: CheckIn, case: Case, flag: Flag) -> None:
    reports = [
        SymptomReport(
            check_in_id=row.id,
            patient_id=row.patient_id,
            effect=effect,
            grade=grade,
            flag_id=flag.id,
            reported_at=case.now.at,
        )
        for effect, grade in effect_grades(case).items()
    ]
    work.session.add_all(reports)
