//! What notices and letters say, in English and in Hindi: closed slots, no template. It opens no address and sends
//! nothing.

use super::model::{Entry, Notice, NoticeKind};
use crate::floor::kernel::text::scrub;
use crate::floor::kernel::{Day, Personal};
use crate::floor::mail::Letter;
use crate::floor::policy::{Form, Transfer};

/// A language that notices are worded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    English,
    Hindi,
}

impl Tongue {
    /// The one for a subscriber of this language; English, where it is none of ours.
    pub fn of(language: &str) -> Self {
        if language == "hi" { Self::Hindi } else { Self::English }
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Hindi => "hi",
        }
    }

    fn either(self, english: &'static str, hindi: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::Hindi => hindi,
        }
    }
}

/// The headline of a notice.
pub fn title(tongue: Tongue, operator: &str, notice: &Notice) -> String {
    let day = notice.effective_on;
    let name = notice.processor.as_ref().map_or(operator, |(_, name)| name);
    let title = match (tongue, notice.kind) {
        (Tongue::English, NoticeKind::Added) => format!("{operator}: {name} becomes a sub-processor on {day}"),
        (Tongue::English, NoticeKind::Changed) => format!("{operator}: what {name} does changes on {day}"),
        (Tongue::English, NoticeKind::Removed) => format!("{operator}: {name} is no sub-processor from {day}"),
        (Tongue::English, NoticeKind::PolicyChanged) if notice.is_withdrawal => {
            format!("{operator}: the change announced for {day} will not come")
        }
        (Tongue::English, NoticeKind::PolicyChanged) => format!("{operator}: the policy changes on {day}"),
        (Tongue::Hindi, NoticeKind::Added) => format!("{operator}: {day} से {name} उप-प्रोसेसर होगा"),
        (Tongue::Hindi, NoticeKind::Changed) => format!("{operator}: {day} से {name} का काम बदलेगा"),
        (Tongue::Hindi, NoticeKind::Removed) => format!("{operator}: {day} से {name} उप-प्रोसेसर नहीं रहेगा"),
        (Tongue::Hindi, NoticeKind::PolicyChanged) if notice.is_withdrawal => {
            format!("{operator}: {day} के लिए घोषित बदलाव नहीं होगा")
        }
        (Tongue::Hindi, NoticeKind::PolicyChanged) => format!("{operator}: {day} से नीति बदलेगी"),
    };
    scrub(&title)
}

/// A new sub-processor, and until when merchants may object.
pub fn added(tongue: Tongue, operator: &str, entry: &Entry, (from, until): (Day, Day)) -> String {
    let name = &entry.name;
    let first = match tongue {
        Tongue::English => format!("From {from}, {operator} uses {name} as a sub-processor."),
        Tongue::Hindi => format!("{from} से {operator} {name} को उप-प्रोसेसर के रूप में उपयोग करेगा।"),
    };
    let facts = facts(tongue, entry).into_iter().map(|(label, value)| format!("{label}: {value}"));
    lines(first, facts, Some(window(tongue, until)))
}

/// What means something else than before, each with both.
pub fn changed(tongue: Tongue, (before, after): (&Entry, &Entry), (from, until): (Day, Day)) -> String {
    let name = &before.name;
    let first = match tongue {
        Tongue::English => format!("From {from}, this is otherwise at {name}:"),
        Tongue::Hindi => format!("{from} से {name} के बारे में यह बदलेगा:"),
    };
    let arrow = tongue.either("before", "पहले");
    let pairs = facts(tongue, before).into_iter().zip(facts(tongue, after));
    let facts = pairs
        .filter(|(was, is)| was.1 != is.1)
        .map(|((label, was), (_, is))| format!("{label}: {is} ({arrow}: {was})"))
        .collect::<Vec<_>>();
    lines(first, facts.into_iter(), Some(window(tongue, until)))
}

/// A sub-processor leaves.
pub fn removed(tongue: Tongue, operator: &str, name: &str, from: Day) -> String {
    match tongue {
        Tongue::English => format!("From {from}, {operator} no longer uses {name} as a sub-processor."),
        Tongue::Hindi => format!("{from} से {operator} {name} को उप-प्रोसेसर के रूप में उपयोग नहीं करेगा।"),
    }
}

/// Something else in the policy changes.
pub fn policy_changed(tongue: Tongue, operator: &str, version: i32, from: Day) -> String {
    match tongue {
        Tongue::English => format!("From {from}, version {version} of {operator}'s policy holds."),
        Tongue::Hindi => format!("{from} से {operator} की नीति का संस्करण {version} लागू होगा।"),
    }
}

/// What was announced does not come.
pub fn withdrawn(tongue: Tongue, operator: &str, version: i32, from: Day) -> String {
    match tongue {
        Tongue::English => format!(
            "{operator} takes back what was announced for {from}: version {version} of its policy will not come into force."
        ),
        Tongue::Hindi => {
            format!("{operator} ने {from} के लिए घोषित बदलाव वापस ले लिया है: नीति का संस्करण {version} लागू नहीं होगा।")
        }
    }
}

