//! Rows of members. Name and mail go in sealed, each with its own generation, and come out as envelopes that only a
//! reveal opens; mail and login are found by blind index.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use super::super::model::{Login, Member, MemberRole, MemberState};
use super::super::tables::members;
use crate::floor::graphql::Page;
use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::{Error, Instant, MemberId, Personal, Result, Sealed, SubjectId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, walk};
use crate::floor::vault::{BlindIndex, Index, Key, Place, Sealer, SubjectKey, Vault};

/// A member's personal columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonalColumn {
    Name,
    Mail,
}

/// An envelope of a member, and what it takes to open it.
pub struct SealedValue {
    pub subject: SubjectId,
    pub place: Place<'static>,
    pub sealed: Sealed,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = members)]
struct Row {
    tenant_id: TenantId,
    id: MemberId,
    subject_id: SubjectId,
    role: MemberRole,
    login_bidx_v: Option<i16>,
    state: MemberState,
    added_at: DateTime<Utc>,
    removed_at: Option<DateTime<Utc>>,
    version: i32,
}

impl From<Row> for Member {
    fn from(row: Row) -> Self {
        Self {
            tenant: row.tenant_id,
            id: row.id,
            subject: row.subject_id,
            role: row.role,
            has_login: row.login_bidx_v.is_some(),
            state: row.state,
            added_at: Instant::from_utc(row.added_at),
            removed_at: row.removed_at.map(Instant::from_utc),
            version: row.version,
        }
    }
}

/// One member of the pinned tenant.
pub fn one(tx: &mut Tx, id: MemberId) -> Result<Option<Member>> {
    let row = members::table.find((tx.tenant()?, id)).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Member::from))
}

/// Who looks after the pinned tenant, on its own side.
pub fn owners(tx: &mut Tx) -> Result<Vec<Member>> {
    let rows = filtered(tx.tenant()?, Some(&[MemberState::Active]))
        .filter(members::role.eq(MemberRole::Owner))
        .order(members::id)
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Member::from).collect())
}

/// A page of the pinned tenant's members, oldest first, and how many there are in all.
pub fn list(tx: &mut Tx, states: Option<&[MemberState]>, page: &Page) -> Result<(Vec<Member>, i64)> {
    let tenant = tx.tenant()?;
    let total = filtered(tenant, states).count().get_result(tx.conn())?;
    let beyond = page.beyond_instant()?.map(|(at, id)| (at.utc(), id));
    let query = filtered(tenant, states).select(Row::as_select());
    let rows =
        walk!(query, (members::added_at, members::id), beyond, !page.is_backward, page.limit()).load(tx.conn())?;
    Ok((rows.into_iter().map(Member::from).collect(), total))
}

fn filtered(tenant: TenantId, states: Option<&[MemberState]>) -> members::BoxedQuery<'static, Pg> {
    let query = members::table.filter(members::tenant_id.eq(tenant)).into_boxed();
    match states {
        Some(states) => query.filter(members::state.eq_any(states.to_vec())),
        None => query,
    }
}

/// The member of the pinned tenant who has this login.
pub fn by_login(tx: &mut Tx, vault: &Vault, login: &Login) -> Result<Option<Member>> {
    // A tenant that never indexed anyone has no key, and nobody to find.
    let Ok(key) = vault.find_index_key(tx)? else { return Ok(None) };
    let index = login_index(&key, login)?;
    let row = members::table
        .filter(members::tenant_id.eq(tx.tenant()?).and(members::state.eq(MemberState::Active)))
        .filter(members::login_bidx.eq(index.to_vec()))
        .select(Row::as_select())
        .first(tx.conn())
        .optional()?;
    Ok(row.map(Member::from))
}

