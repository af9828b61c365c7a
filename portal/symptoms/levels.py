"""How soon a person must look: the four levels of urgency."""

from enum import StrEnum


class Level(StrEnum):
    """Levels E, U, S and R of clinical.md section 7, most urgent first."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    SOON = "soon"
    ROUTINE = "routine"

    @property
    def rank(self) -> int:
        """0 for an emergency, rising as the hurry falls."""
        return list(Level).index(self)

    @property
    def words(self) -> str:
        return self.value.capitalize()

    def raised(self) -> "Level":
        """One level more urgent; an emergency stays one."""
        return list(Level)[max(self.rank - 1, 0)]
