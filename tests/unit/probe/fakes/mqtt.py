"""A broker that lets anybody in, and one that wants a login (CONNACK, MQTT 3.1.1, 3.2)."""

from tests.unit.probe.moods import Mood, speaks


def acknowledges(code: int):
    def answer(data: bytes) -> bytes | None:
        return b"\x20\x02\x00" + bytes((code,)) if data[0] == 0x10 else None

    return answer


RIGHT = Mood(tcp=speaks(acknowledges(0)), learns={"mqtt.code": 0, "mqtt.anonymous": True}, service="mqtt")
REFUSING = Mood(tcp=speaks(acknowledges(5)), learns={"mqtt.code": 5, "mqtt.anonymous": False}, service="mqtt")
