"""How a router's login page is recognised, asked and tried: what the probes `logins` and `login_attempts` share."""
