"""The real daemons, one a module: the Debian packages it comes in and how it is run. The module's name is the daemon's."""
