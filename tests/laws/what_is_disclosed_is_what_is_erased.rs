//! One list for both directions: what a person is given goes when the person is forgotten, or says on which ground it
//! stays; what goes was given before, or says why it was not.

use rightsdesk_server::floor::datamap::Class;
use rightsdesk_server::roof::map::MAP;

#[test]
fn what_is_disclosed_is_what_is_erased() {
    let mut told = 0;
    for table in MAP.about_people() {
        let (disclosed, erased): (Vec<_>, Vec<_>) = (table.disclosed().collect(), table.erased().collect());
        for column in &disclosed {
            let (goes, stays) = (erased.contains(column), column.kept.is_some());
            assert!(goes || stays, "{}.{} is told and then stays on no ground", table.name, column.name);
            assert!(!(goes && stays), "{}.{} is kept and goes all the same", table.name, column.name);
        }
        for column in erased.iter().filter(|column| matches!(column.class, Class::Personal(_))) {
            let says_why = column.note.is_some();
            assert!(disclosed.contains(column) || says_why, "{}.{} goes untold", table.name, column.name);
        }
        told += disclosed.len();
    }
    assert!(told > 10, "the law sees no column that anyone is told");
}

#[test]
fn what_is_about_nobody_holds_nothing_personal_without_a_reason() {
    for table in MAP.tables().filter(|table| table.disclosed().next().is_none()) {
        for column in table.columns.iter().filter(|column| matches!(column.class, Class::Personal(_))) {
            assert!(column.note.is_some(), "{}.{} is personal and nobody's", table.name, column.name);
        }
    }
}
