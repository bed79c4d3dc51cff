-- Sign-ins that were refused, the newest only, so that the diagnosis can say why. Nothing in it is about a person.
CREATE TABLE refusals (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  provider TEXT NOT NULL,
  reference TEXT NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  place TEXT,
  status INTEGER,
  error TEXT,
  description TEXT
) STRICT;
