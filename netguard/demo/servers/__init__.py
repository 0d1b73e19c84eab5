"""The simulated servers, one protocol a module; the module's name is the `kind` of a `homes.Server`."""
