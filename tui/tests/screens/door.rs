//! The door, step by step and without a server: what each answer leads to, what the clock brings, and that nothing which
//! was typed or handed out is ever told.

use std::fmt::Write;

use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use rightsdesk::api::asker::Ways;
use rightsdesk::api::client::Client;
use rightsdesk::core::action::{Action, Effect, Effects};
use rightsdesk::core::ask::{Answer, Ask, Trouble};
use rightsdesk::core::keymap::sequence;
use rightsdesk::core::me::{Factor, Me, Pass, Person};
use rightsdesk::core::secret::Secret;
use rightsdesk::core::shell;
use rightsdesk::terminal::theme::Name;
use serde_json::{Value, json};

use crate::double::{Double, VIEWER};
use crate::hands::seen;
use crate::pictures::{draw, text};
use crate::scenes::{
    SCENES, SECRET, Stage, URI, browsing, enrolled, enrolling, halfway, knocking, live, pass, person, remote, stranger,
    waiting,
};
use crate::tty::{Terminal, screen, title};

fn innermost(stage: &Stage) -> Option<&'static str> {
    stage.model.layers.last().map(|open| open.entry.name)
}

/// What the last of these keys asks for.
fn press(stage: &mut Stage, keys: &str) -> Effects {
    let mut effects = Effects::new();
    for key in sequence(keys).unwrap() {
        effects = stage.does(Action::Key(key));
    }
    effects
}

fn asked(effects: &Effects) -> Vec<&Ask> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Ask(ask) => Some(ask),
            _ => None,
        })
        .inspect(|ask| assert!(ask.to == "desk" || crate::documents::is_known(ask), "{ask:?}"))
        .collect()
}

fn fails(stage: Stage, to: &'static str, tag: &'static str, trouble: Trouble) -> Stage {
    stage.then(Action::Answered(Answer { to, tag, outcome: Err(trouble) }))
}

fn away() -> Trouble {
    Trouble::Unreached("connection refused".to_owned())
}

fn mira() -> Person {
    person("mira", &["support"], &["see_queue"])
}

#[test]
fn a_stranger_is_asked_in_and_may_look_first() {
    let stage = stranger();
    assert_eq!((innermost(&stage), &stage.model.ctx.me), (Some("sign-in"), &Me::Nobody));
    let looked = stage.press("Esc");
    assert!(innermost(&looked).is_none() && seen(&looked).contains("signed out"));
    assert_eq!(innermost(&looked.press("g u")), Some("sign-in"));
    assert!(innermost(&live().press("g u")).is_none(), "who is signed in is not asked again");
}

