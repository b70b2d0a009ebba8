-- Apps that the operator registers. An OAuth client is an app that may introspect tokens.
CREATE TABLE apps (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The page that the dashboard links to.
    url TEXT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    -- The login that the app asks for: `password` or `second_step`.
    needs TEXT NOT NULL,
    -- Largest age of the login, in minutes.
    password_within INTEGER,
    -- The name that the app gets for a user: `email` or `id`.
    username TEXT NOT NULL,
    assertion BOOLEAN NOT NULL,
    -- Separated by spaces, as are the origins.
    public_paths TEXT NOT NULL,
    cross_origins TEXT NOT NULL,
    may_introspect BOOLEAN NOT NULL
);

CREATE TABLE app_origins (
    origin TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE
);
CREATE INDEX app_origins_by_app ON app_origins (app_id);

-- The groups that may use an app. `everyone` is no row in `groups`, so there is no reference.
CREATE TABLE app_groups (
    app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    group_name TEXT NOT NULL,
    PRIMARY KEY (app_id, group_name)
);
CREATE INDEX app_groups_by_group ON app_groups (group_name);

CREATE TABLE app_secrets (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL
);
CREATE INDEX app_secrets_by_app ON app_secrets (app_id);

-- The apps that a session has opened.
CREATE TABLE app_logins (
    session_handle TEXT NOT NULL,
    app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    -- The id of the cookie. A removed app, opened again, gets another one.
    login_id TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    PRIMARY KEY (session_handle, app_id),
    FOREIGN KEY (user_id, session_handle) REFERENCES sessions (user_id, handle) ON DELETE CASCADE
);
CREATE INDEX app_logins_by_user ON app_logins (user_id, session_handle);
CREATE INDEX app_logins_by_app ON app_logins (app_id);

CREATE TABLE used_codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    session_handle TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_codes_by_end ON used_codes (expires_at);

-- The app that an event is about.
ALTER TABLE events ADD COLUMN app_id TEXT;

INSERT INTO apps (id, name, created_at, needs, username, assertion, public_paths, cross_origins, may_introspect)
    SELECT id, name, created_at, 'password', 'email', FALSE, '', '', TRUE FROM clients;
INSERT INTO app_secrets (secret_hash, app_id, created_at)
    SELECT secret_hash, id, created_at FROM clients;
DROP TABLE clients;
