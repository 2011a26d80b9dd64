"""
What has failed, what has become of it since, and what there is to do; values only.

May import records and schemas.
The commands `errors` and `replay` read the topics and work with these values.
"""
