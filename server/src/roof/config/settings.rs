//! The closed list of settings, and the three forms of each one's name.

/// One setting, as the README's table and `--help` show it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// `section.name` in the file; the flag and the variable are made from it.
    pub key: &'static str,
    pub default: &'static str,
    pub secret: bool,
    /// A flag that stands alone for yes.
    pub is_switch: bool,
    pub help: &'static str,
}

impl Setting {
    pub fn flag(&self) -> String {
        self.key.replace(['.', '_'], "-")
    }

    pub fn variable(&self) -> String {
        format!("RIGHTSDESK_{}", self.key.replace('.', "_").to_uppercase())
    }
}

const fn setting(key: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { key, default, secret: false, is_switch: false, help }
}

const fn switch(key: &'static str, help: &'static str) -> Setting {
    Setting { key, default: "no", secret: false, is_switch: true, help }
}

const fn secret(key: &'static str, help: &'static str) -> Setting {
    Setting { key, default: "", secret: true, is_switch: false, help }
}

/// The closed list.
pub const SETTINGS: &[Setting] = &[
    setting("mode", "development", "demo, development or production; a desk of one kind refuses keys of another"),
    setting("data", "", "folder of the desk's own Postgres, keys and files; by default where your system keeps data"),
    setting(
        "policy",
        "sooperseller",
        "a policy that comes along, by its name, or a policy file; a desk keeps one operator's",
    ),
    switch("demo", "yes plants invented merchants into a new desk of mode demo, the same ones every time"),
    setting("demo_scale", "1", "how many times over a demo is planted: once is 120 merchants with 1000 stores"),
    secret("database.url", "the online login at your own Postgres (DATABASE_URL works too); without it we run our own"),
    secret("database.migrator_url", "the login that migrates; needed by `migrate` at your own Postgres"),
    secret("database.admin_url", "a superuser's login, for `migrate` to create roles and database the first time"),
    setting("database.connections", "4", "connections one process may hold"),
    setting("database.prepare", "yes", "no behind a pooler that does not track prepared statements"),
    setting("database.binaries", "", "folder of initdb and postgres, where they are in no usual place"),
    setting("http.listen", "127.0.0.1:8320", "address and port to answer at; port 0 takes a free one"),
    setting(
        "http.public_url",
        "",
        "where people reach this desk, such as https://desk.example; by default where it listens",
    ),
    setting("http.tls_certificate", "", "PEM file of the certificate chain; with the key it turns TLS on"),
    setting("http.tls_key", "", "PEM file of the certificate's private key"),
    setting("http.body_kib", "64", "largest body of a call, in KiB"),
    setting("http.read_seconds", "5", "longest time a call may take to arrive"),
    setting("http.answer_seconds", "10", "longest time an answer may take"),
    setting("http.grace_seconds", "20", "time that calls and jobs in flight get to finish at a stop"),
    setting(
        "http.proxies",
        "",
        "addresses and networks of your own proxies, by commas; their X-Forwarded-For is believed, nobody else's",
    ),
    setting(
        "graphql.documents",
        "signed_in",
        "who may send documents that are not in server/operations.json: any, signed_in or, for nobody, known",
    ),
    setting(
        "graphql.points",
        "5000",
        "cost points that one caller may spend at once; see extensions.cost of an answer",
    ),
    setting("graphql.points_per_second", "100", "cost points that come back each second"),
    setting("graphql.http_profile", "usual", "usual, or 2026 for the statuses of that draft of GraphQL over HTTP"),
    setting(
        "graphql.graphiql",
        "no",
        "yes offers /graphiql to a browser; in development, built with --features graphiql",
    ),
    setting(
        "graphql.introspection",
        "no",
        "yes lets clients ask for the schema; the contract is server/schema.graphql",
    ),
    setting("oidc.issuer", "", "the identity provider that signs staff in, exactly as it names itself"),
    setting("oidc.client_id", "", "this desk's name at it: a client that may use the device authorization grant"),
    secret("oidc.client_secret", "this desk's secret at it, where it has one"),
    setting("oidc.acr", "", "classes of sign-in, by comma, that prove a second factor by themselves"),
    setting(
        "oidc.amr",
        "mfa,otp,hwk,swk,pop,sc,fpt,face,iris,retina,vbm",
        "methods of sign-in, by comma, of which one proves a second factor",
    ),
    setting("oidc.max_age_seconds", "300", "how long ago the person may have signed in at it, at most"),
    setting("jwt.issuer", "", "the provider whose tokens merchants' frontends bring, exactly as it names itself"),
    setting("jwt.jwks_url", "", "where its keys are; by default where its own description says"),
    setting("jwt.audience", "", "whom its tokens must be meant for; without it they must name nobody"),
    setting("jwt.tenant_claim", "tenant", "the claim that holds a tenant's reference"),
    setting("jwt.subject_claim", "sub", "the claim that says which member it is"),
    setting(
        "egress.hosts",
        "",
        "further hosts, by comma: where providers keep what they describe, and stores on this machine to try with",
    ),
    secret(
        "platforms.shopify",
        "this desk's app at Shopify: client_id=… client_secret=… and, while it is turned, former_secret=…",
    ),
    secret(
        "platforms.ebay",
        "this desk's app at eBay: client_id=… client_secret=… redirect_name=… verification_token=…",
    ),
    secret(
        "platforms.etsy",
        "this desk's app at Etsy: client_id=… client_secret=… webhook_secret=… and, while it is turned, former_webhook_secret=…",
    ),
    setting(
        "platforms.addresses",
        "",
        "where platforms are, by comma, if not where they usually are: shopify=http://127.0.0.1:9001/{shop}; also shopify_files, ebay, ebay_auth, etsy, etsy_auth",
    ),
    setting("staff.idle_minutes", "30", "how long a session at the desk may lie unused"),
    setting("staff.session_hours", "8", "how long a session at the desk lives in all"),
    setting("keys.folder", "", "key folder, on a volume of its own; by default `keys` in the data folder"),
    secret("keys.root", "the root key as 64 hex digits, where it comes from a key store and not from the folder"),
    secret(
        "mail.way",
        "smtps://name:password@host, smtp://…, folder:PATH or memory:; by default `mail` in the data folder",
    ),
    setting("mail.from", "privacy@desk.example", "sender of the desk's letters"),
    setting(
        "intake.address",
        "",
        "the address that people write to; privacy+ten_…@desk.example reaches a merchant's; by default the sender's",
    ),
    setting("intake.maildir", "", "folder that your mail system delivers those letters into, as Maildir has it"),
    secret(
        "intake.secret",
        "what your mail system shows where it posts letters to /intake/mail; without it none is taken",
    ),
    setting(
        "opendsr.callbacks",
        "",
        "hosts, by comma, at which controllers may be told how far a request of theirs has come",
    ),
    setting(
        "opendsr.certificate",
        "",
        "PEM file of an authority's certificate chain that shows controllers the key; without it the desk vouches for itself",
    ),
    setting("opendsr.key", "", "PEM file of that certificate's private key, P-256 or RSA, as PKCS #8"),
    setting("blobs.place", "", "folder:PATH or s3://bucket/prefix?region=…; by default `blobs` in the data folder"),
    secret("blobs.access_key", "access key id of the object store"),
    secret("blobs.secret_key", "secret access key of the object store"),
    secret("blobs.session", "session token of the object store, where its keys are lent for a time"),
    setting(
        "audit.folder",
        "",
        "folder of the signed checkpoints, kept outside Postgres; by default `audit` in the data folder",
    ),
    setting("audit.access_months", "24", "months that the access book keeps who looked at what, 3 at least"),
    setting(
        "audit.request_months",
        "24",
        "months that a closed request keeps what its person goes by and wrote; its dates, outcome and evidence stay",
    ),
    setting("jobs.at_once", "8", "jobs one worker carries out at the same time"),
    setting("jobs.lease_seconds", "60", "time after which a silent worker's job goes to another"),
    setting("log.format", "readable", "readable or json"),
    setting("log.filter", "info", "what is logged, as level or target=level,…"),
    setting(
        "telemetry.otlp_endpoint",
        "",
        "where spans go: http://collector:4318/v1/traces, in a program built with --features otlp",
    ),
];
