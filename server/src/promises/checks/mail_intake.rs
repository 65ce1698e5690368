//! Mail to the address that the page names becomes a request.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::requests;

pub const CHECK: Check = Check::daily(
    "mail_intake",
    "the desk hears the mailbox of the address that the page names, each letter that it took in stands as a request, and none \
     was left lying there while it was heard",
    "{ requests(filter: { sources: [MAIL] }, first: 50) { nodes { reference right receivedAt } } }",
    |asked| look(asked).boxed(),
);

/// So many letters may wait for the next look into the mailbox, which is a minute away.
const WAITING: usize = 200;

async fn look(asked: Asked) -> Result<Look> {
    let mail = &asked.tools.mail;
    if mail.maildir().is_none() && mail.secret().is_none() {
        return Ok(Look::nothing_yet("the desk hears no mailbox: name one by intake.maildir or intake.secret"));
    }
    let (contact, heard) = (&asked.policy().operator.contact, mail.address());
    let mut faults = Vec::new();
    if !contact.eq_ignore_ascii_case(&heard) {
        faults.push(format!("the page names {contact}, and the desk hears {heard}"));
    }
    if let Some(maildir) = mail.maildir()
        && maildir.waiting(WAITING).await?.len() == WAITING
    {
        faults.push(format!("{WAITING} letters and more lie in the mailbox, and nobody takes them in"));
    }
    let (letters, without) = asked.desk(requests::came_by_mail).await?;
    faults.extend(super::counted([(without, "letters were taken in and stand as no request")]));
    Ok(Look::unless(format!("{letters} letters became requests, heard at {heard}"), &faults))
}
