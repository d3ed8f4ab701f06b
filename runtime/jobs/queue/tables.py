"""The tables of the queue, and how an older file of them becomes one of today. A step is never altered; one is
added."""

from __future__ import annotations

STEPS = (
    # 1: jobs, and what was said of them
    """
    CREATE TABLE job (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        wanted TEXT NOT NULL,               -- the order, as JSON
        priority INTEGER NOT NULL DEFAULT 0,
        place INTEGER NOT NULL DEFAULT 0,   -- in line, among those of its priority
        stage TEXT NOT NULL DEFAULT 'waiting',
        owner TEXT NOT NULL DEFAULT '',     -- who renders it
        wish TEXT NOT NULL DEFAULT '',      -- what its owner is asked to do: pause, cancel
        run INTEGER NOT NULL DEFAULT 0,     -- how often it was begun
        deaths INTEGER NOT NULL DEFAULT 0,  -- owners that died over it, one after the other, before it got further
        share_begun REAL NOT NULL DEFAULT 0,
        text TEXT NOT NULL DEFAULT '',
        share REAL NOT NULL DEFAULT 0,
        fps REAL NOT NULL DEFAULT 0,
        left_s REAL,
        elapsed_s REAL NOT NULL DEFAULT 0,
        size_bytes INTEGER NOT NULL DEFAULT 0,
        files TEXT NOT NULL DEFAULT '[]',
        kept TEXT NOT NULL DEFAULT '',
        off_list INTEGER NOT NULL DEFAULT 0,
        added REAL NOT NULL DEFAULT 0,
        began REAL NOT NULL DEFAULT 0,
        ended REAL NOT NULL DEFAULT 0
    );
    CREATE INDEX job_line ON job (stage, priority DESC, place);
    CREATE TABLE said (
        id INTEGER PRIMARY KEY, job INTEGER NOT NULL, run INTEGER NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL,
        text TEXT NOT NULL
    );
    CREATE INDEX said_job ON said (job);
    """,
    # 2: what watched folders have given already; how long jobs will take
    """
    CREATE TABLE taken (
        folder BLOB NOT NULL, name BLOB NOT NULL, size INTEGER NOT NULL, job INTEGER NOT NULL,
        PRIMARY KEY (folder, name)
    );
    ALTER TABLE job ADD COLUMN foretold_s REAL NOT NULL DEFAULT 0;
    ALTER TABLE job ADD COLUMN foretold_bytes INTEGER NOT NULL DEFAULT 0;
    """,
)
VERSION = len(STEPS)