#[test]
fn mail_and_password_go_out_once_and_the_code_follows() {
    let mut stage = stranger().then(Action::Pasted("mira@desk.example".to_owned()));
    assert_eq!(press(&mut stage, "Enter"), vec![], "Enter goes to the field that is empty");
    stage.does(Action::Pasted("correct horse".to_owned()));
    let effects = press(&mut stage, "Enter");
    let [ask] = asked(&effects)[..] else { panic!("{effects:?}") };
    let sent = json!({ "mail": "mira@desk.example", "password": "correct horse", "device": null });
    assert_eq!((ask.to, ask.tag, &ask.variables), ("sign-in", "password", &sent));
    assert_eq!(press(&mut stage, "Enter"), vec![], "not twice while it is on its way");

    let effects = stage.does(Action::Answered(Answer {
        to: "sign-in",
        tag: "password",
        outcome: Ok(pass("signIn", "PASSWORD", false)),
    }));
    assert!(matches!(&effects[..], [Effect::Carry(pass)] if !pass.is_whole), "{effects:?}");
    assert_eq!(stage.model.ctx.me, Me::Halfway { must_enrol: false });
    let effects = press(&mut stage, "1 2 3 4 5 6 Enter");
    let [ask] = asked(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!((ask.tag, &ask.variables), ("code", &json!({ "code": "123456" })));

    let effects = stage.does(Action::Answered(Answer {
        to: "sign-in",
        tag: "code",
        outcome: Ok(pass("confirmSignIn", "FULL", false)),
    }));
    assert!(matches!(&effects[..], [Effect::Carry(pass), Effect::WhoAmI] if pass.is_whole), "{effects:?}");
    let stage = stage.known(mira());
    assert!(innermost(&stage).is_none() && seen(&stage).contains("mira support"));
}

#[test]
fn every_no_of_a_step_leaves_it_ready_for_the_next_try() {
    let wrong = knocking().refused("sign-in", "password", "WRONG_CREDENTIALS", "the mail or the password is wrong");
    let told = seen(&wrong);
    assert!(told.contains("the mail or the password is wrong") && told.contains("mira@desk.example"), "{told}");
    assert!(!told.contains('•'), "the password is typed anew");

    let throttled = knocking().refused("sign-in", "password", "THROTTLED", "too many tries: wait 12 minutes");
    assert!(seen(&throttled).contains("wait 12 minutes"));

    let mut offline = fails(knocking(), "sign-in", "password", away());
    assert!(seen(&offline).contains("not reached: connection refused; Enter tries again"));
    assert_eq!(asked(&press(&mut offline, "Enter")).len(), 1, "what was typed is still there");

    let wrong = halfway().press("4 5 6 Enter").refused("sign-in", "code", "WRONG_CREDENTIALS", "wrong");
    assert!(seen(&wrong).contains("_ _ _  _ _ _") && seen(&wrong).contains("a code works once"));

    let expired = halfway().press("4 5 6 Enter").refused("sign-in", "code", "EXPIRED", "this sign-in has ended");
    assert!(seen(&expired).contains("this sign-in has ended") && seen(&expired).contains("Password"));

    let mut ended = halfway().press("4 5 6 Enter");
    let effects = ended.does(Action::Answered(Answer { to: "sign-in", tag: "code", outcome: Err(Trouble::SignIn) }));
    assert_eq!(effects, vec![Effect::Forget]);
    assert!(seen(&ended).contains("that took too long") && seen(&ended).contains("Password"));
}

#[test]
fn an_answer_to_a_step_that_was_left_is_nothing() {
    let left = knocking().press("Esc");
    assert_eq!(innermost(&left), None);
    let stage = left.press("g u").hears("sign-in", "password", pass("signIn", "PASSWORD", false));
    assert_eq!(stage.model.ctx.me, Me::Nobody);
    let stage = halfway().hears("sign-in", "code", pass("confirmSignIn", "FULL", false));
    assert_eq!(stage.model.ctx.me, Me::Halfway { must_enrol: false }, "no code was sent yet");
}

#[test]
fn a_recovery_code_stands_for_the_code_and_an_invitation_for_a_seat() {
    let mut stage = halfway().press("Ctrl-r").then(Action::Pasted("k7q2-m2x0-p0w4".to_owned()));
    let effects = press(&mut stage, "Enter");
    assert_eq!(asked(&effects)[0].variables, json!({ "code": "k7q2-m2x0-p0w4" }));
    assert!(seen(&stranger().press("Ctrl-r")).contains("it stands for the code alone"));

    let typed = |stage: Stage, text: &str| stage.then(Action::Pasted(text.to_owned())).press("Tab");
    let stage = typed(typed(stranger().press("Ctrl-n"), "rdi_x"), "a long sentence");
    let mut stage = typed(stage, "a long sentense");
    assert_eq!(press(&mut stage, "Enter"), vec![]);
    assert!(seen(&stage).contains("the two passwords differ"));
    stage.does(Action::Pasted("a long sentence".to_owned()));
    let effects = press(&mut stage, "Enter");
    assert_eq!(asked(&effects)[0].variables, json!({ "invitation": "rdi_x", "password": "a long sentence" }));
    let stage = stage.hears("sign-in", "invitation", pass("acceptInvitation", "PASSWORD", true));
    assert_eq!(innermost(&stage), Some("enrolment"));
}

#[test]
fn the_browser_is_asked_about_calmly_until_it_is_done() {
    let mut stage = browsing();
    assert!(seen(&stage).contains("WDJB-MJHT") && seen(&stage).contains("https://desk.example/sign-in"));
    let polls = |stage: &mut Stage, seconds: i64| {
        stage.now += TimeDelta::seconds(seconds);
        let now = stage.now;
        asked(&stage.does(Action::Time(now))).len()
    };
    assert_eq!(polls(&mut stage, 4), 0, "not before its time");
    assert_eq!(stage.model.wakes(), Some((stage.now + TimeDelta::seconds(1)).to_utc()));
    assert_eq!(polls(&mut stage, 1), 1);
    assert_eq!(polls(&mut stage, 20), 0, "one question at a time");
    let mut stage = stage.refused("sign-in", "poll", "PENDING", "not yet");
    assert_eq!((polls(&mut stage, 4), polls(&mut stage, 1)), (0, 1));
    let mut stage = stage.refused("sign-in", "poll", "SLOW_DOWN", "slower");
    assert_eq!((polls(&mut stage, 9), polls(&mut stage, 1)), (0, 1), "five seconds more from now on");
    let mut stage = fails(stage, "sign-in", "poll", away());
    assert_eq!(polls(&mut stage, 10), 1, "a desk that is away is asked again");

    let over = browsing().later(5).refused("sign-in", "poll", "EXPIRED", "nobody came in time");
    assert!(seen(&over).contains("nobody came in time") && seen(&over).contains("Mail"));
    let stage = stage.hears("sign-in", "poll", pass("pollDeviceSignIn", "FULL", false)).known(mira());
    assert_eq!(innermost(&stage), None);
}

#[test]
fn an_enrolment_ends_when_its_codes_were_kept_and_not_before() {
    let stage = enrolling();
    assert!(seen(&stage).contains("JBSW Y3DP") && innermost(&stage) == Some("enrolment"));
    let wrong = stage.press("1 2 3 4 5 6 Enter").refused("enrolment", "confirm", "WRONG_CREDENTIALS", "not this");
    assert!(seen(&wrong).contains("not this") && seen(&wrong).contains("_ _ _  _ _ _"));

    let stage = enrolled();
    assert!(seen(&stage).contains("k70q-m2x0-p0w4") && stage.model.ctx.me.person().is_some());
    let stage = stage.press("Esc Enter Ctrl-c");
    assert!(innermost(&stage) == Some("enrolment") && seen(&stage).contains("keep them first"));
    let stage = stage.press("y");
    assert!(innermost(&stage).is_none() && !seen(&stage).contains("k70q"));

    let mut away_first = knocking().hears("sign-in", "password", pass("signIn", "PASSWORD", true));
    away_first = fails(away_first, "enrolment", "begin", away());
    assert!(seen(&away_first).contains("not reached"));
    assert_eq!(asked(&press(&mut away_first, "Enter")).len(), 1);
    let mut left = enrolling();
    assert_eq!(press(&mut left, "Esc"), vec![Effect::SignOut]);
    assert_eq!(innermost(&left), Some("sign-in"));
}

#[test]
fn what_needs_a_second_factor_waits_for_it_and_goes_again_once() {
    let mut stage = remote().then(Action::StepUpNeeded(waiting())).then(Action::StepUpNeeded(waiting()));
    assert_eq!((innermost(&stage), stage.model.layers.len()), (Some("step-up"), 1));
    let effects = press(&mut stage, "1 2 3 4 5 6 Enter");
    assert_eq!(asked(&effects)[0].tag, "step-up");
    let wrong = stage.refused("step-up", "step-up", "WRONG_CREDENTIALS", "wrong").press("1 2 3 4 5 6");
    let mut stage = fails(wrong.press("Enter"), "step-up", "step-up", away());
    press(&mut stage, "Enter");
    let effects = stage.does(Action::Answered(Answer {
        to: "step-up",
        tag: "step-up",
        outcome: Ok(json!({ "stepUp": { "userErrors": [] } })),
    }));
    let again = asked(&effects);
    assert!(again.len() == 2 && again.iter().all(|ask| ask.is_again && ask.variables == json!({ "reason": "T-77" })));
    assert!(effects.contains(&Effect::WhoAmI) && innermost(&stage).is_none() && stage.model.held.is_empty());

    let mut again = waiting();
    again.is_again = true;
    assert!(innermost(&remote().then(Action::StepUpNeeded(again))).is_none(), "once");
    let dropped = remote().then(Action::StepUpNeeded(waiting())).press("Esc");
    assert!(innermost(&dropped).is_none() && dropped.model.held.is_empty());
}

#[test]
fn a_desk_of_ones_own_shows_its_file_by_itself() {
    let mut stage = live();
    assert_eq!(stage.does(Action::StepUpNeeded(waiting())), vec![Effect::ShowFile]);
    let effects = stage.does(Action::FileShown(Ok(())));
    assert!(asked(&effects)[0].is_again && innermost(&stage).is_none());

    let mut fresh = crate::scenes::starting().then(Action::Arrived("http://127.0.0.1:41999".to_owned()));
    assert_eq!(fresh.does(Action::Bearing { has_token: false, device: None }), vec![Effect::ShowFile]);
    let mut failed = fresh.then(Action::FileShown(Err(Trouble::Strange("the file is not there".to_owned()))));
    assert!(
        innermost(&failed) == Some("sign-in") && seen(&failed).contains("a file of yours opens"),
        "{}",
        seen(&failed)
    );
    assert_eq!(press(&mut failed, "Enter"), vec![Effect::ShowFile]);
}

#[test]
fn a_desk_of_ones_own_has_other_seats_too() {
    let at_the_door = || {
        let fresh = crate::scenes::starting().then(Action::Arrived("http://127.0.0.1:41999".to_owned()));
        fresh.then(Action::FileShown(Err(Trouble::Strange("the file is not there".to_owned()))))
    };
    let invited = at_the_door().press("Ctrl-n");
    assert!(seen(&invited).contains("Invitation"), "{}", seen(&invited));
    let seated = at_the_door().press("Ctrl-p");
    assert!(seen(&seated).contains("Password"), "{}", seen(&seated));
    for left in [invited.press("Esc"), seated.press("Esc")] {
        assert!(seen(&left).contains("a file of yours opens"), "{}", seen(&left));
    }
    assert_eq!(innermost(&at_the_door().press("Esc")), None);
}

#[test]
fn the_lock_comes_after_five_minutes_without_a_key() {
    let locks = |seconds: i64| innermost(&remote().later(seconds)) == Some("lock");
    assert!(!locks(299) && locks(300));
    assert_eq!(remote().model.wakes(), remote().model.locks_at(), "no tick is needed");
    let kept_awake = remote().later(299).press("t").later(299);
    assert_eq!(innermost(&kept_awake), None);
    assert_eq!(innermost(&stranger().later(3_600)), Some("sign-in"), "a stranger has nothing to lock");
    let key = Person { factor: Factor::None, ..mira() };
    assert_eq!(innermost(&remote().known(key).later(3_600)), None, "a key could not open it again");
    assert_eq!(innermost(&remote().press("L")), Some("lock"));
}

#[test]
fn a_locked_console_shows_nothing_and_hears_only_the_code() {
    let locked = remote().press("?").later(300);
    let told = seen(&locked);
    assert!(!told.contains("desk.example") && !told.contains("0.2.0") && !told.contains("redraw"), "{told}");
    let still =
        locked.press("Esc Ctrl-c Ctrl-c Ctrl-c R t ! :").then(Action::Close).then(Action::Pressed(&shell::LEAVE));
    assert!(innermost(&still) == Some("lock") && still.model.exit.is_none());
    let opened_beneath = still.then(Action::Do(crate::laws::named("notices.open"), <_>::default()));
    assert!(innermost(&opened_beneath) == Some("lock") && !seen(&opened_beneath).contains("Notices"));

    let step_up = |stage: Stage| stage.hears("lock", "step-up", json!({ "stepUp": { "userErrors": [] } }));
    assert_eq!(innermost(&step_up(remote().later(300))), Some("lock"), "an answer to nothing opens nothing");
    let wrong = remote().later(300).press("1 2 3 4 5 6 Enter").refused("lock", "step-up", "WRONG_CREDENTIALS", "wrong");
    assert_eq!(innermost(&wrong), Some("lock"));
    let away = fails(remote().later(300).press("1 2 3 4 5 6 Enter"), "lock", "step-up", away());
    assert_eq!(innermost(&away), Some("lock"));
    assert_eq!(innermost(&step_up(away.press("Enter"))), None);

    let mut out = remote().later(300);
    assert_eq!(press(&mut out, "q"), vec![Effect::SignOut]);
    assert_eq!((innermost(&out), &out.model.ctx.me), (Some("sign-in"), &Me::Nobody));
    let local = live().press("L Enter").then(Action::FileShown(Ok(())));
    assert_eq!(innermost(&local), None);
    let unasked = live().press("L").then(Action::FileShown(Ok(())));
    assert_eq!(innermost(&unasked), Some("lock"), "a file that was shown for something else opens no lock");
}

#[test]
fn a_session_that_ends_keeps_the_place_for_the_same_person_alone() {
    let refused = || Answer { to: "desk", tag: "x", outcome: Err(Trouble::SignIn) };
    let mut ended = remote().press("?");
    assert_eq!(ended.does(Action::Answered(refused())), vec![Effect::Forget]);
    assert_eq!(ended.does(Action::Answered(refused())), vec![], "once");
    assert!(innermost(&ended) == Some("sign-in") && seen(&ended).contains("your session has ended"));
    let back = ended.known(person("mira", &["support"], &["see_queue"]));
    assert_eq!(innermost(&back), Some("help"));

    let other = remote().press("?").then(Action::Answered(refused())).known(person("omar", &["ops"], &[]));
    assert!(innermost(&other).is_none() && seen(&other).contains("omar ops"));

    let at = stranger().now.to_utc() + TimeDelta::seconds(100);
    let until = Person { ends_at: Some(at), ..mira() };
    let over = stranger().known(until.clone()).later(99);
    assert_eq!((innermost(&over), over.model.wakes()), (None, Some(at)));
    assert_eq!(innermost(&over.later(1)), Some("sign-in"), "by the clock, without a call");
    let locked = stranger().known(Person { ends_at: Some(at), ..mira() }).press("L").later(100);
    assert!(innermost(&locked) == Some("sign-in") && !seen(&locked).contains("Connection"));
}

#[test]
fn a_desk_that_was_away_is_asked_who_this_is_when_it_answers() {
    let stage = crate::scenes::starting().then(Action::Arrived("https://desk.example".to_owned()));
    let mut stage = stage.then(Action::Bearing { has_token: true, device: None }).missed("connection refused", 1);
    stage.does(Action::Known(Err(away())));
    assert!(stage.model.ctx.me == Me::Unknown && innermost(&stage).is_none());
    let news = rightsdesk::core::connection::News::Answered { version: "1".to_owned(), trip: <_>::default() };
    assert_eq!(stage.does(Action::Connection(news)), vec![Effect::WhoAmI]);
    assert!(seen(&stage.then(Action::Known(Ok(Me::Nobody)))).contains("opens nothing here any more"));
}

/// Dark modules, read back from the cells that were drawn.
fn modules(buffer: &Buffer, is_ascii: bool) -> Vec<Vec<bool>> {
    let width = usize::from(buffer.area.width);
    let rows = buffer.content.chunks(width);
    let row = |row: &[ratatui::buffer::Cell]| -> Vec<Vec<bool>> {
        let symbols = row.iter().map(|cell| cell.symbol().to_owned());
        if is_ascii {
            vec![symbols.step_by(2).map(|symbol| symbol == "#").collect()]
        } else {
            let halves: Vec<_> =
                symbols.map(|symbol| (matches!(&*symbol, " " | "▄"), matches!(&*symbol, " " | "▀"))).collect();
            vec![halves.iter().map(|half| half.0).collect(), halves.iter().map(|half| half.1).collect()]
        }
    };
    rows.flat_map(row).collect()
}

#[test]
fn the_picture_is_the_code_of_the_uri_module_by_module() {
    let code = qrcode::QrCode::with_error_correction_level(URI, qrcode::EcLevel::L).unwrap();
    let better = qrcode::QrCode::with_error_correction_level(URI, qrcode::EcLevel::M).unwrap();
    let code = if better.version() == code.version() { better } else { code };
    let wide = code.width();
    for (is_ascii, size, quiet) in
        [(false, (80, 24), 4), (false, (200, 60), 4), (true, (200, 60), 4), (true, (140, 41), 1)]
    {
        for theme in [Name::Dark, Name::Light, Name::Mono] {
            let (buffer, _) = draw(&enrolling().size(size.0, size.1), theme, is_ascii);
            let modules = modules(&buffer, is_ascii);
            for y in 0..wide + 2 * quiet {
                for x in 0..wide + 2 * quiet {
                    let inside = (quiet..quiet + wide).contains(&x) && (quiet..quiet + wide).contains(&y);
                    let dark = inside && code[(x - quiet.min(x), y - quiet.min(y))] == qrcode::Color::Dark;
                    assert_eq!(modules[y][x], dark, "{x},{y} at {size:?}");
                }
            }
        }
    }
    let swapped = modules(&draw(&enrolling().press("Ctrl-t"), Name::Mono, false).0, false);
    assert!(swapped[0][0], "the quiet zone is dark where the ground is light");
    let small = text(&draw(&enrolling().size(80, 24), Name::Dark, true).0);
    assert!(small.contains("A larger window shows the picture too") && small.contains("JBSW Y3DP"));
}

const MARKER: &str = "7713marker";

/// Everything a test can get hold of in words.
fn told(stage: &Stage, effects: &Effects) -> String {
    let notices: Vec<_> = stage.model.ctx.notices.past().map(|notice| notice.text.clone()).collect();
    format!("{}{effects:?}{notices:?}{:?}{:?}", seen(stage), stage.model.ctx.me, stage.model.held)
}

#[test]
fn nothing_that_was_typed_or_handed_out_is_told() {
    let sign_in = json!({ "token": MARKER, "stage": "PASSWORD", "mustEnrol": false, "device": MARKER });
    let whole = json!({ "token": MARKER, "stage": "FULL", "mustEnrol": false, "device": MARKER });
    let handed = |field: &str, value: &Value| json!({ field: { "signIn": value, "userErrors": [] } });
    let mut all = String::new();
    let mut stage = stranger().then(Action::Pasted("mira@desk.example".to_owned())).press("Tab");
    let mut does = |stage: &mut Stage, action: Action| {
        // What a person types is in the action that types it, and nowhere after.
        if !matches!(action, Action::Pasted(_)) {
            write!(all, "{action:?}").unwrap();
        }
        let effects = stage.does(action);
        all += &told(stage, &effects);
    };
    let answer = |tag, data| Action::Answered(Answer { to: "sign-in", tag, outcome: Ok(data) });
    does(&mut stage, Action::Pasted(MARKER.to_owned()));
    does(&mut stage, Action::Key(rightsdesk::core::keymap::Key::named("Enter").unwrap()));
    does(&mut stage, answer("password", handed("signIn", &sign_in)));
    let mut recovering = stage.press("Ctrl-r");
    does(&mut recovering, Action::Pasted(MARKER.to_owned()));
    does(&mut recovering, Action::Key(rightsdesk::core::keymap::Key::named("Enter").unwrap()));
    does(&mut recovering, answer("recovery", handed("recoverSignIn", &whole)));
    let mut invited = stranger().press("Ctrl-n");
    for _ in 0..3 {
        does(&mut invited, Action::Pasted(MARKER.to_owned()));
        does(&mut invited, Action::Key(rightsdesk::core::keymap::Key::named("Tab").unwrap()));
    }
    let pass =
        Pass { token: Secret::new(MARKER), device: Some(Secret::new(MARKER)), is_whole: true, must_enrol: false };
    let bearing = Action::Bearing { has_token: true, device: Some(Secret::new(MARKER)) };
    let ways = Ways { token: Some(Secret::new(MARKER)), ..Ways::default() };
    write!(all, "{pass:?}{bearing:?}{ways:?}").unwrap();
    assert!(!all.contains(MARKER), "{}", &all[all.find(MARKER).unwrap_or(0).saturating_sub(300)..]);

    for scene in SCENES {
        let stage = (scene.make)();
        let told = told(&stage, &Effects::new());
        assert!(!told.contains("rds_invented") && !told.contains("correct horse"), "{}", scene.name);
        assert!(scene.name == "enrolment" || !told.contains(SECRET));
    }
}

#[tokio::test]
async fn a_token_goes_along_and_another_takes_its_place() {
    _ = rustls::crypto::ring::default_provider().install_default();
    let desk = Double::answering(|call| match call.bearer.as_deref() {
        Some("rds_new") => (200, format!("{{\"data\":{{\"viewer\":{VIEWER}}}}}")),
        _ => (401, "{}".to_owned()),
    });
    let client = Client::new(&desk.url, None).unwrap();
    assert_eq!(rightsdesk::api::viewer::who_am_i(&client).await, Err(Trouble::SignIn));
    let client = client.bearing(Some(&Secret::new("rds_new"))).unwrap();
    let Ok(Me::Someone(person)) = rightsdesk::api::viewer::who_am_i(&client).await else { panic!() };
    assert_eq!((person.title().as_str(), person.factor), ("mira support", Factor::Code));
    assert!(person.permissions == ["see_queue"] && Me::Someone(person).lacks("keep_staff") == "needs keep_staff");
    assert!(!format!("{:?}", client.shown_url()).contains("rds_new"));
}

/// A desk with one seat: password, then code.
fn desk_with_a_seat() -> Double {
    Double::answering(|call| {
        let signed = |field: &str, token: &str, stage: &str| {
            let sign_in = json!({ "token": token, "stage": stage, "mustEnrol": false, "device": "rdd_known" });
            (200, json!({ "data": { field: { "signIn": sign_in, "userErrors": [] } } }).to_string())
        };
        let wrong = |field: &str| {
            let error =
                json!({ "message": "mail, password or code is wrong", "field": null, "code": "WRONG_CREDENTIALS" });
            (200, json!({ "data": { field: { "signIn": null, "userErrors": [error] } } }).to_string())
        };
        let body: Value = serde_json::from_str(&call.body).unwrap_or_default();
        let document = crate::documents::text(&body);
        let (variables, bearer) = (&body["variables"], call.bearer.as_deref());
        if document.contains("confirmSignIn") {
            return match (bearer, variables["code"].as_str()) {
                (Some("rds_half"), Some("271828")) => signed("confirmSignIn", "rds_whole", "FULL"),
                _ => wrong("confirmSignIn"),
            };
        }
        if document.contains("signIn(") {
            return match variables["password"].as_str() {
                Some("correct horse battery") => signed("signIn", "rds_half", "PASSWORD"),
                _ => wrong("signIn"),
            };
        }
        let viewer = if bearer == Some("rds_whole") { VIEWER } else { "null" };
        (200, format!("{{\"data\":{{\"server\":{{\"version\":\"0.1.0\"}},\"viewer\":{viewer}}}}}"))
    })
}

#[test]
fn somebody_signs_in_at_a_real_terminal_and_is_known_the_next_time() {
    let desk = desk_with_a_seat();
    let states = tempfile::tempdir().unwrap();
    let env = [("XDG_STATE_HOME", states.path().to_str().unwrap())];
    let start = || Terminal::with(env!("CARGO_BIN_EXE_rightsdesk"), &["--server", &desk.url], &env);
    let mut terminal = start();
    terminal.until(|seen| screen(seen).contains("Sign in to") && title(seen).contains("busy 0 · keys 0"));
    terminal.type_in("mira@desk.example\tcorrect hoarse\r");
    terminal.until(|seen| screen(seen).contains("mail, password or code is wrong"));
    terminal.type_in("correct horse battery\r");
    terminal.until(|seen| screen(seen).contains("✓ right"));
    terminal.type_in("271828\r");
    terminal.until(|seen| screen(seen).contains("mira support") && !screen(seen).contains("Sign in to"));
    terminal.type_in("q");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_restored();
    let raw = String::from_utf8_lossy(&terminal.seen.0.lock().unwrap().raw).into_owned();
    for secret in ["correct horse", "correct hoarse", "271828", "rds_half", "rds_whole", "rdd_known"] {
        assert!(!raw.contains(secret), "{secret} reached the terminal");
    }

    let mut terminal = start();
    terminal.until(|seen| screen(seen).contains("signed in as mira support"));
    terminal.type_in("L");
    terminal.until(|seen| screen(seen).contains("Locked") && !screen(seen).contains("Connection"));
    terminal.type_in("q");
    terminal.until(|seen| screen(seen).contains("Sign in to"));
    terminal.type_in("\x03\x03\x03");
    assert_eq!(terminal.ended(), 0);
    let kept: Vec<_> = std::fs::read_dir(states.path().join("rightsdesk")).unwrap().flatten().collect();
    assert!(kept.iter().all(|file| !file.file_name().to_string_lossy().ends_with(".session")), "{kept:?}");
}

#[test]
fn the_commands_of_the_door_end_with_their_codes() {
    let desk = desk_with_a_seat();
    let states = tempfile::tempdir().unwrap();
    let run = |args: &[&str], stdin: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rightsdesk"));
        command.args(args).args(["--server", &desk.url]).env("XDG_STATE_HOME", states.path());
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), stdin.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
    };
    let given = ["sign-in", "--mail", "mira@desk.example", "--password-stdin", "--code-stdin"];
    assert_eq!(run(&["whoami"], "").0, 8);
    assert_eq!(run(&given[..4], "correct horse battery\n").0, 2, "nobody can be asked for the code");
    let (code, _, words) = run(&given, "wrong\n271828\n");
    assert_eq!((code, words.as_str()), (3, "rightsdesk: mail, password or code is wrong\n"));
    let (code, out, _) = run(&given, "correct horse battery\n271828\n");
    assert_eq!((code, out.as_str()), (0, "signed in as mira support\n"));
    let (code, out, _) = run(&["whoami", "--json"], "");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &told["shape"], &told["name"]), (0, &json!("rightsdesk.whoami/1"), &json!("mira")));
    assert_eq!((run(&["sign-out"], "").0, run(&["whoami"], "").0), (0, 8));
}
