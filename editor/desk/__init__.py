"""What is being worked on: the document, its history, the selection, the moment looked at. No widgets here."""
