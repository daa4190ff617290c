"""Ways to count an image and to sweep over it, behind one protocol, `base.Sweeper`."""
