"""What no policy of AWS can hold the deployer to: said to whoever installs it. Pure."""

from __future__ import annotations

BEYOND: tuple[str, ...] = (
    "`sns:Unsubscribe` and `sns:SetSubscriptionAttributes` are asked for on the topic, and no condition says whose "
    "subscription it is. On topics by which prod fans out to a step, CI could end prod's own.",
    "`iam:CreateRole` has no condition on whom the role trusts. CI could make a role that somebody else may assume; "
    "its boundary lets it do no more than a ghost.",
    "No condition says where a ghost's bucket sends its notifications (`s3:PutBucketNotification`), or where its "
    "queues, rules and subscriptions put what failed. CI could fill a queue of prod's whose policy lets in any bucket "
    "of the account, or that takes anybody's dead letters, as queues do unless they are told otherwise.",
    "`lambda:AddPermission` has a condition on the service, none on what the service acts for, and "
    "`lambda:CreateEventSourceMapping` none on the queue. But a permission opens a ghost's function only, and ghosts' "
    "boundaries let no function read prod's queues.",
    "Quotas are the account's: what `lambda:PutFunctionConcurrency` reserves for a ghost is taken from what prod may "
    "use, and no condition limits the number.",
    "`lambda:TagResource` cannot say which event source mapping: AWS names them by number. CI could tag prod's.",
    "`s3:PutBucketPublicAccessBlock` closes a ghost's bucket, and could open it; `s3:PutBucketPolicy`, allowed where a "
    "step is shared, could let anybody into a ghost's bucket.",
    "`lambda:GetFunctionConfiguration` shows the environment of prod's functions in clear, unless a key of the team's "
    "encrypts it.",
    "HEAD of a bucket and its listing are one right, `s3:ListBucket`: the names of all objects of the buckets that "
    "trigger steps can be read.",
    "A branch's code reads the keys that its step reads in prod, and may log or send them. Whoever may deploy may read "
    "them: that is what the review of CI's environment is for.",
    "One role deploys all ghosts of the project: a job of one branch could change another branch's ghost.",
)
