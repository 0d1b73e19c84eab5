"""An FTP server that lets anonymous in, as vsftpd does with anonymous_enable, and one that does not (RFC 959, 1635)."""

from tests.unit.probe.moods import Mood, speaks


def serving(to_password: bytes):
    def answers(said: bytes) -> bytes | None:
        word = said.split(b" ")[0].strip()
        return {
            b"USER": b"331 Please specify the password.\r\n",
            b"PASS": to_password,
            b"QUIT": b"221 Goodbye.\r\n",
        }.get(word, b"500 Unknown command.\r\n")

    return speaks(answers, greeting=b"220-Welcome\r\n220 (vsFTPd 3.0.3)\r\n")


RIGHT = Mood(tcp=serving(b"230-Be kind.\r\n230 Login successful.\r\n"), learns={"ftp.anonymous": True})
REFUSING = Mood(tcp=serving(b"530 Login incorrect.\r\n"), learns={"ftp.anonymous": False})
