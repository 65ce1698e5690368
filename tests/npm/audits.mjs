// Runs every audit of the public suite against the address given: a line for each, and a failure if one is not met.
import { serverAudits } from 'graphql-http';

const url = process.argv[2];
let unmet = 0;
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const result = await audit.fn();
  if (result.status !== 'ok') unmet += 1;
  console.log(`${result.status} ${result.id} ${result.name}${result.reason ? `: ${result.reason}` : ''}`);
}
console.log(`unmet ${unmet}`);
process.exitCode = unmet === 0 ? 0 : 1;
