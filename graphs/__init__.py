"""The document a user edits and saves: pure values, and all that can be said of them before they run."""
