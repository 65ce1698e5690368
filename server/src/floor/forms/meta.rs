//! How Meta writes a value before it hashes it, kind by kind. A value that does not fit its kind is none.

use crate::floor::kernel::vocabulary::vocabulary;

vocabulary! {
    /// What a value is, in Meta's words.
    pub enum Meta {
        Mail = "em",
        Phone = "ph",
        FirstName = "fn",
        LastName = "ln",
        City = "ct",
        State = "st",
        Zip = "zp",
        Country = "country",
        BirthDay = "dobd",
        BirthMonth = "dobm",
        BirthYear = "doby",
        FirstInitial = "fi",
        FirstFive = "f5first",
        LastFive = "f5last",
        /// What Meta has no rule of its own for.
        Plain = "plain",
    }
}

impl Meta {
    /// The value as it is hashed.
    pub fn normal(self, value: &str) -> Option<String> {
        let value = value.trim().to_lowercase();
        if value.is_empty() || is_digest(&value) {
            return Some(value).filter(|value| !value.is_empty());
        }
        let normal = match self {
            Self::FirstName | Self::LastName | Self::Plain => value,
            Self::Mail => Some(value).filter(|mail| is_mail(mail))?,
            Self::Phone => dialled(&value)?,
            Self::City | Self::State => {
                value.chars().filter(|letter| !letter.is_whitespace() && !is_numeral_or_mark(*letter)).collect()
            }
            Self::Zip => {
                let bare: String = value.chars().filter(|letter| !letter.is_whitespace()).collect();
                bare.split('-').next().unwrap_or_default().to_owned()
            }
            Self::Country => {
                let letters: String = value.chars().filter(char::is_ascii_lowercase).collect();
                Some(letters).filter(|code| is_country(code))?
            }
            Self::BirthDay => two_digits(&value, 31)?,
            Self::BirthMonth => two_digits(&value, 12)?,
            Self::BirthYear => Some(value).filter(|year| year.len() == 4 && is_digits(year))?,
            Self::FirstInitial => value.chars().take(1).collect(),
            Self::FirstFive | Self::LastFive => value.chars().take(5).collect(),
        };
        Some(normal).filter(|normal| !normal.is_empty())
    }
}

/// What is 32 or 64 hexadecimal digits was hashed by somebody before.
pub(super) fn is_digest(value: &str) -> bool {
    matches!(value.len(), 32 | 64) && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_numeral_or_mark(letter: char) -> bool {
    letter.is_ascii_digit() || matches!(letter, '.' | '-' | '(' | ')')
}

fn is_mail(mail: &str) -> bool {
    let is_clean = |part: &str| !part.is_empty() && !part.contains(|letter: char| letter.is_whitespace());
    match mail.split_once('@') {
        Some((name, host)) => {
            let dotted = host.rsplit_once('.').is_some_and(|(site, top)| !site.is_empty() && !top.is_empty());
            is_clean(name) && is_clean(host) && dotted && !host.contains('@')
        }
        None => false,
    }
}

/// Country code and number, without what people write around them.
fn dialled(phone: &str) -> Option<String> {
    let bare: String =
        phone.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '(' | ')')).collect();
    let bare = bare.strip_prefix('+').unwrap_or(&bare);
    let bare = bare.strip_prefix('0').unwrap_or(bare);
    let bare = bare.strip_prefix('0').unwrap_or(bare);
    // One digit of a country, two of an area, four of a line: nothing shorter is a number abroad.
    (bare.len() >= 7 && is_digits(bare)).then(|| bare.to_owned())
}

fn two_digits(text: &str, most: u32) -> Option<String> {
    let number = text.parse::<u32>().ok().filter(|number| (1..=most).contains(number))?;
    Some(format!("{number:02}"))
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.split_ascii_whitespace().any(|country| country == code)
}

/// ISO 3166-1 alpha-2.
const COUNTRIES: &str = "
ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz ca cc cd cf
cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk fm fo fr ga gb gd ge gf gg gh
gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw
ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng
ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn
so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt
za zm zw";
