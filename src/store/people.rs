//! Public profiles of users. No query here selects an email address.

use diesel::prelude::*;

use super::schema::users;
use super::text_search::{ESCAPE, containing};
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{StoredText, UserId};

/// A user with a public profile.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Person {
    pub id: UserId,
    #[diesel(deserialize_as = StoredText)]
    pub name: Option<String>,
    /// The name of the public page in URLs.
    #[diesel(select_expression = users::handle.assume_not_null())]
    pub handle: String,
    #[diesel(deserialize_as = StoredText)]
    pub bio: Option<String>,
    /// The form of the name used for sorting and searching.
    pub sort_name: String,
    /// Time at which the email address was confirmed.
    pub created_at: Timestamp,
}

/// Returns the id of the user with this handle, whether the profile is public or not.
pub fn owner_of(db: &mut DbConnection, handle: &str) -> QueryResult<Option<UserId>> {
    users::table
        .filter(users::handle.eq(handle))
        .select(users::id)
        .first(db)
        .optional()
}

/// Returns the user with this handle if the profile is public.
pub fn by_handle(db: &mut DbConnection, handle: &str) -> QueryResult<Option<Person>> {
    users::table
        .filter(users::handle.eq(handle))
        .filter(users::is_public)
        .select(Person::as_select())
        .first(db)
        .optional()
}

impl Person {
    /// Returns name and id, in the order in which queries compare them.
    fn key(&self) -> (&str, &str) {
        (&self.sort_name, &self.id.0)
    }
}

/// Returns the person `count` places after `after` by name, or the `count`th person without it.
/// Returns `None` if there are fewer.
pub fn cursor_after(
    db: &mut DbConnection,
    after: Option<&Person>,
    count: i64,
) -> QueryResult<Option<Person>> {
    let (name, id) = after.map_or(("", ""), Person::key);
    users::table
        .filter(users::is_public)
        .filter(users::handle.is_not_null())
        .filter(
            users::sort_name
                .ge(name)
                .and(users::sort_name.gt(name).or(users::id.gt(id))),
        )
        .order((users::sort_name, users::id))
        .offset(count - 1)
        .limit(1)
        .select(Person::as_select())
        .first(db)
        .optional()
}

/// Returns people by name, at most `limit`, starting after `after` and ending with `up_to`. `query`
/// must occur in the name or in the handle, and is in lower case.
pub fn by_name(
    db: &mut DbConnection,
    query: &str,
    after: Option<&Person>,
    up_to: Option<&Person>,
    limit: i64,
) -> QueryResult<Vec<Person>> {
    let (name, id) = after.map_or(("", ""), Person::key);
    let pattern = containing(query);
    let mut query = users::table
        // Both conditions let the query use the partial index over public profiles.
        .filter(users::is_public)
        .filter(users::handle.is_not_null())
        .filter(
            users::sort_name
                .ge(name)
                .and(users::sort_name.gt(name).or(users::id.gt(id))),
        )
        .filter(
            users::sort_name
                .like(&pattern)
                .escape(ESCAPE)
                .or(users::handle.like(&pattern).escape(ESCAPE)),
        )
        .order((users::sort_name, users::id))
        .limit(limit)
        .select(Person::as_select())
        .into_boxed();
    if let Some((end, last)) = up_to.map(Person::key) {
        query = query.filter(
            users::sort_name
                .le(end)
                .and(users::sort_name.lt(end).or(users::id.le(last))),
        );
    }
    query.load(db)
}
