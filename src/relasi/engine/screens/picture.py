"""Pictures: the stored images of records, for those who are signed in."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest

from relasi.engine.fields.image import open_picture
from relasi.engine.screens.asking import signed_in

# The name is made from the content, so what stands under it never changes.
FOR_EVER = "private, max-age=31536000, immutable"


@signed_in
def picture(request: HttpRequest, name: str) -> FileResponse:
    """Nobody can guess a name: whoever knows it has seen the record it belongs to."""
    try:
        file = open_picture(f"pictures/{name}")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(file, content_type="image/webp", headers={"Cache-Control": FOR_EVER})
