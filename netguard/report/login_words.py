"""What is said of the logins of routers and access points, in words: parts of `words.VALUES` and `words.ON_A_PORT`."""

VALUES: dict[str, dict[str, str]] = {
    "login.says": {
        "none": "that it has no password",
        "factory": "that its password is the one it came with",
        "setup": "that nobody has set it up yet",
        "set": "that its password is one of its owner's",
        "asks": "that it asks for a password",
        "locked": "that it refuses logins for a while",
    },
    "login.tried": {
        "accepted": "it let one of them in",
        "refused": "it refused them",
        "open": "none was needed: it showed what it protects to anybody",
    },
}

ON_A_PORT: dict[str, dict[str, str]] = {
    "login.says": {
        "none": "it says that it has no password",
        "factory": "it says that its password is the one it came with",
        "setup": "it says that nobody has set it up yet",
        "set": "it says that its password is one of its owner's",
        "asks": "it asks for a password",
        "locked": "it says that it refuses logins for a while",
    },
    "login.tried": {
        "accepted": "it lets in the login it came with",
        "refused": "it refused the login it came with",
        "open": "it shows its settings to anybody, without a login",
    },
    "login.encrypted": {"no": "its login page is not encrypted"},
}
