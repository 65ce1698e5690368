//! SQL that the query builder cannot say, prepared once per connection all the same. (diesel prepares its own
//! `sql_query` anew each time.) Each `?` stands for one bound value, in order; no value is ever written into the text.

use std::fmt;

use diesel::RunQueryDsl;
use diesel::expression::ValidGrouping;
use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};

/// Begins a statement; its text is fixed in code.
pub fn statement(sql: &'static str) -> Statement {
    Statement { sql, binds: Vec::new(), is_planned_anew: false }
}

/// A fixed text and its values.
#[must_use]
pub struct Statement {
    sql: &'static str,
    binds: Vec<Box<dyn Bind>>,
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
        let mut binds = self.binds.iter();
        for (at, text) in self.sql.split('?').enumerate() {
            if at > 0 {
                let bind = binds.next().ok_or_else(|| unbalanced(self.sql))?;
                bind.push(&mut out)?;
            }
            out.push_sql(text);
        }
        if binds.next().is_some() { Err(unbalanced(self.sql)) } else { Ok(()) }
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
        f.write_str(self.sql)
    }
}
