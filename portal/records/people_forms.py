"""What an administrator fills in about people."""

import re
from dataclasses import dataclass

from portal.permissions import Role
from portal.web.forms import Form

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class NewPerson:
    name: str
    role: str
    email: str
    care_team: str

    @property
    def kind(self) -> Role:
        return Role(self.role)


def new_person(form: Form) -> NewPerson:
    """Read an invitation; what is missing stands in `form.errors`."""
    typed = NewPerson(
        name=form.text("name", longest=80, required="Enter the name others will see."),
        role=form.choice("role", [role.value for role in Role], "Choose a role."),
        email=form.text("email", longest=254),
        care_team=form.text("care_team", longest=80),
    )
    if typed.email and not ADDRESS.fullmatch(typed.email):
        form.errors["email"] = "Enter an e-mail address with an @, or leave it empty."
    if typed.role not in {"", Role.ADMIN.value} and not typed.care_team:
        form.errors["care_team"] = "Name the care team. A new name makes a new team."
    return typed
