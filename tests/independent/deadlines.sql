-- Due dates reckoned a second time, by the database's own calendar and none of our code: from the files in
-- server/regimes/ as they stand and from what docs/deadlines.md says of the arithmetic. The law
-- `deadlines_are_reckoned_twice` puts ten thousand cases to both and compares every date.
--
-- Fill reckoned.law and reckoned.place with the files (as JSON), call reckoned.lay_out(), and ask
-- reckoned.due(case), where a case is
--   {"regime": code, "right": name, "kind": "answer" | "acknowledgement" | "appeal", "received": moment,
--    "zone": name, "place": calendar or null, "events": [{"at": moment, "what": word, "ground"?, "to"?}]}.

create schema reckoned;

create table reckoned.law (code text primary key, says jsonb not null);
create table reckoned.place (code text primary key, says jsonb not null);

-- Every day that a calendar knows.
create table reckoned.day (
    place text not null,
    day date not null,
    works boolean not null,
    rests boolean not null,
    primary key (place, day)
);

-- Every name of every file with its rule.
create table reckoned.rule (code text not null, name text not null, says jsonb not null, primary key (code, name));

create function reckoned.lay_out() returns void language plpgsql as $$
begin
    insert into reckoned.day
    select p.code, d::date,
           (p.says -> 'working_week') ? lower(to_char(d, 'dy')) and not (p.says -> 'holidays') ? to_char(d, 'YYYY-MM-DD'),
           extract(isodow from d) = 7 or (p.says -> 'holidays') ? to_char(d, 'YYYY-MM-DD')
      from reckoned.place p,
           generate_series(make_date((p.says -> 'years' ->> 0)::int, 1, 1)::timestamp,
                           make_date((p.says -> 'years' ->> 1)::int, 12, 31)::timestamp, interval '1 day') d;
    insert into reckoned.rule
    select l.code, name, rule
      from reckoned.law l,
           jsonb_array_elements(coalesce(l.says -> 'clock', '[]') || coalesce(l.says -> 'duty', '[]')) rule,
           jsonb_array_elements_text(rule -> 'rights') name;
    analyze reckoned.day;
    analyze reckoned.rule;
end $$;

-- The first day from `d` on that counts; `d` itself where the calendar does not know.
create function reckoned.rolled(in_place text, d date, roll text) returns date language sql stable as $$
    select case
        when roll is null or roll = 'none' then d
        when not exists (select from reckoned.day where place = in_place and day = d) then d
        else coalesce(
            (select min(day) from reckoned.day
              where place = in_place and day between d and d + 60
                and case roll when 'next_working_day' then works else not rests end), d)
    end
$$;

-- The working day so many after `d`: by the calendar, or Monday to Friday where that does not know.
create function reckoned.working_day(in_place text, d date, count int) returns date language sql stable as $$
    select coalesce(
        (select day from reckoned.day
          where place = in_place and day between d + 1 and d + 120 and works
            and exists (select from reckoned.day where place = in_place and day = d + 1)
          order by day offset count - 1 limit 1),
        (select s::date from generate_series((d + 1)::timestamp, (d + 120)::timestamp, interval '1 day') s
          where extract(isodow from s) < 6 order by s offset count - 1 limit 1))
$$;

-- The days that do not count, of stretches given as [asked, answered]. The later reading takes every day of each
-- stretch; the earlier takes every step from one day of a stretch to the next.
create function reckoned.standing_days(base date, asked date[], answered date[], late boolean) returns int
language sql stable as $$
    select count(distinct d)::int
      from unnest(asked, answered) as s (a, b),
           generate_series(greatest(a, base)::timestamp,
                           (case when late then b else b - 1 end)::timestamp, interval '1 day') d
$$;

-- The last day of a period by one reading.
create function reckoned.last_day(
    terms jsonb, base date, is_longer boolean, told_to date, asked date[], answered date[], in_place text, late boolean
) returns date language plpgsql stable as $$
declare
    answer jsonb := terms -> 'answer';
    longer jsonb := case when is_longer then terms -> 'extension' end;
    target jsonb := answer -> 'target';
    d date;
begin
    if (answer ->> 'immediate')::boolean then
        return reckoned.rolled(in_place, base, 'next_working_day');
    elsif target is not null then
        d := (base + make_interval(months => coalesce((target ->> 'months')::int, 0)))::date
             + coalesce((target ->> 'days')::int, 0);
    elsif answer ? 'months' then
        -- The database too ends a month that lacks the date on its last day.
        d := (base + make_interval(months => (answer ->> 'months')::int + coalesce((longer ->> 'months')::int, 0)))::date;
    elsif answer ? 'days' then
        d := base + (answer ->> 'days')::int + coalesce((longer ->> 'days')::int, 0);
    else
        d := reckoned.working_day(case when late then in_place end, base, (answer ->> 'business_days')::int);
    end if;
    d := d + reckoned.standing_days(base, asked, answered, late);
    if late or answer ->> 'roll_reading' is distinct from 'legal' then
        d := reckoned.rolled(in_place, d, answer ->> 'roll');
    end if;
    if (longer ->> 'open')::boolean and told_to is not null then
        d := greatest(d, told_to);
    end if;
    return d;
