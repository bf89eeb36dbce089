"""A stored picture is served to those who are signed in, and nothing else is."""

import io
from types import SimpleNamespace

import pytest
from django.http import Http404
from django.test import RequestFactory
from PIL import Image

from relasi.engine.fields.image import keep_picture, picture_address
from relasi.engine.screens.picture import picture


def asked(path, signed_in=True):
    request = RequestFactory().get(path)
    request.visitor = SimpleNamespace(signed_in=signed_in)
    return picture(request, path.removeprefix("/picture/"))


def stored():
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG")
    return picture_address(keep_picture(out.getvalue()))


def test_a_picture_is_an_image_that_may_be_kept_for_ever_by_its_reader_alone():
    answer = asked(stored())
    assert answer["Content-Type"] == "image/webp"
    assert "immutable" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content).startswith(b"RIFF")


@pytest.mark.parametrize(
    "path", ["/picture/../secret_key", "/picture/ab/x.webp", "/picture/", "/picture/aa/" + "a" * 64 + ".webp"]
)
def test_any_other_name_is_not_found(path):
    with pytest.raises(Http404):
        asked(path)


def test_a_stranger_is_sent_to_sign_in():
    assert asked(stored(), signed_in=False).status_code == 302
