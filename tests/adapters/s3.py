"""A stand-in for S3 that knows just what the media store asks: put, get with a range, head, delete, list, multipart."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit


class FakeS3:
    """Listens on a free port of this machine until the block ends."""

    def __enter__(self) -> Self:
        objects: dict[str, bytes] = {}
        handler = type("Handler", (_Handler,), {"objects": objects, "uploads": {}})
        self.objects = objects
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str) -> str:
        endpoint = f"http://127.0.0.1:{self._server.server_port}"
        return f"s3://{path}?endpoint={endpoint}&region=eu&access_key_id=key&secret_access_key=secret"


class _Handler(BaseHTTPRequestHandler):
    objects: dict[str, bytes]
    uploads: dict[str, dict[int, bytes]]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_PUT(self) -> None:
        key, query = self._where()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "partNumber" in query:
            self.uploads[query["uploadId"][0]][int(query["partNumber"][0])] = body
        else:
            self.objects[key] = body
        self._say(200, b"", ETag='"tag"')

    def do_POST(self) -> None:
        key, query = self._where()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "uploads" in query:
            name = f"upload-{len(self.uploads)}"
            self.uploads[name] = {}
            told = f"<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>"
        elif "uploadId" in query:
            parts = self.uploads.pop(query["uploadId"][0])
            self.objects[key] = b"".join(parts[number] for number in sorted(parts))
            told = "<CompleteMultipartUploadResult><ETag>tag</ETag></CompleteMultipartUploadResult>"
        else:
            named = re.findall(r"<Key>([^<]*)</Key>", body.decode())
            for gone in named:
                self.objects.pop(f"{key.split('/')[0]}/{gone}", None)
            told = "<DeleteResult>" + "".join(f"<Deleted><Key>{gone}</Key></Deleted>" for gone in named) + "</DeleteResult>"
        self._say(200, told.encode())

    def do_DELETE(self) -> None:
        key, query = self._where()
        (self.uploads.pop(query["uploadId"][0], None) if "uploadId" in query else self.objects.pop(key, None))
        self._say(204, b"")

    def do_HEAD(self) -> None:
        self._read(lambda whole: b"")

    def do_GET(self) -> None:
        key, query = self._where()
        if "list-type" in query:
            self._list(key.rstrip("/"), query.get("prefix", [""])[0])
        else:
            self._read(lambda whole: whole)

    def _read(self, body: Callable[[bytes], bytes]) -> None:
        key, _ = self._where()
        if key not in self.objects:
            return self._say(404, b"<Error><Code>NoSuchKey</Code></Error>" if self.command == "GET" else b"")
        whole = self.objects[key]
        extra: dict[str, Any] = {"ETag": '"tag"', "Last-Modified": "Fri, 20 Nov 2026 10:00:00 GMT"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if wanted:
            start, end = int(wanted[1]), min(int(wanted[2]), len(whole) - 1)
            extra["Content-Range"] = f"bytes {start}-{end}/{len(whole)}"
            return self._say(206, body(whole[start : end + 1]), **extra)
        return self._say(200, body(whole), length=len(whole), **extra)

    def _list(self, bucket: str, prefix: str) -> None:
        found = "".join(
            f"<Contents><Key>{key.removeprefix(bucket + '/')}</Key><Size>{len(data)}</Size>"
            "<LastModified>2026-11-20T10:00:00.000Z</LastModified><ETag>tag</ETag></Contents>"
            for key, data in sorted(self.objects.items())
            if key.removeprefix(bucket + "/").startswith(prefix)
        )
        self._say(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode())

    def _where(self) -> tuple[str, dict[str, list[str]]]:
        parts = urlsplit(self.path)
        return unquote(parts.path).lstrip("/"), parse_qs(parts.query, keep_blank_values=True)

    def _say(self, status: int, body: bytes, length: int | None = None, **headers: Any) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
