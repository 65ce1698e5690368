//! Packages: what a person gets, how far it is, what was left out of it and why. Its values open through a mutation that
//! leaves a record; its passphrase opens nowhere here.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::actions::{self, LeafedRow, Spot};
use super::super::package::{self, Package, Packed, Redaction};
use super::inputs::request;
use crate::floor::access::Permission;
use crate::floor::graphql::{asking, node_id, once, payload, place};
use crate::floor::journal::hex;
use crate::floor::kernel::{Error, Instant, PackageId, Personal, RedactionId, Ref, RequestId, Result, StaffId};
use crate::staff::StaffMember as Seat;
use crate::staff::graphql::StaffMember;

type Seats = HashMap<StaffId, Seat>;

/// How far a package has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "package::PackageState")]
pub enum PackageState {
    /// It is being made.
    Ordered,
    /// It lies there whole, and somebody else than made it ready reads what it holds.
    Made,
    /// The person may fetch it.
    Released,
    /// Another took its place.
    Replaced,
    /// Its time is over, or the person was erased.
    Gone,
}

/// Why something was left out of a package.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "package::LeftOut")]
pub enum LeftOut {
    /// It tells of somebody else.
    OthersRights,
    /// It would give away a secret of trade.
    TradeSecret,
    /// It serves to bring or answer a claim.
    LegalClaims,
    /// A law forbids to hand it out.
    LawForbids,
    /// It is needed against an attack.
    SecurityIncident,
    /// It is somebody else's altogether.
    NotTheirs,
}

/// A copy of what is held of a person, sealed in a file. It tells counts and digests, no value of anybody's.
#[derive(SimpleObject)]
#[graphql(name = "RequestPackage")]
pub struct PackageNode {
    /// Its id.
    id: ID,
    /// The first of a request is 1; another comes where something was left out.
    number: i32,
    /// How far it has come.
    state: PackageState,
    /// It holds only what came from the person, to be taken along.
    is_given: bool,
    /// The language of what stands beside the data.
    locale: String,
    /// When it was ordered.
    ordered_at: DateTime<Utc>,
    /// Who submitted the plan: somebody else releases.
    ordered_by: Option<StaffMember>,
    /// When it lay there whole.
    made_at: Option<DateTime<Utc>>,
    /// How many rows it holds.
    rows: Option<i64>,
    /// How many rows and cells were left out of it.
    left_out: Option<i64>,
    /// How long the file is.
    bytes: Option<i64>,
    /// SHA-256 of the file, in hexadecimal.
    digest: Option<String>,
    /// SHA-256 of the list of what it holds, in hexadecimal: what is released is this.
    manifest: Option<String>,
    /// When it was let go.
    released_at: Option<DateTime<Utc>>,
    /// By whom: somebody else than made it ready.
    released_by: Option<StaffMember>,
    /// Until when the person may fetch it.
    expires_at: Option<DateTime<Utc>>,
    /// Since when nobody gets it.
    ended_at: Option<DateTime<Utc>>,
    /// What it holds, file by file.
    files: Vec<PackageFile>,
}

/// One file of a package, in clear.
#[derive(SimpleObject)]
pub struct PackageFile {
    /// What it is called.
    name: String,
    /// How many rows stand in it, where it holds rows.
    rows: Option<i64>,
    /// How long it is.
    bytes: i64,
    /// SHA-256 of it, in hexadecimal.
    digest: String,
}

/// A row or cell that staff left out of what a person gets.
#[derive(SimpleObject)]
#[graphql(name = "PackageRedaction")]
pub struct RedactionNode {
    /// Its id.
    id: ID,
    /// The table it stands in.
    table: String,
    /// The row.
    row: String,
    /// The one column that is left out; null where the whole row is.
    column: Option<String>,
    /// Why.
    code: LeftOut,
    /// When it was left out.
    made_at: DateTime<Utc>,
    /// By whom.
    made_by: Option<StaffMember>,
    /// When it was put back.
    lifted_at: Option<DateTime<Utc>>,
    /// By whom.
    lifted_by: Option<StaffMember>,
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl PackageFile {
    fn of(packed: Packed) -> Self {
        Self {
            name: packed.name,
            rows: packed.rows.map(signed),
            bytes: signed(packed.bytes),
            digest: hex(&packed.digest),
        }
    }
}

impl PackageNode {
    /// Those of a request, the newest first.
    pub async fn all(ctx: &Context<'_>, at: Ref<RequestId>) -> Result<Vec<Self>> {
        let asking = asking(ctx)?;
        let (tools, caller) = (&asking.tools, asking.caller()?);
        let found = actions::list_packages(tools, caller, at).await?;
        let people = found.iter().flat_map(|one| [one.ordered_by, one.released.map(|release| release.by)]).flatten();
        let seats = actions::seats(tools, people.collect()).await?;
        let mut all = Vec::with_capacity(found.len());
        for package in found {
            let files = actions::list_packed(tools, caller, Ref::new(at.tenant, package.id)).await?;
            all.push(Self::of(package, files, &seats));
        }
        Ok(all)
    }

