"""Every error that reaches a person, in one tree. Each message names the thing, the reason and the next step."""

from netguard import exitcodes


class NetguardError(Exception):
    """Something a person can act on; the message is shown as it is, without a traceback."""

    exit_code = exitcodes.NOTHING_LOOKED_AT


class UsageError(NetguardError):
    """What was asked for makes no sense: unknown interface, target that is not on-link, unknown name."""

    exit_code = exitcodes.USAGE


class VantageError(NetguardError):
    """This computer's own network situation could not be read, or has no usable interface."""


class NotAtHomeError(NetguardError):
    """The network is not enrolled as the person's own; nothing was sent."""


class AlreadyScanningError(NetguardError):
    """Another scan of the same home is under way, so this one did not begin."""


class PrivilegeError(NetguardError):
    """A right is missing, or could not be given up as promised."""


class RulesError(NetguardError):
    """A rule file cannot be used. The message has the form `file: field: reason`."""


class ConfigError(NetguardError):
    """The configuration file cannot be used. The message names file and key."""

    exit_code = exitcodes.USAGE


class DocumentError(NetguardError):
    """A scan document cannot be read: damaged, or written by a newer netguard."""


class HistoryError(NetguardError):
    """The history cannot be opened, read or written."""


class NothingEarlierError(HistoryError):
    """There is no earlier scan of the same network to compare one with."""


class NotRememberedError(HistoryError):
    """A scan was saved, but the devices it saw could not be remembered."""


class WifiFileError(NetguardError):
    """A file of captured or listed Wi-Fi networks cannot be read. The message names the file and the reason."""


class PlanError(NetguardError):
    """A plan, or what was learnt for one, cannot be used. The message has the form `file: line 12: field: reason`."""

    exit_code = exitcodes.USAGE


class LabError(NetguardError):
    """The simulated home could not be built."""


class RefusedRulesError(NetguardError):
    """The program that loads a router's rules refuses them; the message has its reason."""

    exit_code = exitcodes.FOUND


class ScheduleError(NetguardError):
    """A schedule could not be written, started or taken out."""
