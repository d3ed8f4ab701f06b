"""DV as it lies on tape: what its DIF blocks say, where it is damaged, and several passes made one. Numpy only."""
