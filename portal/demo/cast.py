"""Who is in the demo clinic: staff by their role, patients by a letter, each with a course.

Nobody here is real. The courses are made up so that a clinician recognises them: relief after a
dose that fades, nausea early, most evenings answered, a few bad nights.
"""

from dataclasses import dataclass, field

from portal.people.models import Caution
from portal.permissions import Role
from portal.treatments.models import PlanState, Route

TEAM, OTHER_TEAM = "River care team", "Hill care team"


@dataclass(frozen=True, slots=True)
class StaffMember:
    key: str
    name: str
    role: Role
    team: str | None = TEAM


@dataclass(frozen=True, slots=True)
class Story:
    """One patient's treatment. Times are hours before now; doses run from the first to the last.

    `gain` is what one dose takes off the pain, `fade` the days until half of that is gone,
    `answers` the share of evenings with a check-in, `queasy` and `anxious` how much of that a dose
    brings (0 to 2).
    """

    letter: str
    age: int
    condition: str
    route: Route
    doses_ago: tuple[float, ...]
    planned: int
    steps: tuple[int, ...]
    goal: str
    pain: float
    gain: float = 1.6
    fade: float = 20
    answers: float = 0.85
    queasy: float = 1.0
    anxious: float = 0.3
    cautions: frozenset[Caution] = frozenset()
    plan_state: PlanState = PlanState.ACTIVE
    companion: str = "Partner"
    team: str = TEAM
    started_days_ago: int = 90

    @property
    def key(self) -> str:
        return f"patient-{self.letter.lower()}"

    @property
    def name(self) -> str:
        return f"Patient {self.letter}"


@dataclass(frozen=True, slots=True)
class Cast:
    staff: tuple[StaffMember, ...] = field(default=())
    stories: tuple[Story, ...] = field(default=())


STAFF = (
    StaffMember("night-nurse", "Night nurse", Role.NURSE),
    StaffMember("day-nurse", "Day nurse", Role.NURSE),
    StaffMember("day-doctor", "Day doctor", Role.CLINICIAN),
    StaffMember("coordinator", "Coordinator", Role.COORDINATOR),
    StaffMember("other-nurse", "Nurse, Hill team", Role.NURSE, OTHER_TEAM),
    StaffMember("other-doctor", "Doctor, Hill team", Role.CLINICIAN, OTHER_TEAM),
    StaffMember("administrator", "Administrator", Role.ADMIN, None),
)


def days(*ago: float) -> tuple[float, ...]:
    return tuple(24 * one for one in ago)


PAIN_GOAL = "Pain 4 or lower on most days. Sleep through 5 nights a week."
MOOD_GOAL = "Get up and dressed every day. Back to part-time work."
CALM_GOAL = "Go out alone twice a week. Sleep without waking in fear."

STORIES = (
    Story("A", 52, "Neuropathic pain after shingles", Route.INFUSION, (15 * 24, 3.1), 6, (1, 2),
          PAIN_GOAL, 7.5, answers=0.8, queasy=0.8, started_days_ago=40),
    Story("B", 47, "CRPS, left arm", Route.INFUSION, (*days(64, 50, 36), 24.2), 6, (1, 2, 2, 3),
          PAIN_GOAL, 7.2, gain=1.9, fade=38, answers=0.95, queasy=1.1),
    Story("C", 34, "PTSD", Route.INFUSION, (52,), 6, (1,),
          CALM_GOAL, 4.5, gain=0.8, answers=0.8, anxious=1.4, companion="Sister",
          started_days_ago=30),
    Story("D", 61, "Chronic low back pain", Route.INJECTION, (*days(71, 57, 43, 29, 15), 5.2), 8,
          (1, 1, 2, 2, 3, 3), PAIN_GOAL, 7.8, gain=1.3, fade=14, queasy=1.5,
          cautions=frozenset({Caution.SEDATIVES})),
    Story("E", 29, "Depression", Route.INFUSION, (*days(16, 9), 4.3), 6, (1, 1, 2),
          MOOD_GOAL, 4.0, gain=0.8, queasy=1.7, anxious=0.6, companion="Mother",
          started_days_ago=36),
    Story("F", 66, "Neuropathic pain, both feet", Route.LOZENGE,
          days(82, 75, 68, 61, 54, 47, 40, 33, 26, 19, 9.1), 12, (1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3),
          PAIN_GOAL, 7.4, gain=0.9, fade=8, answers=0.9, queasy=0.5),
    Story("G", 41, "Chronic pain after surgery", Route.LOZENGE,
          days(75, 61, 47, 33, 19, 5.2), 10, (1, 1, 2, 2, 2, 2),
          PAIN_GOAL, 6.9, gain=1.1, fade=12, queasy=0.6,
          cautions=frozenset({Caution.PAST_ADDICTION})),
    Story("H", 38, "Fibromyalgia", Route.INJECTION, days(65, 51, 37, 23, 7.05), 6, (1, 1, 2, 2, 3),
          PAIN_GOAL, 7.0, gain=1.4, fade=16, answers=0.82),
    Story("J", 55, "Spinal cord injury pain", Route.INFUSION, days(83, 69, 55, 20.2), 6,
          (1, 2, 3, 3), PAIN_GOAL, 8.1, gain=2.2, fade=24, answers=0.9),
    Story("K", 45, "CRPS, right foot", Route.INFUSION, days(88, 81, 74, 67, 60, 46), 6,
          (1, 1, 2, 2, 3, 3), PAIN_GOAL, 7.6, gain=1.5, fade=40, answers=0.88,
          plan_state=PlanState.MAINTENANCE),
    Story("L", 23, "Anxiety", Route.INFUSION, days(6.1), 6, (1,),
          CALM_GOAL, 3.5, gain=0.6, anxious=1.2, companion="Friend", started_days_ago=21),
    Story("M", 17, "Pain after knee surgery", Route.INJECTION, days(24, 17, 10.2), 4, (1, 1, 2),
          "Walk without crutches. Pain 3 or lower.", 6.8, gain=1.5, fade=14,
          cautions=frozenset({Caution.UNDER_18}), companion="Father", started_days_ago=35),
    Story("N", 31, "Depression", Route.LOZENGE, days(70, 56, 42), 8, (1, 1, 2),
          MOOD_GOAL, 3.8, gain=0.7, fade=18, answers=0.7,
          cautions=frozenset({Caution.PREGNANCY}), plan_state=PlanState.PAUSED),
    Story("P", 78, "Neuropathic pain, face", Route.LOZENGE, days(60, 46, 32, 18, 4.05), 8,
          (1, 1, 1, 2, 2), "Eat and talk without pain.", 6.6, gain=1.2, fade=14, answers=0.8,
          cautions=frozenset({Caution.DEMENTIA}), companion="Daughter"),
    Story("R", 50, "Chronic neck pain", Route.INFUSION, days(48, 34, 2.1), 6, (1, 2, 2),
          PAIN_GOAL, 6.9, team=OTHER_TEAM),
    Story("S", 36, "PTSD", Route.LOZENGE, days(39, 25, 11.1), 8, (1, 1, 2),
          CALM_GOAL, 4.2, gain=0.7, anxious=1.0, team=OTHER_TEAM),
)  # fmt: skip
