"""The course around a flag: the check-in that raised it, and the pain before it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from portal import clock
from portal.check_ins.queries import PainScore, Submitted, pain_series, submitted_check_in
from portal.check_ins.rules import RuleSet
from portal.flags.models import Flag, FlagSource
from portal.flags.reasons import Reason
from portal.treatments.models import Dose
from portal.treatments.queries import doses_of
from portal.web.charts import care_chart
from portal.web.trends import DoseMark, Score


async def check_in_of(session: AsyncSession, flag: Flag) -> Submitted | None:
    """The check-in that raised the flag."""
    if flag.source != FlagSource.CHECK_IN:
        return None
    return await submitted_check_in(session, flag.source_id)


def answers_behind(rule_set: RuleSet, reasons: Sequence[Reason]) -> frozenset[str]:
    """The questions whose answers made a rule fire, as far as the present rules know them."""
    rules = [rule_set.rule(reason.rule) for reason in reasons]
    return frozenset(name for rule in rules if rule for name in rule.about)


async def pain_of(
    session: AsyncSession, patient_id: UUID, zone: ZoneInfo, *, fired: bool
) -> Markup:
    """The patient's pain over three months, empty without a score; days are the patient's."""
    scores = await pain_series(session, patient_id)
    doses = await doses_of(session, patient_id)
    today = clock.now().astimezone(zone).date()
    word = doses[-1].route.value if doses else "dose"
    return care_chart(
        _scores(scores, zone), _marks(doses, zone), today, fired=fired, dose_word=word
    )


def _scores(scores: Sequence[PainScore], zone: ZoneInfo) -> list[Score]:
    return [Score(_day(score.at, zone), score.pain) for score in scores]


def _marks(doses: Sequence[Dose], zone: ZoneInfo) -> list[DoseMark]:
    return [DoseMark(_day(dose.ended_at, zone), dose.number) for dose in doses]


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