/// Adds a member, sealed under a key of that person's own.
pub fn add(
    tx: &mut WriteTx,
    vault: &Vault,
    member: &Member,
    (name, mail): (&Personal, &Personal),
    login: Option<&Login>,
) -> Result<()> {
    let (index, sealer) = keys(tx, vault, member.subject)?;
    let (mail_bidx, login_bidx) =
        (mail_index(&index, mail)?, login.map(|login| login_index(&index, login)).transpose()?);
    refuse_taken(tx, member.id, Some(mail_bidx), login_bidx)?;
    diesel::insert_into(members::table)
        .values((
            members::tenant_id.eq(member.tenant),
            members::id.eq(member.id),
            members::subject_id.eq(member.subject),
            members::role.eq(member.role),
            members::name.eq(seal(&sealer, member, PersonalColumn::Name, 0, name)?),
            members::mail.eq(seal(&sealer, member, PersonalColumn::Mail, 0, mail)?),
            members::mail_bidx.eq(mail_bidx.to_vec()),
            members::mail_bidx_v.eq(NORMALISER),
            members::login_bidx.eq(login_bidx.map(|index| index.to_vec())),
            members::login_bidx_v.eq(login_bidx.map(|_| NORMALISER)),
            members::added_at.eq(member.added_at.utc()),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes another name over the old one.
pub fn rename(tx: &mut WriteTx, vault: &Vault, member: &Member, name: &Personal) -> Result<()> {
    let (_, sealer) = keys(tx, vault, member.subject)?;
    let row = members::table.find((member.tenant, member.id));
    let generation = row.select(members::name_gen).first::<i32>(tx.conn())? + 1;
    let envelope = seal(&sealer, member, PersonalColumn::Name, generation, name)?;
    diesel::update(row).set((members::name.eq(envelope), members::name_gen.eq(generation))).execute(tx.conn())?;
    Ok(())
}

/// Writes another mail address over the old one.
pub fn readdress(tx: &mut WriteTx, vault: &Vault, member: &Member, mail: &Personal) -> Result<()> {
    let (index, sealer) = keys(tx, vault, member.subject)?;
    let mail_bidx = mail_index(&index, mail)?;
    refuse_taken(tx, member.id, Some(mail_bidx), None)?;
    let row = members::table.find((member.tenant, member.id));
    let generation = row.select(members::mail_gen).first::<i32>(tx.conn())? + 1;
    let envelope = seal(&sealer, member, PersonalColumn::Mail, generation, mail)?;
    diesel::update(row)
        .set((
            members::mail.eq(envelope),
            members::mail_gen.eq(generation),
            members::mail_bidx.eq(mail_bidx.to_vec()),
            members::mail_bidx_v.eq(NORMALISER),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Sets or takes away by what the member comes in.
pub fn set_login(tx: &mut WriteTx, vault: &Vault, member: &Member, login: Option<&Login>) -> Result<()> {
    let index = match login {
        Some(login) => {
            let (index, _) = keys(tx, vault, member.subject)?;
            Some(login_index(&index, login)?)
        }
        None => None,
    };
    refuse_taken(tx, member.id, None, index)?;
    diesel::update(members::table.find((member.tenant, member.id)))
        .set((
            members::login_bidx.eq(index.map(|index| index.to_vec())),
            members::login_bidx_v.eq(index.map(|_| NORMALISER)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes the plain part of a member as its next version.
pub fn save(tx: &mut WriteTx, member: &Member) -> Result<()> {
    diesel::update(members::table.find((member.tenant, member.id)))
        .set((
            members::role.eq(member.role),
            members::state.eq(member.state),
            members::removed_at.eq(member.removed_at.map(Instant::utc)),
            members::version.eq(member.version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// A personal value as it is stored.
pub fn sealed_value(tx: &mut Tx, id: MemberId, column: PersonalColumn) -> Result<Option<SealedValue>> {
    let tenant = tx.tenant()?;
    let row = members::table.find((tenant, id));
    let found: Option<(SubjectId, Vec<u8>, i32)> = match column {
        PersonalColumn::Name => row.select((members::subject_id, members::name, members::name_gen)).first(tx.conn()),
        PersonalColumn::Mail => row.select((members::subject_id, members::mail, members::mail_gen)).first(tx.conn()),
    }
    .optional()?;
    Ok(found.map(|(subject, sealed, generation)| SealedValue {
        subject,
        place: place(tenant, id, column, generation),
        sealed: Sealed::from_bytes(sealed),
    }))
}

fn place(tenant: TenantId, id: MemberId, column: PersonalColumn, generation: i32) -> Place<'static> {
    let column = match column {
        PersonalColumn::Name => "name",
        PersonalColumn::Mail => "mail",
    };
    Place { tenant, table: "member", column, row: id.uuid(), generation: generation.unsigned_abs() }
}

fn seal(
    sealer: &Sealer<SubjectKey>,
    member: &Member,
    column: PersonalColumn,
    generation: i32,
    value: &Personal,
) -> Result<Vec<u8>> {
    Ok(sealer.seal_personal(&place(member.tenant, member.id, column, generation), value)?.into_bytes())
}

fn keys(tx: &mut WriteTx, vault: &Vault, subject: SubjectId) -> Result<(Key<Index>, Sealer<SubjectKey>)> {
    let shut = |_| Error::refused("REFUSED", "this person's data was erased, or the tenant's key is not at hand");
    Ok((vault.index_key(tx)?.map_err(shut)?, vault.sealer::<SubjectKey>(tx, subject)?.map_err(shut)?))
}

fn mail_index(key: &Key<Index>, mail: &Personal) -> Result<BlindIndex> {
    Ok(key.field("email")?.of(mail))
}

fn login_index(key: &Key<Index>, login: &Login) -> Result<BlindIndex> {
    Ok(key.field("login")?.of(&login.key()))
}

/// Refuses what another member of the pinned tenant goes by already. The tenant is held, so nobody slips in between.
fn refuse_taken(tx: &mut WriteTx, own: MemberId, mail: Option<BlindIndex>, login: Option<BlindIndex>) -> Result<()> {
    let others = members::table
        .filter(members::tenant_id.eq(tx.tenant()?).and(members::state.eq(MemberState::Active)))
        .filter(members::id.ne(own));
    for (index, why) in [(mail, "mail address"), (login, "login")] {
        let Some(index) = index.map(|index| index.to_vec()) else { continue };
        let taken: bool = if why == "login" {
            diesel::select(diesel::dsl::exists(others.filter(members::login_bidx.eq(index)))).get_result(tx.conn())?
        } else {
            diesel::select(diesel::dsl::exists(others.filter(members::mail_bidx.eq(index)))).get_result(tx.conn())?
        };
        if taken {
            return Err(Error::refused("TAKEN", format!("another member of this tenant has this {why}")));
        }
    }
    Ok(())
}
