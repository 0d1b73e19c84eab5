"""GNU's telnetd, which shows its prompt once it knows about the terminal; and one that is too busy by then."""

from tests.unit.probe.moods import Mood, Speak

WANTS = b"\xff\xfb%\xff\xfb&\xff\xfd\x18\xff\xfd \xff\xfd#\xff\xfd'\xff\xfd$"
"""What inetutils 2.4 begins with: WILL and DO authentication and encryption, DO type, speed, display, environment, old environment."""

THEN = b"\xff\xfb\x03\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x05\xff\xfd!"
"""And goes on with: WILL suppress, DO echo, DO window size, WILL status, DO flow control."""


def knowing(shown: bytes) -> Speak:
    """Says `shown` when each of its first options has been answered."""

    def behave(peer) -> None:
        peer.sendall(WANTS)
        got = b""
        while len(got) < len(WANTS):
            data = peer.recv(4096)
            if not data:
                return
            got += data
        peer.sendall(THEN + shown)
        while peer.recv(4096):
            pass

    return behave


RIGHT = Mood(
    tcp=knowing(b"\r\nLinux 6.1 (plug)\r\n\r\nplug login: "),
    learns={"telnet.banner": "Linux 6.1 (plug) plug login:", "telnet.login": "prompt"},
    service="telnet",
)
REFUSING = Mood(
    tcp=knowing(b"All network ports in use.\r\n"),
    learns={"telnet.banner": "All network ports in use.", "telnet.login": "silent"},
    service="telnet",
)
