"""Times as the design language writes them: "8:12 pm", "Mon 23 Nov", "in 6 days", "1 h 32".

In the language being read: "8:12 p. m.", "lun 23 nov", "en 6 días".
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal import clock
from portal.languages import N_, SPANISH, _, language, ngettext

# Written out, so that the words do not hang on what the machine has installed.
_DAYS = {"en": "Mon Tue Wed Thu Fri Sat Sun", "es": "lun mar mié jue vie sáb dom"}
_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
}
_NAMES = (
    *(N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday")),
    *(N_("Sunday"), N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June")),
    *(N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December")),
)
_HALVES = {"en": ("am", "pm"), "es": ("a. m.", "p. m.")}


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """`8:12 pm`, and `9 pm` on the hour (`9:00 p. m.` in Spanish, where a bare hour is unclear)."""
    local = at.astimezone(zone)
    if not local.minute:
        return whole_hour(local.hour)
    half = _HALVES[language()][local.hour >= 12]
    return f"{local.hour % 12 or 12}:{local.minute:02} {half}"


def whole_hour(hour: int) -> str:
    """`9 pm`, from 0 to 23."""
    minutes = ":00" if language() == SPANISH else ""
    return f"{hour % 12 or 12}{minutes} {_HALVES[language()][hour >= 12]}"


def day(at: datetime | date, zone: ZoneInfo) -> str:
    """`Mon 23 Nov`, with the year when it is not this one."""
    on = at.astimezone(zone).date() if isinstance(at, datetime) else at
    weekday = _DAYS[language()].split()[on.weekday()]
    text = f"{weekday} {on.day} {_MONTHS[language()].split()[on.month - 1]}"
    return text if on.year == clock.now().astimezone(zone).year else f"{text} {on.year}"


def month_name(on: date) -> str:
    """`Nov`."""
    return _MONTHS[language()].split()[on.month - 1]


def weekday_name(on: date) -> str:
    """`Monday`."""
    return _(f"{on:%A}")


def long_day(on: date) -> str:
    """`23 November`; `23 de noviembre`."""
    return _("%(day)s %(month)s", day=on.day, month=_(f"{on:%B}"))


def relative_day(at: datetime, zone: ZoneInfo) -> str:
    """`today`, `tomorrow`, `yesterday`, else the day."""
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    return near.get(_days_until(at, zone)) or day(at, zone)


def is_today(at: datetime, zone: ZoneInfo) -> bool:
    return _days_until(at, zone) == 0


def _days_until(at: datetime, zone: ZoneInfo) -> int:
    return (at.astimezone(zone).date() - clock.now().astimezone(zone).date()).days


def when(at: datetime, zone: ZoneInfo) -> str:
    """`today, 8:12 pm`; `Mon 23 Nov, 8:12 pm`."""
    return f"{relative_day(at, zone)}, {clock_time(at, zone)}"


def duration(span: timedelta) -> str:
    """`6 min`, `1 h 32`, `2 days`; never negative."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02}" if minutes % 60 else f"{minutes // 60} h"
    return ngettext("%(n)s day", "%(n)s days", minutes // (24 * 60))


def ago(at: datetime) -> str:
    """How long since `at`, as a duration."""
    return duration(clock.now() - at)


def in_days(at: datetime, zone: ZoneInfo) -> str:
    """`today`, `tomorrow`, `in 6 days`."""
    days = _days_until(at, zone)
    if days in {0, 1}:
        return relative_day(at, zone)
    if days > 0:
        return ngettext("in %(n)s day", "in %(n)s days", days)
    return ngettext("%(n)s day ago", "%(n)s days ago", -days)
