"""What holds for every test."""

from hypothesis import settings

# Laws are about what comes out, not about how busy the machine is; pytest-timeout ends what hangs.
settings.register_profile("feeder", deadline=None)
settings.load_profile("feeder")
