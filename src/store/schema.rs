//! Table definitions for diesel, in the format of `diesel print-schema`.
#![allow(
    missing_docs,
    reason = "names of tables and columns; the migrations explain them"
)]

diesel::table! {
    admin_log (id) {
        id -> Text,
        happened_at -> BigInt,
        actor_id -> Nullable<Text>,
        verb -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        detail -> Nullable<Text>,
    }
}

diesel::table! {
    app_groups (app_id, group_name) {
        app_id -> Text,
        group_name -> Text,
    }
}

diesel::table! {
    app_logins (session_handle, app_id) {
        session_handle -> Text,
        app_id -> Text,
        user_id -> Text,
        login_id -> Text,
        first_at -> BigInt,
    }
}

diesel::table! {
    app_origins (origin) {
        origin -> Text,
        app_id -> Text,
    }
}

diesel::table! {
    app_secrets (secret_hash) {
        secret_hash -> Text,
        app_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    apps (id) {
        id -> Text,
        name -> Text,
        url -> Nullable<Text>,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        needs -> Text,
        password_within -> Nullable<Integer>,
        username -> Text,
        assertion -> Bool,
        public_paths -> Text,
        cross_origins -> Text,
        may_introspect -> Bool,
    }
}

diesel::table! {
    events (id) {
        id -> Text,
        happened_at -> BigInt,
        kind -> Text,
        user_id -> Nullable<Text>,
        user_agent -> Text,
        client_address -> Text,
        undo_link_id -> Nullable<Text>,
        app_id -> Nullable<Text>,
    }
}

diesel::table! {
    form_results (key) {
        key -> Text,
        sealed -> Nullable<Binary>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    invitations (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        invited_by -> Nullable<Text>,
        groups -> Text,
        accepted_at -> Nullable<BigInt>,
        accepted_by -> Nullable<Text>,
    }
}

diesel::table! {
    groups (name) {
        name -> Text,
        title -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    group_members (user_id, group_name) {
        user_id -> Text,
        group_name -> Text,
        since -> BigInt,
    }
}

diesel::table! {
    instance (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    known_devices (user_id, device_hash) {
        user_id -> Text,
        device_hash -> Text,
        created_at -> BigInt,
        last_used_at -> BigInt,
        counts_as_known_until -> Nullable<BigInt>,
        trusted_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    links (id) {
        id -> Text,
        token_hash -> Text,
        purpose -> Text,
        subject_id -> Text,
        email_key -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        #[sql_name = "void_at"]
        invalidated_at -> Nullable<BigInt>,
        email -> Nullable<Text>,
    }
}

diesel::table! {
    login_failures (key) {
        key -> Text,
        consecutive -> Integer,
        last_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    outbox (number) {
        number -> BigInt,
        id -> Text,
        #[sql_name = "letter"]
        kind -> Text,
        recipient -> Text,
        sealed -> Nullable<Binary>,
        created_at -> BigInt,
        #[sql_name = "dies_at"]
        expires_at -> BigInt,
        attempts -> Integer,
        next_attempt_at -> BigInt,
        sent_at -> Nullable<BigInt>,
        given_up_at -> Nullable<BigInt>,
        subject_id -> Nullable<Text>,
        last_failure -> Nullable<Text>,
        rejections -> Integer,
        unknown_outcomes -> Integer,
    }
}

diesel::table! {
    password_credentials (user_id) {
        user_id -> Text,
        password_hash -> Text,
        changed_at -> BigInt,
        blocked_at -> Nullable<BigInt>,
        blocked_by -> Nullable<Text>,
        set_by_link_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    pending_signups (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        name -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        form_digest -> Nullable<Text>,
        confirmed_at -> Nullable<BigInt>,
        device_hash -> Nullable<Text>,
        is_announced -> Bool,
    }
}

diesel::table! {
    personal_tokens (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        token_hash -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id_hash) {
        id_hash -> Text,
        user_id -> Text,
        signed_in_by -> Text,
        remember -> Bool,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        user_agent -> Text,
        client_address -> Text,
        ended_at -> Nullable<BigInt>,
        end_reason -> Nullable<Text>,
        handle -> Text,
        proven_at -> BigInt,
        refresh_generation -> Nullable<BigInt>,
        refreshed_at -> Nullable<BigInt>,
        passkey_id -> Nullable<Text>,
    }
}

diesel::table! {
    #[sql_name = "throttles"]
    rate_limits (key) {
        key -> Text,
        history -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    used_codes (code_hash) {
        code_hash -> Text,
        session_handle -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        name -> Nullable<Text>,
        created_at -> BigInt,
        handle -> Nullable<Text>,
        bio -> Nullable<Text>,
        is_public -> Bool,
        sort_name -> Text,
        is_admin -> Bool,
        locked_at -> Nullable<BigInt>,
        factor_since -> Nullable<BigInt>,
        recovery_ready_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    totp_credentials (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        sealed -> Binary,
        key_id -> Text,
        last_step -> BigInt,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    recovery_codes (code_hash) {
        code_hash -> Text,
        user_id -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    pending_logins (id_hash) {
        id_hash -> Text,
        user_id -> Text,
        is_api -> Bool,
        remember -> Bool,
        device_hash -> Nullable<Text>,
        user_agent -> Text,
        client_address -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        notified_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        user_id -> Text,
        credential_id -> Text,
        rp_id -> Text,
        name -> Text,
        algorithm -> Integer,
        public_key -> Binary,
        counter -> BigInt,
        transports -> Text,
        is_discoverable -> Bool,
        has_verified -> Bool,
        backup_eligible -> Bool,
        backed_up -> Bool,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    spent_challenges (challenge_hash) {
        challenge_hash -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    factor_recoveries (id) {
        id -> Text,
        user_id -> Text,
        requested_by -> Text,
        requested_at -> BigInt,
        ready_at -> BigInt,
        reminded_at -> Nullable<BigInt>,
        ready_notified_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        end_reason -> Nullable<Text>,
        user_agent -> Text,
        client_address -> Text,
    }
}

diesel::joinable!(app_groups -> apps (app_id));
diesel::joinable!(app_logins -> apps (app_id));
diesel::joinable!(app_origins -> apps (app_id));
diesel::joinable!(app_secrets -> apps (app_id));
diesel::joinable!(events -> users (user_id));
diesel::joinable!(factor_recoveries -> users (user_id));
diesel::joinable!(group_members -> groups (group_name));
diesel::joinable!(group_members -> users (user_id));
diesel::joinable!(known_devices -> users (user_id));
diesel::joinable!(passkeys -> users (user_id));
diesel::joinable!(password_credentials -> users (user_id));
diesel::joinable!(pending_logins -> users (user_id));
diesel::joinable!(personal_tokens -> users (user_id));
diesel::joinable!(recovery_codes -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(totp_credentials -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    admin_log,
    app_groups,
    app_logins,
    app_origins,
    app_secrets,
    apps,
    events,
    factor_recoveries,
    form_results,
    group_members,
    groups,
    instance,
    invitations,
    known_devices,
    links,
    login_failures,
    outbox,
    passkeys,
    password_credentials,
    pending_logins,
    pending_signups,
    personal_tokens,
    recovery_codes,
    sessions,
    rate_limits,
    spent_challenges,
    totp_credentials,
    used_codes,
    users,
);
