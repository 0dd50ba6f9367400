"""Photos: what comes out is a picture and nothing that came along with it."""

import io
import struct
import subprocess
import sys
import threading
import zlib

import pytest
from PIL import Image, ImageCms

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
    assert opened(found.full).format == "WEBP"


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
    assert (found.width, found.height) == (2048, 410)


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
    monkeypatch.setattr(pictures, "QUEUE_S", 0.1)
    with pictures._slots, pytest.raises(PhotosBusy):
        developed(as_file(picture(), "JPEG"))
    assert developed(as_file(picture(), "JPEG"))


def test_a_photo_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "WAIT_S", 0.01)
    with pytest.raises(PhotoRefused, match="within"):
        developed(as_file(picture(), "JPEG"))


def test_where_no_process_can_be_begun_a_photo_is_asked_for_later(monkeypatch):
    monkeypatch.setattr(pictures.sys, "executable", "/nowhere/python")
    with pytest.raises(PhotosBusy):
        developed(as_file(picture(), "JPEG"))


HEAD = b'{"width": 1, "height": 1, "sizes": [%s]}\n'


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{}",
        b"[1, 2]\n",
        b"\xff\xff\n",
        HEAD % b"4",
        HEAD % b"4, 4, 4" + b"RIFF" * 3,
        HEAD % b"4, 4" + b"RIFF<svg",
        HEAD % b"4, 4" + b"RIFF" * 3,
        HEAD % b"-4, 4" + b"RIFFRIFF",
        HEAD % b'"a", 4',
        b'{"width": 1e999, "height": 1, "sizes": [4, 4]}\nRIFFRIFF',
    ],
)
def test_what_a_broken_decoder_says_is_no_photo(monkeypatch, said):
    monkeypatch.setattr(pictures, "_done", lambda data: said)
    with pytest.raises(PhotoRefused):
        developed(as_file(picture(), "JPEG"))


def test_a_decoder_that_writes_without_end_is_ended(tmp_path, monkeypatch):
    program = tmp_path / "endless.py"
    room = f"import runpy; room = runpy.run_path({darkroom.__file__!r})\n"
    endless = "room['shut_in']()\nwhile 1: sys.stdout.write('a' * 9999)"
    program.write_text(f"{room}import sys\n{endless}")
    monkeypatch.setattr(darkroom, "__file__", str(program))
    with pytest.raises(PhotoRefused, match="too large"):
        developed(as_file(picture(), "JPEG"))


def test_colours_mean_the_same_when_their_profile_is_gone():
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # In a camera of these colours, what is called red is green.
    swapped = usual.replace(b"rXYZ", b"none").replace(b"gXYZ", b"rXYZ").replace(b"none", b"gXYZ")
    data = as_file(picture((8, 8), (200, 30, 30)), "PNG", icc_profile=swapped)
    red, green, _ = opened(developed(data).full).getpixel((4, 4))
    assert green - red > 100


def test_a_profile_that_cannot_be_read_changes_no_colour():
    data = as_file(picture((8, 8), (200, 30, 30)), "PNG", icc_profile=b"no profile")
    red, green, _ = opened(developed(data).full).getpixel((4, 4))
    assert red - green > 100


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