    fn of(package: Package, files: Vec<Packed>, seats: &Seats) -> Self {
        let seat = |id: Option<StaffId>| id.and_then(|id| seats.get(&id).cloned()).map(StaffMember);
        let (made, released) = (package.made, package.released);
        Self {
            id: node_id(Ref::new(package.tenant, package.id)),
            number: i32::from(package.number),
            state: package.state.into(),
            is_given: package.is_given,
            ordered_at: package.ordered_at.utc(),
            ordered_by: seat(package.ordered_by),
            made_at: made.map(|made| made.at.utc()),
            rows: made.map(|made| made.rows),
            left_out: made.map(|made| made.left_out),
            bytes: made.map(|made| made.bytes),
            digest: made.map(|made| hex(&made.digest)),
            manifest: made.map(|made| hex(&made.manifest)),
            released_at: released.map(|release| release.at.utc()),
            released_by: seat(released.map(|release| release.by)),
            expires_at: released.map(|release| release.until.utc()),
            ended_at: package.ended_at.map(Instant::utc),
            files: files.into_iter().map(PackageFile::of).collect(),
            locale: package.locale,
        }
    }
}

impl RedactionNode {
    /// Those of a request, in the order in which they were made.
    pub async fn all(ctx: &Context<'_>, at: Ref<RequestId>) -> Result<Vec<Self>> {
        let asking = asking(ctx)?;
        let found = actions::list_redactions(&asking.tools, asking.caller()?, at).await?;
        let people = found.iter().flat_map(|one| [Some(one.made_by), one.lifted.map(|(_, by)| by)]).flatten();
        let seats = actions::seats(&asking.tools, people.collect()).await?;
        Ok(found.into_iter().map(|one| Self::of(at, one, &seats)).collect())
    }

    fn of(at: Ref<RequestId>, redaction: Redaction, seats: &Seats) -> Self {
        let seat = |id: StaffId| seats.get(&id).cloned().map(StaffMember);
        Self {
            id: node_id(Ref::new(at.tenant, redaction.id)),
            row: redaction.row.to_string(),
            column: redaction.field,
            code: redaction.code.into(),
            made_at: redaction.made_at.utc(),
            made_by: seat(redaction.made_by),
            lifted_at: redaction.lifted.map(|(lifted_at, _)| lifted_at.utc()),
            lifted_by: redaction.lifted.and_then(|(_, by)| seat(by)),
            table: redaction.place,
        }
    }
}

/// A package that is to be let go.
#[derive(InputObject)]
pub struct ReleasePackageInput {
    /// Of which request.
    pub id: ID,
    /// The digest of the list of what it holds, as it was read.
    pub manifest: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// What is to be left out of what a person gets.
#[derive(InputObject)]
pub struct LeaveOutOfPackageInput {
    /// Of which request.
    pub id: ID,
    /// The table it stands in.
    pub table: String,
    /// The row, as the list of rows has it.
    pub row: String,
    /// The one column; the whole row where none is named.
    pub column: Option<String>,
    /// Why: the person is told this.
    pub code: LeftOut,
    /// Why, in words for the record.
    pub reason: String,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// What is to be put back.
#[derive(InputObject)]
pub struct PutBackIntoPackageInput {
    /// Of which request.
    pub id: ID,
    /// What was left out.
    pub redaction: ID,
    /// The same key with the same input is done once.
    pub idempotency_key: Option<String>,
}

/// Rows of a package that are to be opened.
#[derive(InputObject)]
pub struct OpenPackageRowsInput {
    /// Of which package.
    pub id: ID,
    /// Of which table.
    pub table: String,
    /// Begin after this place.
    pub after: Option<String>,
    /// Why, for the record.
    pub reason: String,
}

/// Some rows of a table as they are in a package, in clear.
#[derive(SimpleObject)]
pub struct PackageRows {
    /// What is given of each row.
    columns: Vec<String>,
    /// The rows.
    rows: Vec<PackageRow>,
    /// Where the next begin; null where these were the last.
    next: Option<String>,
}

/// One row of it.
#[derive(SimpleObject)]
pub struct PackageRow {
    /// Which row, to leave it out.
    row: String,
    /// A value for each column; null where there is none.
    cells: Vec<Option<String>>,
    /// Why the whole row is left out, where it is.
    left_out: Option<LeftOut>,
    /// The columns that are left out of it.
    fields: Vec<PackageField>,
}

/// A column that is left out of a row.
#[derive(SimpleObject)]
pub struct PackageField {
    /// Its name.
    column: String,
    /// Why.
    code: LeftOut,
}

impl PackageRow {
    fn of(row: LeafedRow) -> Self {
        let field =
            |(column, code): (&str, package::LeftOut)| PackageField { column: column.to_owned(), code: code.into() };
        Self {
            row: row.row.to_string(),
            cells: row.cells,
            left_out: row.left_out.map(LeftOut::from),
            fields: row.fields.into_iter().map(field).collect(),
        }
    }
}

payload! {
    /// What came of letting a package go.
    ReleasePackagePayload {
        /// The package.
        package: PackageNode
    }
}
payload! {
    /// What came of leaving something out.
    LeaveOutOfPackagePayload {
        /// The package that is made without it.
        package: PackageNode
    }
}
payload! {
    /// What came of putting something back.
    PutBackIntoPackagePayload {
        /// The package that is made with it.
        package: PackageNode
    }
}
payload! {
    /// What came of opening rows of a package.
    OpenPackageRowsPayload {
        /// The rows in clear.
        page: PackageRows
    }
}

/// What is done with packages.
#[derive(Default)]
pub struct PackageMutation;

#[Object]
impl PackageMutation {
    /// Lets the very package go that was read: by somebody else than made it ready, with a second factor of the last five
    /// minutes. The person may fetch it from then on.
    async fn release_package(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which package.")] input: ReleasePackageInput,
    ) -> Result<ReleasePackagePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        actions::may(caller, Permission::ApprovePlans, at.tenant)?;
        let released = match digest(&input.manifest) {
            Ok(read) => actions::release_package(&asking.tools, caller, at, read, once).await,
            Err(error) => Err(error),
        };
        ReleasePackagePayload::of(shown(ctx, released).await)
    }

