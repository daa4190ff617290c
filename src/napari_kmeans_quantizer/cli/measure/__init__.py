"""The command `measure`: areas and shares of clusters in pictures, as one table."""
