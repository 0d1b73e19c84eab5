"""Why the network gave no answer. A probe lets these pass; the pipeline writes them down as the attempt's reason."""


class Failure(Exception):
    """Something on the network side; the message is a reason that a person can read."""


class RefusedByUs(Failure):
    """The guard refused: a device that must not be touched, a port without payload, an address that is not at home."""


class NotInstalled(Failure):
    """A program that this computer would need is not there; the message says what it would be good for."""


class NoAnswer(Failure):
    """The peer refused, reset, or said nothing in time."""


class Closed(NoAnswer):
    """Nobody listens on that port, and the peer says so: it was looked at."""


class TooMuch(Failure):
    """The peer said more, or for longer, than anything honest would."""


class Gone(NoAnswer):
    """It answered before and does so no more; whatever asks it next must not, and the pipeline sees to that."""


class OutOfTime(Failure):
    """The device's or the scan's time is used up."""


class Cancelled(Failure):
    """The person interrupted the scan."""
