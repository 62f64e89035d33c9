"""Everything a ghost should be on AWS, derived from what was discovered. Pure: `resources(ground)` is all of it.

`ground` is what every part stands on; `listening` is how events reach each step; `steps` are the functions, `hearing`
the queues, topics, rules and notifications, `tap` the tap; `checks` refuses what no ghost can be.
"""
