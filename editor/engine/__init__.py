"""From the document to pictures: compiles after each edit, keeps every view's picture true, watches the worker."""
