"""RTSP: the server in VLC's library, which plays a second of silence to whoever asks.

VLC's own program refuses to run as root, which is the only user that a user namespace has; its library does not.
"""

import io
import sys
import wave
from pathlib import Path

from netguard.demo.recipes._contract import PASSWORD, Daemon, Place, Recipe

_PROGRAM = """
import ctypes, signal, sys
sound, to, *words = (word.encode() for word in sys.argv[1:])
vlc = ctypes.CDLL("libvlc.so.5")
for name in ("libvlc_new", "libvlc_media_new_path", "libvlc_media_player_new_from_media"):
    getattr(vlc, name).restype = ctypes.c_void_p
words = [b"-I", b"dummy", b"--no-plugins-cache", b"--no-sout-video", *words]
own = ctypes.c_void_p(vlc.libvlc_new(len(words), (ctypes.c_char_p * len(words))(*words)))
media = ctypes.c_void_p(vlc.libvlc_media_new_path(own, sound))
for option in (b":sout=#rtp{sdp=" + to + b"}", b":input-repeat=65535"):
    vlc.libvlc_media_add_option(media, option)
player = ctypes.c_void_p(vlc.libvlc_media_player_new_from_media(media))
vlc.libvlc_media_player_play(player)
signal.pause()
"""
"""Python that has libvlc serve the sound file at the address, with VLC's own options after the two."""

_HERTZ = 8_000


def recipe(place: Place) -> Recipe:
    """A stream for anybody; with the option `login` = `required`, for nobody without a name and a password."""
    port = place.port(554)
    login = ("--sout-rtsp-user=owner", f"--sout-rtsp-pwd={PASSWORD}") if place.option("login") == "required" else ()
    to = f"rtsp://{place.address}:{port}{place.option('path', '/')}"
    plugins = [str(folder) for folder in Path(place.folder).glob("usr/lib/*/vlc/plugins")]
    return Recipe(
        argv=(sys.executable, "-c", _PROGRAM, "/run/lab/sound.wav", to, *login),
        files=(("/run/lab/sound.wav", _silence()),),
        environment=(("VLC_PLUGIN_PATH", plugins[0]),) if plugins else (),
        ready=(("tcp", port),),
    )


def _silence() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_HERTZ)
        sound.writeframes(bytes(2 * _HERTZ))
    return file.getvalue()


DAEMON = Daemon(
    packages=("vlc-bin", "vlc-plugin-base", "libvlc5", "libvlccore9", "libidn12"),
    executable="vlc",
    recipe=recipe,
    parts=("usr/lib/*/vlc/plugins/stream_out/libstream_out_rtp_plugin.so",),
    alone=True,
)
