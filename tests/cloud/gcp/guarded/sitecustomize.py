"""Python reads this when it starts with this folder on its path: child processes are guarded."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4]))

from tests.cloud.gcp.guard import Guard

Guard(on=True)
