"""The only place where sockets are opened: deadlines, caps, cancellation, the port block, the privileged opener."""
