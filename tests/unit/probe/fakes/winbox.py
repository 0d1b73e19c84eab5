"""A router that knows the name and sends its salt, and one that ends the connection; keys are any bytes."""

from tests.unit.probe.moods import Mood, speaks

KEY = bytes(range(100, 132)) + b"\x01"
WITH_SALT = bytes((49, 6)) + KEY + b"\xaa" * 16
WITHOUT_SALT = bytes((33, 6)) + KEY


def router(answer):
    def answers(data):
        greets = len(data) == data[0] + 2 and data[1] == 6 and data[2:].index(0) > 0
        return answer if greets else None

    return answers


RIGHT = Mood(tcp=speaks(router(WITH_SALT)), learns={"winbox.answer": True}, service="winbox")
REFUSING = Mood(tcp=speaks(lambda _: None), not_learns=("winbox.answer",), reason="did not answer Winbox's greeting")
