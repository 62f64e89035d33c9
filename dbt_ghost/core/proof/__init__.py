"""The proof that a ghost cannot hurt production: what is asked of which documents, and how the answers read. Pure.

`core.iam` answers a question about policies; here is what must be asked of a ghost's. The claims are written without a
look at how the documents are made.
"""
