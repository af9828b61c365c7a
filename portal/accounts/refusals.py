"""Why a sign-in did not work, as far as the person and the log may know."""

from portal.languages import N_


class SignInFailed(Exception):
    """`reason` is a code for the log; `sentence` is for the person."""

    status = 403
    sentence = N_("The sign-in service gave an answer we cannot accept. Please start again.")

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class AnswerRefused(SignInFailed):
    """The provider, or somebody in its place, said something that does not hold."""


class ProviderDown(SignInFailed):
    status = 503
    sentence = N_("We cannot reach the sign-in service right now. Please try again in a minute.")


class Cancelled(SignInFailed):
    status = 400
    sentence = N_("The sign-in was stopped before it was done. You can start again.")


class TooLate(SignInFailed):
    """Nothing is known of this sign-in: begun elsewhere, used before, or too long ago."""

    status = 400
    sentence = N_("This sign-in was not begun here, or it took too long. Please start again.")
