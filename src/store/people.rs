//! Users as they show themselves to others. Nothing here selects an address.

use diesel::prelude::*;

use super::schema::users;
use crate::db::DbConnection;

/// What somebody says of themselves, as they alone see it until they make it public.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct Profile {
    /// What the person wants to be called.
    pub name: Option<String>,
    /// What the public page is called in links.
    pub handle: Option<String>,
    /// A few lines.
    pub bio: Option<String>,
    /// Whether others see it.
    pub is_public: bool,
}

/// Somebody whose profile is public.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Person {
    /// Random, without meaning.
    pub id: String,
    /// What the person wants to be called.
    pub name: Option<String>,
    /// What the public page is called in links.
    #[diesel(select_expression = users::handle.assume_not_null())]
    pub handle: String,
    /// A few lines.
    pub bio: Option<String>,
    /// By which the name is ordered and searched.
    pub sort_name: String,
    /// When the address was confirmed.
    pub created_at: i64,
}

/// A user's profile.
pub fn profile(connection: &mut DbConnection, id: &str) -> QueryResult<Option<Profile>> {
    users::table.find(id).select(Profile::as_select()).first(connection).optional()
}

/// Changes it. The handle is nobody else's.
pub fn change_profile(connection: &mut DbConnection, id: &str, profile: &Profile, sort_name: &str) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set((profile, users::sort_name.eq(sort_name))).execute(connection)?;
    Ok(())
}

/// Whose handle it is, seen by others or not.
pub fn owner_of(connection: &mut DbConnection, handle: &str) -> QueryResult<Option<String>> {
    users::table.filter(users::handle.eq(handle)).select(users::id).first(connection).optional()
}

/// The person with this handle.
pub fn by_handle(connection: &mut DbConnection, handle: &str) -> QueryResult<Option<Person>> {
    users::table
        .filter(users::handle.eq(handle))
        .filter(users::is_public)
        .select(Person::as_select())
        .first(connection)
        .optional()
}

/// The person who comes `count` after one of them, by name, or after none; none if there are not so many.
pub fn cursor_after(connection: &mut DbConnection, after: Option<&Person>, count: i64) -> QueryResult<Option<Person>> {
    let (name, id) = after.map_or(("", ""), |person| (&person.sort_name, &person.id));
    users::table
        .filter(users::is_public)
        .filter(users::handle.is_not_null())
        .filter(users::sort_name.ge(name).and(users::sort_name.gt(name).or(users::id.gt(id))))
        .order((users::sort_name, users::id))
        .offset(count - 1)
        .limit(1)
        .select(Person::as_select())
        .first(connection)
        .optional()
}

/// People by name, those that come after one of them, up to another one, or the last, at most `limit`; `query` is in the name, in
/// small letters, or in the handle.
pub fn by_name(
    connection: &mut DbConnection,
    query: &str,
    after: Option<&Person>,
    up_to: Option<&Person>,
    limit: i64,
) -> QueryResult<Vec<Person>> {
    let (name, id) = after.map_or(("", ""), |person| (&person.sort_name, &person.id));
    let pattern = format!("%{}%", literally(query));
    let mut query = users::table
        // As the index has it, which is of these alone.
        .filter(users::is_public)
        .filter(users::handle.is_not_null())
        .filter(users::sort_name.ge(name).and(users::sort_name.gt(name).or(users::id.gt(id))))
        .filter(users::sort_name.like(&pattern).escape(ESCAPE).or(users::handle.like(&pattern).escape(ESCAPE)))
        .order((users::sort_name, users::id))
        .limit(limit)
        .select(Person::as_select())
        .into_boxed();
    if let Some(Person { sort_name: end, id: last, .. }) = up_to {
        query = query.filter(users::sort_name.le(end).and(users::sort_name.lt(end).or(users::id.le(last))));
    }
    query.load(connection)
}

/// Stands before a character that LIKE is to take for itself.
pub(super) const ESCAPE: char = '\\';

/// Text of which LIKE takes no character for a sign of its own.
pub(super) fn literally(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(character);
    }
    pattern
}
