"""Which old device is which new one, and what the person said about them. Pure."""
