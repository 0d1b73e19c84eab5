"""The words of a refusal: those that tell of a lock, and what is none of them."""

import time

import pytest

from netguard.model.login import Leave
from netguard.probe._login import trying
from netguard.probe._login.trying import Stopped
from tests.logins.server import Mood, Said
from tests.unit.probe.made_up import Made, begun, paused

__all__ = ["paused"]


class Storm(Made):
    """It has its factory login still, and after one wrong login refuses everybody, in other words or the same ones."""

    SAYS = "Wrong password"

    def log_in(self, asked):
        if asked.path == "/login" and self.wrong:
            return Said(body=f"{self.SAYS} at 12:31:0{len(self.asked)} (a7f3{len(self.asked)})")
        said = super().log_in(asked)
        return said if said is None or said.status == 302 else Said(body="Wrong password at 12:30:59 (77ab1)")


@pytest.mark.parametrize("says", ["Wrong password. Kolme kertaa", "Wrong password, come back tomorrow"])
def test_a_refusal_in_other_words_than_the_control_s_is_no_refusal(net, says):
    storm = type("Other", (Storm,), {"SAYS": says})
    with storm(Mood.FACTORY) as router, pytest.raises(Stopped, match="in other words"):
        begun(router, net).run(Leave(tries=3))


@pytest.mark.parametrize(
    "piece", [b"<style", b"<script>", b"<", b"<script></script>", b"<!--", b"<!---->", b"<b>", b">"]
)
def test_eight_times_the_page_takes_about_eight_times_as_long(piece):
    def seconds(pieces):
        began = time.perf_counter()
        trying.words(piece * pieces, "admin")
        return time.perf_counter() - began

    few = 8192 // len(piece)
    assert min(seconds(8 * few) for _ in range(3)) < 30 * min(seconds(few) for _ in range(3)), "64 would be its square"


def test_times_and_tokens_make_no_other_words(net):
    with Storm(Mood.CHANGED) as router:
        assert begun(router, net).run(Leave(tries=3)).what == "refused"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"<p class='x'>No. Try again, admin!</p>", {"try", "again"}),
        (b"<script>var locked = 'no';</script>Wrong<style>p {}</style>", {"wrong"}),
        (b'{"error":"wrong-key","nonce":"a7f3bcd9","at":"12:00"}', {"error", "wrong", "key", "nonce"}),
        (b"\xff\xfe", set()),
        (b"<!-- <script src='ie.js'> -->Wrong<script>locked</script>", {"wrong"}),
        (b"<!-- <style> -->Wrong <b>Kolme</b><style>p {}</style>", {"wrong", "kolme"}),
        (b"<div data-t='<script>'>Wrong</div><script>locked</script>", {"wrong"}),
        (b"Wrong <script>never ends", {"wrong", "never", "ends"}),
        (b"Wrong <!-- never <b>ends", {"wrong", "ends"}),
        (b"Wrong < never", {"wrong", "never"}),
    ],
)
def test_the_words_of_an_answer(body, shown):
    assert trying.words(body, "admin") == shown
