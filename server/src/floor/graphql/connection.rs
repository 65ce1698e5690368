//! Pages of a list, by keyset: a cursor names the sort, the key and the row it stands on, so that rows which come and go
//! in between neither double nor vanish. Slices read one row more than was asked for, in either direction.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{OutputType, SimpleObject};
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use crate::floor::kernel::{Error, Instant, Result};

/// Pages when nothing is said, and at most.
const USUAL: usize = 50;
const MOST: usize = 100;

/// The four arguments of every list.
#[derive(Debug, Clone, Default)]
pub struct PageArgs {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

/// A page that may be asked for: how many rows, from where, in which direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub size: usize,
    /// The key and row of the cursor; the page begins beyond it.
    pub beyond: Option<(String, Uuid)>,
    /// Towards the beginning of the list.
    pub is_backward: bool,
}

impl Page {
    /// One row more than the page holds tells whether the list goes on.
    pub fn limit(&self) -> i64 {
        i64::try_from(self.size + 1).unwrap_or(i64::MAX)
    }

    /// The cursor of a list that is sorted by time.
    pub fn beyond_instant(&self) -> Result<Option<(Instant, Uuid)>> {
        let Some((key, id)) = &self.beyond else { return Ok(None) };
        let micros =
            key.parse().map_err(|_| Error::invalid("after", "this cursor is not one of this list: begin anew"))?;
        Ok(Some((Instant::from_micros(micros), *id)))
    }
}

impl PageArgs {
    /// The page of a list in this sort order.
    pub fn page(&self, sort: &'static str) -> Result<Page> {
        let (size, cursor, is_backward, named) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(Error::invalid("last", "ask for first or for last, not for both")),
            (first, None) => (first, &self.after, false, "first"),
            (None, last) => (last, &self.before, true, "last"),
        };
        let size = match size.map(usize::try_from) {
            None => USUAL,
            Some(Ok(size)) if (1..=MOST).contains(&size) => size,
            Some(_) => return Err(Error::invalid(named, "ask for 1 to 100")),
        };
        let beyond = match cursor {
            Some(cursor) => Some(read(sort, cursor).ok_or_else(|| {
                Error::invalid(
                    if is_backward { "before" } else { "after" },
                    "this cursor is not one of this list: begin anew",
                )
            })?),
            None => None,
        };
        Ok(Page { size, beyond, is_backward })
    }
}

/// Version of the cursor's form.
const FORM: &str = "1";

fn written(sort: &str, key: &str, id: Uuid) -> String {
    BASE64URL_NOPAD.encode(format!("{FORM}\n{sort}\n{}\n{key}", id.as_simple()).as_bytes())
}

fn read(sort: &str, cursor: &str) -> Option<(String, Uuid)> {
    let text = String::from_utf8(BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?).ok()?;
    let mut parts = text.splitn(4, '\n');
    let is_ours = parts.next() == Some(FORM) && parts.next() == Some(sort);
    let id = Uuid::try_parse(parts.next()?).ok()?;
    is_ours.then_some((parts.next()?.to_owned(), id))
}

/// The sort key of a row in a list that is sorted by time.
pub fn instant_key(at: Instant) -> String {
    at.micros().to_string()
}

/// What a list says of itself beside its page.
#[derive(SimpleObject)]
pub struct Listed {
    /// How many there are in all.
    pub total_count: i32,
}

/// A page as it is answered; `rows` are as the query gave them, at most one more than the page and nearest to the
/// cursor first. `key` gives the sort key and id of a row.
pub fn connection<T, N: OutputType>(
    sort: &'static str,
    page: &Page,
    mut rows: Vec<T>,
    total: i64,
    key: impl Fn(&T) -> (String, Uuid),
    node: impl Fn(T) -> N,
) -> Connection<String, N, Listed, EmptyFields> {
    let goes_on = rows.len() > page.size;
    rows.truncate(page.size);
    if page.is_backward {
        rows.reverse();
    }
    let came_from = page.beyond.is_some();
    let (before, after) = if page.is_backward { (goes_on, came_from) } else { (came_from, goes_on) };
    let listed = Listed { total_count: i32::try_from(total).unwrap_or(i32::MAX) };
    let mut answer = Connection::with_additional_fields(before, after, listed);
    answer.edges = rows
        .into_iter()
        .map(|row| {
            let (key, id) = key(&row);
            Edge::new(written(sort, &key, id), node(row))
        })
        .collect();
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_list_and_comes_back_whole() {
        let id = Uuid::from_u128(7);
        let cursor = written("name", "Zaitoon\nHome", id);
        let args = PageArgs { after: Some(cursor), ..PageArgs::default() };
        assert_eq!(args.page("name").expect("ours").beyond, Some(("Zaitoon\nHome".to_owned(), id)));
        assert!(args.page("time").is_err());
        let bad = PageArgs { before: Some("bm9uc2Vuc2U".to_owned()), last: Some(3), ..PageArgs::default() };
        assert!(bad.page("name").is_err());
    }

    #[test]
    fn a_page_is_one_to_a_hundred_rows_in_one_direction() {
        let args = |first, last| PageArgs { first, last, ..PageArgs::default() };
        assert_eq!(args(None, None).page("x").expect("usual").size, 50);
        assert_eq!(args(Some(100), None).page("x").expect("most").limit(), 101);
        assert!(args(None, Some(2)).page("x").expect("backward").is_backward);
        for bad in [args(Some(0), None), args(Some(101), None), args(Some(-1), None), args(Some(1), Some(1))] {
            assert!(bad.page("x").is_err());
        }
    }
}