end $$;

-- What is counted for this kind of date, in the shape of a rule.
create function reckoned.terms(rule jsonb, kind text) returns jsonb language sql immutable as $$
    select case kind
        when 'answer' then rule
        when 'acknowledgement' then jsonb_build_object('starts', 'receipt', 'pause', '{}'::jsonb, 'answer', rule -> 'acknowledge')
        when 'appeal' then jsonb_strip_nulls(jsonb_build_object(
            'starts', 'receipt', 'pause', '{}'::jsonb,
            'answer', jsonb_build_object('days', rule -> 'appeal' -> 'days'),
            'extension', rule -> 'appeal' -> 'extension'))
    end
$$;

-- The 24:00 of a day: the first moment whose own date is later.
create function reckoned.ends_at(d date, zone text) returns timestamptz language plpgsql stable as $$
declare
    midnight timestamp := (d + 1)::timestamp;
    moment timestamptz := midnight at time zone zone;
    sooner interval;
begin
    -- Of a midnight that comes twice the database takes the second.
    foreach sooner in array array[interval '1 hour', interval '30 minutes'] loop
        if ((moment - sooner) at time zone zone) = midnight then
            moment := moment - sooner;
        end if;
    end loop;
    return moment;
end $$;

create function reckoned.due(
    c jsonb, out early date, out late date, out ends timestamptz, out late_ends timestamptz, out waits boolean
) language plpgsql stable as $$
declare
    rule jsonb := (select says from reckoned.rule where code = c ->> 'regime' and name = c ->> 'right');
    terms jsonb := reckoned.terms(rule, c ->> 'kind');
    zone text := c ->> 'zone';
    place text := c ->> 'place';
    base date := ((c ->> 'received')::timestamptz at time zone zone)::date;
    grounds text[] := array(select jsonb_array_elements_text(coalesce(terms -> 'pause' -> 'while', '[]')));
    begins text[] := case terms ->> 'starts'
        when 'latest_of_receipt_identity_fee' then array['identity_asked', 'fee_asked'] else '{}' end;
    -- Pauses that stand, side by side; an empty ground is one that was withdrawn.
    p_ground text[] := '{}';
    p_from timestamptz[] := '{}';
    p_to timestamptz[] := '{}';
    told timestamptz;
    told_to date;
    is_longer boolean := false;
    asked date[] := '{}';
    answered date[] := '{}';
    e record;
    n int;
begin
    waits := false;
    for e in
        select (x ->> 'at')::timestamptz as moment, x ->> 'what' as what, x ->> 'ground' as ground, (x ->> 'to')::date as day
          from jsonb_array_elements(c -> 'events') with ordinality as t (x, o) order by 1, o
    loop
        select max(i) into n from generate_subscripts(p_ground, 1) i
         where p_ground[i] = e.ground and (e.what = 'pause_withdrawn' or p_to[i] is null);
        if e.what = 'paused' and n is null then
            p_ground := p_ground || e.ground; p_from := p_from || e.moment; p_to := p_to || null::timestamptz;
        elsif e.what = 'resumed' and n is not null then
            p_to[n] := e.moment;
        elsif e.what = 'pause_withdrawn' and n is not null then
            p_ground[n] := '';
        elsif e.what = 'extended' and told is null then
            told := e.moment; told_to := e.day;
        elsif e.what = 'extension_withdrawn' then
            told := null; told_to := null;
        end if;
    end loop;

    -- In the order of time: a step counts while the time still runs, or stands still.
    for e in
        select p_from[i] as moment, 0 as rank, i, p_ground[i] as ground, (p_from[i] at time zone zone)::date as day,
               (p_to[i] at time zone zone)::date as until
          from generate_subscripts(p_ground, 1) i
         where p_ground[i] = any (grounds || begins)
        union all
        select told, 1, 0, null, (told at time zone zone)::date, null
         where told is not null and terms -> 'extension' is not null
         order by 1, 2, 3
    loop
        if e.rank = 1 then
            is_longer := waits
                or e.day <= reckoned.last_day(terms, base, false, null, asked, answered, place, false);
        elsif not waits
            and e.day > reckoned.last_day(terms, base, is_longer, told_to, asked, answered, place, false) then
            continue;
        elsif e.until is null then
            waits := true;
        elsif e.ground = any (begins) then
            base := greatest(base, e.until);
        else
            asked := asked || e.day; answered := answered || e.until;
        end if;
    end loop;

    early := reckoned.last_day(terms, base, is_longer, told_to, asked, answered, place, false);
    ends := reckoned.ends_at(early, zone);
    if not (terms -> 'answer' ?| array['immediate', 'promptly', 'without_undue_delay']) then
        late := greatest(early, reckoned.last_day(terms, base, is_longer, told_to, asked, answered, place, true));
        late_ends := reckoned.ends_at(late, zone);
    end if;
end $$;
