"""The schema of the SQLite store, as numbered migrations. Append only: released ones never change.

`user_version` is the number of migrations applied. An entry's number is made from its id (see sqlite.py): the order of
entries of one second is then the same in every store that holds them.
"""

from __future__ import annotations

#: "fedr": PRAGMA application_id, tells feeder's databases from others.
APPLICATION_ID = 0x66656472

MIGRATIONS: tuple[str, ...] = (
    # 1: files, entries, topics, feeds, outbox
    """
    CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE entry (
        nr INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        source_key TEXT NOT NULL,
        published INTEGER NOT NULL,
        first_seen INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        withdrawn INTEGER,
        data TEXT NOT NULL
    ) STRICT;

    CREATE TABLE file (
        key TEXT PRIMARY KEY,
        size INTEGER, mtime_ns INTEGER, inode INTEGER,
        fate TEXT NOT NULL CHECK (fate IN ('entry', 'set-aside', 'failed')),
        digest TEXT,
        entry INTEGER REFERENCES entry (nr),
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        CHECK (fate <> 'entry' OR entry IS NOT NULL)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX file_by_entry ON file (entry) WHERE entry IS NOT NULL;
    CREATE INDEX file_by_fate ON file (fate) WHERE fate <> 'entry';

    CREATE TABLE mark (
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        entry INTEGER NOT NULL REFERENCES entry (nr),
        PRIMARY KEY (kind, value, entry)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE topic (
        nr INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        slug TEXT NOT NULL,
        label TEXT NOT NULL,
        count INTEGER NOT NULL DEFAULT 0,
        updated INTEGER NOT NULL DEFAULT 0,
        UNIQUE (kind, key),
        UNIQUE (kind, slug)
    ) STRICT;

    CREATE TABLE posting (
        topic INTEGER NOT NULL REFERENCES topic (nr),
        published INTEGER NOT NULL,
        entry INTEGER NOT NULL REFERENCES entry (nr),
        label TEXT NOT NULL,
        PRIMARY KEY (topic, published DESC, entry DESC)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX posting_by_entry ON posting (entry);

    CREATE TABLE dirty (topic INTEGER PRIMARY KEY REFERENCES topic (nr)) STRICT;

    CREATE TABLE entry_xml (
        entry INTEGER PRIMARY KEY REFERENCES entry (nr),
        fingerprint TEXT NOT NULL,
        xml BLOB NOT NULL
    ) STRICT;

    CREATE TABLE published (path TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE outbox (
        nr INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        entry INTEGER NOT NULL REFERENCES entry (nr),
        watch TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        event_type TEXT NOT NULL,
        body BLOB NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'dead', 'held')),
        attempts INTEGER NOT NULL,
        next_at INTEGER NOT NULL,
        lease_until INTEGER NOT NULL DEFAULT 0,
        created_at INTEGER NOT NULL,
        UNIQUE (entry, watch, endpoint, event_type)
    ) STRICT;
    CREATE INDEX outbox_pending ON outbox (endpoint, next_at) WHERE state = 'pending';

    CREATE TABLE attempt (
        outbox INTEGER NOT NULL REFERENCES outbox (nr),
        number INTEGER NOT NULL,
        started INTEGER NOT NULL,
        ended INTEGER,
        outcome TEXT CHECK (outcome IN ('delivered', 'failed', 'unknown')),
        status INTEGER,
        error TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (outbox, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE closed_endpoint (
        name TEXT PRIMARY KEY,
        url TEXT NOT NULL,
        since INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    # 2: topics without entries, earlier addresses, the order of arrival, archives, tombstones, entries in three forms
    """
    ALTER TABLE topic ADD COLUMN origin TEXT NOT NULL DEFAULT '';
    ALTER TABLE topic ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE topic ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
    UPDATE topic SET listed = 1 WHERE count > 0;

    CREATE TABLE former_slug (
        kind TEXT NOT NULL,
        slug TEXT NOT NULL,
        topic INTEGER NOT NULL REFERENCES topic (nr),
        PRIMARY KEY (kind, slug)
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE posting ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX posting_by_arrival ON posting (topic, arrived, published, entry);

    CREATE TABLE chapter (
        topic INTEGER NOT NULL REFERENCES topic (nr),
        number INTEGER NOT NULL,
        arrived INTEGER NOT NULL,
        published INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        dirty INTEGER NOT NULL DEFAULT 1,
        PRIMARY KEY (topic, number),
        UNIQUE (topic, arrived, published, entry)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX chapter_dirty ON chapter (topic, number) WHERE dirty;

    CREATE TABLE tombstone (
        entry INTEGER NOT NULL REFERENCES entry (nr),
        topic INTEGER NOT NULL REFERENCES topic (nr),
        withdrawn INTEGER NOT NULL,
        PRIMARY KEY (entry, topic)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tombstone_by_topic ON tombstone (topic, withdrawn);

    DROP TABLE entry_xml;
    CREATE TABLE serialised (
        entry INTEGER PRIMARY KEY REFERENCES entry (nr),
        fingerprint TEXT NOT NULL,
        size INTEGER NOT NULL,
        atom BLOB NOT NULL,
        rss BLOB NOT NULL,
        json BLOB NOT NULL
    ) STRICT;
    """,
    # 3: what the jobs of a service did last
    """
    CREATE TABLE job (
        name TEXT PRIMARY KEY,
        started INTEGER,
        seconds REAL,
        outcome TEXT CHECK (outcome IN ('done', 'failed', 'stopped')),
        detail TEXT NOT NULL,
        succeeded INTEGER,
        next_run INTEGER,
        stale_at INTEGER,
        runs INTEGER NOT NULL,
        failures INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    # 4: what readers tell an entry apart by; from which place on entries are in a feed's current document
    """
    CREATE TABLE told_apart (
        entry INTEGER PRIMARY KEY REFERENCES entry (nr),
        marks TEXT NOT NULL
    ) STRICT;

    ALTER TABLE topic ADD COLUMN horizon_arrived INTEGER NOT NULL DEFAULT -1;
    ALTER TABLE topic ADD COLUMN horizon_published INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE topic ADD COLUMN horizon_entry INTEGER NOT NULL DEFAULT 0;
    """,
    # 5: words of the entries in the feeds, in the order of their dates (see lookup.py)
    """
    CREATE TABLE passage (
        doc INTEGER PRIMARY KEY,
        entry INTEGER NOT NULL UNIQUE REFERENCES entry (nr)
    ) STRICT;
    INSERT INTO passage SELECT published * 16777216 + row_number() OVER (PARTITION BY published ORDER BY nr), nr
        FROM entry WHERE withdrawn IS NULL;

    CREATE VIRTUAL TABLE entry_text USING fts5 (
        text, names, outlet, content = '', tokenize = "unicode61 remove_diacritics 2"
    );
    INSERT INTO entry_text (rowid, text, names, outlet) SELECT passage.doc, json_extract(data, '$.article.text'),
        (SELECT group_concat(json_extract(value, '$.label'), char(10)) FROM json_each(data, '$.tags')),
        json_extract(data, '$.article.outlet')
        FROM passage JOIN entry ON entry.nr = passage.entry;
    """,
    # 6: messages that are not about one entry, and why a message is held; how endpoints are doing; stories; digests
    """
    CREATE TABLE outbox_anew (
        nr INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        entry INTEGER REFERENCES entry (nr),
        watch TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        event_type TEXT NOT NULL,
        body BLOB NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'dead', 'held')),
        attempts INTEGER NOT NULL,
        next_at INTEGER NOT NULL,
        lease_until INTEGER NOT NULL DEFAULT 0,
        created_at INTEGER NOT NULL,
        held_for TEXT NOT NULL DEFAULT '',
        replayed INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    INSERT INTO outbox_anew SELECT nr, id, entry, watch, endpoint, event_type, body, state, attempts, next_at,
        lease_until, created_at, iif(state = 'held', 'endpoint', ''), 0 FROM outbox;
    CREATE TABLE attempt_anew (
        outbox INTEGER NOT NULL REFERENCES outbox_anew (nr),
        number INTEGER NOT NULL,
        started INTEGER NOT NULL,
        ended INTEGER,
        outcome TEXT CHECK (outcome IN ('delivered', 'failed', 'unknown')),
        status INTEGER,
        error TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (outbox, number)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO attempt_anew SELECT outbox, number, started, ended, outcome, status, error FROM attempt;
    DROP TABLE attempt;
    DROP TABLE outbox;
    ALTER TABLE outbox_anew RENAME TO outbox;
    ALTER TABLE attempt_anew RENAME TO attempt;
    CREATE INDEX outbox_pending ON outbox (endpoint, next_at) WHERE state = 'pending';
    CREATE UNIQUE INDEX outbox_of_entry ON outbox (entry, watch, endpoint, event_type) WHERE entry IS NOT NULL;
    CREATE INDEX attempt_by_start ON attempt (started);

    ALTER TABLE closed_endpoint ADD COLUMN why TEXT NOT NULL DEFAULT 'gone';
    CREATE TABLE failing_endpoint (
        name TEXT PRIMARY KEY,
        since INTEGER NOT NULL,
        failures INTEGER NOT NULL,
        error TEXT NOT NULL,
        told INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE story_entry (
        entry INTEGER PRIMARY KEY REFERENCES entry (nr),
        story TEXT NOT NULL,
        trace TEXT NOT NULL
    ) STRICT;
    CREATE INDEX story_entry_by_story ON story_entry (story);
    CREATE TABLE story_hit (
        watch TEXT NOT NULL,
        published INTEGER NOT NULL,
        entry INTEGER NOT NULL REFERENCES entry (nr),
        PRIMARY KEY (watch, published, entry)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX story_hit_by_entry ON story_hit (entry);
    CREATE TABLE story_told (
        story TEXT NOT NULL,
        watch TEXT NOT NULL,
        what TEXT NOT NULL,
        PRIMARY KEY (story, watch, what)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE digest_item (
        nr INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        entry INTEGER NOT NULL REFERENCES entry (nr),
        watch TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        body BLOB NOT NULL,
        due INTEGER NOT NULL,
        message TEXT
    ) STRICT;
    CREATE INDEX digest_item_waiting ON digest_item (due, endpoint, nr) WHERE message IS NULL;
    """,
    # 7: what feeds need of an entry beside its forms, without the page its text is on
    """
    CREATE INDEX entry_brief ON entry (nr, id, changed);
    """,
    # 8: subscribers of private feeds; WebSub: who is told of changes, and what is to be told
    """
    CREATE TABLE subscriber (
        name TEXT PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,
        created INTEGER NOT NULL,
        used INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE subscription (
        topic TEXT NOT NULL,
        callback TEXT NOT NULL,
        secret BLOB NOT NULL,
        expires INTEGER NOT NULL,
        PRIMARY KEY (topic, callback)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX subscription_by_end ON subscription (expires);

    CREATE TABLE errand (
        topic TEXT NOT NULL,
        address TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('subscribe', 'unsubscribe', 'content', 'ping')),
        secret BLOB NOT NULL DEFAULT x'',
        lease INTEGER NOT NULL DEFAULT 0,
        due INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        revision INTEGER NOT NULL DEFAULT 1,
        PRIMARY KEY (topic, address, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX errand_by_time ON errand (due);
    """,
)
