"""Whatever can go wrong around Cambist: kills, outages, full disks, locks, leaks, hours of bad answers."""
