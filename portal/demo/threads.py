"""What is said in the demo: each patient's conversation, and the care team's notes about them.

Times are hours before now. "p" is the patient; the others are the keys of the staff. Nobody here is
real, and no message names anybody.
"""

from dataclasses import dataclass

from portal.handling.models import Did

DAY = 24.0
NURSE, NIGHT, DOCTOR, DESK = "day-nurse", "night-nurse", "day-doctor", "coordinator"
HILL = "other-nurse"
Said = tuple[float, str, str]


@dataclass(frozen=True, slots=True)
class Thread:
    """`unread` is how many of the last messages the other side has not seen yet."""

    letter: str
    said: tuple[Said, ...]
    notes: tuple[Said, ...] = ()
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody of the team took, snoozed or resolved a conversation, minutes before now."""

    letter: str
    did: Did
    by: str
    minutes: float


STEPS = (
    Step("B", Did.ASSIGN, NIGHT, 30),
    Step("E", Did.ASSIGN, NURSE, 6),
    Step("C", Did.ASSIGN, NIGHT, 5),
    Step("P", Did.ASSIGN, DOCTOR, 180),
    Step("M", Did.SNOOZE, DOCTOR, 40),
    Step("H", Did.CLOSE, DESK, 6 * DAY * 60),
    Step("K", Did.CLOSE, NURSE, 2 * DAY * 60),
)

THREADS = (
    Thread("A", (
        (9 * DAY, NURSE, "Your next infusion is booked. Please have an adult with you all day."),
        (9 * DAY - 1, "p", "Thank you. My partner will be here."),
        (3.0, NURSE, "Your infusion went well. I am leaving now. Rest today, and do not drive."),
        (2.9, "p", "OK. I feel a bit floaty, but fine."),
        (2.8, NURSE, "That is usual now. It goes away in an hour or two."),
    ), notes=((3.0, NURSE, "Awake, pressure back to usual when I left."),)),
    Thread("B", (
        (65 * DAY, NURSE, "Welcome. You can write here any time. We answer day and night."),
        (65 * DAY - 2, "p", "Thank you. I am a bit nervous about the first one."),
        (65 * DAY - 2.5, NURSE, "That is normal. I stay with you the whole time."),
        (49 * DAY, "p", "I slept six hours last night. First time in months."),
        (49 * DAY - 3, DOCTOR, "That is good to read. We keep the plan as it is."),
        (15.0, "p", "I feel sick to my stomach tonight. Is that normal?"),
        (14.7, NIGHT, "It can happen on the first day. Take small sips. Tell me if you throw up."),
        (14.2, "p", "Thank you. It is a bit better now."),
        (14.1, NIGHT, "Good. Rest now. I look in again later."),
        (0.6, NIGHT, "How is your stomach now? Your check-in is open."),
    ), notes=(
        (15.7, NIGHT, "Nausea 2 at 8 hours, sips stay down. Watch at 24 hours."),
        (36 * DAY, DOCTOR, "Step stays at 2 until the arm has been measured again."),
    ), unread=1),
    Thread("C", (
        (3 * DAY, NURSE, "I come tomorrow at 10. Your sister can stay with us the whole time."),
        (3 * DAY - 1, "p", "Good. I do not want to be alone."),
        (0.12, NIGHT, "I read your check-in. You are not alone. May I call you now?"),
    ), notes=((0.1, NIGHT, "Passing thoughts, no plan. Calling now. Sister is in the house."),),
       unread=1),
    Thread("D", (
        (15 * DAY, "p", "My back was better for ten days after the last one."),
        (15 * DAY - 2, NURSE, "Thank you for telling us. I add it to your record."),
        (0.35, "p", "I threw up again. What should I do?"),
    ), notes=((29 * DAY, DOCTOR, "Fainted after dose 4, seen in hospital, no cause found."),),
       unread=1),
    Thread("E", (
        (10 * DAY, "p", "I went for a walk today."),
        (10 * DAY - 0.7, DOCTOR, "That is a good step. Small walks count."),
        (0.2, NIGHT, "You feel very sick. I ask the doctor about medicine for it now."),
        (0.15, "p", "Thank you. My mother is here."),
    ), unread=1),
    Thread("F", (
        (20 * DAY, "p", "The lozenge tastes bitter. Can I drink after it?"),
        (20 * DAY - 4, NURSE, "Keep it in your mouth until it is gone. You can drink after that."),
        (9 * DAY, "p", "It helps for about four days, then it comes back."),
        (9 * DAY - 1, DOCTOR, "Thank you. We look at the days between doses at your review."),
    ), notes=((9 * DAY - 1, DOCTOR, "Relief fades after 4 days. Discuss the gap at the review."),)),
    Thread("G", (
        (5 * DAY, NURSE, "Thank you for being open about it. It does not end your care."),
        (5 * DAY - 3, "p", "That means a lot."),
        (0.8, NURSE, "I saw your check-in. The doctor calls you today."),
    ), notes=((0.9, NURSE, "Urge 3. No extra dose taken, supply counted. Doctor told."),),
       unread=1),
    Thread("H", (
        (8 * DAY, NURSE, "Your next visit is on the page. Is the day good for you?"),
        (7 * DAY, "p", "I will be away that day. I cancelled it."),
        (7 * DAY - 0.8, DESK, "No problem. Ask for a new time when you are back."),
    )),
    Thread("J", (
        (12 * DAY, "p", "Three good weeks. The evenings are getting harder again."),
        (12 * DAY - 1, NURSE, "Thank you. You can ask for your next infusion on the Visits page."),
        (2.1, "p", "I asked for a visit. Mornings are best for me."),
    ), unread=1),
    Thread("K", (
        (46 * DAY, NURSE, "That was your last infusion for now. Well done."),
        (45 * DAY, "p", "Thank you all. I can wear my shoes again."),
        (3 * DAY - 2, NURSE, "I sent you the page about slow breathing. Try it before bed."),
        (3 * DAY - 4, "p", "I will."),
        (3 * DAY - 4.5, NURSE, "Good. Tell us next week how it went."),
    )),
    Thread("L", (
        (6 * DAY - 1, NURSE, "We talked, and you felt calm after. Write any time."),
        (5 * DAY, "p", "Sleeping better."),
        (5 * DAY - 0.4, NURSE, "Good to hear. Keep the evenings quiet."),
        (0.7, "p", "When can I drive again? I have work on Monday."),
    ), unread=1),
    Thread("M", (
        (10 * DAY - 5, NURSE, "Only small sips today. Your father knows what to watch for."),
        (10 * DAY - 6, "p", "OK. It stopped now."),
        (2 * DAY - 4, DOCTOR, "I read that you feel tense. I call you and your father tomorrow."),
    ), notes=((24 * DAY, DOCTOR, "Under 18. I supervise each dose. Father always there."),)),
    Thread("N", (
        (40 * DAY - 1, DOCTOR, "Thank you for telling us at once. We stop the doses for now."),
        (40 * DAY - 3, "p", "Is the baby safe?"),
        (40 * DAY - 4, DOCTOR, "I call you today. We look at it with your own doctor."),
        (2 * DAY, DOCTOR, "I come to see you this week. Call if the nights are bad."),
    ), notes=((40 * DAY - 1, DOCTOR, "Pregnant. Plan paused. Obstetrician informed by phone."),)),
    Thread("P", (
        (18 * DAY, "p", "This is the daughter. It was a quiet week."),
        (18 * DAY - 4, NURSE, "Thank you. Please answer the check-ins for her as before."),
        (3.2, DOCTOR, "Thank you for calling. Please stay with her. I come today."),
    ), notes=((3.1, DOCTOR, "Mixed up again. Reopened. No dose until seen."),), unread=1),
    Thread("R", (
        (2 * DAY, HILL, "I am glad it went well. Rest today."),
        (2 * DAY - 2, "p", "Thank you."),
    )),
    Thread("S", (
        (11 * DAY, "p", "First night without a bad dream."),
        (11 * DAY - 5, HILL, "That is good to hear."),
    )),
)  # fmt: skip
