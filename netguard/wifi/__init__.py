"""What the air says about this home: from whatever hears it to one entry per access point and band; facts only."""
