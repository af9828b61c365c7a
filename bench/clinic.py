"""The people of a measurement: a hundred patients, one care team, and their sessions."""

from dataclasses import asdict, dataclass

from bench.sizes import Sizes
from portal.accounts.sessions import start_session
from portal.cli.migrate import upgrade
from portal.conversations.actions import open_conversations
from portal.models import make_database
from portal.people.actions import add_person, care_team_named
from portal.permissions import Role
from portal.settings import Settings

NURSES = 40
SESSIONS_A_NURSE = 2


@dataclass(frozen=True)
class Clinic:
    """Conversations, a cookie for the patient of each, and the team's cookies."""

    conversations: list[str]
    patients: list[str]
    nurses: list[str]


async def made(settings: Settings, sizes: Sizes) -> dict[str, list[str]]:
    await upgrade(settings.database_url)
    database = make_database(settings)
    clinic = Clinic([], [], [])
    async with database.work() as work:
        team = await care_team_named(work, "Team North")
        for number in range(sizes.conversations):
            name, zone = f"Patient {number}", "America/New_York"
            person = await add_person(
                work, name=name, role=Role.PATIENT, time_zone=zone, care_team=team
            )
            care, _ = await open_conversations(work, person.id)
            clinic.conversations.append(str(care.id))
            clinic.patients.append(await start_session(work, person))
        for number in range(NURSES):
            name, zone = f"Nurse {number}", "America/New_York"
            person = await add_person(
                work, name=name, role=Role.NURSE, time_zone=zone, care_team=team
            )
            sessions = [await start_session(work, person) for _ in range(SESSIONS_A_NURSE)]
            clinic.nurses.extend(sessions)
    await database.dispose()
    return asdict(clinic)
