"""Files in a bucket of any service that speaks S3. Its client blocks, so threads wait for it."""

import asyncio
import io
from urllib.parse import urlsplit

import structlog
import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from portal.attachments.refusals import CannotKeep, CannotShow

log = structlog.get_logger()

TIMEOUT = urllib3.Timeout(connect=3, read=10)
# What the service, the way to it, or its answer may raise.
AWAY = (MinioException, urllib3.exceptions.HTTPError, OSError, ValueError)


class Bucket:
    """`url` is the service's address and the bucket: `https://s3.example.org/portal-files`."""

    def __init__(self, url: str, key: str, secret: str, region: str) -> None:
        parts = urlsplit(url)
        self._bucket = parts.path.strip("/")
        self._client = Minio(
            parts.netloc,
            access_key=key,
            secret_key=secret,
            secure=parts.scheme == "https",
            region=region,
            http_client=urllib3.PoolManager(timeout=TIMEOUT, maxsize=8, retries=0),
        )

    async def keep(self, name: str, data: bytes) -> None:
        try:
            await asyncio.to_thread(self._put, name, data)
        except AWAY as error:
            log.exception("attachments.cannot_keep", code=_code_of(error))
            raise CannotKeep from error

    async def fetch(self, name: str) -> bytes:
        try:
            return await asyncio.to_thread(self._get, name)
        except AWAY as error:
            log.exception("attachments.cannot_show", code=_code_of(error))
            raise CannotShow from error

    async def forget(self, name: str) -> None:
        try:
            await asyncio.to_thread(self._client.remove_object, self._bucket, name)
        except AWAY as error:
            raise CannotKeep from error

    def _put(self, name: str, data: bytes) -> None:
        self._client.put_object(self._bucket, name, io.BytesIO(data), len(data))

    def _get(self, name: str) -> bytes:
        answer = self._client.get_object(self._bucket, name)
        try:
            return bytes(answer.read())
        finally:
            answer.close()
            answer.release_conn()


def _code_of(error: Exception) -> str | None:
    """What the service calls it: `AccessDenied`, `NoSuchBucket`. None where it did not answer."""
    return error.code if isinstance(error, S3Error) else None
