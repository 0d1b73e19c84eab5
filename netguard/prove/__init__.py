"""The digital twin: a plan's rules in a network of our own, and real packets that show what they let through."""
