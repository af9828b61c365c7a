"""What we believe of a provider's own description."""

from typing import Any
from urllib.parse import urlsplit

from portal.accounts.refusals import AnswerRefused, ProviderDown
from portal.settings import Oidc

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def read_discovery(found: Any, oidc: Oidc) -> dict[str, Any]:
    """The few entries we use, checked. Raises AnswerRefused or ProviderDown."""
    if not isinstance(found, dict):
        raise ProviderDown("discovery")
    if found.get("issuer") != oidc.issuer:
        raise AnswerRefused("discovery_issuer")
    metadata: dict[str, Any] = {"issuer": oidc.issuer}
    for name in (*ENDPOINTS, "end_session_endpoint"):
        if _is_address(found.get(name), oidc.issuer):
            metadata[name] = found[name]
        elif name in ENDPOINTS:
            raise ProviderDown("discovery")
    metadata["names_issuer"] = found.get("authorization_response_iss_parameter_supported") is True
    if oidc.client_secret:
        metadata["token_endpoint_auth_method"] = _secret_goes_in(found)
    return metadata


def _secret_goes_in(found: dict[str, Any]) -> str:
    """Basic authentication is what every provider has, unless it says otherwise."""
    offered = found.get("token_endpoint_auth_methods_supported")
    in_form_only = isinstance(offered, list) and "client_secret_basic" not in offered
    return "client_secret_post" if in_form_only else "client_secret_basic"


def _is_address(value: object, issuer: str) -> bool:
    """A provider reached over https must not send secrets or people to plain http."""
    if not isinstance(value, str):
        return False
    scheme = urlsplit(value).scheme
    return scheme == "https" or (scheme == "http" and issuer.startswith("http://"))
