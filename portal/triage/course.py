"""The course around a flag: the check-in that raised it, and the pain before it."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from portal import clock
from portal.check_ins.rules import RuleSet
from portal.check_ins.sent import Submitted
from portal.flags.models import Flag, FlagSource
from portal.flags.reasons import Reason
from portal.treatments.models import Dose
from portal.web.charts import care_chart
from portal.web.trends import DoseMark, Score


def check_in_of(flag: Flag, sent: Sequence[Submitted]) -> Submitted | None:
    """The check-in that raised the flag, among those that its patient sent."""
    if flag.source != FlagSource.CHECK_IN:
        return None
    return next((each for each in sent if each.id == flag.source_id), None)


def answers_behind(rule_set: RuleSet, reasons: Sequence[Reason]) -> frozenset[str]:
    """The questions whose answers made a rule fire, as far as the present rules know them."""
    rules = [rule_set.rule(reason.rule) for reason in reasons]
    return frozenset(name for rule in rules if rule for name in rule.about)


def pain_in(
    sent: Sequence[Submitted], doses: Sequence[Dose], zone: ZoneInfo, *, fired: bool
) -> Markup:
    """A patient's pain over three months, empty without a score; days are the patient's."""
    today = clock.now().astimezone(zone).date()
    word = doses[-1].route.value if doses else "dose"
    return care_chart(_scores(sent, zone), _marks(doses, zone), today, fired=fired, dose_word=word)


def _scores(sent: Sequence[Submitted], zone: ZoneInfo) -> list[Score]:
    return [Score(_day(each.at, zone), each.pain) for each in sent if each.pain is not None]


def _marks(doses: Sequence[Dose], zone: ZoneInfo) -> list[DoseMark]:
    return [DoseMark(_day(dose.ended_at, zone), dose.number) for dose in doses]


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
