"""The older LAN protocol of Aqara's and Xiaomi's gateways (Lumi gateway LAN communication API, 1.2), switched on."""

import json

from netguard.demo.servers._contract import Answer, Context


class Gateway:
    """The gateway of one device: it lists what hangs on it, and counts who wants to command it."""

    group: str | None = None

    def __init__(self, context: Context) -> None:
        self._sid = context.device.mac.replace(":", "")
        self._note = context.note

    def announcements(self) -> tuple[bytes, ...]:
        """Nothing."""
        return ()

    def answers(self, data: bytes, sender: tuple[str, int]) -> tuple[Answer, ...]:  # noqa: ARG002 - the contract
        """The list to `get_id_list`, nothing to the rest."""
        try:
            asked = json.loads(data)
        except (ValueError, RecursionError):
            return ()
        command = asked.get("cmd") if isinstance(asked, dict) else None
        if command != "get_id_list":
            self._note("write-attempt" if command == "write" else "other")
            return ()
        said = {"cmd": "get_id_list_ack", "sid": self._sid, "token": "1234567890abcdef", "data": '["158d0001"]'}
        return (Answer(data=json.dumps(said).encode()),)


def responder(context: Context) -> Gateway:
    """The gateway."""
    return Gateway(context)
