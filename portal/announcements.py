"""What is told to open pages after a commit: ids and topics, never content."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Announcement:
    """`topic` changed in the way `kind` says; `patient_id` decides who may hear of it.

    Topics: `conversation:<id>`, `triage`, `inbox`, `home`; `notices`, whose `id` is the person it
    is for; `person:<id>` for what a person may do (session ended, role or care team changed).
    """

    topic: str
    kind: str
    id: UUID
    patient_id: UUID | None = None
