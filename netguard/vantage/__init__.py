"""Where am I: interfaces, gateway, rights of this computer, and whether this is the person's own network."""
