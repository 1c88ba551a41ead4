"""Cover letters drawn from a seed, for measuring how they are read; nothing of them comes from `service.demo.letters`.

A plan says what stands on a letter (`plans`, `wording`, `organs`), `composing` sets it on pages, `papers` and `damage`
do to it what offices do, `classes` names the kinds, `making` makes the file, `mails` packs it. Every organ is invented
and every seal says 测试样章. Seeds below 10,000 are for development, from 10,000 on they are held out (`making`).
"""
