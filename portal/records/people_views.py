"""The administrator's page: who is here, who may sign in, and who is on which care team."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from portal.accounts.actions import disable
from portal.accounts.invitations import invite_again
from portal.audit.actions import record
from portal.db import UnitOfWork
from portal.errors import Conflict, Invalid, NotFound
from portal.notices.actions import mail_invitation
from portal.people.actions import enable_person, join_care_team, leave_care_team
from portal.people.models import CareTeam, Person
from portal.people.queries import care_teams, everybody, teams_of_staff
from portal.permissions import Permission, Role
from portal.records.arrivals import welcome
from portal.records.people_forms import NewPerson, new_person
from portal.web.forms import form_of
from portal.web.requests import actor_of, path_id, reading, see_other, work
from portal.web.routing import get, post
from portal.web.state import state_of
from portal.web.templates import page

NOBODY = NewPerson(name="", role="", email="", care_team="")


@dataclass(frozen=True, slots=True)
class Invited:
    """A link to be shown once; it is stored nowhere."""

    name: str
    link: str


async def show_people(request: Request) -> Response:
    return await _page(request)


async def invite_person(request: Request) -> Response:
    form = await form_of(request)
    typed = new_person(form)
    if form.errors:
        return await _page(request, status=422, typed=typed, errors=form.errors)
    settings = state_of(request).settings
    async with work(request) as unit:
        person, link = await welcome(
            unit,
            settings.public_url,
            name=typed.name,
            role=typed.kind,
            time_zone=settings.clinic.time_zone,
            email=typed.email or None,
            care_team=typed.care_team if typed.kind is not Role.ADMIN else None,
        )
    return await _page(request, invited=Invited(person.name, link))


async def renew_invitation(request: Request) -> Response:
    """A new link for somebody who lost theirs; the old one is dead from now on."""
    async with work(request) as unit:
        person = await _person(unit.session, path_id(request, "person_id"))
        link = await invite_again(unit, state_of(request).settings.public_url, person.id)
        if person.email:
            await mail_invitation(unit, person.id, link)
    return await _page(request, invited=Invited(person.name, link))


async def switch_off(request: Request) -> Response:
    person_id = path_id(request, "person_id")
    if person_id == actor_of(request).person_id:
        raise Conflict("You cannot switch off your own account. Ask another administrator.")
    async with work(request) as unit:
        person = await _person(unit.session, person_id)
        await disable(unit, person)
    return see_other("/people", f"{person.name} can no longer sign in.")


async def switch_on(request: Request) -> Response:
    async with work(request) as unit:
        person = await _person(unit.session, path_id(request, "person_id"))
        await enable_person(unit, person)
        record(unit, "person:enable", subject=person.id)
    return see_other("/people", f"{person.name} can sign in again.")


async def join_team(request: Request) -> Response:
    form = await form_of(request)
    async with work(request) as unit:
        person = await _staff(unit, path_id(request, "person_id"))
        team = await _team(unit.session, form.uuid("care_team"))
        await join_care_team(unit, person.id, team.id)
        _record_team(unit, "care_team:join", person, team)
    return see_other("/people", f"{person.name} is on {team.name}.")


async def leave_team(request: Request) -> Response:
    async with work(request) as unit:
        person = await _staff(unit, path_id(request, "person_id"))
        team = await _team(unit.session, path_id(request, "team_id"))
        await leave_care_team(unit, person.id, team.id)
        _record_team(unit, "care_team:leave", person, team)
    return see_other("/people", f"{person.name} is no longer on {team.name}.")


def _record_team(unit: UnitOfWork, tag: str, person: Person, team: CareTeam) -> None:
    record(unit, tag, subject=person.id, detail={"care_team": str(team.id)})


async def _staff(unit: UnitOfWork, person_id: UUID) -> Person:
    person = await _person(unit.session, person_id)
    if person.role in {Role.PATIENT, Role.ADMIN}:
        raise Invalid("Only nurses, clinicians and coordinators are on care teams.")
    return person


async def _person(session: AsyncSession, person_id: UUID) -> Person:
    person = await session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person


async def _team(session: AsyncSession, team_id: UUID | None) -> CareTeam:
    team = await session.get(CareTeam, team_id) if team_id else None
    if team is None:
        raise NotFound
    return team


async def _page(
    request: Request,
    *,
    status: int = 200,
    typed: NewPerson = NOBODY,
    errors: dict[str, str] | None = None,
    invited: Invited | None = None,
) -> Response:
    async with reading(request) as session:
        people = await everybody(session)
        teams = await care_teams(session)
        member_of = await teams_of_staff(session)
    return await page(
        request,
        "records/people.html",
        status,
        people=sorted(people, key=lambda person: (person.role is Role.PATIENT, person.name)),
        teams=teams,
        member_of=member_of,
        role_options=[("", "Choose"), *((role.value, role.words) for role in Role)],
        typed=typed,
        errors=errors or {},
        invited=invited,
    )


ADMIN = Permission.PEOPLE_MANAGE
routes = [
    get("/people", show_people, allow=ADMIN),
    post("/people", invite_person, allow=ADMIN),
    post("/people/{person_id}/invitation", renew_invitation, allow=ADMIN),
    post("/people/{person_id}/disable", switch_off, allow=ADMIN),
    post("/people/{person_id}/enable", switch_on, allow=ADMIN),
    post("/people/{person_id}/teams", join_team, allow=ADMIN),
    post("/people/{person_id}/teams/{team_id}/leave", leave_team, allow=ADMIN),
]
