"""Everything the detail pane says about one flag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.audit.actions import record
from portal.check_ins.in_words import answers_for_team
from portal.check_ins.library import rules_of
from portal.check_ins.rule_set_models import KeptRules
from portal.check_ins.rule_sets import kept_rules
from portal.check_ins.sent import Submitted, submitted_check_ins
from portal.check_ins.wording import Line
from portal.conversations.queries import care_conversation_of
from portal.db import UnitOfWork
from portal.flags.history import reasons_of
from portal.flags.queries import flag_for
from portal.flags.reasons import Reason
from portal.people.access import patient_for
from portal.people.models import Caution, Patient
from portal.permissions import Actor
from portal.readings.queries import Reading, reading_of
from portal.treatments.models import Dose
from portal.treatments.queries import doses_of, latest_dose, plan_of
from portal.triage.course import answers_behind, check_in_of, pain_in
from portal.triage.desk import Desk, open_desk
from portal.triage.queries import Row, rows_of
from portal.triage.timeline import Moment, timeline_of
from portal.triage.words import since_dose


@dataclass(frozen=True, slots=True)
class Detail:
    """One flag with its patient, its reasons and what happened."""

    row: Row
    patient: Patient
    age: int | None
    dose: Dose | None
    doses_planned: int | None
    reasons: Sequence[Reason]
    timeline: Sequence[Moment]
    conversation_url: str
    check_in: Submitted | None
    answers: Sequence[Line]
    loud: frozenset[str]
    chart: Markup
    desk: Desk
    rule_sets: Mapping[str, KeptRules | None]
    reading: Reading | None = None

    @property
    def since_dose(self) -> str:
        """`31 h after infusion 4`: where the limits were held against when the flag was raised."""
        if self.dose is None:
            return ""
        dose = f"{self.dose.route} {self.dose.number}"
        words = since_dose(self.row.state.flag.hours_since_dose)
        return f"{words} {dose}" if words.endswith("after") else words and f"{words} after {dose}"

    @property
    def cautions(self) -> list[Caution]:
        return [caution for caution in Caution if caution in self.patient.caution_set()]


async def open_detail(work: UnitOfWork, actor: Actor, flag_id: UUID) -> Detail:
    """Find the flag through the actor and read all of it. Every opening is recorded."""
    session = work.session
    state = await flag_for(session, actor, flag_id)
    patient = await patient_for(session, actor, state.patient_id)
    record(work, "flag:read", patient_id=patient.id, subject=flag_id)
    (row,) = await rows_of(session, actor, [state])
    plan = await plan_of(session, patient.id)
    reasons = await reasons_of(session, state.flag)
    sent = await submitted_check_ins(session, patient.id)
    check_in = check_in_of(state.flag, sent)
    loud = answers_behind(rules_of(session), reasons)
    zone = ZoneInfo(row.patient.time_zone)
    return Detail(
        row=row,
        patient=patient,
        age=patient.age_on(clock.now().astimezone(zone).date()),
        dose=await latest_dose(session, patient.id, before=state.raised_at),
        doses_planned=plan.doses_planned if plan else None,
        reasons=reasons,
        timeline=await timeline_of(session, state.flag, reasons, ZoneInfo(actor.time_zone)),
        conversation_url=await _conversation_url(session, patient.id),
        check_in=check_in,
        answers=answers_for_team(check_in, sent) if check_in else (),
        loud=loud,
        reading=await reading_of(session, state.flag, check_in),
        chart=pain_in(sent, await doses_of(session, patient.id), zone, fired="pain" in loud),
        desk=await open_desk(session, actor, state, patient),
        rule_sets=await kept_rules(session, {reason.rule_set for reason in reasons}),
    )


async def _conversation_url(session: AsyncSession, patient_id: UUID) -> str:
    return f"/inbox/{(await care_conversation_of(session, patient_id)).id}"
