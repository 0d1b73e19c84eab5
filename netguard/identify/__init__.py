"""Which sightings are one device, who made it, what is it. Pure."""
