"""Living exhibits: parts of a report in which the reader moves something and a network answers, within the page.

An exhibit is plain data that a script, `living.js`, and a template, `living.html.j2`, make visible and movable. What
turns a network into such data stands above this room: `evaluation.portable`, `evaluation.code_map` and
`detection.tryout`.
"""
