"""Reads what happened from the rehearsal's database, as the lead's page would."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.audit.models import AuditEvent
from portal.check_ins.ladder import KEPT_FOR, Rung, rungs_of
from portal.check_ins.models import CheckIn
from portal.check_ins.questionnaires import Kind
from portal.check_ins.reminding import Standing, standings_of
from portal.check_ins.schedule import Due, series
from portal.conversations.models import Conversation, Message
from portal.figures.facts import Facts, facts_for
from portal.figures.tables import Table, acknowledged, check_ins, endings, resolved
from portal.flags.ladder import GRAVE
from portal.flags.ladder import Rung as Height
from portal.flags.models import Acknowledgement, Disposition, Escalation, Flag, FlagSource
from portal.handling.queries import waiting
from portal.rehearsal.clinic import RehearsedClinic
from portal.rehearsal.outages import Outages
from portal.rehearsal.report import Hour, Letters, Report, Waited
from portal.rehearsal.team import Team
from portal.treatments.models import Dose

Span = tuple[datetime, datetime, datetime]


async def report_of(clinic: RehearsedClinic, team: Team, outages: Outages, span: Span) -> Report:
    """`span`: when it began, when the last patient acted, and when the clock stopped.

    Flags raised after the second are left out: nobody answers any more then, so silence raises
    them.
    """
    begins, ends, now = span
    async with clinic.database.read() as session:
        admin = clinic.staff["Administrator"]
        facts = await facts_for(session, admin, begins - timedelta(days=30), now)
        flags = await _flags(session, clinic, team, ends)
        escalations = (await session.exec(select(Escalation))).all()
        answered = await _answered_at(session)
        return Report(
            begins=begins,
            ends=ends,
            until=now,
            zone=clinic.settings.zone,
            patients=len(clinic.patients),
            doses=await _count(session, Dose),
            check_ins=len(answered),
            flags=flags,
            escalations=_by_height(escalations),
            doubled=await _doubled(session, escalations),
            outages=outages,
            tables=_tables(replace(facts, flags=[f for f in facts.flags if f.raised_at < ends])),
            letters=await _letters(session, clinic, ends),
            unheard=await _unheard(session, clinic, ends),
            hours=_hours(clinic, flags, answered, team.minutes, now),
        )


def _tables(facts: Facts) -> list[Table]:
    flags, now = facts.flags, facts.until
    return [
        acknowledged(flags, now),
        resolved(flags, now),
        endings(flags),
        check_ins(facts.check_ins),
    ]


async def _flags(
    session: AsyncSession, clinic: RehearsedClinic, team: Team, ends: datetime
) -> list[Waited]:
    first = select(Acknowledgement).where(col(Acknowledgement.round) == 1)
    taken = {row.flag_id: row.at for row in await session.exec(first)}
    ended = {row.flag_id: row.at for row in await session.exec(select(Disposition))}
    rungs: Counter[UUID] = Counter((await session.exec(select(Escalation.flag_id))).all())
    found = await session.exec(select(Flag).where(col(Flag.raised_at) < ends))
    flags = [
        Waited(
            name=clinic.patients[flag.patient_id].name,
            level=flag.level,
            since=flag.raised_at,
            due_at=flag.due_at,
            taken_at=taken.get(flag.id),
            ended_at=ended.get(flag.id),
            rungs=rungs[flag.id],
            causes=tuple(team.causes.get(flag.id, ())),
        )
        for flag in found
    ]
    return sorted(flags, key=lambda flag: (flag.since, flag.name, flag.level.rank))


def _by_height(escalations: Sequence[Escalation]) -> dict[str, int]:
    counts = Counter(row.rung for row in escalations)
    return {rung.words: counts[rung] for rung in Height if counts[rung]}


async def _doubled(session: AsyncSession, escalations: Sequence[Escalation]) -> int:
    """The tables refuse doubles; the trail would still tell of whoever was told twice."""
    flags = await _count(session, Flag)
    query = select(AuditEvent.tag, func.count()).group_by(col(AuditEvent.tag))
    told: dict[str, int] = dict((await session.exec(query)).all())
    twice = told.get("flag:escalate", 0) - len(escalations)
    return max(0, twice) + max(0, told.get("flag:raise", 0) - flags)


async def _count(session: AsyncSession, table: type[Dose] | type[Flag]) -> int:
    return (await session.exec(select(func.count()).select_from(table))).one()


async def _answered_at(session: AsyncSession) -> list[datetime]:
    query = select(CheckIn.submitted_at).where(col(CheckIn.submitted_at).is_not(None))
    return [at for at in (await session.exec(query)).all() if at is not None]


async def _letters(session: AsyncSession, clinic: RehearsedClinic, ends: datetime) -> Letters:
    by_patient = select(Message.sent_at).join(
        Conversation,
        (col(Conversation.id) == col(Message.conversation_id))
        & (col(Conversation.patient_id) == col(Message.author_id)),
    )
    sent = (await session.exec(by_patient)).all()
    flagged = select(Flag.id).where(col(Flag.source) == FlagSource.READING)
    waits = (await session.exec(waiting())).all()
    names = {clinic.conversations[id]: each.name for id, each in clinic.patients.items()}
    unanswered = [
        f"{names[conversation_id]}, {since.astimezone(clinic.settings.zone):%a %d %b %H:%M}"
        for conversation_id, since in waits
    ]
    return Letters(len(sent), len((await session.exec(flagged)).all()), tuple(sorted(unanswered)))


async def _unheard(session: AsyncSession, clinic: RehearsedClinic, ends: datetime) -> list[str]:
    """Check-ins of a first day that nobody answered, of which no human was told either."""
    doses = (await session.exec(select(Dose).order_by(col(Dose.ended_at)))).all()
    starts: dict[UUID, list[datetime]] = {}
    for dose in doses:
        starts.setdefault(dose.patient_id, []).append(dose.ended_at)
    heard: dict[UUID | None, list[datetime]] = {}
    for dose_id, at in await session.exec(select(CheckIn.dose_id, CheckIn.submitted_at)):
        if at is not None:
            heard.setdefault(dose_id, []).append(at)
    zone, found = clinic.settings.zone, []
    for dose, standing in zip(doses, await standings_of(session, doses), strict=True):
        later = starts[dose.patient_id]
        place = bisect_right(later, dose.ended_at)
        until = min(later[place] if place < len(later) else ends, ends)
        name = clinic.patients[dose.patient_id].name
        found += [
            f"{name}, {due.point.title}, {due.due_at.astimezone(zone):%a %d %b %H:%M}"
            for due in series(dose.ended_at, zone)
            if due.point.kind is Kind.ACUTE
            and _is_unheard(standing, heard.get(dose.id, ()), due, until)
        ]
    return found


def _is_unheard(standing: Standing, heard: Sequence[datetime], due: Due, until: datetime) -> bool:
    """Whoever has sent a later check-in is not silent."""
    told_at = due.due_at + rungs_of(due.point)[Rung.TASK]
    if told_at >= until:
        return False
    if any(due.opens_at <= at < told_at + KEPT_FOR for at in heard):
        return False
    return (Rung.TASK.value, 0) not in standing.taken.get(due.point.name, ())


def _hours(
    clinic: RehearsedClinic,
    flags: Sequence[Waited],
    answered: Sequence[datetime],
    minutes: Mapping[int, int],
    now: datetime,
) -> list[Hour]:
    zone = clinic.settings.zone
    sent = Counter(at.astimezone(zone).hour for at in answered)
    raised = Counter(flag.since.astimezone(zone).hour for flag in flags)
    grave = Counter(flag.since.astimezone(zone).hour for flag in flags if flag.level in GRAVE)
    late = Counter(flag.since.astimezone(zone).hour for flag in flags if flag.is_late(now))
    return [
        Hour(sent[hour], raised[hour], grave[hour], late[hour], minutes.get(hour, 0))
        for hour in range(24)
    ]
