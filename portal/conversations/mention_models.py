"""Who is named in an internal note."""

from uuid import UUID

from sqlmodel import Field, SQLModel


class Mention(SQLModel, table=True):
    """A note calls somebody of the patient's care team. It is seen once the note is read."""

    message_id: UUID = Field(foreign_key="message.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
