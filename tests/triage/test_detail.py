"""What one flag's pane reads, and how often."""

import pytest

from portal.db import Database
from portal.people.models import Person
from portal.sealing import Vault
from portal.triage.detail import open_detail
from tests.check_ins.doses import give_dose
from tests.check_ins.sending import send
from tests.clients import actor_of
from tests.conftest import Clock
from tests.people import Clinic


async def test_a_flag_is_opened_with_each_check_in_of_its_patient_read_once(
    database: Database,
    clinic: Clinic,
    patient: Person,
    nurse_on_team: Person,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await give_dose(database, clinic, hours_ago=3)
    await send(database, patient, pain=2)
    clock.forward(minutes=5)
    sent = await send(database, patient, effects=("nausea",), nausea=4, pain=6)
    assert sent.flag is not None
    opened, open_it = [], Vault.open

    def noted(vault: Vault, sealed: bytes, *bound: object) -> str:
        opened.append(bound[:2])
        return open_it(vault, sealed, *bound)

    monkeypatch.setattr(Vault, "open", noted)
    actor = await actor_of(database, nurse_on_team)
    async with database.work(actor) as work:
        detail = await open_detail(work, actor, sent.flag.id)
    assert detail.check_in is not None
    assert detail.check_in.id == sent.check_in.id
    assert any(line.name == "nausea" for line in detail.answers)
    read = [row for table, row in opened if table == "check_in"]
    assert len(read) == len(set(read)) == 2
