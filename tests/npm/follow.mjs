// Follows a tenant's changes with the client that most frontends use, until so many have come or the socket is closed.
// Each change is a line, and so is why it ended.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [, , url, token, tenant, count] = process.argv;
let cursor = process.argv[6] ?? null;
let left = Number(count);
const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
  retryAttempts: 0,
  on: { connected: () => console.log(JSON.stringify({ connected: true })) },
});
await new Promise((done) => {
  client.subscribe(
    {
      query: 'subscription F($tenant: ID, $after: String) { changes(tenant: $tenant, after: $after) { cursor action object node } }',
      variables: { tenant: tenant === 'house' ? null : tenant, after: cursor },
    },
    {
      next: (answer) => {
        // What was under way when it was enough is for whoever comes back.
        if (left === 0) return;
        console.log(JSON.stringify(answer));
        cursor = answer.data?.changes?.cursor ?? cursor;
        left -= 1;
        if (left === 0) done();
      },
      error: (error) => {
        console.log(JSON.stringify(Array.isArray(error) ? { errors: error } : { closed: error.code, reason: error.reason }));
        done();
      },
      complete: () => done(),
    },
  );
});
await client.dispose();
