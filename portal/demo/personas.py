"""The cards of the demo's sign-in page: everybody in the database, and what to try as them."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.accounts.actions import link_identity
from portal.accounts.models import Identity
from portal.db import UnitOfWork
from portal.demo.protocol import Persona
from portal.people.models import Person
from portal.permissions import Role

PATIENTS, CARE_TEAM, NOBODY = "Patients", "Care team", "Nobody we know"

HINTS = {
    "Patient A": "Told us of a tight chest a moment ago. See the advice, and who looks at it.",
    "Patient B": "Had an infusion yesterday. A check-in is due, and the night nurse wrote.",
    "Patient C": "New here, with dark thoughts at times. See how the answers are met.",
    "Patient D": "Throws up after an injection. See what the advice says first.",
    "Patient E": "Felt very sick after the last infusion. Read the advice that stays in view.",
    "Patient F": "Takes lozenges at home, and the pain is back. See the trend.",
    "Patient G": "A past addiction: answers about urges are read more strictly.",
    "Patient H": "A memory check a week after the injection.",
    "Patient J": "Asked for an infusion visit. Wait here while the coordinator offers times.",
    "Patient K": "Three months of treatment. See the whole course in one chart.",
    "Patient L": "First infusion last week. Times for a call are on offer.",
    "Patient M": "17 years old: treated only while a doctor supervises.",
    "Patient N": "On hold while pregnant. See how the plan says so.",
    "Patient P": "78 years old. A daughter helps to answer.",
    "Patient R": "A patient of the Hill team: the River team sees nothing of this.",
    "Patient S": "The Hill team's other patient.",
    "Night nurse": "Watch the queue, take a flag with one key, write to the patient.",
    "Day nurse": "A second desk: take the same flag at the same time.",
    "Day doctor": "Read the whole record of a patient and the plan.",
    "Coordinator": "Offer times to a patient who asked for a visit.",
    "Administrator": "Runs the place, and sees no patient's record.",
    "Nurse, Hill team": "Another care team: nothing of the River team is here.",
    "Doctor, Hill team": "The other team's doctor, with two patients.",
}
HINT_FOR = {
    Role.PATIENT: "Check in, write to a nurse, ask for a visit.",
    Role.NURSE: "Watch the queue and write to patients.",
    Role.CLINICIAN: "Read records and plans.",
    Role.COORDINATOR: "Answer what patients asked for.",
    Role.ADMIN: "Invite people and end their sessions.",
}
STRANGER = Persona(
    subject="a-stranger",
    name="Somebody not invited",
    role="Stranger",
    hint="Can sign in at the provider, but not here. See what the page tells them.",
    group=NOBODY,
)


async def personas(session: AsyncSession) -> Sequence[Persona]:
    rows = await session.exec(select(Person).where(col(Person.disabled_at).is_(None)))
    people = sorted(rows.all(), key=_place)
    return [*(_persona(person) for person in people), STRANGER]


def _place(person: Person) -> tuple[bool, int, str]:
    """Patients by letter, then the care team in the order of the hints above."""
    is_staff = person.role is not Role.PATIENT
    order = list(HINTS).index(person.name) if is_staff and person.name in HINTS else len(HINTS)
    return is_staff, order, person.name


def _persona(person: Person) -> Persona:
    return Persona(
        subject=str(person.id),
        name=person.name,
        role=person.role.words,
        hint=HINTS.get(person.name, HINT_FOR[person.role]),
        group=PATIENTS if person.role is Role.PATIENT else CARE_TEAM,
    )


async def link_everybody(work: UnitOfWork, issuer: str) -> None:
    """Everybody's card leads to themselves; done at each start, as the address may be another."""
    linked = select(Identity.person_id).where(col(Identity.issuer) == issuer)
    rows = await work.session.exec(select(Person.id).where(col(Person.id).not_in(linked)))
    for person_id in rows.all():
        await link_identity(work, person_id, issuer, str(person_id))
