//! A closed list in Rust and its CHECK in Postgres hold the same words.

use std::collections::BTreeSet;

use harness::base::migrated;

/// Column and the words its vocabulary has.
fn columns() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    Vec::new()
}

#[test]
fn vocabularies_match_the_database() {
    for (table, column, words) in columns() {
        let definitions = migrated().lines(&format!(
            "select pg_get_constraintdef(oid) as line from pg_constraint
              where conrelid = '{table}'::regclass and contype = 'c' and conname = '{table}_{column}_known'"
        ));
        let definition = definitions.first().unwrap_or_else(|| panic!("{table} has no CHECK {table}_{column}_known"));
        let listed: BTreeSet<&str> = definition.split('\'').skip(1).step_by(2).collect();
        assert_eq!(listed, words.into_iter().collect(), "{table}.{column}");
    }
}
