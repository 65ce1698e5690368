//! A list walked by its key: the rows beyond a cursor, in either direction. It knows no table.

/// Orders a boxed query by `$key` and then `$id`, both up or both down, begins beyond the cursor, and takes what a page
/// needs. `$beyond` is the cursor's key and id, read into the columns' own types.
macro_rules! walk {
    ($query:expr, ($key:expr, $id:expr), $beyond:expr, $is_up:expr, $limit:expr) => {{
        use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
        let (mut query, is_up) = ($query, $is_up);
        if let Some((key, id)) = $beyond {
            // The first filter alone finds the place in an index, so that the last page costs what the first does.
            query = if is_up {
                query.filter($key.ge(key.clone())).filter($key.gt(key).or($id.gt(id)))
            } else {
                query.filter($key.le(key.clone())).filter($key.lt(key).or($id.lt(id)))
            };
        }
        let query = if is_up { query.order(($key.asc(), $id.asc())) } else { query.order(($key.desc(), $id.desc())) };
        query.limit($limit)
    }};
}
pub(crate) use walk;
