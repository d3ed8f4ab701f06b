"""One control for each kind of param. All of them speak `Control`'s language; none knows the document."""
