"""The Code tab: the script that the graph stands for."""
