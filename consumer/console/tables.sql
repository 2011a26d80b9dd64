-- Amounts are whole ten-thousandths of the currency's unit (no currency has more than four decimals), so that
-- sums are exact; NULL where an event has no amount. Times are milliseconds since the epoch.

CREATE TABLE positions (
    topic TEXT NOT NULL,
    kafka_partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, kafka_partition)
) WITHOUT ROWID;

-- `published_ms` is the record's on Kafka, `void_ms` that of the latest result of a void.
CREATE TABLE results (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    lago_id TEXT NOT NULL,
    number TEXT NOT NULL,
    event TEXT NOT NULL,
    status TEXT NOT NULL,
    netsuite_type TEXT NOT NULL,
    netsuite_id TEXT NOT NULL,
    netsuite_number TEXT NOT NULL,
    url TEXT NOT NULL,
    total INTEGER,
    currency TEXT NOT NULL,
    refund INTEGER,
    warnings TEXT NOT NULL,
    mapping_version TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    latency_ms REAL NOT NULL,
    trace_id TEXT NOT NULL,
    source TEXT NOT NULL,
    source_offset INTEGER NOT NULL,
    written_ms INTEGER NOT NULL,
    published_ms INTEGER NOT NULL,
    void_ms INTEGER
);
CREATE INDEX results_by_time ON results (connection, written_ms);
CREATE INDEX results_of_kind ON results (connection, object, written_ms);
CREATE INDEX results_of_source ON results (source_offset);
CREATE INDEX refunds ON results (connection, written_ms) WHERE refund IS NOT NULL;

-- How many results there are: counting a million rows takes too long for a page.
CREATE TABLE result_counts (
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (connection, object)
) WITHOUT ROWID;

-- What can be searched for by its beginning; ids of Lago are found by key.
CREATE VIRTUAL TABLE result_words USING fts5 (
    number, netsuite_number, netsuite_id, trace_id,
    content = 'results', content_rowid = 'id', columnsize = 0
);
-- In bytes, more than the words of the largest batch take, so that each is written as one part: parts are merged
-- with each other, which takes most of the time.
INSERT INTO result_words (result_words, rank) VALUES ('hashsize', 16777216);
-- Rows up to this one are counted and can be searched for: those of a batch are taken in together at its end,
-- which takes a third of the time.
CREATE TABLE taken_in (last_id INTEGER NOT NULL);
INSERT INTO taken_in VALUES (0);
CREATE TRIGGER results_renamed AFTER UPDATE ON results
WHEN (old.number, old.netsuite_number, old.netsuite_id, old.trace_id)
    IS NOT (new.number, new.netsuite_number, new.netsuite_id, new.trace_id)
    AND old.id <= (SELECT last_id FROM taken_in) BEGIN
    INSERT INTO result_words (result_words, rowid, number, netsuite_number, netsuite_id, trace_id)
    VALUES ('delete', old.id, old.number, old.netsuite_number, old.netsuite_id, old.trace_id);
    INSERT INTO result_words (rowid, number, netsuite_number, netsuite_id, trace_id)
    VALUES (new.id, new.number, new.netsuite_number, new.netsuite_id, new.trace_id);
END;

-- `customers` are the ids of the customer, a line each.
CREATE TABLE failures (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    connection TEXT NOT NULL,
    code TEXT NOT NULL,
    event TEXT NOT NULL,
    object TEXT NOT NULL,
    lago_id TEXT NOT NULL,
    number TEXT NOT NULL,
    document TEXT NOT NULL,
    customer TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    customers TEXT NOT NULL,
    amount INTEGER,
    currency TEXT NOT NULL,
    day TEXT NOT NULL,
    reason TEXT NOT NULL,
    fix TEXT NOT NULL,
    who TEXT NOT NULL,
    fix_place TEXT NOT NULL,
    message TEXT NOT NULL,
    is_retryable INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    first_failed_at TEXT NOT NULL,
    published_ms INTEGER NOT NULL,
    source TEXT NOT NULL,
    event_place TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'under_way', 'settled')),
    ended_by TEXT NOT NULL DEFAULT '',
    ended_ms INTEGER,
    note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX failures_by_state ON failures (state, published_ms, id);
-- All that lists, counts and sums of open failures ask for, so that they read this index alone, in the order of lists.
CREATE INDEX failures_open ON failures (
    published_ms, id, connection, code, object, event, number, customers, is_retryable, lago_id, currency, amount, day
) WHERE state = 'open';
CREATE INDEX failures_of_object ON failures (connection, object, lago_id);
CREATE INDEX failures_of_source ON failures (connection, source);

