"""The portal as it is served, but for the pace of one person: a few stand for many here."""

import uvloop

from portal.app import create_app
from portal.cli import logs
from portal.cli.serving import listener_for, serve
from portal.conversations.switchboard import Switchboard
from portal.realtime import socket
from portal.realtime.rates import Rate
from portal.settings import Settings

UNHELD = Rate(per_second=1e9, burst=1e9)


def main() -> None:
    settings = Settings.from_env()
    logs.set_up("json", "ERROR")
    app = create_app(settings)
    state = app.state.portal
    state.extras["switchboard"] = Switchboard(state, messages=UNHELD)
    socket.FRAMES = UNHELD
    uvloop.run(serve(app, listener_for(settings), lambda: print("ready", flush=True)))


if __name__ == "__main__":
    main()
