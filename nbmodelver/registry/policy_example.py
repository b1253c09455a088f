"""An example of a policy, for `%mv_policy --example` and for the documentation."""

EXAMPLE = """\
format = 1

# names.version: "semver", "date", "hash" or "any". names.model: a regular expression.
names = { model = "[a-z][a-z0-9-]{1,40}", version = "semver" }

# A version enters production from staging only; the way back needs a reason but no gates.
[stages.staging]
[stages.production]
from = ["staging"]
back = "free"

# What a load, rollback or promotion of a deprecated version does: "warn" or "refuse".
[states]
deprecated = "warn"

# Who has a role: names, logins or e-mail addresses, as the settings, Git or JupyterHub state them.
[roles]
approver = ["ada@example.org", "grace"]      # or public keys, "ed25519:..." as %mv_policy key prints them

# All of them must pass. A condition with a missing value or NaN fails.
[[gates]]
to = "production"
require = "metrics.f1 >= 0.80 and metrics.f1 >= production.metrics.f1 - 0.005"
first = "skip"      # while the stage has no holder

[[gates]]
to = "production"
require = "alarms.open == 0"
check = "bias"      # a passing %%mv_check bias of this very version
max_age_days = 30

[[gates]]
to = "production"
approvals = 2
role = "approver"
not_by = ["author", "requester"]

# A program that runs before or after a verb, with the facts as JSON on its input. Each user allows it once, with
# exactly its content. One that fails before a verb stops it.
[[hooks]]
before = "promote"
run = ["python", "checks/smoke.py"]
time_limit_s = 60

# Who is notified of what. Each user configures the address of the channel: %mv_config channel.team ADDRESS
[[notify]]
on = ["promote", "back", "gate failed", "approval requested", "withdraw", "deprecate", "alarm"]
channel = "team"
"""
