-- Which failures something has become known about since their states were last computed; of the writer alone.
CREATE TEMP TABLE touched (id TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE TEMP TRIGGER result_first_written AFTER INSERT ON results BEGIN
    INSERT INTO touched
    SELECT id FROM failures WHERE connection = new.connection AND object = new.object AND lago_id = new.lago_id
    UNION ALL SELECT id FROM failures WHERE connection = new.connection AND source = new.source
    UNION ALL SELECT error_id FROM marks WHERE replay_source = new.source
    ON CONFLICT DO NOTHING;
END;
CREATE TEMP TRIGGER result_written_again AFTER UPDATE ON results BEGIN
    INSERT INTO touched
    SELECT id FROM failures WHERE connection = new.connection AND object = new.object AND lago_id = new.lago_id
    UNION ALL SELECT id FROM failures WHERE connection = new.connection AND source = new.source
    UNION ALL SELECT error_id FROM marks WHERE replay_source = new.source
    ON CONFLICT DO NOTHING;
END;
CREATE TEMP TRIGGER failed_first AFTER INSERT ON failures BEGIN
    INSERT INTO touched
    SELECT id FROM failures WHERE connection = new.connection AND source = new.source
    UNION ALL SELECT error_id FROM marks WHERE replay_source = new.source
    ON CONFLICT DO NOTHING;
END;
CREATE TEMP TRIGGER failed_again AFTER UPDATE OF source ON failures BEGIN
    INSERT INTO touched
    SELECT id FROM failures WHERE connection = new.connection AND source = new.source
    UNION ALL SELECT error_id FROM marks WHERE replay_source = new.source
    ON CONFLICT DO NOTHING;
END;
CREATE TEMP TRIGGER marked AFTER INSERT ON marks BEGIN
    INSERT INTO touched VALUES (new.error_id) ON CONFLICT DO NOTHING;
END;
