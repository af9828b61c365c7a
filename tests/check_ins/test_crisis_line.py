"""Whoever speaks of self-harm, short of a wish to act, is asked on, and has the crisis line."""

import pytest

from portal.db import Database
from tests.check_ins.doses import give_dose
from tests.check_ins.test_views import QUIET, walk
from tests.clients import Client
from tests.conftest import ClientFor
from tests.people import Clinic

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OFFERED = ('href="tel:988"', "Call or text the crisis line", "You are not alone.")
ITEMS = [f"pain_{name}" for name in ("week", "joy", "tasks")]
ITEMS += [f"phq_{number}" for number in range(1, 10)]
SCALES = {"scales_ok": {"answer": "yes"}, **{item: {"answer": "0"} for item in ITEMS}}


@pytest.fixture
async def own(client_for: ClientFor, database: Database, clinic: Clinic) -> Client:
    """The patient's browser, a week after an infusion."""
    await give_dose(database, clinic, hours_ago=7 * 24)
    return await client_for(clinic.patient)


async def test_after_item_nine_every_further_question_offers_the_crisis_line(own: Client) -> None:
    said = await walk(own, SCALES | {"phq_9": {"answer": "1"}}, until="gad_1")
    for page in (said, f"{said.rpartition('/')[0]}/phq_9"):
        shown = await own.get(page)
        assert all(words in shown.text for words in OFFERED)
    refused = await own.post(said)
    assert refused.status_code == 422
    assert OFFERED[0] in refused.text


async def test_passing_thoughts_offer_it_before_the_scales_begin(own: Client) -> None:
    asked = await own.get(await walk(own, self_harm={"answer": "passing"}, until="scales_ok"))
    assert all(words in asked.text for words in OFFERED)


async def test_who_says_no_is_offered_none(own: Client) -> None:
    for until in ("self_harm", "gad_1"):
        asked = await own.get(await walk(own, SCALES | QUIET, until=until))
        assert OFFERED[0] not in asked.text
