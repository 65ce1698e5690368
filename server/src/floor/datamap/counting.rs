//! How much is held about one person, table by table, without reading a value: what a plan is drawn from.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::map::Map;
use super::people::Who;
use super::table::{About, Table};
use crate::floor::kernel::{Day, Instant, Result, StoreId, SubjectId};
use crate::floor::ledger::{Tx, numbered};

/// The part of what was not told apart.
pub const NO_PART: i32 = 0;

/// Rows of one table about a person that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion {
    pub table: &'static Table,
    /// The shop they came from, where the table or what they hang on says so.
    pub store: Option<StoreId>,
    /// Which part they were told apart as; [`NO_PART`] where as none.
    pub part: i32,
    pub rows: i64,
    /// Those of them that are not older than was asked, or have no date yet.
    pub recent: i64,
    /// The day of the youngest.
    pub latest: Option<Day>,
}

/// Whose rows are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Those of one person, by all ids that the person was ever given.
    Person(Vec<SubjectId>),
    /// Those of everybody that came from one shop.
    Shop(StoreId),
    /// Those of everybody, and what ends with the account.
    Account,
}

impl Whose {
    fn ids(&self) -> Vec<Uuid> {
        match self {
            Self::Person(ids) => ids.iter().map(|id| id.uuid()).collect(),
            Self::Shop(store) => vec![store.uuid()],
            Self::Account => Vec::new(),
        }
    }

    const fn is_nobodys(&self) -> bool {
        match self {
            Self::Person(ids) => ids.is_empty(),
            Self::Shop(_) | Self::Account => false,
        }
    }
}

/// Rows of a table that are told apart, with all that hangs on them.
#[derive(Debug, Clone, Default)]
pub struct Apart {
    pub table: &'static str,
    /// What other tables call such a row.
    pub key: &'static str,
    /// Their ids, each with its part.
    pub rows: Vec<(Uuid, i32)>,
}

/// From when, and until when, rows of a table are looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    /// What is not older is recent.
    pub since: Option<Instant>,
    /// What is younger is not counted.
    pub until: Option<Instant>,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    store: Option<StoreId>,
    #[diesel(sql_type = Integer)]
    part: i32,
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = BigInt)]
    recent: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    latest: Option<DateTime<Utc>>,
}

impl Map {
    /// What the pinned tenant's rows hold about people, in the order of a package, by shop and part. `span` says of each
    /// table how its rows are dated. One statement, however many tables there are.
    pub fn count(
        &self,
        tx: &mut Tx,
        whose: &Whose,
        apart: &Apart,
        span: impl Fn(&Table) -> Span,
    ) -> Result<Vec<Portion>> {
        if whose.is_nobodys() {
            return Ok(Vec::new());
        }
        let is_counted = |table: &&'static Table| {
            table.about != About::Nobody || (table.ends_with_account && *whose == Whose::Account)
        };
        let (tables, ids): (Vec<&'static Table>, _) = (self.tables().filter(is_counted).collect(), whose.ids());
        let mut parts = Vec::new();
        for (table, at) in tables.iter().zip(1..) {
            let condition = match whose {
                Whose::Person(_) => Some(self.whose(table, Who::Several)?),
                Whose::Shop(_) => self.of_shop(table, apart),
                Whose::Account => Some(format!("{}.tenant_id = $1 and $2::uuid[] is not null", table.name)),
            };
            parts.extend(condition.map(|condition| self.counted(table, at, apart, &condition)));
        }
        let sql = parts.join(" union all ");
        let spans: Vec<Span> = tables.iter().map(|table| span(table)).collect();
        let moments = |moment: fn(&Span) -> Option<Instant>| {
            spans.iter().map(|span| moment(span).map(Instant::utc)).collect::<Vec<_>>()
        };
        let (apart_ids, kinds): (Vec<Uuid>, Vec<i32>) = apart.rows.iter().copied().unzip();
        let mut counted: Vec<Counted> = numbered(sql)
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Array<SqlUuid>, _>(ids)
            .bind::<Array<SqlUuid>, _>(apart_ids)
            .bind::<Array<Integer>, _>(kinds)
            .bind::<Array<Nullable<Timestamptz>>, _>(moments(|span| span.since))
            .bind::<Array<Nullable<Timestamptz>>, _>(moments(|span| span.until))
            .load(tx.conn())?;
        counted
            .sort_by_key(|found| (tables.iter().position(|table| table.name == found.name), found.store, found.part));
        let portion = |found: Counted| {
            Some(Portion {
                table: self.table(&found.name)?,
                store: found.store,
                part: found.part,
                rows: found.rows,
                recent: found.recent,
                latest: found.latest.map(|latest| Instant::from_utc(latest).day()),
            })
        };
        Ok(counted.into_iter().filter_map(portion).collect())
    }

