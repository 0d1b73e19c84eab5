"""Routers that are made up from what their makers and the programs that talk to them say: one fake a family, in every mood."""
