"""The simulated home: for `netguard demo`, and the lab of the tests."""
