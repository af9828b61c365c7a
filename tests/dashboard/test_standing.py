"""The patient sees where a flag stands, from received to done, at home and on the result."""

import pytest

from portal.db import Database
from portal.flags.actions import acknowledge_flag, resolve_flag
from portal.flags.care import Callee, CallResult
from portal.flags.models import Flag, Outcome
from portal.flags.steps import To, hand_over, record_call
from portal.people.models import Person
from portal.rota.duties import Duty
from tests.check_ins.sending import send
from tests.clients import Client
from tests.conftest import ClientFor, Clock
from tests.flags.test_steps import Hands
from tests.triage.test_views import page_of


@pytest.fixture
async def flag(database: Database, patient: Person, clock: Clock) -> Flag:
    sent = await send(database, patient, effects=("nausea",), nausea=4)
    assert sent.flag is not None
    return sent.flag


async def _both(client: Client, flag: Flag) -> tuple[str, str]:
    home = await page_of(client, "/")
    return home, await page_of(client, f"/check-ins/{flag.source_id}/result")


async def test_each_step_is_told_to_the_patient_in_plain_words(
    client_for: ClientFor,
    database: Database,
    patient: Person,
    nurse_on_team: Person,
    second_nurse: Person,
    flag: Flag,
    clock: Clock,
) -> None:
    me = await client_for(patient)
    night = Hands(database, flag, nurse_on_team)
    day = Hands(database, flag, second_nurse)
    assert "A nurse will look by" in (await _both(me, flag))[0]
    await night.do(acknowledge_flag)
    for page in await _both(me, flag):
        assert "You will hear from us by" in page
    clock.forward(minutes=5)
    await night.do(hand_over, To(duty=Duty.NURSE))
    for page in await _both(me, flag):
        assert "One more of your care team will look by" in page
    await day.do(acknowledge_flag)
    await day.do(record_call, Callee.PATIENT, CallResult.NO_ANSWER)
    home, result = await _both(me, flag)
    assert "Call us back" in home
    assert "did not reach you. Please call us." in result
    clock.forward(minutes=5)
    await day.do(resolve_flag, outcome=Outcome.ADVISED)
    assert "Call us back" in await page_of(me, "/")
    await day.do(record_call, Callee.PATIENT, CallResult.REACHED)
    for page in await _both(me, flag):
        assert "We told you what comes next." in page
    clock.forward(hours=13)
    assert "We told you what comes next." not in await page_of(await client_for(patient), "/")


@pytest.mark.parametrize("is_taken", [True, False])
async def test_a_promise_that_passed_is_admitted(
    client_for: ClientFor,
    database: Database,
    patient: Person,
    nurse_on_team: Person,
    flag: Flag,
    clock: Clock,
    is_taken: bool,
) -> None:
    if is_taken:
        await Hands(database, flag, nurse_on_team).do(acknowledge_flag)
    clock.forward(hours=5)
    for page in await _both(await client_for(patient), flag):
        assert "We are late." in page
        for promise in ("You will hear from us by", "look by", "looks at this by"):
            assert promise not in page


async def test_who_heard_from_us_before_the_end_is_promised_nothing_more(
    client_for: ClientFor, database: Database, patient: Person, nurse_on_team: Person, flag: Flag
) -> None:
    nurse = Hands(database, flag, nurse_on_team)
    await nurse.do(acknowledge_flag)
    await nurse.do(record_call, Callee.PATIENT, CallResult.REACHED)
    for page in await _both(await client_for(patient), flag):
        assert "We told you what comes next." in page
        assert "You will hear from us by" not in page
