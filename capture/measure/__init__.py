"""What can be measured on a live signal: levels, clipping, what kind of picture it is, cuts, clocks. Numpy only."""
