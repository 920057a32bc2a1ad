CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  slot INTEGER,
  actor TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'abandoned')),
  reason TEXT,
  report TEXT
) STRICT;

CREATE UNIQUE INDEX one_run_per_slot ON runs (slot) WHERE status <> 'abandoned';

CREATE UNIQUE INDEX one_run_at_a_time ON runs (status) WHERE status = 'running';

CREATE TABLE candidates (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id),
  user_sys_id TEXT NOT NULL,
  user_name TEXT NOT NULL,
  email TEXT NOT NULL,
  proposal TEXT NOT NULL,
  salt TEXT NOT NULL,
  instance TEXT NOT NULL,
  action TEXT NOT NULL,
  dry_run INTEGER NOT NULL,
  proposed_at INTEGER NOT NULL,
  posted_at INTEGER,
  asked_before INTEGER NOT NULL,
  state TEXT NOT NULL,
  state_since INTEGER NOT NULL,
  version INTEGER NOT NULL,
  round INTEGER NOT NULL,
  approval_seq INTEGER,
  approved_by TEXT,
  begun_at INTEGER,
  found_undone INTEGER NOT NULL,
  waiting_for TEXT
, endorsed_by TEXT, erased_at INTEGER) STRICT;

CREATE UNIQUE INDEX one_open_candidate_per_account ON candidates (user_sys_id) WHERE state IN ('proposed', 'approved', 'reclaiming', 'verifying', 'failed');

CREATE INDEX candidates_by_account ON candidates (user_sys_id);

CREATE INDEX candidates_by_run ON candidates (run_id);

CREATE INDEX candidates_begun ON candidates (begun_at) WHERE begun_at IS NOT NULL;

CREATE TABLE rounds (
  token TEXT PRIMARY KEY,
  candidate_id TEXT NOT NULL REFERENCES candidates (id),
  round INTEGER NOT NULL,
  UNIQUE (candidate_id, round)
) STRICT;

CREATE TABLE operations (
  candidate_id TEXT NOT NULL REFERENCES candidates (id),
  position INTEGER NOT NULL,
  method TEXT NOT NULL,
  "table" TEXT NOT NULL,
  sys_id TEXT NOT NULL CHECK (length(sys_id) = 32),
  body TEXT,
  outcome TEXT,
  at INTEGER,
  PRIMARY KEY (candidate_id, position)
) STRICT;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  candidate_id TEXT NOT NULL REFERENCES candidates (id),
  event TEXT NOT NULL,
  from_state TEXT,
  to_state TEXT NOT NULL,
  actor TEXT NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL,
  prev_hash TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL UNIQUE
) STRICT;

CREATE INDEX events_by_candidate ON events (candidate_id, seq);

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  platform TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('header', 'list', 'notice')),
  run_id TEXT REFERENCES runs (id),
  approver TEXT,
  part INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  without_manager INTEGER NOT NULL,
  notice TEXT,
  announced_seq INTEGER NOT NULL,
  at INTEGER NOT NULL
, from_earlier_runs INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE placements (
  candidate_id TEXT NOT NULL REFERENCES candidates (id),
  platform TEXT NOT NULL,
  message_id TEXT NOT NULL REFERENCES messages (id),
  position INTEGER NOT NULL,
  PRIMARY KEY (candidate_id, platform)
) STRICT;

CREATE INDEX placements_by_message ON placements (message_id, position);

CREATE TABLE postings (
  message_id TEXT NOT NULL REFERENCES messages (id),
  conversation TEXT NOT NULL,
  ref TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (message_id, conversation, ref)
) STRICT;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('write', 'verify', 'digest', 'post', 'announce')),
  candidate_id TEXT REFERENCES candidates (id),
  asked_by INTEGER REFERENCES events (seq),
  run_id TEXT REFERENCES runs (id),
  message_id TEXT REFERENCES messages (id),
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  leased INTEGER NOT NULL DEFAULT 0,
  ended TEXT CHECK (ended IN ('settled', 'given_up')),
  reason TEXT
) STRICT;

CREATE INDEX outbox_waiting ON outbox (lane, due_at) WHERE ended IS NULL;

CREATE TABLE people (
  actor TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT
) STRICT;

CREATE TABLE control (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE requests (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  taken INTEGER NOT NULL DEFAULT 0,
  answer TEXT,
  ok INTEGER
, subject TEXT) STRICT;

CREATE TABLE addresses (
  platform TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (platform, name)
) STRICT;

CREATE TABLE particulars (
  seq INTEGER PRIMARY KEY REFERENCES events (seq),
  candidate_id TEXT NOT NULL REFERENCES candidates (id),
  salt TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE INDEX particulars_by_candidate ON particulars (candidate_id);

CREATE TABLE snapshots (
  candidate_id TEXT PRIMARY KEY REFERENCES candidates (id),
  at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE INDEX outbox_by_message ON outbox (message_id) WHERE message_id IS NOT NULL;

CREATE INDEX outbox_by_candidate ON outbox (candidate_id) WHERE candidate_id IS NOT NULL;

CREATE INDEX postings_by_place ON postings (conversation, ref);

CREATE INDEX people_by_email ON people (email COLLATE NOCASE) WHERE email IS NOT NULL;

CREATE INDEX begun_by_time ON events (at, candidate_id) WHERE event = 'begin';
