"""A telnet login; and an FTP server that is too busy to let anybody in."""

from tests.unit.probe.moods import Mood, speaks

RIGHT = Mood(
    tcp=speaks(lambda _: b"", b"\xff\xfd\x01\xff\xfb\x01bridge login: "),
    learns={"telnet.banner": "bridge login:", "telnet.login": "prompt"},
    service="telnet",
)
REFUSING = Mood(
    tcp=speaks(lambda _: None, b"421 Too many connections, try again later\r\n"),
    learns={"tcp.banner": "421 Too many connections, try again later"},
    not_learns=("telnet.login",),
)
