--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: __diesel_schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);


--
-- Name: admin_log; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.admin_log (
    id text NOT NULL,
    happened_at bigint NOT NULL,
    actor_id text,
    verb text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    detail text
);


--
-- Name: app_groups; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.app_groups (
    app_id text NOT NULL,
    group_name text NOT NULL
);


--
-- Name: app_logins; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.app_logins (
    session_handle text NOT NULL,
    app_id text NOT NULL,
    user_id text NOT NULL,
    login_id text NOT NULL,
    first_at bigint NOT NULL
);


--
-- Name: app_origins; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.app_origins (
    origin text NOT NULL,
    app_id text NOT NULL
);


--
-- Name: app_secrets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.app_secrets (
    secret_hash text NOT NULL,
    app_id text NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: apps; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.apps (
    id text NOT NULL,
    name text NOT NULL,
    url text,
    created_at bigint NOT NULL,
    disabled_at bigint,
    needs text NOT NULL,
    password_within integer,
    username text NOT NULL,
    assertion boolean NOT NULL,
    public_paths text NOT NULL,
    cross_origins text NOT NULL,
    may_introspect boolean NOT NULL
);


--
-- Name: clients; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.clients AS
 SELECT apps.id,
    apps.name,
    app_secrets.secret_hash,
    apps.created_at
   FROM (public.apps
     JOIN public.app_secrets ON ((app_secrets.app_id = apps.id)))
  WHERE (apps.may_introspect AND (apps.disabled_at IS NULL));


--
-- Name: events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.events (
    id text NOT NULL,
    happened_at bigint NOT NULL,
    kind text NOT NULL,
    user_id text,
    user_agent text NOT NULL,
    client_address text NOT NULL,
    undo_link_id text,
    app_id text
);


--
-- Name: factor_recoveries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.factor_recoveries (
    id text NOT NULL,
    user_id text NOT NULL,
    requested_by text NOT NULL,
    requested_at bigint NOT NULL,
    ready_at bigint NOT NULL,
    reminded_at bigint,
    ready_notified_at bigint,
    ended_at bigint,
    end_reason text,
    user_agent text NOT NULL,
    client_address text NOT NULL
);


--
-- Name: form_results; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.form_results (
    key text NOT NULL,
    sealed bytea,
    expires_at bigint NOT NULL
);


--
-- Name: group_members; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.group_members (
    user_id text NOT NULL,
    group_name text NOT NULL,
    since bigint NOT NULL
);


--
-- Name: groups; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.groups (
    name text NOT NULL,
    title text NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: instance; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.instance (
    key text NOT NULL,
    value text NOT NULL
);


--
-- Name: invitations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.invitations (
    id text NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    invited_by text,
    groups text DEFAULT ''::text NOT NULL,
    accepted_at bigint,
    accepted_by text
);


--
-- Name: known_devices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.known_devices (
    user_id text NOT NULL,
    device_hash text NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint NOT NULL,
    counts_as_known_until bigint,
    trusted_until bigint
);


--
-- Name: links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.links (
    id text NOT NULL,
    token_hash text NOT NULL,
    purpose text NOT NULL,
    subject_id text NOT NULL,
    email_key text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    void_at bigint,
    email text
);


--
-- Name: login_failures; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.login_failures (
    key text NOT NULL,
    consecutive integer NOT NULL,
    last_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT login_failures_consecutive_check CHECK ((consecutive > 0))
);


--
-- Name: outbox; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox (
    number bigint NOT NULL,
    id text NOT NULL,
    letter text NOT NULL,
    recipient text NOT NULL,
    sealed bytea,
    created_at bigint NOT NULL,
    dies_at bigint NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at bigint NOT NULL,
    sent_at bigint,
    given_up_at bigint,
    subject_id text,
    last_failure text,
    rejections integer DEFAULT 0 NOT NULL,
    unknown_outcomes integer DEFAULT 0 NOT NULL
);


--
-- Name: outbox_number_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.outbox ALTER COLUMN number ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.outbox_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: passkeys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.passkeys (
    id text NOT NULL,
    user_id text NOT NULL,
    credential_id text NOT NULL,
    rp_id text NOT NULL,
    name text NOT NULL,
    algorithm integer NOT NULL,
    public_key bytea NOT NULL,
    counter bigint NOT NULL,
    transports text NOT NULL,
    is_discoverable boolean NOT NULL,
    has_verified boolean NOT NULL,
    backup_eligible boolean NOT NULL,
    backed_up boolean NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint,
    removed_at bigint
);


--
-- Name: password_credentials; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.password_credentials (
    user_id text NOT NULL,
    password_hash text NOT NULL,
    changed_at bigint NOT NULL,
    blocked_at bigint,
    blocked_by text,
    set_by_link_at bigint
);


--
-- Name: pending_logins; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.pending_logins (
    id_hash text NOT NULL,
    user_id text NOT NULL,
    is_api boolean NOT NULL,
    remember boolean NOT NULL,
    device_hash text,
    user_agent text NOT NULL,
    client_address text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    notified_at bigint
);


--
-- Name: pending_signups; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.pending_signups (
    id text NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    name text,
    password_hash text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    form_digest text,
    confirmed_at bigint,
    device_hash text,
    is_announced boolean DEFAULT false NOT NULL
);


--
-- Name: personal_tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.personal_tokens (
    id text NOT NULL,
    user_id text NOT NULL,
    name text NOT NULL,
    token_hash text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    last_used_at bigint
);


--
-- Name: recovery_codes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.recovery_codes (
    code_hash text NOT NULL,
    user_id text NOT NULL,
    created_at bigint NOT NULL,
    used_at bigint,
    removed_at bigint
);


--
-- Name: sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sessions (
    id_hash text NOT NULL,
    user_id text NOT NULL,
    signed_in_by text NOT NULL,
    remember boolean NOT NULL,
    created_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    user_agent text NOT NULL,
    client_address text NOT NULL,
    ended_at bigint,
    end_reason text,
    handle text DEFAULT md5(((random())::text || (clock_timestamp())::text)) NOT NULL,
    proven_at bigint DEFAULT 0 NOT NULL,
    refresh_generation bigint,
    refreshed_at bigint,
    passkey_id text
);


--
-- Name: spent_challenges; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.spent_challenges (
    challenge_hash text NOT NULL,
    expires_at bigint NOT NULL
);


--
-- Name: throttles; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.throttles (
    key text NOT NULL,
    history text NOT NULL,
    expires_at bigint NOT NULL
);


--
-- Name: totp_credentials; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.totp_credentials (
    id text NOT NULL,
    user_id text NOT NULL,
    name text NOT NULL,
    sealed bytea NOT NULL,
    key_id text NOT NULL,
    last_step bigint NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint,
    removed_at bigint
);


--
-- Name: used_codes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.used_codes (
    code_hash text NOT NULL,
    session_handle text NOT NULL,
    expires_at bigint NOT NULL
);


--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    id text NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    name text,
    created_at bigint NOT NULL,
    handle text,
    bio text,
    is_public boolean DEFAULT false NOT NULL,
    sort_name text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    is_admin boolean DEFAULT false NOT NULL,
    locked_at bigint,
    factor_since bigint,
    recovery_ready_at bigint
);


--
-- Data for Name: __diesel_schema_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.__diesel_schema_migrations VALUES ('20261122120000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261122180000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261122220000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123120000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261126120000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261126180000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261128120000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261129120000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261129180000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261129210000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261129220000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261129230000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261129233000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261130010000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261130040000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261130050000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261130060000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261130100000', '2026-11-30 19:30:18.041214');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261130110000', '2026-11-30 19:30:18.041214');


--
-- Data for Name: admin_log; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.admin_log VALUES ('iga4NNS5obNnOccOOMLtkw', 1796067018362, NULL, 'locked', 'user', 'tJbHJnUwBMqLZC0uvp5J1A', NULL);
INSERT INTO public.admin_log VALUES ('7kq-0EmxeLkcaDyt2mghNw', 1796067018727, NULL, 'administrator_made', 'user', 'dd_j8M-BnxDFv6FSHpc1Xg', NULL);
INSERT INTO public.admin_log VALUES ('CCGWyaQc3BClcCt4LUebjQ', 1796067018811, NULL, 'group_created', 'group', 'staff', NULL);
INSERT INTO public.admin_log VALUES ('jh3OFM9dOnILwUuFi0sinQ', 1796067018886, NULL, 'member_added', 'user', 'dd_j8M-BnxDFv6FSHpc1Xg', 'staff');
INSERT INTO public.admin_log VALUES ('98C2wqRkcRNDK72qfRHJAQ', 1796067019004, NULL, 'app_created', 'app', 'wiki', NULL);
INSERT INTO public.admin_log VALUES ('4ZMqvZ6j2k_85V6kP_AiRQ', 1796067019082, NULL, 'app_changed', 'app', 'wiki', '+everyone');
INSERT INTO public.admin_log VALUES ('0S2DRYRZ4FNTyPgVFJyi1A', 1796067019202, NULL, 'invited', 'invitation', 'VIEodoXRfL5liUoP7qU_Gw', 'staff');
INSERT INTO public.admin_log VALUES ('8ZRQdHRrPfphLurNhfbQSg', 1796067019292, NULL, 'invited', 'invitation', 'dEpIhOa2L97STOmvmP7o3Q', NULL);


--
-- Data for Name: app_groups; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.app_groups VALUES ('wiki', 'everyone');


--
-- Data for Name: app_logins; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.app_logins VALUES ('2usf3aKOQuGp5HkyBDiPGA', 'wiki', 'dd_j8M-BnxDFv6FSHpc1Xg', '_EqifD5Y2HjtZ1kUWW5tHg', 1796040000000);


--
-- Data for Name: app_origins; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.app_origins VALUES ('http://wiki.localhost', 'wiki');


--
-- Data for Name: app_secrets; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.app_secrets VALUES ('vrZZEQbxV7y2hcsmYorcQ515gRQTCgj9mSuTh9_OIRQ', 'ijyALI8T6zyxYhJFzCDFaQ', 1796067018947);


--
-- Data for Name: apps; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.apps VALUES ('ijyALI8T6zyxYhJFzCDFaQ', 'reports', NULL, 1796067018946, NULL, 'password', NULL, 'email', false, '', '', true);
INSERT INTO public.apps VALUES ('wiki', 'Wiki', 'http://wiki.localhost/', 1796067019004, NULL, 'password', NULL, 'email', false, '', '', false);


--
-- Data for Name: events; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.events VALUES ('FZvNXV1W_AKa6mixw9fzmg', 1796040000000, 'address_confirmed', 'tJbHJnUwBMqLZC0uvp5J1A', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('jNux7bvtAkm6-9SWT110cQ', 1796067018362, 'account_locked', 'tJbHJnUwBMqLZC0uvp5J1A', '', '', NULL, NULL);
INSERT INTO public.events VALUES ('YKUt6aGwj8HYZ3SVWR4F0A', 1796040000000, 'address_confirmed', 'W_Io451IZLaWEd6VjpPJFA', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('sLUUKpuoovEJJ5o7VS-NTQ', 1796040000000, 'logged_in', 'W_Io451IZLaWEd6VjpPJFA', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('Z6NPoNqgLBq3wav26Ac-1g', 1796040000000, 'password_changed', 'W_Io451IZLaWEd6VjpPJFA', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', '8GD1Q41LP0fD00_by8B5jg', NULL);
INSERT INTO public.events VALUES ('SrptOaWTvH1LzCqs0Ljztg', 1796040000000, 'address_confirmed', 'SBOARhqlRdZ05UxvA5cSDw', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('nu2lsro4Ya9hbLJa_vG54Q', 1796040000000, 'logged_in', 'SBOARhqlRdZ05UxvA5cSDw', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('yS0pyHMox5Lu_0Grdf0ZPg', 1796040000000, 'password_changed', 'SBOARhqlRdZ05UxvA5cSDw', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 'ULPU0p8at98hp5DLLuBoXQ', NULL);
INSERT INTO public.events VALUES ('WWSgGNbVc4RX6UZeCt1dag', 1796040000000, 'undone', 'W_Io451IZLaWEd6VjpPJFA', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('kW-q1IsQ2-GHe27A1BwL8A', 1796040000000, 'address_confirmed', 'dd_j8M-BnxDFv6FSHpc1Xg', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('NUCptp8IfZrsh3qPKqQwXw', 1796067018727, 'made_administrator', 'dd_j8M-BnxDFv6FSHpc1Xg', '', '', NULL, NULL);
INSERT INTO public.events VALUES ('oTGK5nkoHA0wc9ruDTN7GQ', 1796067018886, 'joined_group', 'dd_j8M-BnxDFv6FSHpc1Xg', '', '', NULL, NULL);
INSERT INTO public.events VALUES ('7dTgJqBTQuxll8NiCHtCDg', 1796040000000, 'logged_in', 'dd_j8M-BnxDFv6FSHpc1Xg', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 'UNCFJObUjZWkzrST9OhgsQ', NULL);
INSERT INTO public.events VALUES ('D4fupa_U7QnE3HNPxOGOjA', 1796040000000, 'app_opened', 'dd_j8M-BnxDFv6FSHpc1Xg', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 'io2j2F9OCGtxW2h1xFkKkA', 'wiki');
INSERT INTO public.events VALUES ('fNnh448OOw846Z8Ot6G3BA', 1796040000000, 'address_confirmed', 'EXA510MkLiurSCnLF0uO8A', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('7B7dWPf9FINuxto0C2CtNw', 1796040000000, 'address_confirmed', 'AZF2aSC9wkn9Ca_BTlG9KA', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('yk449OuMcEVwtA7TO08f_Q', 1796040000000, 'logged_in', 'AZF2aSC9wkn9Ca_BTlG9KA', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('uAzHceUE_lMs9op3QHw9wg', 1796040000000, 'app_added', 'AZF2aSC9wkn9Ca_BTlG9KA', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 'J6z20_vHASOaQ-a4e25fUA', NULL);
INSERT INTO public.events VALUES ('n1uUbkFMWQp1d_uzH-rW5Q', 1796040000000, 'passkey_added', 'AZF2aSC9wkn9Ca_BTlG9KA', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', '7920JHU3ig_KjKjBUTn1AA', NULL);
INSERT INTO public.events VALUES ('59Vm5nTZnt9Q4UyvyebguQ', 1796040030000, 'logged_in', 'AZF2aSC9wkn9Ca_BTlG9KA', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 'Kwpfu6bro7gbU2HKnOsi5Q', NULL);
INSERT INTO public.events VALUES ('zuMQmzAWjHqpzpNS9DHSYg', 1796040030000, 'browser_trusted', 'AZF2aSC9wkn9Ca_BTlG9KA', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('AN5A-SenZtQ2fMYK-m1jBA', 1796040030000, 'address_confirmed', 'EANbH5YGNsy5iwW2Lre8-Q', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('TDGlNHFJIzWGmFr04Ac7KQ', 1796040030000, 'logged_in', 'EANbH5YGNsy5iwW2Lre8-Q', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('hbNtI4SXk1_StkKaI1Qbow', 1796040030000, 'app_added', 'EANbH5YGNsy5iwW2Lre8-Q', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 'LEHffut3ByRusXmcectEbg', NULL);
INSERT INTO public.events VALUES ('-MxNwo9hPmvXuL5dqdxQxw', 1796040030000, 'recovery_asked', 'EANbH5YGNsy5iwW2Lre8-Q', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('71i0LwUZq2syFIYZ3F1wGg', 1796040030000, 'address_confirmed', 'Inj3c_9zXaaPYiPVxb2zng', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('QueR2YRtbcFBMmIQNwIjGw', 1796040030000, 'logged_in', 'Inj3c_9zXaaPYiPVxb2zng', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 'fnJwieO0Dodf_LV0Qa3iYQ', NULL);
INSERT INTO public.events VALUES ('SwOROxpVEKJ0XBdJERhfCA', 1796040030000, 'profile_changed', 'Inj3c_9zXaaPYiPVxb2zng', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('DxjM5LQ6ZhK5-X5jtvHBgg', 1796040030000, 'token_created', 'Inj3c_9zXaaPYiPVxb2zng', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 'pUxOvQT0_OOLlQcFmd5Uwg', NULL);
INSERT INTO public.events VALUES ('AB6_ZsP0MYSt_y8xHeAvFw', 1796040030000, 'address_change_requested', 'Inj3c_9zXaaPYiPVxb2zng', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 'JU5wYgMw321ieJNu-02RhQ', NULL);
INSERT INTO public.events VALUES ('0mP_OAUDT8bYs8_-543noA', 1796040030000, 'logged_in', 'Inj3c_9zXaaPYiPVxb2zng', 'curl/8.5.0', '127.0.0.1', 'qF0nBRn7dK6QADRLLEcGFw', NULL);
INSERT INTO public.events VALUES ('Aju5sdARYZGQOin4D3BMLA', 1796040030000, 'log_in_refused', 'Inj3c_9zXaaPYiPVxb2zng', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('02538_yl0Ar6cfRPr2h-1A', 1796040030000, 'log_in_refused', 'Inj3c_9zXaaPYiPVxb2zng', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('jGz942DSpuKEWXbOvZVozw', 1796040030000, 'log_in_refused', 'Inj3c_9zXaaPYiPVxb2zng', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('N-eQe1YlklUVfSCZ8IsP0w', 1796040030000, 'log_in_refused', 'Inj3c_9zXaaPYiPVxb2zng', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('ZBNJHVP-94eEaW-pdDeI2Q', 1796040030000, 'log_in_refused', 'Inj3c_9zXaaPYiPVxb2zng', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('dZQJx9QdOEDuOW9aXc0CSA', 1796040031000, 'address_confirmed', 'tEVQ8L8l-cs1sf1WrR8qpw', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.events VALUES ('Ph8ovIVruYdmk3OLCSUO1Q', 1796040031000, 'reset_requested', 'tEVQ8L8l-cs1sf1WrR8qpw', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL);


--
-- Data for Name: factor_recoveries; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.factor_recoveries VALUES ('zGgFG_G08kHEC5CuY0fVaw', 'EANbH5YGNsy5iwW2Lre8-Q', 'owner', 1796040030000, 1796644830000, NULL, NULL, NULL, NULL, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1');


--
-- Data for Name: form_results; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.form_results VALUES ('bojCx0t39NIVnKQNIROaRkoojPjei_l_g6BTx_P1H3Y', '\x08486f707037373836ed4f47ca5b45c57d0e18b9f39e11d2fc189948a2242c6f820445f52cc89f5db0d1fae1808b1b508f39ade8c0c458b1495243b290370dac4cfb9b94c5ce7240b89111a166c29a393b19ce66354d812878da6e921a2c3ba94fdfb85e2514b91382febc42fc1cffa4705612da29f4c50e4af84283d1d4267a442eaa57ce5650de7ed02377bee417bfa33004b97e1379f43448acf1a3eef7e8ab48c39395efb6a60c88b3eae434075749bdf1a10ee946b0f7061b40204c3b0b059a048c9ba958d0329f2065c59dec11964117e1817da60e1b0979d57028ab3dc3c2572acd040e0a39193b508884bdf52117c30f71d44915ea71e0f899255a6764cba15b7d0e68f9150219da2fa1ffdb1fd4124794de646b7571dfe9b77e2dcfa28e98d82545ae179a4faa8c918009414763b9c78a3ccad41a3c44e6fafbfe5b379664a59c605a530dc073ba339c1b485623a2ed2236b05d2058f5acdaff6a06b24828c2f07f2723935f', 1796040040000);


--
-- Data for Name: group_members; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.group_members VALUES ('dd_j8M-BnxDFv6FSHpc1Xg', 'staff', 1796067018886);


--
-- Data for Name: groups; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.groups VALUES ('staff', 'staff', 1796067018811);


--
-- Data for Name: instance; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.instance VALUES ('secret_fingerprints', 'UhvaxIiobhfOvnGLXIiUXQ');


--
-- Data for Name: invitations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.invitations VALUES ('VIEodoXRfL5liUoP7qU_Gw', 'hedy@example.org', 'hedy@example.org', 1796067019202, 1796671819202, NULL, 'staff', NULL, NULL);
INSERT INTO public.invitations VALUES ('dEpIhOa2L97STOmvmP7o3Q', 'lise@example.org', 'lise@example.org', 1796067019292, 1796040000000, NULL, '', 1796040000000, 'EXA510MkLiurSCnLF0uO8A');


--
-- Data for Name: known_devices; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.known_devices VALUES ('tJbHJnUwBMqLZC0uvp5J1A', '4XGoivQUNIiF2e5Rm1W9rZZtfMpmWpuLNZjAB-rifxY', 1796040000000, 1796040000000, NULL, NULL);
INSERT INTO public.known_devices VALUES ('SBOARhqlRdZ05UxvA5cSDw', 'lm4y8lMQ36DXgW7YYfpg1TRsg35PrPqZ9SEZpMJmZxU', 1796040000000, 1796040000000, NULL, NULL);
INSERT INTO public.known_devices VALUES ('dd_j8M-BnxDFv6FSHpc1Xg', 'UUUmI62DAwroRf2gsRw4L5teVWVw85hYprQCxlu1wQU', 1796040000000, 1796040000000, NULL, NULL);
INSERT INTO public.known_devices VALUES ('dd_j8M-BnxDFv6FSHpc1Xg', '1U9328RwEiEbD4Zecoq9Pjy8HdV5FQUsenHp-7Owav4', 1796040000000, 1796040000000, NULL, NULL);
INSERT INTO public.known_devices VALUES ('EXA510MkLiurSCnLF0uO8A', 'ddBvHmgC0Vyi4Ft33Lvs7QL1oVCF8jAVo3stfb0qvzM', 1796040000000, 1796040000000, NULL, NULL);
INSERT INTO public.known_devices VALUES ('AZF2aSC9wkn9Ca_BTlG9KA', 'zaeFNabUFNILTCn34ql9-fbylVsFB7aLUwbLMD2BFL8', 1796040000000, 1796040000000, NULL, NULL);
INSERT INTO public.known_devices VALUES ('AZF2aSC9wkn9Ca_BTlG9KA', '2AwVv7uAUfnJQVQQhGM3QtlPLr5kvZHl0ZUxGRk-bKg', 1796040030000, 1796040030000, NULL, 1798632030000);
INSERT INTO public.known_devices VALUES ('EANbH5YGNsy5iwW2Lre8-Q', 'GkiO1AMxRaMlfJKxv7WGG7NQfZRcS--wXpMooPq_kfM', 1796040030000, 1796040030000, NULL, NULL);
INSERT INTO public.known_devices VALUES ('Inj3c_9zXaaPYiPVxb2zng', 'o16TMeWCugnvxNGblvEY0BEj2DJP0hRssY_LCVLfFH4', 1796040030000, 1796040030000, NULL, NULL);
INSERT INTO public.known_devices VALUES ('Inj3c_9zXaaPYiPVxb2zng', 'eMbXRUmfpj5kjm8b1bfHwZQwzGSO4m6E1oZxejbVtEo', 1796040030000, 1796040030000, NULL, NULL);
INSERT INTO public.known_devices VALUES ('Inj3c_9zXaaPYiPVxb2zng', 'ZXGBnegVIEa9L_wqxtPn1NqQFcw8JjeCYcwjRUN0Qxs', 1796040030000, 1796040030000, NULL, NULL);
INSERT INTO public.known_devices VALUES ('tEVQ8L8l-cs1sf1WrR8qpw', 'eLoK5ta8C0o10zlnq9npdKXN8kqnp8-oQEWtl9X3NsE', 1796040031000, 1796040031000, NULL, NULL);


--
-- Data for Name: links; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.links VALUES ('Q9FO0fmtIX_-hW2dOvffCA', 'kwwxcc8vbdso0qWv_J1XzmjMyuCIy4naO6pKC5eUWWA', 'verify', 'tJbHJnUwBMqLZC0uvp5J1A', 'eve@example.org', 1796040000000, 1796126400000, 1796040000000, NULL, 'eve@example.org');
INSERT INTO public.links VALUES ('6WZnF81-RwenVLxr_OeMZA', '2kQpwlXYou5n3i0dTE30v_v1-8LaLJBRqHPVcfc6mko', 'verify', 'W_Io451IZLaWEd6VjpPJFA', 'edith@example.org', 1796040000000, 1796126400000, 1796040000000, NULL, 'edith@example.org');
INSERT INTO public.links VALUES ('6YtnjdQc7l-cgBTpX5gzGg', 'Z6E1dyR-RkDIiaG7OWZwgNVgFuNBaPK0rG1ZixceZDM', 'verify', 'SBOARhqlRdZ05UxvA5cSDw', 'joan@example.org', 1796040000000, 1796126400000, 1796040000000, NULL, 'joan@example.org');
INSERT INTO public.links VALUES ('ULPU0p8at98hp5DLLuBoXQ', '8JEeDsz0G2aU44b-EJeKwl3IHadUvFo12g0GlbUKSCo', 'undo', 'SBOARhqlRdZ05UxvA5cSDw', 'joan@example.org', 1796040000000, 1796644800000, NULL, NULL, 'joan@example.org');
INSERT INTO public.links VALUES ('8GD1Q41LP0fD00_by8B5jg', 'I3OpSNdOmeXjGfATHv5nTMN3wcVRn3jC0n5FzH4HtXA', 'undo', 'W_Io451IZLaWEd6VjpPJFA', 'edith@example.org', 1796040000000, 1796644800000, 1796040000000, NULL, 'edith@example.org');
INSERT INTO public.links VALUES ('TE0GNr2O7Aa8pJpApB4pQg', 't-2mDm_vdVfSAJQWLi0GKMno_bQCUMQwAjitXB1gCGU', 'reset', 'W_Io451IZLaWEd6VjpPJFA', 'edith@example.org', 1796040000000, 1796043600000, NULL, NULL, 'edith@example.org');
INSERT INTO public.links VALUES ('ys_beYNo5JW6AW8wDahFVQ', '53BWQiMzBkNDGsdtmZHZcn8wS8B2vD8I8_x6WdtJcog', 'verify', 'dd_j8M-BnxDFv6FSHpc1Xg', 'root@example.org', 1796040000000, 1796126400000, 1796040000000, NULL, 'root@example.org');
INSERT INTO public.links VALUES ('UNCFJObUjZWkzrST9OhgsQ', 'oCPfa03Gme16Q8B4InGJwmqX7LeHzNp2_ZLVaX_iC1k', 'undo', 'dd_j8M-BnxDFv6FSHpc1Xg', 'root@example.org', 1796040000000, 1796644800000, NULL, NULL, 'root@example.org');
INSERT INTO public.links VALUES ('io2j2F9OCGtxW2h1xFkKkA', 'mkvIT_KQg901RQGVZL-SREVVuS8KH3rLuHh1XcGStqI', 'undo', 'dd_j8M-BnxDFv6FSHpc1Xg', 'root@example.org', 1796040000001, 1796644800000, NULL, NULL, 'root@example.org');
INSERT INTO public.links VALUES ('rZ616ZypVHg4UkGdsTsfCA', 'H_L-nor-N3nPY0uHdE0VZ7xInHrEmhDGzom2DrG_DPY', 'invitation', 'VIEodoXRfL5liUoP7qU_Gw', 'hedy@example.org', 1796067019202, 1796671819202, NULL, NULL, 'hedy@example.org');
INSERT INTO public.links VALUES ('WF5oqI7e6XplbyKTBLIifQ', 'wr5-NQ-lbXdoESjaNhmBb6j8biltf_kx-N_-zgL-nGU', 'invitation', 'EXA510MkLiurSCnLF0uO8A', 'lise@example.org', 1796067019292, 1796671819292, 1796040000000, NULL, 'lise@example.org');
INSERT INTO public.links VALUES ('aHBpQi0vks9FhrUSB4CICw', 'Le7efL52V0eZ5sbOcPWM5z2H99vJfjXMmpq4FdWpfFE', 'verify', 'AZF2aSC9wkn9Ca_BTlG9KA', 'kay@example.org', 1796040000000, 1796126400000, 1796040000000, NULL, 'kay@example.org');
INSERT INTO public.links VALUES ('J6z20_vHASOaQ-a4e25fUA', '7CGO36S30MPYOiw_Yu0op0M99ko9t8jf_5ief425i6g', 'undo', 'AZF2aSC9wkn9Ca_BTlG9KA', 'kay@example.org', 1796040000000, 1796644800000, NULL, NULL, 'kay@example.org');
INSERT INTO public.links VALUES ('7920JHU3ig_KjKjBUTn1AA', 'iRFI7FN-90eHknd1CrH7Q5dTFJusx8765z8BG2ySc7U', 'undo', 'AZF2aSC9wkn9Ca_BTlG9KA', 'kay@example.org', 1796040000001, 1796644800000, NULL, NULL, 'kay@example.org');
INSERT INTO public.links VALUES ('Kwpfu6bro7gbU2HKnOsi5Q', 'zp85fO7CmEoovVzd3K0Dn_V2FdcKxDT0w9_pd0rFpGM', 'undo', 'AZF2aSC9wkn9Ca_BTlG9KA', 'kay@example.org', 1796040030000, 1796644830000, NULL, NULL, 'kay@example.org');
INSERT INTO public.links VALUES ('_D1Yl8J76ab5cqEckJByQQ', 'hYbNIyi2pkuUeVpPNbbuoH0fGzcy8uCI5onwx7XkvRw', 'verify', 'EANbH5YGNsy5iwW2Lre8-Q', 'grete@example.org', 1796040030000, 1796126430000, 1796040030000, NULL, 'grete@example.org');
INSERT INTO public.links VALUES ('LEHffut3ByRusXmcectEbg', '2A_-RsH8nR1hQPPFpwjXFPEcvIEWb5hryCi85c0JBo0', 'undo', 'EANbH5YGNsy5iwW2Lre8-Q', 'grete@example.org', 1796040030000, 1796644830000, NULL, NULL, 'grete@example.org');
INSERT INTO public.links VALUES ('7oSN5pf9RDcCmvJLMacGuQ', 'p3p7IzeHDMIz5GCmsArKsAkACj-UoYIt1nO3tqyu5Lk', 'keep_second_step', 'EANbH5YGNsy5iwW2Lre8-Q', 'grete@example.org', 1796040030000, 1797336030000, NULL, NULL, 'grete@example.org');
INSERT INTO public.links VALUES ('WfW3SG2PN-gdgXnzZAnseQ', 'EZk6bhGin67cAwetJ0WZ0t2JkNpf56294DIHBqnD_6Y', 'verify', 'Inj3c_9zXaaPYiPVxb2zng', 'ada@example.org', 1796040030000, 1796126430000, 1796040030000, NULL, 'ada@example.org');
INSERT INTO public.links VALUES ('fnJwieO0Dodf_LV0Qa3iYQ', '8m2IaK8m2K33CnzZGAvOrxbXK7VQqds51lCcBR5pDXw', 'undo', 'Inj3c_9zXaaPYiPVxb2zng', 'ada@example.org', 1796040030000, 1796644830000, NULL, NULL, 'ada@example.org');
INSERT INTO public.links VALUES ('pUxOvQT0_OOLlQcFmd5Uwg', 'LttHCaknLjgcIWsYwSchnpG8clQMhEX4oUiSZ1t_y9A', 'undo', 'Inj3c_9zXaaPYiPVxb2zng', 'ada@example.org', 1796040030001, 1796644830000, NULL, NULL, 'ada@example.org');
INSERT INTO public.links VALUES ('weMRR6CVucJgAqmsoD-meQ', 'otZ5CGw_9kLHSohqtlEc96_IjrxCDI6cK4lC7pgbcJM', 'change_address', 'Inj3c_9zXaaPYiPVxb2zng', 'lovelace@example.org', 1796040030000, 1796126430000, NULL, NULL, 'lovelace@example.org');
INSERT INTO public.links VALUES ('JU5wYgMw321ieJNu-02RhQ', 'BVOOsTohwiTAfisgThKvdpO32NgHXFHKrlkbZVoDTrM', 'undo', 'Inj3c_9zXaaPYiPVxb2zng', 'ada@example.org', 1796040030002, 1796644830000, NULL, NULL, 'ada@example.org');
INSERT INTO public.links VALUES ('qF0nBRn7dK6QADRLLEcGFw', 'aoc_c2SRRRP3mePdxp2xLqpf7mnu9q7wiei-AfzJzNw', 'undo', 'Inj3c_9zXaaPYiPVxb2zng', 'ada@example.org', 1796040030003, 1796644830000, NULL, NULL, 'ada@example.org');
INSERT INTO public.links VALUES ('M_qZ2pnNmWYlL4k4XCNFgg', 'sJKz7hUsoZkQ6JTN8Ua7udqdT-Ydyd08Ih4Uje9eZBo', 'verify', 'gUaEafhK39HVkhEqbwtfWw', 'grace@example.org', 1796040031000, 1796126431000, NULL, NULL, 'grace@example.org');
INSERT INTO public.links VALUES ('WUgibn6smpYQkcPJmJVdAA', 'gx9xE2SKT0KMq4FQPESGtQ42-PXy42YVPyi7o8VItq8', 'verify', 'tEVQ8L8l-cs1sf1WrR8qpw', 'mary@example.org', 1796040031000, 1796126431000, 1796040031000, NULL, 'mary@example.org');
INSERT INTO public.links VALUES ('z1Gv0WSN5gjTZmHbOxvdpw', 'rfhTQOiqJ3smBcu6wj5A3Gyw38YIqhCr74MPtykcXKk', 'reset', 'tEVQ8L8l-cs1sf1WrR8qpw', 'mary@example.org', 1796040031000, 1796043631000, NULL, NULL, 'mary@example.org');
INSERT INTO public.links VALUES ('qdJY6A7Wu1LMHcRStXS8Pg', 'LfsCU69qcCJc22eAd3Tq0017diquwUS5i2XYgmQC5SQ', 'verify', 'uFXIhaTOfHulU8tkJbEjqQ', 'ida@example.org', 1796040031000, 1796126431000, 1796040031000, NULL, 'ida@example.org');


--
-- Data for Name: login_failures; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.login_failures VALUES ('bcE9pb-4K-upmunxjxY7594eEk7_E5N6jY6S3QbBYP4', 5, 1796040030000, 1830600030000);


--
-- Data for Name: outbox; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox VALUES (1, 'jWqLOolxB3l8n9m-SE3sdw', 'confirm_email', '', '\x08486f7070373738362331b7e375aa6aae3a0cf8ac54cfd591e31d7dbdd99e9975c3fb6dcdd050b1757dbb2303bc40f2a55616b04721fb77cd592ad982429f8a4094da334693440dfeaadf05c43f938792e142cf729966cc87acd2a5356fd16acba82b56430cd0dcae1bc5bcff9843546cb529ef02a99e4056947d70a1cbff24e9b392de1e32b84b11c477a9a661cd', 1796040000000, 1796126400000, 0, 1796040000000, NULL, NULL, 'tJbHJnUwBMqLZC0uvp5J1A', NULL, 0, 0);
INSERT INTO public.outbox VALUES (2, 'nA66uPZI7TQ3ls5jGswrEw', 'account_locked', '', '\x08486f707037373836685ee16dc043e674d825c105e52e6885abc7e52c7882b3f5fbe2d6b2eaec8473bd3807552864847c1e34c45946c91e21bb358d5198ca5f5e7d7a5b12af10f40ce8d237e151f97275e5614b2d9f3171760d7f835f6e6f260bd5ea668b8081bd7a8788ac8a86b3b34dd6e6aeff1dde2c17', 1796067018362, 1796153418362, 0, 1796067018362, NULL, NULL, 'tJbHJnUwBMqLZC0uvp5J1A', NULL, 0, 0);
INSERT INTO public.outbox VALUES (3, 'xG8bSL81Czi8jJjG0bDoyQ', 'confirm_email', '', '\x08486f7070373738360b10a5ca752cb5d18dec674ca75c0c19b126d4ed9076ccafa7f59c804d83e78a397e01d13ba362fe94b0888ba1109974754f53f37670d21fb3ced288c85f94d5be1ffbdfb3e05ec5c3a8b49570c8b758bc2934e0b62b21870728fb8f6a6ad46f5f00b6b0ba4390a74bd7321b1d304353b37f594c9e73d00e9b791a58368bef2f6f2e04b8d98e4ac9', 1796040000000, 1796126400000, 0, 1796040000000, NULL, NULL, 'W_Io451IZLaWEd6VjpPJFA', NULL, 0, 0);
INSERT INTO public.outbox VALUES (4, 'Mh0vnJtZdkVts5hMhLAkRA', 'password_changed', '', '\x08486f707037373836279ec04e5e6a8d062562e83db6341b28fdb74099087a15275a822aec378189d6de4bcc20c36a15bdc0f5e4abacd00d6255dd5fb144d8bda5e912f361de15d41eedcf1c6d74acc40a7dea4b25d49f14004eb72b3a316ec169235356e34bc5db769a7c44b687a21163bb0c553f4ba8c05554ef41a68a34b9311a91a48fe6410b852b7616f2bca36da82eda72669e99af2b9cd099d6312dae8ce167f230f7d404d29393d57f47ccb15519e538905ce3599c6effdd2397074a5e52b848a69cc5abfc849ec534926be8a235f28d0f8ce21c1ad08b18b65fbcf1745d5306133c15013acf388799a3b72b83c00a30646655b22fac861f3f2ac6dc7495b23db291be3d5eccee485ddb26c6ef6d8fc0d4440dbec95222cfbff6b03fadbfa702', 1796040000000, 1796644800000, 0, 1796040000000, NULL, NULL, 'W_Io451IZLaWEd6VjpPJFA', NULL, 0, 0);
INSERT INTO public.outbox VALUES (5, 'Yc8diIPfIL_uSgPSZ-0p3w', 'confirm_email', '', '\x08486f7070373738368cd09f5b2645017c05c9c823df7498871d06fca1a7c77b8dc739c0a1c99d67d47342c780057114e9086d6e5d18a1b80eaf0a148fada5e20b484abd229de9892b2ffeec1e56fce5e7dc27c33ee44c56ebaee60aacfe61aa514bcc95f13c4336ece5050a804bb066579dda04bede6bed90956e7f6c7fb15ab97ab3ace2fbb47e7b05a98b19baf33d', 1796040000000, 1796126400000, 0, 1796040000000, NULL, NULL, 'SBOARhqlRdZ05UxvA5cSDw', NULL, 0, 0);
INSERT INTO public.outbox VALUES (6, 'oPmR26ODHh-ehYDEktgwuA', 'password_changed', '', '\x08486f7070373738369fe21fde31da67f942d74a569e65677e93f1241b584ff5807e5283b030df889fc7556b2a3eb21d2cbf73aac407655079603648710be96d5ead2852d6b91881553f64a979cf9cfbf4a7d1f6a95475b5bda545a94979f65226222aac96a8909ea0d8e6b1c8d70f1ba7f47daa91e79c031bd705a7c6f62f44076b13a6ccb7b15c39e0bf6f0a6e1be66dcf271079ff9470c60083209086b5cefbcfc0e6c31de917e3622e58a2246447ed7851b083ac1fafb258dd100ef150b17abfe6ac89e5e9bdb4b21d97f7222d27f2a245c4d7644349feeb99c582be7b00b79b3c098eb8e9217386fbe5509c47deffc67b711c20f6dec89c1d4912fc9f3529b0ec572ca5df2ec34372ddd62675f7a92f38858a41b74abb9dbb33b8ee9887e135e7', 1796040000000, 1796644800000, 0, 1796040000000, NULL, NULL, 'SBOARhqlRdZ05UxvA5cSDw', NULL, 0, 0);
INSERT INTO public.outbox VALUES (7, '5kwd9nC2sCtfoOCWAjQzyw', 'account_secured', '', '\x08486f707037373836e3ec2a039d51c3abffd79aec9c40463b4c9ca36601653e75c81572e773ec58254e7db8665f33fa4cfac95ea482765336302eecbd28e59bf5a49d64f8c37066c5c518eb108436fcdb0b6d71fa45ca8da4f069d057086c302a88bf081cd7e4e1a75679dbc3fccb7ca6a53245e74209cf9ae4bc5daa6c02b4bd583a8e504b7aa0e8522abd631d1d3c5f19209a9c4aa937e8284713927852', 1796040000000, 1796043600000, 0, 1796040000000, NULL, NULL, 'W_Io451IZLaWEd6VjpPJFA', NULL, 0, 0);
INSERT INTO public.outbox VALUES (8, 'WXPGEVc3e16fNR6gcp6ncg', 'confirm_email', '', '\x08486f707037373836fab1dc56608a27bc6dc7c63965a33abc3fc602d137ae26d28a3936e1c4e4a9e568c6f1798f230f5c3038d64a2f8bc84fcddfb4b6d030d664911690c2bec87b11d69d802563fb39584261546d6b983ef5e9775d052416669c832166c7707e3eeeb3542f054f0e9820955fde7d1c65291a0b96c0597c1e1e07fcc5dc841525fa00705c23f7e7412b', 1796040000000, 1796126400000, 0, 1796040000000, NULL, NULL, 'dd_j8M-BnxDFv6FSHpc1Xg', NULL, 0, 0);
INSERT INTO public.outbox VALUES (9, '1Gd6z8F2h76gXFP0g_k2Jw', 'administrator_made', '', '\x08486f7070373738362e9f32985d96942a8c7a77a2766ca43b5f0f0128c322649e7a2d648b568561cc02b4def3a16ce47d104b5b1d3f3b103682214dd80a8843fdfda3050f0c156728fa4b87c0d512bd709a2a24b95f5a9957b5d880c8932f41fc9f8f850b8d07e50293b35391ba3df3f7893d4271c8ecb200221a62e96af8ff0a8b286d81d3ebf2ed2ebce9af1cbb202cb2f26a08263e76de', 1796067018727, 1796153418727, 0, 1796067018727, NULL, NULL, 'dd_j8M-BnxDFv6FSHpc1Xg', NULL, 0, 0);
INSERT INTO public.outbox VALUES (10, 'yW_4LgjtEEhnGRY3Is5Dsg', 'group_joined', '', '\x08486f707037373836e74dd42849bab6e784b0fd83c4c58a9a54d4f8228555af476e8fdb844ade6cbc8f1761f199d268e349b02283c47c09b9651fa526822b0e244f82e8699c69f11c2de899a6590b72a7e00a129299d664d9ce208f57db3af6ad49323e74531c9d0f9b2eb951968154e91287df76bde9dbc85af13571447d6d38aa5c5e298ac7ff', 1796067018886, 1796153418886, 0, 1796067018886, NULL, NULL, 'dd_j8M-BnxDFv6FSHpc1Xg', NULL, 0, 0);
INSERT INTO public.outbox VALUES (11, '6y0OTyHYhnJT-loi_daEAA', 'new_device', '', '\x08486f707037373836d3e45dd221eacb07a88d4fdf3d3b85803f86c69f09cb6266bf1d288d56f77b2772782917a7a7023c8db1e35cb36dd66238020cb968ace5dc92fb7458b645d2c1f9081a5e40afe5d099bf14785394e29433814a63165e291559270b9f1ad49485aedb2cf000c6443b6b1c60eba11f86e5638783544623adc08942762b58b2a135482653ca80255484dc0b106628bc7d320fc8cfc5994f9c6fd6ab885850398d59e2b65ce7e37891057aba1a716912e854da440164f5f74a95544e258576762baaa3c657227b3a0a83e4a5eee4def4caaf5c95d26bf4ef', 1796040000000, 1796644800000, 0, 1796040000000, NULL, NULL, 'dd_j8M-BnxDFv6FSHpc1Xg', NULL, 0, 0);
INSERT INTO public.outbox VALUES (12, 'dhZxJTRNhBKLOuU5X3ihLQ', 'invitation', '', '\x08486f707037373836bfa1e7ecf3d0c1b7858512d29e6d1ad2c910c1b289cb5bbbcf8daed5229d2205ab006ef7688f1981df9628dae49eb45a38054d4924491d9618ca62e733b7a47a2a32dd57599e6157444fa96851608dfa4643c08110fad36b173413c34a1f547b813146f445ae96b929ee0a18993014ae510b19b7264036222d54b813ee29b053a2f6eb140f7edee5a30329dffb2562a1b5280840', 1796067019202, 1796671819202, 0, 1796067019202, NULL, NULL, 'VIEodoXRfL5liUoP7qU_Gw', NULL, 0, 0);
INSERT INTO public.outbox VALUES (13, 'L0VJAJbJe9zv-Hn4nQ5EuQ', 'invitation', '', '\x08486f7070373738363a39562412ed3f1e07d31e9d6e2a6fca796dc6a987226386d9722a075f9f8e5e59ef2df0b03daf90615d301428dbb6e0bc33fb615478886043e98358c97fb35c9f8c58761d63c63c6d90c92f085ad986118ac18eb67260e385527e513d616676d251a12455ab22e7e54e8c419d05078a41b2e2b354feb2c6349f2f5a36bc8797dc96ac1b6a56a8051d1b06896e802a2e7ab1da6d', 1796067019292, 1796671819292, 0, 1796067019292, NULL, NULL, 'EXA510MkLiurSCnLF0uO8A', NULL, 0, 0);
INSERT INTO public.outbox VALUES (14, 'lgB_qlF89wGQoFTkcv-RRA', 'confirm_email', '', '\x08486f7070373738369644b6d910ec2dcdf28a05ad9eeb9066d0d3d287222b65141aff38c411cea331e4dbe7d69b4fd7d6e22d3265e3b916e9441146a0c81b2a32209b1c975f124702418f2064818f0d8240146f730ed0fb9ed7f84d429a86f6cdeb0f4f08ffcaab260ff6b761ff5888e0362ee942fef85ac9b8c9a1a1e540087866940e8503a306018126d09c477f', 1796040000000, 1796126400000, 0, 1796040000000, NULL, NULL, 'AZF2aSC9wkn9Ca_BTlG9KA', NULL, 0, 0);
INSERT INTO public.outbox VALUES (15, 'ektLC4CuJ_P2MGyD2eoWlw', 'second_step_added', '', '\x08486f7070373738366ea86197fdf384e6da5823a6652228f86643a00fb7051dc2b2476158ece2dca02a8655debf02403c16765f0901395b6cac753a70fa81cc0d80491976dceb0a19f3d1c07bc6a7b84dc427fdf47cac980171adb42645a7fd202657385bd2632f018fd07c1d04979ad7380828936d999c125fe0859bf12ad0b41e92d58b667c919f482cc2f2b2d35df8b07a071620e87c94b90a0c86696366b1089028aed10b2c54abdf78b0316d5d48b64cc5d6cacc03831433b5af96e61d9bf73719773e1e152f502332e10e27e15722bf0d618c6d9a03509fcb665a46607df12058a4b85452a932b92c18accbbe9e6a19012da73d0225579739433fc7be96cbb1f648808f0d76b84b6035173334a8bbb70a15c9486a15f0e9', 1796040000000, 1796644800000, 0, 1796040000000, NULL, NULL, 'AZF2aSC9wkn9Ca_BTlG9KA', NULL, 0, 0);
INSERT INTO public.outbox VALUES (16, '9ucTIqd2dBpXLQmSaU6-aA', 'second_step_added', '', '\x08486f70703737383657ea97d4c770c36b0e2ab1b98331ef89be727acf074cda8178201e5a0958af16b4446ca0f678fc1dfd3b515056c73bd3e3ff2f440389df8437b7f12d8b884588f7a73676a62017d0cc9004a7dd7ad0a8cdb79132a7eee95e8065a8d5cf2fb0cf82a54505bb05e842cd748eb79b3d3016a159853ebc3efe8db47890ed4926c17397f576e4e344edd6a9182e013ed18ffb1c7118094c9a3a68f5c55eca2e1bcf119b015a8a1f369bc1c1409a9737b376f546148c0aa59907023e0dad63bb217aecc708545697c1d41f10f55b7554720f6c57b4aa2a94c435c42120d9a17396e9907d1114a1dd75cb71c8d8cf5f50d3472f61d152e234e86a90bd569d5de68635e64e108ff62496fda7dbd65429b4c420c38412dae658d2b80c237ac2d9ea86615bf9a060', 1796040000000, 1796644800000, 0, 1796040000000, NULL, NULL, 'AZF2aSC9wkn9Ca_BTlG9KA', NULL, 0, 0);
INSERT INTO public.outbox VALUES (17, 'KxftRK8z9DRi0U8ttZgrEA', 'new_device', '', '\x08486f707037373836491ae0c4417c4857c6d9a9245611f7e046d90fdae939e473d3c10f62fbef45db5a95eb556b1d62cdaeba336acd26d2135b8475756b3ab09f113f4113ef86bd86273ed8d0e87eb0e3d4205402bf94f7ea9edb431ad04ade0dee104d17d21dc01f9f0102419b65d132a1a6146d14108cb11478e9591fbef1ac73c9525c17ba9348f7da4b8b398f05caf3a31eb9c9249fc80350ea3bd03f85b79c42cb76b8cf8c08b2577b3a2a21a69cf52c91d13572bfaf3c9809ddec7b22d565f1dd38b8304649d7687c98fc143e5a3cd2f0d465f7707a278a400691', 1796040030000, 1796644830000, 0, 1796040030000, NULL, NULL, 'AZF2aSC9wkn9Ca_BTlG9KA', NULL, 0, 0);
INSERT INTO public.outbox VALUES (18, '7dwEzCUxDsRdiu0UIVmmTw', 'confirm_email', '', '\x08486f707037373836df285fb0073a7e2f5a35750d14e06a345c851b14dfb70968f8249d67c1225a788481fe19bcc8245e33056a7be67da678a7db2b05c2c878ba38d241d265b4382f6e75aff5abf51c10e1d0c211845b7e5a9fb27cdbc0c261b65a0043adb6b8506cdc16496fd9baef4ce02f9101f1c7843c5a09c56170d5a371038ff18e472b101dab8c2a0459f51a9f', 1796040030000, 1796126430000, 0, 1796040030000, NULL, NULL, 'EANbH5YGNsy5iwW2Lre8-Q', NULL, 0, 0);
INSERT INTO public.outbox VALUES (19, 'ZX05uLlI83ifP8yjoFt7ng', 'second_step_added', '', '\x08486f7070373738361b6366ebe1da05eb1d97377a91c855c269129bc98b0307879b0ed350e05d2da6955a49c1539151f04c3f60389b19997475c5ba5d381e1b9cddd9d504e43320cf6b43bc162e1c1d4d9e36d8a778f6cdf75a833123c042985e51c25b3ab7839e46e96b55b046108264a6e4e438ce81f1a22c0da833dac2b528a5e6c4d5e3fae13afeaa426c8a4e890f3719fbb81f80c05d87365f87602cd7d7db49ff0a737acabb929bc6808678f1a4809059bd090949c1f3290a601c14b3e440da1e170657871ec75158437b2a6c6cc491087d231a8fea7c6d731331f7941fc23d84543a01017e3e4504043f2baa2dcb19543f6bdc4007b93bfc5814eb5a23868c2a4951761586c71adc7706fa136a286808b5725f02f6c6ac0e15', 1796040030000, 1796644830000, 0, 1796040030000, NULL, NULL, 'EANbH5YGNsy5iwW2Lre8-Q', NULL, 0, 0);
INSERT INTO public.outbox VALUES (20, 'tX2yPdWdGwLh4g_RyOFfXg', 'recovery_requested', '', '\x08486f707037373836679d9881d2275c1d41cc023e9db32abe71a9ca261c4accd55d651971166b56aa44fe54d32ed335a34ab01642fea24fedd6a6e71c84efd69f57cceddad85eed043bd077acd0a29687596d459a876744c7f08b47afbec6821cacf7977e9896e3286740a414cc505eb9e85cbd2521330235322e1e14f89463a464714ffec48913ba5bdb4d60c20b6cb49aed8b446c989ec9ad784334edd85332720422bc6b844bad0d1f31bd3ae09ad2911eab385e8a4b8b31d2c5edf45a9b192df0cd2b8e3fb2359e8cbf8b282c7c58ece497429f85818984269ef51bb2efed0fbefff2721be966ff8aa94861dc30bfd56756cf7632abd9d64f05688ece4dec8b50e79c', 1796040030000, 1797336030000, 0, 1796040030000, NULL, NULL, 'EANbH5YGNsy5iwW2Lre8-Q', NULL, 0, 0);
INSERT INTO public.outbox VALUES (21, 'WLkk3l0iYwxKKD5rhM0vng', 'confirm_email', '', '\x08486f707037373836726d7bcf38c5994df12debfa32a5ebbc3c0f545369f62b04432492cd818c98db3c6a1fd2601db3e7d36e09b985e87f3313ca2a2a9f134627fc18226c5a2dd938d00c92ed7e9ceb9083c422491a1744beee0cd32ed521ea72d3f17c4fab6e10f31d1eea70cbd47fd8729a71e8296304968062a3b4e5a588abb6f78db607ddb41f9aee23b98056', 1796040030000, 1796126430000, 0, 1796040030000, NULL, NULL, 'Inj3c_9zXaaPYiPVxb2zng', NULL, 0, 0);
INSERT INTO public.outbox VALUES (22, 'eOY4TDkdb-vOj0l9uY6qUQ', 'new_device', '', '\x08486f707037373836fff39c0e4a62ae3a9787ff46509b153313811de2d2a421cc04378b8a264b68e632fb8de2574c7817d2da53698bd7fda90fc7233aa6fa5914f87c6f8f1613fbc9c9d1e020813d32bfa55e8d549f29db6d9c4126ca4579795c842ca58408321bdc0c6b8eed5a2d2603dbe722eb68d675c7d07b8c8e5371a36c7d588fdc19de76beaca2ca35142221b921eb083dc840d7ff9c8a7f10bbb9b19bb119d127837f473a8b427dd93fc548962ea610584d81e20c5c9e179249d6c735c78a73644f7b562911dc50ed81ddd97fcd2948350e5c621389eadcb1cf', 1796040030000, 1796644830000, 0, 1796040030000, NULL, NULL, 'Inj3c_9zXaaPYiPVxb2zng', NULL, 0, 0);
INSERT INTO public.outbox VALUES (24, 'CbfRePErC5Ld1JF-J2wM3g', 'confirm_new_address', '', '\x08486f70703737383613377f066c1117ed3d4106e565a6de7e5d2b99bb40219d49dc2d7969e322fff8f527150c7a4001c9b68e9c31ede566c63631b6b709cda00f25905ff9d5dfac7c106ef14d529c227d645fdfe096bfa817784210c379f686ac0dd3539059e77c23a0f9028781bb3cb375b12a0231ef8c265a0518e939b01aed02f0e8bc8201eaa306f10664e03616de532b5264a5784f63', 1796040030000, 1796126430000, 0, 1796040030000, NULL, NULL, 'Inj3c_9zXaaPYiPVxb2zng', NULL, 0, 0);
INSERT INTO public.outbox VALUES (23, 'zYTBCvQ7045w4P7ZwPDi9Q', 'token_created', '', '\x08486f70703737383614e54d82550bb566993e89c2077db52d8ccbfa8972629681873c66def12b59ad0b2e5e6b79301924a988b536e583d7c8d9377ab573ccd98e56041aff3043304aabe81a826b3cf2036ba91ffbff40e1a53143fb0d9ee3d705fae84007f87143dd59f715f503d3d53892f23ac06228825276f155f67fca18728b59e915dfe8126323a89bd962d71223067af0f74b2d40a2ac79a5910974ada4319b624a8617fa5a2457f2e0f57e8e8523cf64334ba9cea42879d075d01920c948efa990e64a0617d7edef7d58d8b3b9684b1de1991fc539d733cbba926001dd58af09f3557398b84568f670976b16da1dd82eb092ed8be42ade9ed61d5adbec75e1ce2513', 1796040030000, 1796644830000, 0, 1796040030000, NULL, NULL, 'Inj3c_9zXaaPYiPVxb2zng', NULL, 0, 0);
INSERT INTO public.outbox VALUES (27, 'NbhYVIIzhxtg6MNYo6e5KQ', 'confirm_email', '', '\x08486f707037373836485316c989e25a2ebeeaeeba460ee71b2c343d864166ba638e52b445264eb238a42782f9bbf5ea7adae6f88f03f8dad71a0aeb1821a117805d199453ab3f1d8e0408de117bc887415ea40c9245e7b68fb7ee936ad4e71d5a8722d252439ed41cc48142b94eb4ffe33192655a5c65de836ab1b606822a1e826cf0b4bb7b0259c97b7958d02061edea', 1796040031000, 1796126431000, 0, 1796040031000, NULL, NULL, 'gUaEafhK39HVkhEqbwtfWw', NULL, 0, 0);
INSERT INTO public.outbox VALUES (28, 'SSV4mq0wDjI-EwEHludxAw', 'confirm_email', '', '\x08486f70703737383679e7eae75c23e877689a54d31a3c8ae5b075dd1860987683d6f13d416bc74c9fe05ae613da50706fee7f871754650a8e4e8c932d11deee2ba18a7f08ba95f633e000a339b8a42abc8b98f45cf2cd43087e41771f2b78834616ceff4974927d5fcb2ec76a192fddecb8c16d41abdb51212b50abb7f887e85c06079c757df993f2e5f63d5bbea468', 1796040031000, 1796126431000, 0, 1796040031000, NULL, NULL, 'tEVQ8L8l-cs1sf1WrR8qpw', NULL, 0, 0);
INSERT INTO public.outbox VALUES (25, 'aM2F-QQw1nDsyK-iL4uk_Q', 'address_changing', '', '\x08486f70703737383641da1e9647419fe4edbef008f75dae99a5986b24595db4ac955830e339695a5f38b138e59a37a870f47a06f264e338ca5fbd9052f722737829ae7ac2b0a28e427380cddf7ec40bf4941314f5bf0942c7682015d051e59488b7eeae3ff45c1a95ffb3d13ad95f36b696a4de8ec2ef45735ccba477b8c05f1d23915824de3ce29ac0d10f017798671c89624918cb3f60f681dc72cca89b2dc05b9b7c4412f9cd7f277ea61aab6c84e5e0b799b2de6f3222aad4d6a9df2e82893c766da1769919de2d04702414a0fcc6f72035460c98ed8093bdf99795249ddad5cc96f038ade5c217d714f88f549e26ab112f4e8b', 1796040030000, 1796644830000, 0, 1796040030000, NULL, NULL, 'Inj3c_9zXaaPYiPVxb2zng', NULL, 0, 0);
INSERT INTO public.outbox VALUES (26, '41NOXM_lhWv0_CruU7_DCg', 'new_device', '', '\x08486f707037373836b2a7845c94b0ecc9396f7e3355a12fb0daedfbf275e042095596543c6399fb2d4dc23d3c57f9607e9bee0a5af1215a81396c0750f19558c6ea049a0a7b2ea2ddd625cecc99a962e55d1ab2eb6508fb3f1e8c3b21a5ee89218fd9ed4621e26c5b3b577234496c7bb60d9b5c80c6c09476a299969b8c50b06e438c529952931ccc688843845528be5738cc0638855eeac36c2231ae01571685ff4f317cfe5258636225b505d610af3eb3b07434e7b3abf4d53842ecea90bc9daa17bcb57544e39cb98012b32645d661ff30a0e8d636579ad4', 1796040030000, 1796644830000, 0, 1796040030000, NULL, NULL, 'Inj3c_9zXaaPYiPVxb2zng', NULL, 0, 0);
INSERT INTO public.outbox VALUES (29, 'QURnP5A9WCRzTo5xKKhI7A', 'reset_password', '', '\x08486f7070373738360ab24193370747ff6e420ba2f46d511c188b7cf25edff2183227e40d432950687691d204590c10c8ba2b25c92b760e889a898ef5ff4ca21bc84e7a2f8440f2c5c6d686e602db7c0f05ea1f40eafa594cbf3d727f56ca4eedc385429d5a74f4b73105fadaf87b46f2eb6d8e1c7a728c1e4cb1fd804c492b0944937809e7f3e15262a45d2c01e6933892fdc3a3dc09ba9719165d1a', 1796040031000, 1796043631000, 0, 1796040031000, NULL, NULL, 'tEVQ8L8l-cs1sf1WrR8qpw', NULL, 0, 0);
INSERT INTO public.outbox VALUES (30, 'tRBFg92BD1O8tJbuxq-axA', 'confirm_email', '', '\x08486f7070373738368edca05a8439fb5526968ff3ab5f0ecf29b73fade27ea37da582cba8dfe2a3ccfd2378af6bacb83e3af0ad6ffff0e4554298a72d91e125a1f4e8da68ea65866f2cd026ca2fc18ca7a54abe68bf0460a1f55f842827792851aad8e1fe2ed687b8b2fea61486d1f14035a513563f5a46fec17e9b512e9441325e7bc715cbc7093929b3f7739349', 1796040031000, 1796126431000, 0, 1796040031000, NULL, NULL, 'uFXIhaTOfHulU8tkJbEjqQ', NULL, 0, 0);
INSERT INTO public.outbox VALUES (31, 'wGiYU3F6qDh1yjLsAYv8NQ', 'approval_waiting', '', '\x08486f7070373738369c1f63f91c32617f6f3e3dc180fe5d3a6f84deb61beb055cda2b20db6d1bcf5c52d097b79586706da01aa953f7d9a0422d15fdffb040713cc264122d88cc71bf1d842db2e64837cf1114f106076ca42e1e08f0db', 1796040031000, 1796126431000, 0, 1796040031000, NULL, NULL, 'uFXIhaTOfHulU8tkJbEjqQ', NULL, 0, 0);


--
-- Data for Name: passkeys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.passkeys VALUES ('4ok6XJWgye2ZTU3RPcjZpA', 'AZF2aSC9wkn9Ca_BTlG9KA', '9jAUotzzbY3vFZz2Pipntg', 'localhost', 'Passkey in Firefox on Windows', -7, '\x041b846a41dd382f3541e644074bb4162b9085d92a67569a66dc427fcc0cf06799badd282fda8b676b23cbdafcd743d7d022ed68012065da395541a1a2daf742a5', 0, 'hybrid,internal', true, true, true, true, 1796040000001, NULL, NULL);


--
-- Data for Name: password_credentials; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.password_credentials VALUES ('tJbHJnUwBMqLZC0uvp5J1A', 'v1$2b$04$b6sX.6.I1FrW9JQ3lRu2w.6YKx1/gv03Zg4bGoBzWLehMabQzrbPm', 1796040000000, NULL, NULL, NULL);
INSERT INTO public.password_credentials VALUES ('SBOARhqlRdZ05UxvA5cSDw', 'v1$2b$04$njoJpp1XfKqCARd7Nn5LPeThybhwrL1rd6bv.oTwnzwUkFKrWcuAa', 1796040000000, NULL, NULL, NULL);
INSERT INTO public.password_credentials VALUES ('W_Io451IZLaWEd6VjpPJFA', 'v1$2b$04$qr.oEg2cE37K.cMjbjv5xebTKSZn9eM7xwWjy5FrT/vdwc/.XTBV6', 1796040000000, 1796040000000, 'TE0GNr2O7Aa8pJpApB4pQg', NULL);
INSERT INTO public.password_credentials VALUES ('dd_j8M-BnxDFv6FSHpc1Xg', 'v1$2b$04$.1I99RWl4nnosUETDhzxy.A3fnmAtPF3dCIte7rg1KnV5am/nUAZq', 1796040000000, NULL, NULL, NULL);
INSERT INTO public.password_credentials VALUES ('EXA510MkLiurSCnLF0uO8A', 'v1$2b$04$1G/1v13WEepy2.SWbgrP5O.pAdHKuE3WEelTfMNWZIGmvXeiR4GHa', 1796040000000, NULL, NULL, NULL);
INSERT INTO public.password_credentials VALUES ('AZF2aSC9wkn9Ca_BTlG9KA', 'v1$2b$04$Q7c9LUaSYBdxEi342tqjC./68CzsOIfd.njcoxLWuIqMVFUhwH/3G', 1796040000000, NULL, NULL, NULL);
INSERT INTO public.password_credentials VALUES ('EANbH5YGNsy5iwW2Lre8-Q', 'v1$2b$04$8Xfp2ZYeJXhf6CT.A7aboeODrHg6anAId30j8E46h9rTYkKlxkq/O', 1796040030000, NULL, NULL, NULL);
INSERT INTO public.password_credentials VALUES ('Inj3c_9zXaaPYiPVxb2zng', 'v1$2b$04$7MwyfbRr/TCbB6zUVZgCUOm6SC3.ZprI/VJHZSjA4bXJ0.HPfOpRa', 1796040030000, NULL, NULL, NULL);
INSERT INTO public.password_credentials VALUES ('tEVQ8L8l-cs1sf1WrR8qpw', 'v1$2b$04$vBJkNNX0/6PyLffVOZHVDuXPD6Ai/1scm8DTiqnJsYcOy3oRYpCHS', 1796040031000, NULL, NULL, NULL);


--
-- Data for Name: pending_logins; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.pending_logins VALUES ('_lrZvv2XyX6HVF4rbBUpxYeBSwq18QfKoCVhudpAZ6A', 'AZF2aSC9wkn9Ca_BTlG9KA', false, false, 'BqX0lHoQa8uV5QLfE-e7ltdPYmKB0Mq5_YNxuKSoxgU', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 1796040000000, 1796040600000, 1796040030000, NULL);
INSERT INTO public.pending_logins VALUES ('KhMlfgDggcGmBGhmKIy-2kp8XkU2bW5hP8dTZ5WrGRU', 'AZF2aSC9wkn9Ca_BTlG9KA', false, false, 'f0vpqzaTbO9QUuo5LH0QobVOrROwiswVuK3psc_zQVg', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 1796040030000, 1796040630000, NULL, NULL);
INSERT INTO public.pending_logins VALUES ('dPsZoDZItnrm4SbO5XiKEbcxE5nVomWlvzbn2UoNXy4', 'EANbH5YGNsy5iwW2Lre8-Q', false, false, 'tj5nVPOeTBKzj65J2YZ8glNu5vYADn_I5iA8Lxhabzk', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 1796040030000, 1796040630000, NULL, NULL);


--
-- Data for Name: pending_signups; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.pending_signups VALUES ('gUaEafhK39HVkhEqbwtfWw', 'grace@example.org', 'grace@example.org', 'Ida', 'v1$2b$04$iGzWMKt7yHSfOhzETJrWauz4Z2W6PmCSRL1ArDTtH8495PDcix0Ce', 1796040031000, 1796126431000, NULL, NULL, NULL, false);
INSERT INTO public.pending_signups VALUES ('uFXIhaTOfHulU8tkJbEjqQ', 'ida@example.org', 'ida@example.org', 'Ida', 'v1$2b$04$5DWxQI4OSQyzc6okP.y8/O8LP9A4Yl9wWVv2q.tpwHtDLKyjrbmuW', 1796040031000, 1797249631000, NULL, 1796040031000, 'zeOW5t0UFKhYuKe-_oNJIhIne0_X-hVl364T4CRQ6ps', false);


--
-- Data for Name: personal_tokens; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.personal_tokens VALUES ('R60rQ_Rb0unTJPmqzC4v1Q', 'Inj3c_9zXaaPYiPVxb2zng', 'backup', 'KK9ejmN6iie-LMp8oDFfXJ6SoKkqNreXXCF1A20ZAxc', 1796040030000, 1798632030000, NULL);


--
-- Data for Name: recovery_codes; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.recovery_codes VALUES ('ve3s4KKa041j2EDKEHSP6HujWhLIzGaKSZBuwL8lRAk', 'AZF2aSC9wkn9Ca_BTlG9KA', 1796040000000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('wy_i7khfGebUu-jChfYcBfAYFQT6l1Aanw_Wz_wFm-4', 'AZF2aSC9wkn9Ca_BTlG9KA', 1796040000000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('SGLvrGKEVigTt7SsY1_-ZOIc80egJDWCLD7QJX3FzuI', 'AZF2aSC9wkn9Ca_BTlG9KA', 1796040000000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('M6Ii8f6oF0nAJJFaImxbZorYWuKORSo5lvlafrYdRHo', 'AZF2aSC9wkn9Ca_BTlG9KA', 1796040000000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('1qooEvLUdJyhGZ_jFwdbLW8o6E0DjbEblK6Bo1i96Vs', 'AZF2aSC9wkn9Ca_BTlG9KA', 1796040000000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('jKdd_T4pYF3bXTJUn-mhkPQvaf-lP7zRRaYI5ncdr4Y', 'AZF2aSC9wkn9Ca_BTlG9KA', 1796040000000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('iE-kqH6DVzwyehKJSiIlnKbeGvRquhW4T4oXdFJLkTQ', 'AZF2aSC9wkn9Ca_BTlG9KA', 1796040000000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('-appBnUNfA-P_4lqqBBXGEz9c6yPMLqaIBGBa-IB128', 'AZF2aSC9wkn9Ca_BTlG9KA', 1796040000000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('dD3DHw9GtCwyH7Alt8v_OP8MSwCJdnxdY6WvvrCoYUs', 'AZF2aSC9wkn9Ca_BTlG9KA', 1796040000000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('q4uTICIwPFOPw5SNEqV2dbJFlgOeHzqs-JlYtB1Gkac', 'AZF2aSC9wkn9Ca_BTlG9KA', 1796040000000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('-TMkHdn-_sfNQYhrHAy_Hz-97o53t9Xep-mR5Fucy0g', 'EANbH5YGNsy5iwW2Lre8-Q', 1796040030000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('d47lTi1-VEDN9M4fgKGzwy_zDJG6oOqjQRV2MfpNTKw', 'EANbH5YGNsy5iwW2Lre8-Q', 1796040030000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('xJStiYyYj5lDfyrxt3PdAsapTzAnYOJS8WFPyleAQck', 'EANbH5YGNsy5iwW2Lre8-Q', 1796040030000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('rQSwkhiRpgemGVxfbOOvKx6C_9BqNlQnsLacncKXn80', 'EANbH5YGNsy5iwW2Lre8-Q', 1796040030000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('DFfAN3YTvatSk4qjhQAPahkxD9o9Ml0hwYazsJZw2_U', 'EANbH5YGNsy5iwW2Lre8-Q', 1796040030000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('78r_FuxpE7T7Hf7lPQ-XhIjsUVNO4juLcKpckBHJgLs', 'EANbH5YGNsy5iwW2Lre8-Q', 1796040030000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('K2IRrRXfsflGAldC9XlqfSg8o9UMRXr9LC42FQrWLGo', 'EANbH5YGNsy5iwW2Lre8-Q', 1796040030000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('w1qfQ398hzqOfs9RBrovNvheihl4wmwXCq2N4XIik1E', 'EANbH5YGNsy5iwW2Lre8-Q', 1796040030000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('03uyGy8g_nPba_nM9z59mLXozk3hOkXZlFlsfy-wbfI', 'EANbH5YGNsy5iwW2Lre8-Q', 1796040030000, NULL, NULL);
INSERT INTO public.recovery_codes VALUES ('et8Ba26IVnWMU84unSwZhQ_Za-0WainN84DCLl32O-o', 'EANbH5YGNsy5iwW2Lre8-Q', 1796040030000, NULL, NULL);


--
-- Data for Name: sessions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.sessions VALUES ('BnuaPw-NqYO42eChLt7hJb0UVau2s1V8gbiTP3fota8', 'SBOARhqlRdZ05UxvA5cSDw', 'password', false, 1796040000000, 1796040000000, 1796644800000, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL, 'ecVjjh4MoVEayxeJdxhADQ', 1796040000000, NULL, NULL, NULL);
INSERT INTO public.sessions VALUES ('vG4XYRoEDMMh81vDLicrYYSExtZS8iJFSb9prcnR0MQ', 'W_Io451IZLaWEd6VjpPJFA', 'password', false, 1796040000000, 1796040000000, 1796644800000, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', 1796040000000, 'undone', '3Ty4B2b4D3lEjVcrj3fcng', 1796040000000, NULL, NULL, NULL);
INSERT INTO public.sessions VALUES ('z1nB74hzjd3DBBzjCjwPSW2GLzpkXzgHGXJqZCfbzjY', 'dd_j8M-BnxDFv6FSHpc1Xg', 'password', false, 1796040000000, 1796040000000, 1796644800000, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL, '2usf3aKOQuGp5HkyBDiPGA', 1796040000000, NULL, NULL, NULL);
INSERT INTO public.sessions VALUES ('B2DFk6WSTClBOPwsbS8MmYxYOK07wplSSwoOdEimVgA', 'AZF2aSC9wkn9Ca_BTlG9KA', 'password', false, 1796040000000, 1796040000000, 1796644800000, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL, 'I-bxa80AgV-hCZv7PF0ipA', 1796040000000, NULL, NULL, NULL);
INSERT INTO public.sessions VALUES ('yH9Wxit14-huD6YHR6-_fjgJhHaGjX1M6CHKVv6bS3E', 'AZF2aSC9wkn9Ca_BTlG9KA', 'password_code', false, 1796040030000, 1796040030000, 1796644830000, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL, '1W90RKqCVh7H2YfrpDVUag', 1796040030000, NULL, NULL, NULL);
INSERT INTO public.sessions VALUES ('NHceARHhgf4EPqMXKVjFcbF3c5qGcsuzBHJxyUMl3h8', 'EANbH5YGNsy5iwW2Lre8-Q', 'password', false, 1796040030000, 1796040030000, 1796644830000, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL, 'rH0XXzTIE26KWhqNDjUwog', 1796040030000, NULL, NULL, NULL);
INSERT INTO public.sessions VALUES ('fBt80RbgkAh-9S9EC2a2Z5NEO5RaC-5fAPcDMWbx4Ss', 'Inj3c_9zXaaPYiPVxb2zng', 'password', false, 1796040030000, 1796040030000, 1796644830000, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', '127.0.0.1', NULL, NULL, 'vnEfVSQXq7zhS_S720DMHQ', 1796040030000, NULL, NULL, NULL);
INSERT INTO public.sessions VALUES ('sbQS36xWFGV1dotxjca_ZZ2qYxOkVfNBc4cv9h2rsg4', 'Inj3c_9zXaaPYiPVxb2zng', 'password', false, 1796040030000, 1796040030000, 1796644830000, 'curl/8.5.0', '127.0.0.1', NULL, NULL, 'usY3LKKINQKvL2AdwYUuDQ', 1796040030000, 0, NULL, NULL);


--
-- Data for Name: spent_challenges; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.spent_challenges VALUES ('BefBYkRcZtXSJof2Eb7oz-7wjezlAjXmMAEprpAc8BY', 1796040600000);


--
-- Data for Name: throttles; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.throttles VALUES ('1lDq-sQyKhiCbA_YVWvAZIC8Vh9RB1W3Vp_c2pgRHV8', '1796040000000', 1796126400000);
INSERT INTO public.throttles VALUES ('LkSng8Kq1G7vT8cB_IGhSK46HYB13WiWg2cUww_VIKM', '1796040000000', 1796126400000);
INSERT INTO public.throttles VALUES ('XrHLk7CzL6kETFl6BiSpK41RfAmlbnZZQCFX132DFSY', '1796040000000', 1796126400000);
INSERT INTO public.throttles VALUES ('jjctLmr_hMQpN2KvCvlhVoKh0MmAUHzKakOppBX_guE', '1796040000000', 1796126400000);
INSERT INTO public.throttles VALUES ('puoOoCxuf4jAhmnsgbCsaF_t0vyOLfAVVa2hYaGemxw', '1796040000000', 1796126400000);
INSERT INTO public.throttles VALUES ('-zqTaBdLDRP4NAsygUHfK44qSYsaXpPEl3RC1uWFdUE', '1796040000000', 1796126400000);
INSERT INTO public.throttles VALUES ('mzLJwh3qOdFujHRbzb30ckjeA8YWxzTz-k9Rrxssuhc', '1796040000000', 1796126400000);
INSERT INTO public.throttles VALUES ('XUwTxrU4y30QE5ox9x2-3ZVoNYD-j7LQAR6MveZEy5I', '1796067019202', 1796153419202);
INSERT INTO public.throttles VALUES ('bIdL0nqLmkBV7X6Lm66hD2LesogVF83v-BKGD-Rb4TE', '1796067019202 1796067019292', 1796070619292);
INSERT INTO public.throttles VALUES ('tdzplNvn3-hd3j5ZllFjwI563ise2srPhLKZzqUcTTg', '1796067019292', 1796153419292);
INSERT INTO public.throttles VALUES ('BJdJ5FSMxWf3wkP1ocuXS_JzuQNi9FdDURL5HrzVsss', '1796040000000', 1796126400000);
INSERT INTO public.throttles VALUES ('fRObDeoRcCxfmiuSkKfRMQXHaR0hUOgeshD4r75UUQY', '1796040000000', 1796126400000);
INSERT INTO public.throttles VALUES ('te-5meYOwYZQ6W3LzgMBIyRwmbfoFGSn5OUbBOUEkYw', '1796040000000 1796040000000', 1796126400000);
INSERT INTO public.throttles VALUES ('xM3Mbq1EXkzCkQqmwopPPVfNw21VlfSseKpZoNKfyeU', '1796040030000', 1796126430000);
INSERT INTO public.throttles VALUES ('DhFg3qLgaOYmNDvcnB3GvCidPyFWO1mcA9pNw_xw0hQ', '1796040030000', 1796126430000);
INSERT INTO public.throttles VALUES ('SaW7n8dYWWK80XnOkNBJXJNaFGKroai3Af5eqDhk3Ac', '1796040030000', 1796126430000);
INSERT INTO public.throttles VALUES ('tahiLTZONZCSaQvtLOirGo9rWjrhZLVplGlJVFW7vJ0', '1796040030000', 1798632030000);
INSERT INTO public.throttles VALUES ('_IyKkyFEJQ_camAP65WxfKRM5ky1swrI_zPc1ew2VwI', '1796040030000', 1796126430000);
INSERT INTO public.throttles VALUES ('K2mT3yNBmtHV0xXDlL-k8nqo0esKgE1qpIAnvuXypE8', '1796040030000', 1796043630000);
INSERT INTO public.throttles VALUES ('u0B_ytwfulxrV0qz2HW8LmxkPew9IuNkexexNAOlBjQ', '1796040030000', 1796126430000);
INSERT INTO public.throttles VALUES ('zo9Xy71CFEaHovDVZY4vuCDfx-7ajK3aU94c2lIxoSA', '1796040030000', 1796126430000);
INSERT INTO public.throttles VALUES ('xtX5Ud79Gvv55k7KB5ygvtLRTzhsGABbHZeSSbEyVPk', '1796040030000', 1796126430000);
INSERT INTO public.throttles VALUES ('xY1vs1j8hX-0rLAg2LdYjIPQalk3gArxqMwcewI9YyU', '1796040030000 1796040030000', 1796126430000);
INSERT INTO public.throttles VALUES ('x1fL3vS2BKdN34nuCFl3sMwEe4DbS8iIKrez8JY9-to', '1796040031000', 1796126431000);
INSERT INTO public.throttles VALUES ('v1YkMRcupaA_CmfN0EBMFCvM1ymFhDvCzY3uDzJNnNw', '1796040031000 1796040031000', 1796126431000);
INSERT INTO public.throttles VALUES ('obHHgHDRkr6evWVBz_xcXXpGwSeScv853pyOVwkhSUw', '1796040031000', 1796126431000);


--
-- Data for Name: totp_credentials; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.totp_credentials VALUES ('Th5mTsGUGG-zQfU1M-tSCQ', 'AZF2aSC9wkn9Ca_BTlG9KA', 'Authenticator app', '\x08486f707037373836549fa4fd8bc9ff9569ea65801ae84872e3ed868588019102b3061520170ed2171504aa0bb1b494bb5073c1dc56306ed1', 'Hopp7786', 59868001, 1796040000000, 1796040030000, NULL);
INSERT INTO public.totp_credentials VALUES ('7VUA2A6JulsUv34XU0aUAg', 'EANbH5YGNsy5iwW2Lre8-Q', 'Authenticator app', '\x08486f707037373836436fb89504e3257a8973e3e2adfb8e954fe47e1c77d8d443d2854e29540a706b8658bdc7ad1a33855c3f47e4e3ee639e', 'Hopp7786', 59868001, 1796040030000, NULL, NULL);


--
-- Data for Name: used_codes; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.used_codes VALUES ('jFe1L9A3nYvkmArTHkWdSjoO9MyLQ0Mw8lvqWmf9pLk', '2usf3aKOQuGp5HkyBDiPGA', 1796040060000);


--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.users VALUES ('tJbHJnUwBMqLZC0uvp5J1A', 'eve@example.org', 'eve@example.org', NULL, 1796040000000, NULL, NULL, false, '', false, 1796067018362, NULL, NULL);
INSERT INTO public.users VALUES ('SBOARhqlRdZ05UxvA5cSDw', 'joan@example.org', 'joan@example.org', NULL, 1796040000000, NULL, NULL, false, '', false, NULL, NULL, NULL);
INSERT INTO public.users VALUES ('W_Io451IZLaWEd6VjpPJFA', 'edith@example.org', 'edith@example.org', NULL, 1796040000000, NULL, NULL, false, '', false, NULL, NULL, NULL);
INSERT INTO public.users VALUES ('dd_j8M-BnxDFv6FSHpc1Xg', 'root@example.org', 'root@example.org', NULL, 1796040000000, NULL, NULL, false, '', true, NULL, NULL, NULL);
INSERT INTO public.users VALUES ('EXA510MkLiurSCnLF0uO8A', 'lise@example.org', 'lise@example.org', NULL, 1796040000000, NULL, NULL, false, '', false, NULL, NULL, NULL);
INSERT INTO public.users VALUES ('AZF2aSC9wkn9Ca_BTlG9KA', 'kay@example.org', 'kay@example.org', NULL, 1796040000000, NULL, NULL, false, '', false, NULL, 1796040000000, NULL);
INSERT INTO public.users VALUES ('EANbH5YGNsy5iwW2Lre8-Q', 'grete@example.org', 'grete@example.org', NULL, 1796040030000, NULL, NULL, false, '', false, NULL, 1796040030000, 1796644830000);
INSERT INTO public.users VALUES ('Inj3c_9zXaaPYiPVxb2zng', 'ada@example.org', 'ada@example.org', 'Ada Lovelace', 1796040030000, 'ada', 'Counts.', true, 'ada lovelace', false, NULL, NULL, NULL);
INSERT INTO public.users VALUES ('tEVQ8L8l-cs1sf1WrR8qpw', 'mary@example.org', 'mary@example.org', NULL, 1796040031000, NULL, NULL, false, '', false, NULL, NULL, NULL);


--
-- Name: outbox_number_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.outbox_number_seq', 31, true);


--
-- Name: __diesel_schema_migrations __diesel_schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: admin_log admin_log_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.admin_log
    ADD CONSTRAINT admin_log_pkey PRIMARY KEY (id);


--
-- Name: app_groups app_groups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.app_groups
    ADD CONSTRAINT app_groups_pkey PRIMARY KEY (app_id, group_name);


--
-- Name: app_logins app_logins_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.app_logins
    ADD CONSTRAINT app_logins_pkey PRIMARY KEY (session_handle, app_id);


--
-- Name: app_origins app_origins_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.app_origins
    ADD CONSTRAINT app_origins_pkey PRIMARY KEY (origin);


--
-- Name: app_secrets app_secrets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.app_secrets
    ADD CONSTRAINT app_secrets_pkey PRIMARY KEY (secret_hash);


--
-- Name: apps apps_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.apps
    ADD CONSTRAINT apps_pkey PRIMARY KEY (id);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);


--
-- Name: factor_recoveries factor_recoveries_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.factor_recoveries
    ADD CONSTRAINT factor_recoveries_pkey PRIMARY KEY (id);


--
-- Name: form_results form_results_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.form_results
    ADD CONSTRAINT form_results_pkey PRIMARY KEY (key);


--
-- Name: group_members group_members_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_pkey PRIMARY KEY (user_id, group_name);


--
-- Name: groups groups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_pkey PRIMARY KEY (name);


--
-- Name: instance instance_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.instance
    ADD CONSTRAINT instance_pkey PRIMARY KEY (key);


--
-- Name: invitations invitations_email_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_email_key_key UNIQUE (email_key);


--
-- Name: invitations invitations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);


--
-- Name: known_devices known_devices_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_pkey PRIMARY KEY (user_id, device_hash);


--
-- Name: links links_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.links
    ADD CONSTRAINT links_pkey PRIMARY KEY (id);


--
-- Name: links links_token_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.links
    ADD CONSTRAINT links_token_hash_key UNIQUE (token_hash);


--
-- Name: login_failures login_failures_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_failures
    ADD CONSTRAINT login_failures_pkey PRIMARY KEY (key);


--
-- Name: outbox outbox_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_id_key UNIQUE (id);


--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (number);


--
-- Name: passkeys passkeys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (id);


--
-- Name: password_credentials password_credentials_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.password_credentials
    ADD CONSTRAINT password_credentials_pkey PRIMARY KEY (user_id);


--
-- Name: pending_logins pending_logins_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.pending_logins
    ADD CONSTRAINT pending_logins_pkey PRIMARY KEY (id_hash);


--
-- Name: pending_signups pending_signups_email_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.pending_signups
    ADD CONSTRAINT pending_signups_email_key_key UNIQUE (email_key);


--
-- Name: pending_signups pending_signups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.pending_signups
    ADD CONSTRAINT pending_signups_pkey PRIMARY KEY (id);


--
-- Name: personal_tokens personal_tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.personal_tokens
    ADD CONSTRAINT personal_tokens_pkey PRIMARY KEY (id);


--
-- Name: personal_tokens personal_tokens_token_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.personal_tokens
    ADD CONSTRAINT personal_tokens_token_hash_key UNIQUE (token_hash);


--
-- Name: recovery_codes recovery_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (code_hash);


--
-- Name: sessions sessions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id_hash);


--
-- Name: spent_challenges spent_challenges_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.spent_challenges
    ADD CONSTRAINT spent_challenges_pkey PRIMARY KEY (challenge_hash);


--
-- Name: throttles throttles_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.throttles
    ADD CONSTRAINT throttles_pkey PRIMARY KEY (key);


--
-- Name: totp_credentials totp_credentials_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.totp_credentials
    ADD CONSTRAINT totp_credentials_pkey PRIMARY KEY (id);


--
-- Name: used_codes used_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.used_codes
    ADD CONSTRAINT used_codes_pkey PRIMARY KEY (code_hash);


--
-- Name: users users_email_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_key_key UNIQUE (email_key);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);


--
-- Name: admin_log_by_actor; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX admin_log_by_actor ON public.admin_log USING btree (actor_id, happened_at, id);


--
-- Name: admin_log_by_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX admin_log_by_subject ON public.admin_log USING btree (subject_id, happened_at, id);


--
-- Name: admin_log_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX admin_log_by_time ON public.admin_log USING btree (happened_at, id);


--
-- Name: app_groups_by_group; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX app_groups_by_group ON public.app_groups USING btree (group_name);


--
-- Name: app_logins_by_app; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX app_logins_by_app ON public.app_logins USING btree (app_id);


--
-- Name: app_logins_by_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX app_logins_by_user ON public.app_logins USING btree (user_id, session_handle);


--
-- Name: app_origins_by_app; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX app_origins_by_app ON public.app_origins USING btree (app_id);


--
-- Name: app_secrets_by_app; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX app_secrets_by_app ON public.app_secrets USING btree (app_id);


--
-- Name: events_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX events_by_time ON public.events USING btree (happened_at);


--
-- Name: events_by_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX events_by_user ON public.events USING btree (user_id, happened_at, id);


--
-- Name: factor_recoveries_by_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX factor_recoveries_by_user ON public.factor_recoveries USING btree (user_id, requested_at);


--
-- Name: factor_recoveries_ended; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX factor_recoveries_ended ON public.factor_recoveries USING btree (ended_at) WHERE (ended_at IS NOT NULL);


--
-- Name: factor_recoveries_open; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX factor_recoveries_open ON public.factor_recoveries USING btree (user_id) WHERE (ended_at IS NULL);


--
-- Name: form_results_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX form_results_by_end ON public.form_results USING btree (expires_at);


--
-- Name: group_members_by_group; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX group_members_by_group ON public.group_members USING btree (group_name, since, user_id);


--
-- Name: invitations_by_account; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX invitations_by_account ON public.invitations USING btree (accepted_by) WHERE (accepted_by IS NOT NULL);


--
-- Name: invitations_by_creation; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX invitations_by_creation ON public.invitations USING btree (created_at, id);


--
-- Name: invitations_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX invitations_by_end ON public.invitations USING btree (expires_at);


--
-- Name: invitations_by_inviter; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX invitations_by_inviter ON public.invitations USING btree (invited_by) WHERE (invited_by IS NOT NULL);


--
-- Name: invitations_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX invitations_by_time ON public.invitations USING btree (created_at, id);


--
-- Name: known_devices_by_use; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX known_devices_by_use ON public.known_devices USING btree (last_used_at);


--
-- Name: known_devices_counted; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX known_devices_counted ON public.known_devices USING btree (counts_as_known_until) WHERE (counts_as_known_until IS NOT NULL);


--
-- Name: links_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX links_by_end ON public.links USING btree (expires_at);


--
-- Name: links_by_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX links_by_subject ON public.links USING btree (subject_id, purpose, created_at);


--
-- Name: links_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX links_open ON public.links USING btree (subject_id, purpose) WHERE ((used_at IS NULL) AND (void_at IS NULL));


--
-- Name: login_failures_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX login_failures_by_end ON public.login_failures USING btree (expires_at);


--
-- Name: outbox_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_end ON public.outbox USING btree (dies_at);


--
-- Name: outbox_by_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_subject ON public.outbox USING btree (subject_id);


--
-- Name: outbox_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_due ON public.outbox USING btree (next_attempt_at) WHERE (sealed IS NOT NULL);


--
-- Name: passkeys_by_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX passkeys_by_user ON public.passkeys USING btree (user_id, created_at);


--
-- Name: passkeys_credential_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX passkeys_credential_id ON public.passkeys USING btree (credential_id);


--
-- Name: passkeys_removed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX passkeys_removed ON public.passkeys USING btree (removed_at) WHERE (removed_at IS NOT NULL);


--
-- Name: pending_logins_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX pending_logins_by_end ON public.pending_logins USING btree (expires_at);


--
-- Name: pending_logins_by_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX pending_logins_by_user ON public.pending_logins USING btree (user_id, created_at);


--
-- Name: pending_signups_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX pending_signups_by_end ON public.pending_signups USING btree (expires_at);


--
-- Name: pending_signups_confirmed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX pending_signups_confirmed ON public.pending_signups USING btree (confirmed_at, id) WHERE (confirmed_at IS NOT NULL);


--
-- Name: personal_tokens_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX personal_tokens_by_end ON public.personal_tokens USING btree (expires_at);


--
-- Name: personal_tokens_by_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX personal_tokens_by_user ON public.personal_tokens USING btree (user_id, created_at);


--
-- Name: recovery_codes_by_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX recovery_codes_by_user ON public.recovery_codes USING btree (user_id);


--
-- Name: recovery_codes_removed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX recovery_codes_removed ON public.recovery_codes USING btree (removed_at) WHERE (removed_at IS NOT NULL);


--
-- Name: sessions_by_handle; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX sessions_by_handle ON public.sessions USING btree (user_id, handle);


--
-- Name: sessions_by_last_seen; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_by_last_seen ON public.sessions USING btree (last_seen_at);


--
-- Name: sessions_by_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_by_user ON public.sessions USING btree (user_id, created_at, id_hash);


--
-- Name: sessions_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_open ON public.sessions USING btree (user_id, last_seen_at, remember, expires_at) WHERE (ended_at IS NULL);


--
-- Name: spent_challenges_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX spent_challenges_by_end ON public.spent_challenges USING btree (expires_at);


--
-- Name: throttles_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX throttles_by_end ON public.throttles USING btree (expires_at);


--
-- Name: totp_credentials_by_key_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX totp_credentials_by_key_id ON public.totp_credentials USING btree (key_id);


--
-- Name: totp_credentials_by_user; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX totp_credentials_by_user ON public.totp_credentials USING btree (user_id, created_at);


--
-- Name: totp_credentials_removed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX totp_credentials_removed ON public.totp_credentials USING btree (removed_at) WHERE (removed_at IS NOT NULL);


--
-- Name: used_codes_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX used_codes_by_end ON public.used_codes USING btree (expires_at);


--
-- Name: users_administrators; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX users_administrators ON public.users USING btree (id) WHERE is_admin;


--
-- Name: users_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX users_by_age ON public.users USING btree (created_at, id);


--
-- Name: users_by_handle; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX users_by_handle ON public.users USING btree (handle);


--
-- Name: users_public; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX users_public ON public.users USING btree (sort_name, id) WHERE is_public;


--
-- Name: app_groups app_groups_app_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.app_groups
    ADD CONSTRAINT app_groups_app_id_fkey FOREIGN KEY (app_id) REFERENCES public.apps(id) ON DELETE CASCADE;


--
-- Name: app_logins app_logins_app_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.app_logins
    ADD CONSTRAINT app_logins_app_id_fkey FOREIGN KEY (app_id) REFERENCES public.apps(id) ON DELETE CASCADE;


--
-- Name: app_logins app_logins_user_id_session_handle_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.app_logins
    ADD CONSTRAINT app_logins_user_id_session_handle_fkey FOREIGN KEY (user_id, session_handle) REFERENCES public.sessions(user_id, handle) ON DELETE CASCADE;


--
-- Name: app_origins app_origins_app_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.app_origins
    ADD CONSTRAINT app_origins_app_id_fkey FOREIGN KEY (app_id) REFERENCES public.apps(id) ON DELETE CASCADE;


--
-- Name: app_secrets app_secrets_app_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.app_secrets
    ADD CONSTRAINT app_secrets_app_id_fkey FOREIGN KEY (app_id) REFERENCES public.apps(id) ON DELETE CASCADE;


--
-- Name: events events_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: factor_recoveries factor_recoveries_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.factor_recoveries
    ADD CONSTRAINT factor_recoveries_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: group_members group_members_group_name_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_group_name_fkey FOREIGN KEY (group_name) REFERENCES public.groups(name) ON DELETE CASCADE;


--
-- Name: group_members group_members_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: invitations invitations_accepted_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: invitations invitations_invited_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.users(id) ON DELETE SET NULL;


--
-- Name: known_devices known_devices_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: passkeys passkeys_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: password_credentials password_credentials_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.password_credentials
    ADD CONSTRAINT password_credentials_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: pending_logins pending_logins_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.pending_logins
    ADD CONSTRAINT pending_logins_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: personal_tokens personal_tokens_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.personal_tokens
    ADD CONSTRAINT personal_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: recovery_codes recovery_codes_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: sessions sessions_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: totp_credentials totp_credentials_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.totp_credentials
    ADD CONSTRAINT totp_credentials_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--


