"""Every number that bounds what netguard sends and what it accepts, with the harm it prevents."""

PAYLOAD_BLOCKED_PORTS = frozenset({515, 631, *range(9100, 9108)})
"""LPD, IPP and raw printing. One byte of payload to 9100 is a printed page, so a connection here is opened and closed again."""

ALL_CONNECTIONS_PER_SECOND = 5000.0
"""New connections per second to everything together: home routers' connection tables and Wi-Fi airtime are small."""

ALL_IN_FLIGHT = 2048
"""Unanswered connection attempts to everything together: a dozen devices that drop everything, asked beside each other.
On the own link no router keeps state for them; how many this computer can hold is `capacity.in_flight`."""

FILES_SPARE = 128
"""Open files left for everything else: probes, reports, the history."""

FILES_WINDOWS = 512
"""Sockets a selector holds on Windows (Python's Modules/selectmodule.c)."""

GENTLE_START_PER_SECOND = 100.0
"""First rate towards locks, hubs and whatever is not identified: small network stacks reboot when hurried."""

GENTLE_MOST_PER_SECOND = 2000.0
"""Highest rate towards them, reached only while a canary port keeps answering."""

GENTLE_IN_FLIGHT = 32
"""Unanswered attempts towards one of them: small stacks keep a handful of half-open connections."""

GENTLE_ESTABLISHED = 1
"""Established connections at a time to one of them: many serve exactly one client."""

SILENT_IN_FLIGHT = 128
"""Unanswered attempts towards a device that has answered none of its first ports: what drops everything keeps no state of ours."""

SILENT_AFTER = 4
"""Ports without any answer after which a device counts as silent."""

SILENT_SECONDS = 0.3
"""How long each of these has waited by then: three beacon intervals (0.1 s each) of a sleeping Wi-Fi station."""

SILENT_PER_SECOND = 500.0
"""Rate towards a silent device. The first answer ends it."""

FIRST_ATTEMPTS = 2
"""How many attempts towards a device that has not answered yet wait `CONNECT_SECONDS`; two, since one packet may be lost."""

THIRD_ASKED = 16
"""Ports of one device that are asked a third time, where it answers others: with one packet in fifty lost each way one open
port in some six hundred is silent twice, and a home has dozens of them. What drops more than these has a filter."""

SILENT_PATIENCE = 0.5
"""Seconds that each further attempt waits meanwhile; when any of them answers after all, everything is asked again."""

OVERDUE_SECONDS = 0.1
"""Seconds after which a port that has not answered no longer keeps the next one waiting, where one goes at a time: an
answer that late is rare, and two connections for a moment harm less than minutes of waiting for what drops everything."""

OVERDUE_SECONDS_LEAST = 0.02
"""The same for a device that answers fast; six times its usual time, and not below this."""

STURDY_START_PER_SECOND = 1000.0
"""First rate towards computers, NAS, routers and the like."""

STURDY_MOST_PER_SECOND = 4000.0
"""Highest rate towards them; four fifths of what all together may get, so that nobody else waits for the router's ports."""

STURDY_IN_FLIGHT = 96
"""Unanswered attempts towards one of them."""

STURDY_ESTABLISHED = 4
"""Established connections at a time to one of them; a listen queue of 128 never sees it."""

CANARY_EVERY = 200
"""Most ports between two looks at the canary port (one that answered before)."""

CANARY_FIRST = 20
"""Ports before the first such look; each that is answered doubles the rate and the way to the next."""

CANARY_MISSES = 3
"""Canaries in a row without an answer at the lowest rate after which a device is left alone and reported."""

CONNECT_SECONDS = 1.0
"""Longest wait for an answer to a connection attempt; a sleeping Wi-Fi station answers within a few beacon intervals (0.1 s each)."""

CONVERSATION_SECONDS = 2.5
"""Longest wait for the connection that a probe speaks on: the kernel asks a second time after one second (RFC 6298, 2.1), and
that answer, too, may take its time. A single lost packet then costs a second, and no fact."""

CONNECT_SECONDS_LEAST = 0.25
"""Shortest wait, however fast the device answered so far: power saving delays single answers."""

READ_SECONDS = 3.0
"""Longest a probe waits for one answer, from its first byte asked to its last: stops a peer that drips bytes."""

READ_BYTES = 256 * 1024
"""Most bytes read from one connection: stops a peer that floods."""

UDP_ANSWER_SECONDS = 2.0
"""Longest wait for the answer to one datagram; a sleeping Wi-Fi station answers within a few beacon intervals (0.1 s each),
and small devices take up to a second to think."""

DATAGRAM_BYTES = 9216
"""Bytes read of one datagram: mDNS allows 9,000 with its headers (RFC 6762, 17); stops jumbo datagrams."""

FRAME_BYTES = 2048
"""Bytes read of one raw frame: an Ethernet frame is 1,514; stops jumbo frames."""

DATAGRAMS_PER_SOURCE = 1024
"""Datagrams heard from one address by one socket: stops a peer that answers thousands of times. A resolver that is asked
for the names of a whole network gives some 500, a television with 40 services searched four times 160."""

DATAGRAMS_PER_LISTENING = 4096
"""Datagrams heard in one listening, from everybody: bounds memory when sources are forged."""

DATAGRAMS_AT_ONCE = 512
"""Datagrams read of one socket before one of them is taken apart: more than a system's buffer holds of small ones, and an
end to reading where they come faster than they can be read."""

RECEIVE_BUFFER = 1024 * 1024
"""Bytes asked for each socket's buffer; Linux gives an ordinary program twice `net.core.rmem_max`, 416 KiB by default."""

DEVICE_SECONDS = {"discover": 10.0, "quick": 30.0, "standard": 150.0, "deep": 1800.0}
"""Absolute time spent on one device, by depth; what it did not reach stays outside coverage."""

LIVENESS_SECONDS = 5.0
"""Time of its own for asking a device once more at the end, after its other time may have been used up."""

ARP_PER_SECOND = 2000.0
"""Raw requests (ARP, ICMPv6 to everybody) per second: broadcast is sent at the lowest Wi-Fi rate and wakes every sleeper."""

NEIGHBOURS_AT_ONCE = 200.0
"""Connection attempts per second to addresses nobody may have: the kernel keeps at most 1,024 neighbours by default (gc_thresh3)."""

NMAP_SECONDS = 300.0
"""Longest that one run of nmap may take: sixteen ports that answer nothing need some hundred."""

NMAP_BYTES = 512 * 1024
"""Bytes read of what one run of nmap writes: an unknown service's fingerprint is some 2 KiB; stops a device that makes them long."""
