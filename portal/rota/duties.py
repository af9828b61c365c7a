"""The duties that a care team's rota fills. Plain names, no database."""

from enum import StrEnum


class Duty(StrEnum):
    """Who looks first, who is asked next, who is called when nobody has answered."""

    NURSE = "nurse"
    SECOND = "second"
    ON_CALL = "on_call"

    @property
    def words(self) -> str:
        return _WORDS[self]

    @property
    def nobody(self) -> str:
        """How a gap begins: `Nobody is on call`."""
        return _NOBODY[self]


_WORDS = {
    Duty.NURSE: "Nurse on duty",
    Duty.SECOND: "Second clinician",
    Duty.ON_CALL: "On call",
}
_NOBODY = {
    Duty.NURSE: "No nurse is on duty",
    Duty.SECOND: "There is no second clinician",
    Duty.ON_CALL: "Nobody is on call",
}
