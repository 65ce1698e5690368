// A company's identity provider: the real oidc-provider with the device flow, and accounts of invented people whose
// sign-ins are known to be strong or weak. It says on standard output where it answers, and ends with its input.

import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

// How each person signs in, in the provider's own words.
const ACCOUNTS = {
  mira: { amr: ['pwd', 'mfa'] },
  noor: { amr: ['pwd', 'hwk'] },
  kim: { acr: 'urn:example:two-factors' },
  ada: { amr: ['pwd'] },
  theo: {},
};

const server = createServer();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'desk',
      client_name: 'Privacy desk',
      client_secret: 'made up/for: tests+only',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  acrValues: ['urn:example:two-factors'],
  claims: { openid: ['sub'], acr: null, amr: null, auth_time: null, iss: null, sid: null },
  cookies: { keys: ['of no account'] },
  features: {
    claimsParameter: { enabled: true },
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
  },
  findAccount: (_, id) => ACCOUNTS[id] && { accountId: id, claims: () => ({ sub: id }) },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  // The company has agreed for its people: nobody is asked again.
  async loadExistingGrant(ctx) {
    const { accountId } = ctx.oidc.session;
    const grant = new ctx.oidc.provider.Grant({ accountId, clientId: ctx.oidc.client.clientId });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
  ttl: { DeviceCode: 600, IdToken: 600, AccessToken: 60, Interaction: 600, Session: 600, Grant: 600 },
});

const answer = provider.callback();
server.on('request', async (call, reply) => {
  const url = new URL(call.url, issuer);
  if (!url.pathname.startsWith('/interaction/')) {
    answer(call, reply);
    return;
  }
  if (call.method === 'GET') {
    reply.setHeader('content-type', 'text/html; charset=utf-8');
    reply.end(`<form method="post" action="${url.pathname}"><input name="account"><button>Sign in</button></form>`);
    return;
  }
  let body = '';
  for await (const part of call) body += part;
  const accountId = new URLSearchParams(body).get('account');
  await provider.interactionFinished(call, reply, { login: { accountId, ...ACCOUNTS[accountId] } });
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
console.log(JSON.stringify({ issuer }));
