//! Looks, before the first call is answered, whether the database keeps the bargain: the right schema, roles that may
//! not step over the fence, a server log that repeats nobody's data. It changes nothing.

use diesel::pg::PgConnection;
use diesel::sql_types::{Bool, Text};
use diesel::{Connection, OptionalExtension, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::Role;
use super::constraint::mended;
use super::migrations::{QUIET, connect, mismatch};
use super::pool::Url;
use crate::floor::kernel::{Flaws, Result};

/// All that is wrong with this database, at once.
pub fn inspect(url: &Url) -> Result<Flaws> {
    let mut flaws = Flaws::default();
    if let Some(advice) = mismatch(url)? {
        flaws.add("database", advice);
        return Ok(flaws);
    }
    // In one transaction, so that a pooler answers all of it from one server.
    connect(url)?.transaction(|conn| look(conn, &mut flaws)).map_err(mended)?;
    Ok(flaws)
}

fn look(conn: &mut PgConnection, flaws: &mut Flaws) -> QueryResult<()> {
    let logins = sql_query(POWERS).load::<Power>(conn)?;
    for login in logins {
        flaws.add(format!("role {}", login.name), format!("{}: an online role may not; take it away", login.power));
    }
    for role in Role::ALL {
        let member = sql_query("select pg_has_role(session_user, $1, 'member') as holds")
            .bind::<Text, _>(role.name())
            .get_result::<Held>(conn)
            .optional()?;
        if !member.is_some_and(|member| member.holds) {
            flaws.add(format!("role {}", role.name()), "grant it to the login of the database URL");
        }
    }
    for (name, wanted) in QUIET {
        let setting = sql_query("select current_setting($1) = $2 as holds")
            .bind::<Text, _>(name)
            .bind::<Text, _>(wanted)
            .get_result::<Held>(conn)?;
        if !setting.holds {
            flaws.add(name, format!("set it to {wanted} on this login: Postgres would log what people entrusted us"));
        }
    }
    let explained =
        sql_query("select coalesce(current_setting('auto_explain.log_min_duration', true), '-1') <> '-1' as holds")
            .get_result::<Held>(conn)?;
    if explained.holds {
        flaws.add("auto_explain.log_min_duration", "set it to -1 on this login: plans are logged with their values");
    }
    Ok(())
}

const POWERS: &str = "
select r.rolname::text as name, p.power
  from pg_roles r
 cross join lateral (values
   (r.rolsuper, 'it is superuser'), (r.rolbypassrls, 'it bypasses row security'),
   (r.rolcreaterole, 'it may create roles'),
   (exists (select from pg_class c where c.relowner = r.oid), 'it owns tables'),
   (pg_has_role(r.oid, 'rd_owner', 'member') and not r.rolsuper, 'it may become the owner')) p (holds, power)
 where p.holds and (r.rolname = session_user
       or r.rolname in ('rd_api', 'rd_worker', 'rd_dispatcher', 'rd_desk', 'rd_auditor'))";

#[derive(QueryableByName)]
struct Power {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    power: String,
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Bool)]
    holds: bool,
}
