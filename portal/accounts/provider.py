"""The running portal's one provider, reached from a request."""

from starlette.requests import HTTPConnection

from portal.accounts.oidc import Provider
from portal.web.state import AppState, state_of

_KEY = "provider"


def provider_of(connection: HTTPConnection) -> Provider:
    state = state_of(connection)
    if _KEY not in state.extras:
        use_provider(state, Provider(state.settings.oidc))
    provider: Provider = state.extras[_KEY]
    return provider


def use_provider(state: AppState, provider: Provider) -> None:
    """The demo's own provider is reached inside this process; tests bring theirs."""
    state.extras[_KEY] = provider
