// A stranger talks over the socket with the client that most frontends use: what is answered, and what is refused.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [, , url, token] = process.argv;
const connectionParams = token ? { authorization: `Bearer ${token}` } : undefined;
const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });

// Everything one operation says, as one line.
const say = (name, payload) =>
  new Promise((done) => {
    const heard = [];
    const end = (how) => done(console.log(JSON.stringify({ name, heard, ...how })));
    client.subscribe(payload, {
      next: (answer) => heard.push(answer),
      error: (error) => end(Array.isArray(error) ? { errors: error } : { closed: error.code, reason: error.reason }),
      complete: () => end({ complete: true }),
    });
  });

await Promise.all([
  say('a query', { query: '{ server { version } }' }),
  say('a query with a variable', { query: 'query Q($yes: Boolean!) { server { version @include(if: $yes) } }', variables: { yes: true } }),
  say('a field that is not there', { query: '{ sidedoor }' }),
  say('a document that is none', { query: '{' }),
  say('a subscription', { query: 'subscription { changes { cursor } }' }),
]);
await client.dispose();
