"""People come, join and leave care teams, and are disabled. Open sockets are told at once.

These are called with an audit entry by the page or command that does it: `people` lies below
`audit`, so it cannot write one itself.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from portal import clock
from portal.db import UnitOfWork
from portal.errors import Conflict, Invalid, NotFound
from portal.people.membership import CareTeamMember
from portal.people.models import CareTeam, Caution, Patient, Person, Practitioner
from portal.permissions import Role


class DetailsChanged(Conflict):
    """Somebody saved other details since this page was shown."""

    sentence = "Somebody changed these details first. Nothing was saved."


@dataclass(frozen=True, slots=True)
class Details:
    """What we hold to reach a patient and whoever is with them; empty where nobody told us."""

    born_on: date | None
    condition: str
    phone: str
    address: str
    companion_name: str
    companion_phone: str
    companion_email: str = ""
    companion_may_hear: bool = False

    @property
    def mark(self) -> str:
        """Stands for exactly these details: a page carries it, to notice that they changed."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]


async def add_person(
    work: UnitOfWork,
    *,
    name: str,
    role: Role,
    time_zone: str,
    email: str | None = None,
    care_team: CareTeam | None = None,
) -> Person:
    """A new person with the record of their kind; a patient needs a care team."""
    person = Person(name=name, role=role, email=email, time_zone=time_zone, created_at=clock.now())
    work.session.add(person)
    await work.session.flush()
    if role is not Role.PATIENT:
        work.session.add(Practitioner(id=person.id, title=name))
        await work.session.flush()
        if care_team is not None:
            await join_care_team(work, person.id, care_team.id)
    elif care_team is not None:
        work.session.add(Patient(id=person.id, care_team_id=care_team.id))
        await work.session.flush()
    else:
        raise Invalid("A patient needs a care team.")
    return person


async def care_team_named(work: UnitOfWork, name: str) -> CareTeam:
    """The care team with this name, made when it is new."""
    found = await work.session.exec(select(CareTeam).where(col(CareTeam.name) == name))
    team = found.first()
    if team is None:
        team = CareTeam(name=name)
        work.session.add(team)
        await work.session.flush()
    return team


async def join_care_team(work: UnitOfWork, practitioner_id: UUID, care_team_id: UUID) -> None:
    held = await work.session.get(CareTeamMember, (care_team_id, practitioner_id))
    if held is None:
        member = CareTeamMember(
            care_team_id=care_team_id, practitioner_id=practitioner_id, joined_at=clock.now()
        )
        work.session.add(member)
    work.announce(f"person:{practitioner_id}", "access", practitioner_id)


async def leave_care_team(work: UnitOfWork, practitioner_id: UUID, care_team_id: UUID) -> None:
    held = await work.session.get(CareTeamMember, (care_team_id, practitioner_id))
    if held is None:
        raise NotFound
    await work.session.delete(held)
    work.announce(f"person:{practitioner_id}", "access", practitioner_id)


async def change_role(work: UnitOfWork, person: Person, role: Role) -> None:
    """Between staff roles only: a patient stays a patient."""
    if Role.PATIENT in {person.role, role}:
        raise Invalid("A patient cannot become staff, nor staff a patient. Invite a new person.")
    person.role = role
    work.announce(f"person:{person.id}", "access", person.id)


async def disable_person(work: UnitOfWork, person: Person) -> None:
    person.disabled_at = clock.now()
    work.announce(f"person:{person.id}", "access", person.id)


async def enable_person(work: UnitOfWork, person: Person) -> None:
    person.disabled_at = None


def details_of(patient: Patient) -> Details:
    return Details(
        born_on=patient.born_on,
        condition=patient.condition,
        phone=patient.phone,
        address=patient.address,
        companion_name=patient.companion_name,
        companion_phone=patient.companion_phone,
        companion_email=patient.companion_email or "",
        companion_may_hear=patient.companion_may_hear,
    )


async def set_details(work: UnitOfWork, patient: Patient, details: Details, seen: str) -> list[str]:
    """Save all of them and name the fields that changed.

    `seen` is the mark of the details that the person saving looked at. Raises DetailsChanged.
    """
    await work.session.refresh(patient, with_for_update=True)
    held = details_of(patient)
    if seen != held.mark:
        raise DetailsChanged
    before, after = asdict(held), asdict(details)
    changed = [name for name in after if after[name] != before[name]]
    for name in changed:
        setattr(patient, name, after[name])
    if changed:
        work.session.add(patient)
        # The team's pages show whom to call.
        for topic in ("home", "triage"):
            work.announce(topic, "details", patient.id, patient.id)
    return changed


async def set_cautions(
    work: UnitOfWork, patient: Patient, cautions: set[Caution], supervisor_id: UUID | None
) -> None:
    patient.cautions = sorted(caution.value for caution in cautions)
    patient.supervisor_id = supervisor_id
