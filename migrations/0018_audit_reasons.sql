-- Why a sign-in was refused, as a word that code decides by. Rows of other events have none.
ALTER TABLE audit ADD COLUMN reason TEXT;
