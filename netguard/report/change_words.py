"""A plan's closed word lists as a person reads them."""

from netguard.model.plan import SegmentRole

NETWORKS: dict[SegmentRole, str] = {
    SegmentRole.TRUSTED: "for people: computers, phones, storage",
    SegmentRole.IOT: "for locks, hubs and things",
    SegmentRole.GUEST: "for guests",
}
"""What a network is for."""

RULES: dict[SegmentRole, str] = {
    SegmentRole.TRUSTED: "Who is in here goes everywhere in the internet and to the router, and into other networks only where a "
    "port is listed for it.",
    SegmentRole.IOT: "Who is in here gets an address and names from the router, and goes where it is listed; nowhere else.",
    SegmentRole.GUEST: "Who is in here goes everywhere in the internet, and nowhere in the home.",
}
"""What who lives in a network may (the rule itself lives with the policy)."""

SERVICES: dict[str, str] = {"ntp": "time servers"}
"""Services that a plan knows by name."""
