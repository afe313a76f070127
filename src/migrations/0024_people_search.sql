-- Three letters of a name or address find their people without a walk past everybody. The index
-- holds no text of its own, only where in users.fold its letters stand; with secure-delete a name
-- that is gone from there is gone from here too, at once.
CREATE VIRTUAL TABLE users_fold USING fts5(
    fold,
    content = 'users',
    content_rowid = 'id',
    tokenize = 'trigram case_sensitive 1'
);
INSERT INTO users_fold (users_fold, rank) VALUES ('secure-delete', 1);
INSERT INTO users_fold (users_fold) VALUES ('rebuild');

CREATE TRIGGER users_fold_added AFTER INSERT ON users BEGIN
    INSERT INTO users_fold (rowid, fold) VALUES (new.id, new.fold);
END;
CREATE TRIGGER users_fold_changed AFTER UPDATE OF fold ON users WHEN old.fold <> new.fold BEGIN
    INSERT INTO users_fold (users_fold, rowid, fold) VALUES ('delete', old.id, old.fold);
    INSERT INTO users_fold (rowid, fold) VALUES (new.id, new.fold);
END;
CREATE TRIGGER users_fold_gone AFTER DELETE ON users BEGIN
    INSERT INTO users_fold (users_fold, rowid, fold) VALUES ('delete', old.id, old.fold);
END;
