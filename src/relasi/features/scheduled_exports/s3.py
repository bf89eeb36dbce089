"""S3: one file put into a bucket by one signed request (AWS Signature Version 4), never inwards."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from relasi.engine.api.safe_address import Answer, ask
from relasi.engine.api.webhook import allowed_hosts
from relasi.features.scheduled_exports.trouble import Undelivered

LONGEST_UPLOAD = 3600.0  # seconds
LARGEST = 5 * 1024**3  # bytes one request may bring


@dataclass(frozen=True)
class Bucket:
    """address: https://host of the storage. region: as it names itself."""

    address: str
    region: str
    name: str
    access_key: str
    secret: str

    def url(self, key: str) -> str:
        return f"{self.address.rstrip('/')}/{quote(self.name)}/{quote(key, safe='/-_.~')}"


def put(bucket: Bucket, key: str, content: str) -> str:
    """Stores the file under the key, over what was there. Returns its address. Raises Undelivered."""
    size = Path(content).stat().st_size
    if size > LARGEST:
        raise Undelivered(_("The file is too large for one upload."), for_good=True)
    url = bucket.url(key)
    with open(content, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        given = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        headers = signed("PUT", url, bucket, digest, timezone.now(), given)
        answer = ask("PUT", url, file, headers, allowed_hosts(), seconds=LONGEST_UPLOAD)
    if not answer.is_good:
        raise Undelivered(_("The storage did not take it: %(answer)s") % {"answer": said(answer)})
    return url


def said(answer: Answer) -> str:
    return answer.trouble or f"{answer.code} {' '.join(answer.text.split())[:300]}".strip()


def signed(
    method: str, url: str, bucket: Bucket, digest: str, now: datetime, headers: Mapping[str, str]
) -> dict[str, str]:
    """The headers with those that prove who asks. digest: SHA-256 of the body. The path of the url is encoded already."""
    parts = urlsplit(url)
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    told = {name.lower(): value.strip() for name, value in headers.items()}
    told |= {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment}
    names = ";".join(sorted(told))
    lines = "".join(f"{name}:{told[name]}\n" for name in sorted(told))
    asked = "\n".join([method, parts.path, parts.query, lines, names, digest])
    scope = f"{moment[:8]}/{bucket.region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(asked.encode()).hexdigest()])
    signature = hmac.new(_key(bucket, moment[:8]), text.encode(), hashlib.sha256).hexdigest()
    proof = (
        f"AWS4-HMAC-SHA256 Credential={bucket.access_key}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    own = {"x-amz-content-sha256": digest, "x-amz-date": moment, "Authorization": proof}
    return {**headers, **own}


def _key(bucket: Bucket, day: str) -> bytes:
    key = f"AWS4{bucket.secret}".encode()
    for part in (day, bucket.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
