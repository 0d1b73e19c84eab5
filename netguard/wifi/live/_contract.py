"""What a live source is: a module with `SYSTEMS`, `NAME`, `unavailable(interface)`, and `hear(interface, again)`.

`SYSTEMS` are the systems it is for (`linux`, `macos`, `windows`). `unavailable` says why it cannot be used here and what
would help, or null. `hear(interface, again)` yields what the system's radio has heard (`Heard`); with `again` it asks the
system to look anew first, where it may, and waits for that. Raises `VantageError` with a reason when the system refuses.
"""
