"""Property tests of this folder look at behaviour: a busy machine must not fail them."""

from hypothesis import settings

settings.register_profile("graphs", deadline=None, max_examples=60)
settings.load_profile("graphs")
