-- Whether whoever has the session was let in by an e-mail address, to an account of another subject: nobody administers Gatehouse so.
ALTER TABLE sessions ADD COLUMN by_email INTEGER NOT NULL DEFAULT 0;
