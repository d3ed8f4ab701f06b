"""Group nodes: several nodes in one card, with the params that matter outside. A group is data, never code.

A node of type `group.custom` carries its content with it (`NodeDoc.inside`): there is nothing to look up, so nothing
can refer to itself. `resolve` opens the groups (flatten.py) and from there on there are only ordinary nodes, whose ids
say where they lie: `group1/qtgmc1`.
"""