fn window(tongue: Tongue, until: Day) -> String {
    match tongue {
        Tongue::English => format!("Merchants may object until {until}."),
        Tongue::Hindi => format!("व्यापारी {until} तक आपत्ति कर सकते हैं।"),
    }
}

fn lines(first: String, facts: impl Iterator<Item = String>, last: Option<String>) -> String {
    let body = facts.collect::<Vec<_>>().join("\n");
    [Some(first), Some(body).filter(|body| !body.is_empty()), last]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// What the list says, fact by fact, in an order that is the same for every entry.
fn facts(tongue: Tongue, entry: &Entry) -> Vec<(&'static str, String)> {
    let receives = entry.receives.iter().map(|one| format!("{} ({})", one.what, form(tongue, one.form)));
    vec![
        (tongue.either("Name", "नाम"), entry.name.clone()),
        (tongue.either("What it does", "काम"), entry.service.clone()),
        (tongue.either("What for", "उद्देश्य"), entry.purposes.join("; ")),
        (tongue.either("What it receives", "प्राप्त डेटा"), receives.collect::<Vec<_>>().join("; ")),
        (tongue.either("Where", "स्थान"), entry.regions.join(", ")),
        (tongue.either("Transfer", "स्थानांतरण का आधार"), ground(tongue, entry.transfer).to_owned()),
    ]
}

fn form(tongue: Tongue, form: Form) -> &'static str {
    match form {
        Form::Never => tongue.either("never", "कभी नहीं"),
        Form::TruncatedHashed => tongue.either("cut short and hashed", "छोटा करके हैश किया हुआ"),
        Form::Hashed => tongue.either("hashed", "हैश किया हुआ"),
        Form::Truncated => tongue.either("cut short", "छोटा किया हुआ"),
        Form::Raw => tongue.either("as it is", "ज्यों का त्यों"),
    }
}

fn ground(tongue: Tongue, transfer: Transfer) -> &'static str {
    match transfer {
        Transfer::None => tongue.either("none needed", "आवश्यक नहीं"),
        Transfer::Adequacy => tongue.either("adequacy decision", "पर्याप्तता निर्णय"),
        Transfer::StandardClauses => tongue.either("standard contractual clauses", "मानक संविदात्मक खंड"),
        Transfer::BindingRules => tongue.either("binding corporate rules", "बाध्यकारी कॉर्पोरेट नियम"),
        Transfer::Consent => tongue.either("consent", "सहमति"),
    }
}

/// The letter of a notice, with the way out of all such letters.
pub fn letter_of_notice(
    tongue: Tongue,
    operator: &str,
    notice: &Notice,
    to: Personal,
    (id, leave): (&str, &str),
) -> Letter {
    let way_out = tongue.either("To get no more of these letters", "ये पत्र अब न पाने के लिए");
    let one_click = [("List-Unsubscribe", format!("<{leave}>")), ("List-Unsubscribe-Post", ONE_CLICK.to_owned())];
    Letter {
        to,
        subject: title(tongue, operator, notice),
        text: format!("{}\n\n{way_out}: {leave}\n", notice.text(tongue.tag())),
        reply_to: None,
        message_id: id.to_owned(),
        headers: one_click
            .into_iter()
            .chain([("Auto-Submitted", "auto-generated".to_owned())])
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    }
}

/// What RFC 8058 wants to be posted.
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// The letter that asks whether the address wants to be told.
pub fn letter_that_asks(tongue: Tongue, operator: &str, to: Personal, (id, confirm): (&str, &str)) -> Letter {
    let (subject, text) = match tongue {
        Tongue::English => (
            format!("{operator}: do you want notices of sub-processors?"),
            format!(
                "Somebody, perhaps you, asked that this address be told when {operator} changes its sub-processors or its \
                 policy. To agree, open this within 48 hours:\n\n{confirm}\n\nIf that was not you, do nothing: the address \
                 is forgotten by itself.\n"
            ),
        ),
        Tongue::Hindi => (
            format!("{operator}: क्या आप उप-प्रोसेसर की सूचनाएँ चाहते हैं?"),
            format!(
                "किसी ने, शायद आपने, चाहा है कि {operator} के उप-प्रोसेसर या नीति बदलने पर इस पते पर सूचना दी जाए। सहमति के \
                 लिए 48 घंटों के भीतर यह खोलें:\n\n{confirm}\n\nयदि यह आपने नहीं किया, तो कुछ न करें: पता अपने आप भुला दिया \
                 जाएगा।\n"
            ),
        ),
    };
    Letter {
        to,
        subject: scrub(&subject),
        text,
        reply_to: None,
        message_id: id.to_owned(),
        headers: vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())],
    }
}
