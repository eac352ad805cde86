"""Living exhibits: parts of a report in which the reader moves something and a network answers, within the page.

An exhibit is plain data. A template, `living.html.j2`, makes it visible, and a script, `script.html.j2`, movable. What
turns a network into such data stands above this room: `evaluation.portable`, `evaluation.code_map` and
`detection.tryout`.
"""
