"""Third-party node packs live in this folder; a pack imports nodes.api and nothing else of ours."""
