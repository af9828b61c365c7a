"""The live socket's address: who may open it, and what it does then."""

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket

from portal.accounts.backend import token_of
from portal.conversations.desk import Desk
from portal.conversations.doorkeeper import Seat
from portal.conversations.packets import person_of
from portal.conversations.switchboard import Switchboard, state_frame, switchboard_of
from portal.errors import NotAllowed, NotSignedIn, PortalError
from portal.realtime.frames import write_frame
from portal.realtime.socket import serve
from portal.settings import Settings
from portal.web.requests import origin_of
from portal.web.state import state_of
from portal.web.static import build


async def live_socket(websocket: WebSocket) -> None:
    """GET /live: refuse before the upgrade, or greet and serve until either side ends it."""
    try:
        board = switchboard_of(websocket)
        async with board.door.seat(_token_of(websocket)) as seat:
            if seat.connection.ending is not None:
                raise NotSignedIn
            await _serve(websocket, board, seat)
    except PortalError as error:
        await _refuse(websocket, error)


def _token_of(websocket: WebSocket) -> str:
    if not is_own_page(websocket, state_of(websocket).settings):
        raise NotAllowed("This did not come from our own page.")
    token = token_of(websocket)
    if token is None:
        raise NotSignedIn
    return token


def is_own_page(websocket: WebSocket, settings: Settings) -> bool:
    """Nothing else stops a foreign page from opening a socket with the visitor's cookie."""
    origins = websocket.headers.getlist("origin")
    hosts = [host.lower() for host in websocket.headers.getlist("host")]
    return origins == [settings.origin] and hosts == [settings.host_header]


async def _serve(websocket: WebSocket, board: Switchboard, seat: Seat) -> None:
    connection = seat.connection
    await websocket.accept()
    connection.offer(write_frame("hello", person=person_of(connection.actor), server=build()))
    if board.is_delayed:
        connection.offer(state_frame(is_delayed=True))
    await serve(websocket, connection, Desk(board, seat, origin_of(websocket)))


async def _refuse(websocket: WebSocket, error: PortalError) -> None:
    # Whoever is not signed in and whoever comes from elsewhere get the same status.
    status = 403 if isinstance(error, NotSignedIn) else error.status
    response = PlainTextResponse(f"{error.sentence}\n", status_code=status)
    await websocket.send_denial_response(response)
