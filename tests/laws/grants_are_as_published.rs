//! Who may do what to which table or column is a committed file, so that a change of it is read by a person.

use harness::base::migrated;
use harness::tree::must_equal;

#[test]
fn grants_are_as_published() {
    let mut lines = migrated().lines(
        "select grantee || ' ' || table_name || ' ' || string_agg(lower(privilege_type), ' ' order by privilege_type) as line
           from information_schema.role_table_grants
          where table_schema = 'public' and grantee not in ('rd_owner', 'postgres')
          group by grantee, table_name
         union all
         select grantee || ' ' || table_name || '.' || column_name || ' ' || lower(string_agg(privilege_type, ' ' order by privilege_type))
           from information_schema.column_privileges c
          where table_schema = 'public' and grantee not in ('rd_owner', 'postgres')
            and not exists (select from information_schema.role_table_grants t
                             where t.table_schema = c.table_schema and t.table_name = c.table_name
                               and t.grantee = c.grantee and t.privilege_type = c.privilege_type)
          group by grantee, table_name, column_name",
    );
    lines.sort();
    assert!(!lines.iter().any(|line| line.contains("truncate")), "row security does not cover truncate");
    assert!(!lines.iter().any(|line| line.starts_with("PUBLIC")), "nothing is granted to everyone");
    must_equal("tests/golden/grants.txt", &format!("{}\n", lines.join("\n")));
}
