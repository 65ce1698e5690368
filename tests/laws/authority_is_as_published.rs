//! Which role may what is a committed file, so that a change of it is read by a person; and the lines nobody may cross.

use std::fmt::Write;

use harness::tree::must_equal;
use rightsdesk_server::floor::access::{Bounds, Permission, Role, Seat};

#[test]
fn authority_is_as_published() {
    let mut table = String::from("permission      ");
    for role in Role::ALL {
        let _ = write!(table, " {:<8}", role.code());
    }
    table.push_str(" lent\n");
    for permission in Permission::ALL {
        let mut line = format!("{:<16}", permission.code());
        for role in Role::ALL {
            let may = Seat::new(&[*role], &[], Bounds::Desk).permissions().contains(permission);
            let _ = write!(line, " {:<8}", if may { "yes" } else { "-" });
        }
        let lent = Permission::LENDABLE.contains(permission);
        let _ = writeln!(table, "{line} {}", if lent { "yes" } else { "-" });
    }
    must_equal("tests/golden/authority.txt", &table);
}

#[test]
fn to_see_the_queue_is_not_to_see_the_data() {
    let holds = |role: &Role, permission| role.permissions().contains(&permission);
    assert!(Role::ALL.iter().any(|role| holds(role, Permission::SeeQueue) && !holds(role, Permission::SeeData)));
    for role in Role::ALL {
        let keeps = holds(role, Permission::KeepStaff) || holds(role, Permission::KeepApiKeys);
        assert!(!(keeps && holds(role, Permission::SeeData)), "{role} keeps seats or keys and opens data");
        assert!(!(holds(role, Permission::GiveGrants) && holds(role, Permission::BreakGlass)), "{role} reviews itself");
    }
}

#[test]
fn what_the_house_alone_may_is_in_no_role_and_is_not_lent() {
    for alone in [Permission::KeepHouse, Permission::RunJobs] {
        assert!(!Role::ALL.iter().any(|role| role.permissions().contains(&alone)));
        assert!(!Permission::LENDABLE.contains(&alone));
    }
    let house = [Permission::KeepStaff, Permission::SeeStaff, Permission::GiveGrants, Permission::SeeQueue];
    assert!(
        !Permission::LENDABLE.iter().any(|lent| house.contains(lent)),
        "what concerns the desk is lent to a partner"
    );
}
