"""The files of a project's one-time set-up, as text: every document, in CloudFormation and in Terraform. Pure.

Both are JSON, which each of them takes: nothing here has to know how YAML or HCL quote.
"""
