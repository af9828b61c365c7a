"""What staff fill in on a record."""

from dataclasses import dataclass
from uuid import UUID

from portal.people.models import Caution
from portal.web.forms import Form

UNKNOWN = "One of the cautions is not known here. Nothing is saved: tick them anew."


@dataclass(frozen=True, slots=True)
class TypedCautions:
    cautions: frozenset[Caution]
    supervisor_id: UUID | None


def typed_cautions(form: Form, clinicians: set[UUID]) -> TypedCautions:
    """Ticked cautions and who supervises; treatment under these never goes without somebody."""
    ticked = frozenset(Caution(code) for code in form.many("cautions", list(Caution), UNKNOWN))
    supervisor = form.uuid("supervisor")
    typed = TypedCautions(ticked, supervisor if supervisor in clinicians else None)
    is_needed = form.flag("supervisor") or any(caution.needs_supervision for caution in ticked)
    if typed.supervisor_id is None and is_needed:
        form.errors["supervisor"] = "Choose the clinician who supervises this treatment."
    return typed
