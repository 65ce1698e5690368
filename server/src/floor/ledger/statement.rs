//! SQL that the query builder cannot say, prepared once per connection all the same. (diesel prepares its own
//! `sql_query` anew each time.) Each `?` stands for one bound value, in order; no value is ever written into the text.

use std::borrow::Cow;
use std::fmt;

use diesel::RunQueryDsl;
use diesel::expression::ValidGrouping;
use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};

use super::tx::Tx;
use crate::floor::kernel::Result;

/// So many rows are looked up one by one by a plan that was made for any.
const FEW: usize = 8;

/// Begins a statement; its text is fixed in code.
pub fn statement(sql: &'static str) -> Statement {
    Statement { sql: Cow::Borrowed(sql), binds: Vec::new(), is_numbered: false, is_planned_anew: false }
}

/// The same of a text that is put together from declared names, of which there are few. Each `$1` stands for the first bound
/// value, each `$2` for the second, however often it is named.
pub fn numbered(sql: String) -> Statement {
    Statement { sql: Cow::Owned(sql), binds: Vec::new(), is_numbered: true, is_planned_anew: false }
}

/// A text and its values.
#[must_use]
pub struct Statement {
    sql: Cow<'static, str>,
    binds: Vec<Box<dyn Bind>>,
    is_numbered: bool,
    is_planned_anew: bool,
}

impl Statement {
    /// For work by the page: it is planned for the rows it has, each time, since a plan made once for all pages may look at
    /// the whole table for each row. Behind the fence Postgres believes that a tenant has few rows until somebody has counted
    /// them, and then a join reads all of them. So what must be found one by one stands in a `lateral` of its own, and names
    /// its tenant by `is not distinct from`: the fence alone, which every index begins with, then chooses none of them.
    pub fn planned_anew(self) -> Self {
        Self { is_planned_anew: true, ..self }
    }

    /// For what most have little of, and these much: it is planned for the values that it has, whatever was said of the
    /// transaction, and so is what follows in it.
    pub fn planned_for_these(self, tx: &mut Tx) -> Result<Self> {
        statement("set local plan_cache_mode = auto").execute(tx.conn())?;
        Ok(self.planned_anew())
    }

    /// The same for what is asked about one person as well as about a page of them: planning costs more than looking up a few.
    pub fn planned_for(self, rows: usize) -> Self {
        Self { is_planned_anew: rows > FEW, ..self }
    }

    /// Binds the next `?` as the SQL type `ST`.
    pub fn bind<ST, V>(mut self, value: V) -> Self
    where
        ST: 'static,
        Pg: HasSqlType<ST>,
        V: ToSql<ST, Pg> + Send + 'static,
    {
        self.binds.push(Box::new(Typed::<ST, V> { value, sql_type: std::marker::PhantomData }));
        self
    }
}

trait Bind: Send {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

struct Typed<ST, V> {
    value: V,
    sql_type: std::marker::PhantomData<fn() -> ST>,
}

impl<ST, V> Bind for Typed<ST, V>
where
    Pg: HasSqlType<ST>,
    V: ToSql<ST, Pg> + Send,
{
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<ST, V>(&self.value)
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.is_planned_anew {
            out.unsafe_to_cache_prepared();
        }
        if self.is_numbered {
            return self.walk_numbered(out);
        }
        let mut binds = self.binds.iter();
        for (at, text) in self.sql.split('?').enumerate() {
            if at > 0 {
                let bind = binds.next().ok_or_else(|| unbalanced(&self.sql))?;
                bind.push(&mut out)?;
            }
            out.push_sql(text);
        }
        if binds.next().is_some() { Err(unbalanced(&self.sql)) } else { Ok(()) }
    }
}

impl Statement {
    fn walk_numbered<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut parts = self.sql.split('$');
        out.push_sql(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, text) = part.split_at(digits);
            let place = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let bind = place.and_then(|place| self.binds.get(place)).ok_or_else(|| unbalanced(&self.sql))?;
            bind.push(&mut out)?;
            out.push_sql(text);
        }
        Ok(())
    }
}

fn unbalanced(sql: &str) -> diesel::result::Error {
    diesel::result::Error::QueryBuilderError(format!("marks and values differ in number: {sql}").into())
}

impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl<GB> ValidGrouping<GB> for Statement {
    type IsAggregate = diesel::expression::is_aggregate::No;
}

impl RunQueryDsl<PgConnection> for Statement {}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql)
    }
}

#[cfg(test)]
mod tests {
    use diesel::debug_query;
    use diesel::sql_types::{Integer, Text};

    use super::*;

    #[test]
    fn a_value_stands_wherever_its_number_is_named_and_nowhere_else() {
        let sql = "select $2, $1[3], $2 from t where a = $1 and b = '5'".to_owned();
        let asked = numbered(sql).bind::<Integer, _>(7).bind::<Text, _>("x").bind::<Integer, _>(9);
        let text = debug_query::<Pg, _>(&asked).to_string();
        assert!(text.starts_with("select $1, $2[3], $3 from t where a = $4 and b = '5'"), "{text}");
        assert!(text.ends_with(r#"["x", 7, "x", 7]"#), "{text}");
    }
}
