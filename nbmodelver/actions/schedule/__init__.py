"""Upkeep on a schedule: times, the list of schedules, crontab and systemd, and the run of one task."""
