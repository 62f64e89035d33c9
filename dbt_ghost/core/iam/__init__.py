"""A small evaluator of IAM's logic that answers for all requests at once. Pure.

The evaluator are four files: `proving`, where to start reading, lists the ways to be allowed; `searching` looks for a
request that takes one of them and is denied by nothing; `principals` says whom a statement is about, `conditions` what
it asks of a request. Around them: `documents` reads `policies`, `questions` are what goes in and out, `regions` are
sets of requests, `catalogue` are the actions that there are; `languages`, `witnesses` and `resources` are sets of
texts, and texts in them.

What is not modelled counts in favour of the request: an Allow's as true, a Deny's as false. So what is proved holds,
and what is found to be let through only by such an assumption is `unknown`.
"""
