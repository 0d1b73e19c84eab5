"""What a file format is: a module with `NAME`, `recognises(head)`, and `read(file, where) -> Iterator[Heard]`.

`NAME` is what people call it, "output of iw". `recognises` gets the first `HEAD` bytes of a file (unpacked, where it was
gzip) and says whether it is this format. `read` gets the file open for reading in binary, at its start, and yields while
it reads: no file is ever held in memory as a whole. It raises `WifiFileError` only where nothing at all can be read;
what is broken in the middle is passed over.
"""

HEAD = 4096
"""Bytes of a file that a format may look at to know itself."""
