"""Static files under a path that changes with their content, so browsers may keep them for ever."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from portal.settings import HOME

FOLDER = HOME / "static"
FOREVER = "public, max-age=31536000, immutable"


@lru_cache(maxsize=1)
def build() -> str:
    """A short name for the present content of the static folder."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(FOLDER)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def versioned(path: str) -> str:
    """The address of a static file; scripts may import each other relatively below it."""
    return f"/static/{build()}/{path}"


class VersionedFiles(StaticFiles):
    """Serves `/<build>/<path>`; another build's address gives the present file, not kept."""

    def get_path(self, scope: Scope) -> str:
        whole = super().get_path(scope)
        first, _, rest = whole.partition(os.sep)
        scope["is_present_build"] = first == build()
        return rest

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, *args: Any) -> Response:
        response = super().file_response(full_path, stat_result, scope, *args)
        kept = FOREVER if scope.get("is_present_build") else "no-cache"
        response.headers["cache-control"] = kept
        return response


def static_mount() -> Mount:
    """Outside the site's own middleware: no cookie is read or set for a static file."""
    files = VersionedFiles(directory=Path(FOLDER))
    return Mount("/static", app=GZipMiddleware(files, compresslevel=5), name="static")
