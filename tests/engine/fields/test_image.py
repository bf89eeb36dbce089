"""Pictures: small, clean, of few formats, and never a bomb."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from relasi.engine.fields import ImageField
from relasi.engine.fields import image as image_file
from relasi.engine.fields.image import open_picture
from relasi.engine.fields.kind import EMPTY_CELL, Invalid
from tests.engine.fields.conftest import bound

KIND = bound(ImageField(), "photo")


def picture(size=(2000, 1000), format="PNG", mode="RGB", **more):
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, format, **more)
    return out.getvalue()


def test_a_picture_becomes_a_small_webp_named_by_its_content():
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    first = KIND.parse(SimpleUploadedFile("a.jpg", picture(format="JPEG", exif=exif)))
    with open_picture(first) as file:
        content = file.read()
    stored = Image.open(io.BytesIO(content))
    assert (stored.format, stored.size) == ("WEBP", (1024, 512))
    assert b"secret place" not in content
    assert not stored.getexif()
    assert KIND.parse(picture(format="JPEG", exif=exif)) == first


def test_a_picture_lying_on_its_side_is_put_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    name = KIND.parse(picture(size=(40, 20), format="JPEG", exif=exif))
    with open_picture(name) as file:
        assert Image.open(file).size == (20, 40)


def test_transparency_is_kept():
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    with open_picture(KIND.parse(out.getvalue())) as file:
        assert Image.open(file).convert("RGBA").getpixel((5, 5))[3] == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", picture()[:200], b"%PDF-1.4",
     b"GIF89a"],
)  # fmt: skip
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(Invalid):
        KIND.parse(SimpleUploadedFile("a.png", content))


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(image_file, "MOST_PIXELS", 100)
    with pytest.raises(Invalid) as refused:
        KIND.parse(picture(size=(20, 20)))
    assert refused.value.code == "OUT_OF_RANGE"


def test_a_file_too_large_is_refused_unread(monkeypatch):
    monkeypatch.setattr(image_file, "LARGEST_FILE", 10)
    with pytest.raises(Invalid):
        KIND.parse(SimpleUploadedFile("a.png", picture()))
    with pytest.raises(Invalid):
        KIND.parse(picture())


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "pictures/ab/../x.webp", "secret_key", "pictures/aa/" + "a" * 64 + ".webp"]
)
def test_a_name_that_is_no_stored_picture_is_refused(name):
    with pytest.raises(Invalid):
        KIND.parse(name)
    with pytest.raises(FileNotFoundError):
        open_picture(name)


def test_a_form_keeps_replaces_or_removes_the_picture():
    name = KIND.parse(picture(size=(5, 5)))
    assert default_storage.exists(name)
    assert KIND.given({"photo.kept": name}) == name
    assert KIND.given({"photo.kept": name, "photo.remove": "1"}) is None
    assert KIND.given({"photo.kept": name}, {"photo": "file"}) == "file"
    assert KIND.parse(name) == name
    assert f'src="{KIND.show(name)}"' in KIND.cell(name)
    assert KIND.cell(None) == EMPTY_CELL
    assert KIND.cell('x"><script>') == EMPTY_CELL
