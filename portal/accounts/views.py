"""Addresses of signing in, signing out and one's own account."""

from portal.accounts import account_page, back_channel, leaving, signing
from portal.permissions import Permission
from portal.web.limits import CALLBACKS, INVITATIONS, LOGOUTS, SIGN_INS
from portal.web.routing import ANY_SERVER, ANYONE, get, post

OWN = Permission.ACCOUNT_USE

routes = [
    get("/welcome", signing.welcome, allow=ANYONE),
    get("/sign-in", signing.start, allow=ANYONE, pace=SIGN_INS),
    get("/auth/callback", signing.callback, allow=ANYONE, pace=CALLBACKS),
    get("/invitations/{token}", signing.invitation_page, allow=ANYONE, pace=INVITATIONS),
    get("/invitations/{token}/sign-in", signing.accept, allow=ANYONE, pace=INVITATIONS),
    post("/auth/back-channel-logout", back_channel.told_to_end, allow=ANY_SERVER, pace=LOGOUTS),
    post("/sign-out", leaving.sign_out, allow=OWN),
    get("/signed-out", leaving.signed_out, allow=ANYONE),
    get("/signed-out/{ticket}", leaving.signed_out_here, allow=ANYONE),
    get("/signed-out/{ticket}/provider", leaving.to_provider, allow=ANYONE),
    get("/account", account_page.account, allow=OWN),
    post("/account/language", account_page.set_language, allow=OWN),
    post("/account/theme", account_page.set_theme, allow=OWN),
    post("/account/keys", account_page.set_keys, allow=OWN),
    post("/account/sessions/end-others", account_page.end_others, allow=OWN),
    post("/account/sessions/{session_id}/end", account_page.end_one, allow=OWN),
    get("/account/session", account_page.session_state, allow=ANYONE),
    post("/account/session", account_page.extend, allow=OWN),
    get("/signed-in-again", account_page.signed_in_again, allow=OWN),
]
