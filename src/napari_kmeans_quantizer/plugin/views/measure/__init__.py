"""Areas and shares of the clusters in regions and frames, as a table."""
