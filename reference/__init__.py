"""Reference networks, one architecture a file."""
