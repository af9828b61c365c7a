"""Reading what was posted about notices; no database."""

from portal.languages import N_
from portal.notices.actions import Browser
from portal.notices.addresses import host_of
from portal.notices.models import Channel
from portal.notices.push import is_public_key, is_secret
from portal.web.forms import Form

HOURS = {f"{hour}": hour * 60 for hour in range(24)}
PICK = N_("Pick one of these.")


def read_choice(form: Form) -> tuple[Channel, int, int] | None:
    """First channel, quiet from, quiet until; None with sentences in `form.errors`."""
    first = form.choice("first", {channel.value for channel in Channel}, PICK)
    start = form.choice("quiet_from", HOURS, PICK)
    end = form.choice("quiet_until", HOURS, PICK)
    if form.errors or not (first and start and end):
        return None
    if form.raw("quiet") == "off":
        return Channel(first), 0, 0
    if start == end:
        form.errors["quiet_until"] = N_(
            "Pick another hour than the first, or turn quiet hours off."
        )
        return None
    return Channel(first), HOURS[start], HOURS[end]


def read_browser(form: Form, name: str) -> Browser | None:
    """What a browser gave; None when no push service can be behind it."""
    endpoint, p256dh, auth = (form.raw(each) for each in ("endpoint", "p256dh", "auth"))
    if host_of(endpoint) is None or not is_public_key(p256dh) or not is_secret(auth):
        return None
    return Browser(endpoint, p256dh, auth, name)
