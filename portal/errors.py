"""What can go wrong in the ordinary course: its HTTP status, and a sentence for the person."""

from portal.languages import N_


class PortalError(Exception):
    """Base of all expected refusals. `sentence` is shown to the person it concerns."""

    status = 500
    code = "error"
    sentence = N_("Something went wrong on our side. Please try again.")

    def __init__(self, sentence: str | None = None) -> None:
        if sentence is not None:
            self.sentence = sentence
        super().__init__(self.sentence)


class NotSignedIn(PortalError):
    status = 401
    code = "not_signed_in"
    sentence = N_("Please sign in to go on.")


class NotAllowed(PortalError):
    status = 403
    code = "not_allowed"
    sentence = N_("Your account cannot do this.")


class NotFound(PortalError):
    """Also the answer for what exists but is not the actor's: the two must not differ."""

    status = 404
    code = "not_found"
    sentence = N_("This page is not here, or it is not yours to see.")


class Conflict(PortalError):
    status = 409
    code = "conflict"
    sentence = N_("Somebody changed this first. Look at it again, please.")


class Invalid(PortalError):
    status = 422
    code = "invalid"
    sentence = N_("Something in this form needs another look.")


class TooFast(PortalError):
    status = 429
    code = "too_fast"
    sentence = N_("That was very quick. Please wait a moment and try again.")

    def __init__(self, sentence: str | None = None, seconds: int = 10) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class Unavailable(PortalError):
    status = 503
    code = "unavailable"
    sentence = N_("We cannot reach our records right now. Please try again in a minute.")
