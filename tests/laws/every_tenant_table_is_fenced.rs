//! Row security holds every tenant's rows, for every command, even against the table's owner.

use harness::base::migrated;

/// The only tables with a tenant in them that stand outside the fence, by name, and why:
/// a queue over all tenants cannot be fenced by one, and its rows hold ids alone; a keyhole is for those whose tenant is
/// not yet known, and shows itself to the digest that leads through it.
const OUTSIDE: &[&str] = &["lanes", "keyholes"];

/// Tables without a tenant: desk-wide machine state and the migrations' own book.
const DESK: &[&str] = &["__diesel_schema_migrations", "keyring", "schedules", "throttles"];

#[test]
fn every_tenant_table_is_fenced() {
    let tables = migrated().lines(
        "select c.relname || ' ' || c.relrowsecurity || ' ' || c.relforcerowsecurity || ' '
                || coalesce((select string_agg(p.polcmd::text, '' order by p.polcmd) from pg_policy p
                              where p.polrelid = c.oid and p.polname <> 'desk'), '-') as line
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
            and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
          order by c.relname",
    );
    assert!(tables.len() > 2, "the law sees no tenant tables: {tables:?}");
    for table in tables {
        let name = table.split(' ').next().unwrap_or_default();
        // The commands of pg_policy: a insert, d delete, r select, w update.
        let whole = format!("{name} true true adrw");
        assert!(OUTSIDE.contains(&name) || table == whole, "{table}: its migration lacks `call app.fence('{name}')`");
    }
}

#[test]
fn only_named_tables_have_no_tenant() {
    let tables = migrated().lines(
        "select c.relname::text as line from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'public' and c.relkind in ('r', 'p')
            and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')",
    );
    for table in tables {
        assert!(DESK.contains(&table.as_str()), "{table} has no tenant_id and is not named as a table of the desk");
    }
}

#[test]
fn keys_lead_with_the_tenant() {
    let strays = migrated().lines(
        "select c.conname || ' on ' || c.conrelid::regclass as line
           from pg_constraint c
          where c.connamespace = 'public'::regnamespace and c.contype in ('p', 'u', 'f')
            and c.conrelid <> 'keyholes'::regclass
            and exists (select from pg_attribute a where a.attrelid = c.conrelid and a.attname = 'tenant_id')
            and (select attname from pg_attribute where attrelid = c.conrelid and attnum = c.conkey[1]) <> 'tenant_id'",
    );
    assert!(strays.is_empty(), "these keys do not begin with tenant_id: {strays:?}");
    let unique = migrated().lines(
        "select i.indexrelid::regclass::text as line from pg_index i
          where i.indrelid in (select attrelid from pg_attribute where attname = 'tenant_id') and i.indisunique
            and i.indrelid <> 'keyholes'::regclass
            and (select relnamespace from pg_class where oid = i.indrelid) = 'public'::regnamespace
            and (select attname from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[0]) <> 'tenant_id'",
    );
    assert!(unique.is_empty(), "these unique indexes do not begin with tenant_id: {unique:?}");
    let sequences = migrated().lines(
        "select relname::text as line from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace",
    );
    assert!(sequences.is_empty(), "ids are made by us, not by {sequences:?}");
}

#[test]
fn nothing_gets_around_the_fence() {
    let definers = migrated().lines(
        "select p.oid::regprocedure::text as line from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where p.prosecdef and n.nspname in ('app', 'public')
         union all
         select c.oid::regclass::text from pg_class c
          where c.relkind = 'v' and c.relnamespace = 'public'::regnamespace
            and not coalesce('security_invoker=true' = any (c.reloptions), false)",
    );
    assert!(definers.is_empty(), "these run with their owner's power: {definers:?}");
    let powers = migrated().lines(
        "select r.rolname::text as line from pg_roles r
          where (r.rolname like 'rd\\_%' or r.rolname = 'rightsdesk') and r.rolname not in ('rd_owner', 'rd_migrator')
            and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb
                 or exists (select from pg_class c where c.relowner = r.oid))",
    );
    assert!(powers.is_empty(), "these online roles have powers that step over the fence: {powers:?}");
}
