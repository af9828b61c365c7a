"""Check-ins that were sent, in words for whoever reads them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from portal.check_ins.library import PAGES_IN, questionnaire_in
from portal.check_ins.queries import title_of
from portal.check_ins.sent import Submitted, case_of, submitted_check_ins
from portal.check_ins.wording import Line, lines, not_asked, scores
from portal.languages import _, gettext, language
from portal.people.queries import zone_of
from portal.web.times import clock_time


def answers_in_words(submitted: Submitted, every: Sequence[Submitted]) -> list[Line]:
    """The whole check-in for a reader, each answer with its change since the one before; `every`
    are all that were sent, this one among them, oldest first."""
    case = replace(case_of(submitted, every), pages=PAGES_IN[language()])
    questionnaire = questionnaire_in(language(), submitted.check_in.questionnaire)
    found = lines(case, questionnaire.path(case))
    cut_short = submitted.check_in.cut_short
    return not_asked(found, submitted.told.answers, cut_short.words) if cut_short else found


def answers_for_team(submitted: Submitted, every: Sequence[Submitted]) -> list[Line]:
    """The same, with the scores of the scales first, each beside the one before."""
    place = [each.id for each in every].index(submitted.id)
    before = [each.told.answers for each in every[:place]]
    return [*scores(submitted.told.answers, before), *answers_in_words(submitted, every)]


async def sent_in_words(
    session: AsyncSession, patient_id: UUID, since: datetime
) -> list[tuple[datetime, str]]:
    """What the patient sees of the check-ins sent since then: when, and a sentence or two."""
    zone = await zone_of(session, patient_id)
    sent = await submitted_check_ins(session, patient_id, since)
    return [(each.at, _sent_words(each, zone)) for each in sent]


def _sent_words(sent: Submitted, zone: ZoneInfo) -> str:
    at = clock_time(sent.at, zone)
    said = _("%(check_in)s sent at %(at)s.", check_in=gettext(title_of(sent.check_in)), at=at)
    if sent.pain is not None:
        said += " " + _("Pain %(n)s of 10.", n=sent.pain)
    if sent.by_adult:
        said += " " + _("The adult with you answered.")
    return said
