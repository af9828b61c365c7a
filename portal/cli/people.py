"""`portal people add`: a new person, and the link with which they sign in for the first time."""

import asyncio
from argparse import Namespace

from portal.cli.opening import opened
from portal.cli.refusal import Refusal
from portal.permissions import Role
from portal.settings import Settings

LONGEST_NAME = 80
LONGEST_EMAIL = 254


def run(arguments: Namespace) -> int:
    name = _text("--name", arguments.name, LONGEST_NAME)
    team = _if_given("--care-team", arguments.care_team, LONGEST_NAME)
    email = _if_given("--email", arguments.email, LONGEST_EMAIL)
    if email is not None and ("@" not in email or " " in email):
        raise Refusal("--email must look like somebody@example.org", 2)
    link = asyncio.run(add(Settings.from_env(), name, Role(arguments.role), email, team))
    print(link)
    return 0


async def add(
    settings: Settings, name: str, role: Role, email: str | None, care_team: str | None
) -> str:
    """The invitation link. It is not stored, so it can be printed only now."""
    from portal.records.arrivals import welcome

    async with opened(settings) as database, database.work(origin="command") as work:
        _, link = await welcome(
            work,
            settings.public_url,
            name=name,
            role=role,
            time_zone=settings.clinic.time_zone,
            email=email,
            care_team=care_team,
        )
    return link


def _if_given(option: str, given: str | None, longest: int) -> str | None:
    return None if given is None else _text(option, given, longest)


def _text(option: str, given: str, longest: int) -> str:
    text = given.strip()
    if not text:
        # An empty variable of somebody's script: a nurse without a team would see no patient.
        raise Refusal(f"{option} must not be empty", 2)
    if len(text) > longest or not text.isprintable():
        raise Refusal(f"{option} must be printable and at most {longest} characters", 2)
    return text
