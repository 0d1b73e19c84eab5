"""Say it: `view.py` decides what is said in which order, `formats/` writes it."""
