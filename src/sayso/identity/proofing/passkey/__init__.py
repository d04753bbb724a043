"""A passkey she keeps on a device of hers, and the recovery codes for when the device is gone."""