CREATE TABLE reasons (
    failure_id TEXT NOT NULL REFERENCES failures (id),
    connection TEXT NOT NULL,
    code TEXT NOT NULL,
    cause_key TEXT NOT NULL,
    document TEXT NOT NULL,
    text TEXT NOT NULL,
    fix TEXT NOT NULL,
    who TEXT NOT NULL,
    amount INTEGER,
    currency TEXT NOT NULL,
    published_ms INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    PRIMARY KEY (failure_id, code, cause_key)
) WITHOUT ROWID;
CREATE INDEX reasons_open ON reasons (connection, code, cause_key, document) WHERE is_open;
CREATE INDEX reasons_newest ON reasons (connection, code, cause_key, published_ms) WHERE is_open;

-- Sums over what is open, computed anew after changes: pages need them at once.
CREATE TABLE cause_sums (
    connection TEXT NOT NULL,
    code TEXT NOT NULL,
    cause_key TEXT NOT NULL,
    currency TEXT NOT NULL,
    documents INTEGER NOT NULL,
    amount INTEGER,
    oldest_ms INTEGER NOT NULL,
    PRIMARY KEY (connection, code, cause_key, currency)
) WITHOUT ROWID;
CREATE TABLE missing_sums (
    connection TEXT NOT NULL,
    currency TEXT NOT NULL,
    documents INTEGER NOT NULL,
    amount INTEGER,
    PRIMARY KEY (connection, currency)
) WITHOUT ROWID;

CREATE TABLE marks (
    error_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    published_ms INTEGER NOT NULL,
    replay_source TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    run TEXT NOT NULL,
    PRIMARY KEY (error_id, published_ms, kind, replay_source)
) WITHOUT ROWID;
CREATE INDEX marks_of_replay ON marks (replay_source);
CREATE INDEX marks_of_run ON marks (run, published_ms) WHERE run <> '';

-- Where documents were written, and where events failed, before the row of the document or failure came to name
-- another place: a result that is followed by another one still ends what has failed at its own place.
CREATE TABLE former_outcomes (
    connection TEXT NOT NULL,
    source TEXT NOT NULL,
    is_written INTEGER NOT NULL,
    published_ms INTEGER NOT NULL,
    PRIMARY KEY (connection, source, is_written)
) WITHOUT ROWID;
CREATE TRIGGER results_moved AFTER UPDATE OF source ON results WHEN old.source <> new.source BEGIN
    INSERT INTO former_outcomes VALUES (old.connection, old.source, 1, old.published_ms)
    ON CONFLICT DO UPDATE SET published_ms = max(published_ms, excluded.published_ms);
END;
CREATE TRIGGER failures_moved AFTER UPDATE OF source ON failures WHEN old.source <> new.source BEGIN
    INSERT INTO former_outcomes VALUES (old.connection, old.source, 0, old.published_ms)
    ON CONFLICT DO UPDATE SET published_ms = max(published_ms, excluded.published_ms);
END;

CREATE TABLE acts (
    connection TEXT NOT NULL,
    place INTEGER NOT NULL,
    act TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    details TEXT NOT NULL,
    run TEXT NOT NULL,
    PRIMARY KEY (connection, place)
) WITHOUT ROWID;
CREATE INDEX acts_by_time ON acts (at, place);
CREATE INDEX acts_of_run ON acts (run) WHERE run <> '';

-- What people write on failures, and whose they are; the failure may be read later than the act.
CREATE TABLE notes (
    error_id TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (error_id, at, actor, text)
) WITHOUT ROWID;
CREATE TABLE assignments (
    error_id TEXT PRIMARY KEY,
    assignee TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX acts_of_months ON acts (at) WHERE act = 'sign_off';
CREATE INDEX acts_of_jobs ON acts (act, at) WHERE act IN ('job_started', 'job_ended');

CREATE INDEX acts_of_pauses ON acts (connection, place) WHERE act IN ('pause', 'resume');

CREATE TABLE waiting (
    key TEXT PRIMARY KEY,
    connection TEXT NOT NULL,
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    lago_id TEXT NOT NULL,
    number TEXT NOT NULL,
    amount INTEGER,
    currency TEXT NOT NULL,
    waits_for TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    next_try TEXT NOT NULL,
    until TEXT NOT NULL,
    attempts INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX waiting_by_age ON waiting (connection, since);

CREATE TABLE reconciliations (
    key TEXT PRIMARY KEY,
    connection TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    is_whole INTEGER NOT NULL,
    since TEXT,
    until TEXT,
    customers TEXT NOT NULL,
    outcome TEXT NOT NULL,
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX reconciliations_by_time ON reconciliations (connection, ended_at);

CREATE VIRTUAL TABLE failure_words USING fts5 (words);