    /// Which rows came from a shop, where the table or what its rows hang on knows of shops.
    pub(super) fn of_shop(&self, table: &Table, apart: &Apart) -> Option<String> {
        if table.column("store_id").is_some() {
            return Some(format!("{}.tenant_id = $1 and {}.store_id = any($2)", table.name, table.name));
        }
        let (link, parent) = (link(table, apart)?, self.table(apart.table)?);
        parent.column("store_id")?;
        Some(format!(
            "{}.tenant_id = $1 and {}.{link} in (select id from {} where tenant_id = $1 and store_id = any($2))",
            table.name, table.name, parent.name
        ))
    }

    /// The shop a row came from, where the table or what its rows hang on knows of shops. `$1` is the tenant.
    pub(super) fn store_of(&self, table: &Table, apart: &Apart) -> String {
        let name = table.name;
        match (table.column("store_id"), link(table, apart), self.table(apart.table)) {
            (Some(_), ..) => format!("{name}.store_id"),
            (None, Some(link), Some(parent)) if parent.column("store_id").is_some() => format!(
                "(select parent.store_id from {} as parent
                   where parent.tenant_id is not distinct from $1 and parent.id = {name}.{link} limit 1)",
                parent.name
            ),
            _ => "null::uuid".to_owned(),
        }
    }

    /// The count of one table. `$1` is the tenant, `$2` whose rows, `$3` and `$4` what is told apart, `$5` and `$6` the moments
    /// of each table.
    fn counted(&self, table: &Table, at: usize, apart: &Apart, condition: &str) -> String {
        let name = table.name;
        let link = link(table, apart);
        let (join, part) = match link {
            Some(link) => (
                format!("left join unnest($3, $4) as apart (apart_id, apart_part) on apart_id = {name}.{link}"),
                format!("coalesce(apart_part, {NO_PART})"),
            ),
            None => (String::new(), NO_PART.to_string()),
        };
        let store = self.store_of(table, apart);
        let (recent, latest, young) = match table.ages_from {
            Some(ages) => (
                format!(
                    "count(*) filter (where {name}.{ages} is null or $5[{at}] is null or {name}.{ages} >= $5[{at}])"
                ),
                format!("max({name}.{ages})::timestamptz"),
                format!("and ($6[{at}] is null or {name}.{ages} is null or {name}.{ages} <= $6[{at}])"),
            ),
            None => ("count(*)".to_owned(), "null::timestamptz".to_owned(), String::new()),
        };
        format!(
            "select '{name}' as name, {store} as store, {part} as part, count(*) as rows, {recent} as recent, {latest} as latest
               from {name} {join} where {condition} {young} group by 2, 3"
        )
    }
}

/// The column by which a table's rows hang on what is told apart, or are that.
pub(super) fn link(table: &Table, apart: &Apart) -> Option<&'static str> {
    match table.about {
        _ if table.name == apart.table => Some("id"),
        About::Through { column, table: parent } if parent == apart.table => Some(column),
        _ => table.column(apart.key).map(|column| column.name),
    }
}
