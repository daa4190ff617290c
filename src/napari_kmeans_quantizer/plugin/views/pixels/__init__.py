"""The sampled pixels as a table."""
