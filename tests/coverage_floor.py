"""The floor for branch coverage, in percent: what this system's tests can reach. A drop below it fails `make test`."""

import os
import sys

WITH_THE_LAB = 80
"""Root on Linux: everything but the other systems' back-ends' live calls runs."""

ELSEWHERE = 78
"""Without root the opener, and without namespaces the lab, is left out."""

if __name__ == "__main__":
    print(WITH_THE_LAB if sys.platform == "linux" and os.geteuid() == 0 else ELSEWHERE)
