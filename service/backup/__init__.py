"""A copy of all that the service must not lose, in a folder of its own, and the way back.

    DIR/archive/           mails and readings, content-addressed: grows, is never rewritten
    DIR/state-<time>-…/    records.db, signing.key, config.toml, rules/, mail_templates/, kept_rules/: of one moment
    DIR/manifest.json      names the state in force, with the hash of every file of it; written last

A run that dies leaves the manifest, and with it the state, of the run before.
"""

from service.backup.making import Made, back_up
from service.backup.manifest import Manifest
from service.backup.restoring import Restored, restore

__all__ = ["Made", "Manifest", "Restored", "back_up", "restore"]
