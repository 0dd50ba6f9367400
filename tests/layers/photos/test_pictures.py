"""Photos: what comes out is a picture and nothing that came along with it."""

import io
import struct
import subprocess
import sys
import threading
import zlib

import pytest
from PIL import Image

from geomap.errors import PhotoRefused, PhotosBusy
from layers.photos import darkroom, pictures
from layers.photos.pictures import developed

CANARY = b"GEOMAP-CANARY-60.7100,28.7300"
GPS_IFD = 34853


def picture(size=(1200, 800), colour=(200, 30, 30), mode="RGB"):
    return Image.new(mode, size, colour)


def as_file(image, name, **options):
    written = io.BytesIO()
    image.save(written, name, **options)
    return written.getvalue()


def with_exif(name):
    image = picture()
    exif = image.getexif()
    exif[0x010E] = CANARY.decode()
    exif.get_ifd(GPS_IFD)[2] = (60.0, 42.0, 36.0)
    return as_file(image, name, exif=exif)


def opened(data):
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("name", darkroom.FORMATS)
def test_a_photo_comes_out_as_a_picture_and_a_thumbnail(name):
    found = developed(as_file(picture(), name))
    assert (found.width, found.height) == (1200, 800)
    assert opened(found.full).size == (1200, 800)
    assert opened(found.thumbnail).size == (480, 320)
    assert opened(found.full).format == "JPEG"


@pytest.mark.parametrize("name", darkroom.FORMATS)
def test_no_metadata_of_the_camera_comes_through(name):
    data = with_exif(name)
    assert CANARY in data
    found = developed(data)
    for part in (found.full, found.thumbnail):
        assert CANARY not in part
        assert not opened(part).getexif()
        assert "icc_profile" not in opened(part).info


def test_bytes_behind_the_picture_do_not_come_through():
    found = developed(as_file(picture(), "JPEG") + b"<script>" + CANARY)
    assert CANARY not in found.full + found.thumbnail


def test_a_photo_taken_on_its_side_is_turned_upright():
    image = picture()
    exif = image.getexif()
    exif[0x0112] = 6
    found = developed(as_file(image, "JPEG", exif=exif))
    assert (found.width, found.height) == (800, 1200)


def test_a_large_photo_is_made_smaller():
    found = developed(as_file(picture((5000, 1000)), "JPEG"))
    assert (found.width, found.height) == (2560, 512)


def test_what_shows_through_stands_on_white():
    found = developed(as_file(picture((8, 8), (0, 0, 0, 0), "RGBA"), "PNG"))
    assert opened(found.full).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + bytes(40),
        b"II*\x00" + bytes(40),
        b"\xff\xd8\xff" + bytes(200),
        b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40),
    ],
)
def test_what_is_no_photo_is_refused(data):
    with pytest.raises(PhotoRefused):
        developed(data)


def test_half_a_photo_is_refused():
    data = as_file(picture(), "JPEG")
    with pytest.raises(PhotoRefused):
        developed(data[: len(data) // 2])


def test_a_photo_that_unfolds_beyond_bounds_is_refused():
    def chunk(name, body):
        checksum = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)

    head = struct.pack(">IIBBBBB", 65_535, 65_535, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9999)))
    with pytest.raises(PhotoRefused, match="pixels"):
        developed(data + chunk(b"IEND", b""))


def test_a_file_beyond_the_limit_is_not_even_opened(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_BYTES", 100)
    with pytest.raises(PhotoRefused, match="100"):
        developed(as_file(picture(), "JPEG"))


def test_too_many_photos_at_once_are_asked_to_come_again(monkeypatch):
    monkeypatch.setattr(pictures, "_slots", threading.BoundedSemaphore(1))
    with pictures._slots, pytest.raises(PhotosBusy):
        developed(as_file(picture(), "JPEG"))
    assert developed(as_file(picture(), "JPEG"))


TRIES = {
    "reads no file": "open('/etc/passwd').read()",
    "sees no folder": "import os; assert os.listdir('/') == []; raise OSError",
    "makes no file": "open('/made', 'w')",
    "reaches no address": (
        "import socket; s = socket.socket(); s.settimeout(2); s.connect(('127.0.0.1', PORT))"
    ),
    "starts no program": "import subprocess; subprocess.run(['/bin/true'])",
}


@pytest.mark.parametrize("what", TRIES)
def test_the_process_that_opens_a_photo_can_do_nothing_else(what, listening):
    attempt = TRIES[what].replace("PORT", str(listening))
    program = (
        f"import runpy, socket; room = runpy.run_path({darkroom.__file__!r})\n"
        "import subprocess, os\n"
        "room['shut_in']()\n"
        f"try:\n    {attempt}\n"
        "except OSError:\n    os._exit(7)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=False)
    assert done.returncode == 7, done.stderr


@pytest.fixture
def listening():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
