"""`python -m netguard` is the `netguard` command."""

from netguard.cli import main

if __name__ == "__main__":
    main()
