"""Renders that wait in line: in a database that the command line and the window share."""
