//! Rows that an undo brings back. A removed row stays for a while, with `removed_at`.

/// Defines the queries of an undo for a table with `user_id`, `created_at` and `removed_at`. For a
/// table of factors, which have an `id` and the type `$row`, it also defines the usual queries.
macro_rules! undoable {
    ($table:ident, $row:ident) => {
        undoable!($table);

        /// Returns a user's live rows, the oldest first.
        pub fn live(db: &mut DbConnection, user_id: &UserId) -> QueryResult<Vec<$row>> {
            $table::table
                .filter($table::user_id.eq(user_id))
                .filter($table::removed_at.is_null())
                .order(($table::created_at, $table::id))
                .select($row::as_select())
                .load(db)
        }

        /// Returns a user's rows, live or removed, the oldest first.
        pub fn all(db: &mut DbConnection, user_id: &UserId) -> QueryResult<Vec<$row>> {
            $table::table
                .filter($table::user_id.eq(user_id))
                .order(($table::created_at, $table::id))
                .select($row::as_select())
                .load(db)
        }

        /// Removes a live row of a user.
        pub fn remove(
            db: &mut DbConnection,
            user_id: &UserId,
            id: &str,
            removed_at: Timestamp,
        ) -> QueryResult<()> {
            diesel::update($table::table.find(id))
                .filter($table::user_id.eq(user_id))
                .filter($table::removed_at.is_null())
                .set($table::removed_at.eq(removed_at))
                .execute(db)?;
            Ok(())
        }
    };
    ($table:ident) => {
        /// Returns true if a user's rows were added or removed at `since` or later.
        pub fn have_changed_since(
            db: &mut DbConnection,
            user_id: &UserId,
            since: Timestamp,
        ) -> QueryResult<bool> {
            let changed = $table::table.filter($table::user_id.eq(user_id)).filter(
                $table::created_at
                    .ge(since)
                    .nullable()
                    .or($table::removed_at.ge(since)),
            );
            diesel::select(diesel::dsl::exists(changed)).get_result(db)
        }

        /// Removes all rows of a user.
        pub fn remove_all(
            db: &mut DbConnection,
            user_id: &UserId,
            removed_at: Timestamp,
        ) -> QueryResult<()> {
            diesel::update($table::table)
                .filter($table::user_id.eq(user_id))
                .filter($table::removed_at.is_null())
                .set($table::removed_at.eq(removed_at))
                .execute(db)?;
            Ok(())
        }

        /// Removes a user's rows that were created at `since` or later.
        pub fn remove_since(
            db: &mut DbConnection,
            user_id: &UserId,
            since: Timestamp,
            now: Timestamp,
        ) -> QueryResult<()> {
            diesel::update($table::table)
                .filter($table::user_id.eq(user_id))
                .filter($table::removed_at.is_null())
                .filter($table::created_at.ge(since))
                .set($table::removed_at.eq(now))
                .execute(db)?;
            Ok(())
        }

        /// Brings back a user's rows that existed at `since` and were removed then or later.
        pub fn restore(
            db: &mut DbConnection,
            user_id: &UserId,
            since: Timestamp,
        ) -> QueryResult<()> {
            diesel::update($table::table)
                .filter($table::user_id.eq(user_id))
                .filter($table::created_at.lt(since))
                .filter($table::removed_at.ge(since))
                .set($table::removed_at.eq(None::<Timestamp>))
                .execute(db)?;
            Ok(())
        }
    };
}
pub(super) use undoable;
