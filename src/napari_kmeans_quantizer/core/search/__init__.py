"""Ways to find the centers of weighted colors."""
