"""A bucket of a service that speaks S3, as far as files need it, in a thread of its own.

It looks at the signature as such services do: computed again from the secret, over what came.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

KEY, SECRET = "portal", "a secret of the tests"
NO_SUCH_KEY = b"<Error><Code>NoSuchKey</Code><Message>It is not there</Message></Error>"
_CREDENTIALS = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(\w+)/(\d+)/([\w-]+)/s3/aws4_request, "
    r"SignedHeaders=([\w;-]+), Signature=(\w+)"
)


class Held(ThreadingHTTPServer):
    objects: dict[str, bytes]


class Handler(BaseHTTPRequestHandler):
    server: Held
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self._is_signed(body):
            self.server.objects[self.path] = body
            self._answer(200, b"", etag='"0"')

    def do_GET(self) -> None:
        if self._is_signed(b""):
            data = self.server.objects.get(self.path)
            self._answer(404, NO_SUCH_KEY) if data is None else self._answer(200, data)

    def do_DELETE(self) -> None:
        if self._is_signed(b""):
            self.server.objects.pop(self.path, None)
            self._answer(204, b"")

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/xml")
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _is_signed(self, body: bytes) -> bool:
        found = _CREDENTIALS.fullmatch(self.headers["authorization"] or "")
        if found and found[1] == KEY and found[5] == self._signature(body, *found.group(2, 3, 4)):
            return True
        self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        return False

    def _signature(self, body: bytes, day: str, region: str, signed: str) -> str:
        given = self.headers["x-amz-content-sha256"]
        if given != "UNSIGNED-PAYLOAD":
            assert given == hashlib.sha256(body).hexdigest()
        lines = [f"{name}:{self.headers[name]}\n" for name in signed.split(";")]
        path, _, query = self.path.partition("?")
        asked = "\n".join([self.command, path, query, "".join(lines), signed, given])
        scope = f"{day}/{region}/s3/aws4_request"
        digest = hashlib.sha256(asked.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{self.headers['x-amz-date']}\n{scope}\n{digest}"
        key = f"AWS4{SECRET}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()


@contextmanager
def bucket() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Its address, and what is in it."""
    server = Held(("127.0.0.1", 0), Handler)
    server.objects = {}
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/portal-files", server.objects
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
