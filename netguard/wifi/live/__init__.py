"""This computer's own radio: one way of asking its system per file; nothing but scans that the system itself makes."""
