"""How a login is sent, one way a module; a record names it (`attempts.scheme`)."""
