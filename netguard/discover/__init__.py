"""Who is here: one protocol per file, each `discover(vantage, net) -> Iterator[Sighting]`."""
