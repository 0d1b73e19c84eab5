"""Every family of login pages in every mood of its fake: what netguard says of it, and how many wrong logins it cost."""

from collections import Counter

from netguard.probe._login import trying
from netguard.rules.loader import load
from tests.logins import trial
from tests.logins.server import Mood
from tests.logins.trial import Verdict
from tests.servers import loopback_network

WIDTH = 13


def main() -> None:
    """Print the table of families and moods, each cell as right, right to say nothing, or wrong; then the sums."""
    trying.PAUSE = 0.0  # the seconds between two logins are for a router's sake
    rules, sums, locked, most = load(), Counter(), 0, 0
    listened = Counter()
    print(f"{'family':<22}" + "".join(f"{mood:<{WIDTH}}" for mood in Mood))
    with loopback_network() as network:
        net = network.net("bench")
        for family in trial.families():
            cells = dict.fromkeys(Mood, "-")
            for mood in trial.moods(family):
                for tried in (True, False):
                    with trial.fake(family)(mood) as router:
                        verdict = trial.run(family, router, net, rules, logins_too=tried).verdict
                    locked, most = locked + router.locked, max(most, router.wrong)
                    how = _how(verdict, mood, trial.expected(family, mood, rules), tried=tried)
                    (sums if tried else listened)[how] += 1
                    if tried:
                        cells[mood] = verdict + ("" if how == "right" else f" {'!' if how == 'wrong' else '?'}")
            print(f"{family:<22}" + "".join(f"{cells[mood]:<{WIDTH}}" for mood in Mood))
    print("\n? it says nothing where it could not tell   ! wrong   - no such mood")
    for what, counted in (("with --logins", sums), ("listening only", listened)):
        print(f"{what:<16}" + "".join(f"{how} {counted[how]:<6}" for how in ("right", "inconclusive", "wrong")))
    print(f"wrong logins that one scan sent: {most} at most; routers that were locked: {locked}")
    bad = sums["wrong"] + listened["wrong"] + locked
    print(f"wanted: nothing wrong and nobody locked: {'yes' if not bad else 'NO'}")


def _how(verdict: Verdict, mood: Mood, expected: tuple[Verdict, ...], *, tried: bool) -> str:
    """Nothing is right of what answers all alike; elsewhere it is neither, where the record says so or nothing was tried."""
    if verdict not in expected and (tried or verdict is not Verdict.NOTHING):
        return "wrong"
    return "inconclusive" if verdict is Verdict.NOTHING and mood not in {Mood.ANSWERS_ALL, Mood.SHOWS_ALL} else "right"


if __name__ == "__main__":
    main()
