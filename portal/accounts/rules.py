"""What sign-in decides without asking anybody: local paths, good subjects, roles from a claim."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from portal.permissions import Role

LONGEST_PATH = 2000
LONGEST_SUBJECT = 255
# No backslash, control sign or space: browsers repair each of those into something else.
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
_LOOPS = ("/sign-in", "/sign-out", "/auth/", "/welcome", "/invitations/")


def local_path(text: str | None, otherwise: str = "/") -> str:
    """`text` when it is the path of a page of ours and can be read in one way only."""
    if not text or len(text) > LONGEST_PATH or not _PATH.fullmatch(text):
        return otherwise
    path = unquote(urlsplit(text).path)
    is_plain = "//" not in path and "\\" not in path and path.isprintable()
    climbs = any(part in {".", ".."} for part in path.split("/"))
    if not is_plain or climbs or text.startswith(("//", *_LOOPS)):
        return otherwise
    return text


def is_subject(value: object) -> bool:
    """OpenID Connect allows 255 characters; what cannot be shown or stored is no subject."""
    return isinstance(value, str) and 1 <= len(value) <= LONGEST_SUBJECT and value.isprintable()


def provider_session(issuer: str, sid: object) -> str | None:
    """What we keep of the provider's name for its own session: enough to know it again."""
    if not is_subject(sid):
        return None
    return hashlib.sha256(f"{issuer}\n{sid}".encode()).hexdigest()


def role_from(
    claims: Mapping[str, Any], claim: str | None, roles: Mapping[str, str]
) -> Role | None:
    """The role that the provider's claim gives, or None.

    The claim must be a list of strings and each string must match exactly; any other shape gives
    no role. When several match, the one that comes first in OIDC_ROLES is the role.
    """
    values = claims.get(claim) if claim else None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return None
    return next((Role(role) for value, role in roles.items() if value in values), None)


def browser_name(agent: str) -> str:
    """`Firefox on Windows`: enough to tell one's own sign-ins apart, and no more."""
    browsers = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox"}
    browsers |= {"CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari"}
    systems = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows"}
    systems |= {"Mac OS X": "Mac", "CrOS": "Chromebook", "Linux": "Linux"}
    browser = next((name for sign, name in browsers.items() if sign in agent), "A browser")
    system = next((name for sign, name in systems.items() if sign in agent), "")
    return f"{browser} on {system}" if system else browser
