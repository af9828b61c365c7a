"""Settings that are addresses, checked: each raises ValueError with the operator's line."""

from base64 import urlsafe_b64encode
from ipaddress import ip_network
from urllib.parse import SplitResult, urlsplit

KEY_BYTES = 32
KEY_LENGTH = 43
HERE = {"127.0.0.1", "localhost", "::1"}


def public_url(given: str) -> str:
    """The address people use, without a path."""
    url = given.rstrip("/")
    parts = _split(url)
    whole = parts and parts.scheme in {"http", "https"} and parts.hostname and not parts.path
    if not parts or not whole or parts.query or parts.fragment or parts.username:
        raise ValueError("PUBLIC_URL must look like https://portal.example.org, with no path")
    if parts.scheme == "http" and parts.hostname not in HERE:
        raise ValueError("PUBLIC_URL must start with https:// unless it is this machine")
    return url


def issuer(given: str) -> str:
    parts = _split(given)
    if not is_here(given) and not (parts and parts.scheme == "https" and parts.hostname):
        raise ValueError("OIDC_ISSUER must start with https:// and name a host")
    return given


def proxies(given: str) -> str:
    """A host's name would be compared with addresses, and never be one."""
    try:
        for address in given.split(",") if given != "*" else ():
            ip_network(address.strip() or "::", strict=False)
    except ValueError:
        raise ValueError(
            "FORWARDED_ALLOW_IPS must list addresses such as 10.0.0.1 or 10.0.0.0/8"
        ) from None
    return given


def redis_url(url: str) -> str:
    is_known = url.startswith(("redis://", "rediss://", "unix://"))
    if url and not (is_known and _split(url)):
        raise ValueError("REDIS_URL must look like redis://host:6379, rediss:// or unix://")
    return url


def smtp_url(url: str) -> str:
    """Its password never stands in the sentence."""
    parts = _split(url)
    if url and not (parts and parts.scheme in {"smtp", "smtps"} and parts.hostname):
        raise ValueError("SMTP_URL must look like smtps://user:password@mail.example.org")
    return url


def mail_from(address: str) -> str:
    """An address alone: a name beside it would say on a locked phone who writes."""
    name, _, host = address.partition("@")
    plain = address.isascii() and not set(address) & set(' <>,;"\t')
    if address and not (name and host and plain):
        raise ValueError("MAIL_FROM must be an address alone, such as notices@example.org")
    return address


def push_key(key: str) -> str:
    """The number that signs push messages: 32 bytes as base64url."""
    bare = key.rstrip("=")
    plain = bare.isascii() and bare.replace("-", "").replace("_", "").isalnum()
    if key and not (len(bare) == KEY_LENGTH and plain):
        raise ValueError("PUSH_KEY is no key; make one with: portal push-key")
    return key


def key_of(secret: bytes) -> str:
    """The push key that a demo's secret stands for."""
    return urlsafe_b64encode(secret[:KEY_BYTES]).decode()


def is_here(url: str) -> bool:
    """Whether it is this machine's, where nobody listens in between."""
    parts = _split(url)
    return parts is not None and parts.scheme == "http" and parts.hostname in HERE


def _split(url: str) -> SplitResult | None:
    """None for what no address can be: a port that is no number, a bracket left open."""
    try:
        parts = urlsplit(url)
        is_whole = parts.port != 0
    except ValueError:
        return None
    return parts if is_whole else None