    /// Leaves a row or a cell out of what the person gets, with the reason; the package is made anew without it.
    async fn leave_out_of_package(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is left out, and why.")] input: LeaveOutOfPackageInput,
    ) -> Result<LeaveOutOfPackagePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let (at, caller) = (request(&input.id)?, asking.caller()?);
        actions::may(caller, Permission::WorkRequests, at.tenant)?;
        let package = match row_id(&input.row) {
            Ok(row) => {
                let spot = Spot { place: input.table, row, field: input.column };
                let reason = Personal::new(input.reason);
                actions::leave_out(&asking.tools, caller, at, (spot, input.code.into()), reason, once).await
            }
            Err(error) => Err(error),
        };
        LeaveOutOfPackagePayload::of(shown(ctx, package).await)
    }

    /// Puts back what was left out; the package is made anew with it.
    async fn put_back_into_package(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is put back.")] input: PutBackIntoPackageInput,
    ) -> Result<PutBackIntoPackagePayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = request(&input.id)?;
        let redaction = place::<RedactionId>(&input.redaction, "redaction")?;
        if redaction.tenant != at.tenant {
            return Err(Error::NotFound("redaction"));
        }
        let package = actions::put_back(&asking.tools, asking.caller()?, at, redaction.id, once).await;
        PutBackIntoPackagePayload::of(shown(ctx, package).await)
    }

    /// Opens rows of a package for whoever reads it, and writes down who looked before it answers. Wants a second factor of
    /// the last five minutes.
    async fn open_package_rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rows, and why.")] input: OpenPackageRowsInput,
    ) -> Result<OpenPackageRowsPayload> {
        let asking = asking(ctx)?;
        let (at, caller) = (place::<PackageId>(&input.id, "package")?, asking.caller()?);
        actions::may(caller, Permission::SeeData, at.tenant)?;
        let opened = match from(input.after.as_deref()) {
            Ok(from) => {
                let reason = Personal::new(input.reason);
                actions::open_rows(&asking.tools, caller, at, (input.table, from), reason).await
            }
            Err(error) => Err(error),
        };
        OpenPackageRowsPayload::of(opened.map(|leafed| PackageRows {
            columns: leafed.columns.into_iter().map(str::to_owned).collect(),
            rows: leafed.rows.into_iter().map(PackageRow::of).collect(),
            next: leafed.next.map(|(person, row)| {
                [person.to_string(), row.map(|row| row.to_string()).unwrap_or_default()].join(":")
            }),
        }))
    }
}

/// A digest as it was shown.
fn digest(text: &str) -> Result<[u8; 32]> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok();
    let read = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    read.ok_or_else(|| {
        Error::invalid("manifest", "give the digest of the package that was read, 64 hexadecimal digits")
    })
}

fn row_id(row: &str) -> Result<Uuid> {
    Uuid::try_parse(row).map_err(|_| Error::invalid("row", "name a row as the list of rows has it"))
}

/// Where to begin, as the page before said it.
fn from(after: Option<&str>) -> Result<(usize, Option<Uuid>)> {
    let odd = || Error::invalid("after", "begin where the page before said that the next rows are");
    let Some((person, row)) = after.map(|after| after.split_once(':').ok_or_else(odd)).transpose()? else {
        return Ok((0, None));
    };
    let row = if row.is_empty() { None } else { Some(Uuid::try_parse(row).map_err(|_| odd())?) };
    Ok((person.parse().map_err(|_| odd())?, row))
}

/// A package as it is answered.
async fn shown(ctx: &Context<'_>, package: Result<Package>) -> Result<PackageNode> {
    let (package, asking) = (package?, asking(ctx)?);
    let people = [package.ordered_by, package.released.map(|release| release.by)].into_iter().flatten();
    let seats = actions::seats(&asking.tools, people.collect()).await?;
    let at = Ref::new(package.tenant, package.id);
    let files = actions::list_packed(&asking.tools, asking.caller()?, at).await?;
    Ok(PackageNode::of(package, files, &seats))
}
