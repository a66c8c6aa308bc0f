/**
 * The calls as HTTP: methods, error bodies, credentials (both documents, URI and Status Code; rulings guard 1, H6, J1, J2,
 * J4, J5).
 */
import { scenario, type Chapter } from '../src/campaign/scenario.ts';
import { entries } from '../src/campaign/world.ts';

const wrongMethods = [
  ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({ method, rest: '' })),
  ...['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => ({ method, rest: '/ack' })),
].map(({ method, rest }) =>
  scenario({
    id: `http/method/${method}${rest === '' ? '/consume' : '/acknowledge'}`,
    title: `${method} on the path of the ${rest === '' ? 'consume' : 'acknowledgement'} is rejected.`,
    clauses: ['http.method', 'http.method.status-405', 'http.no-5xx'],
    async run({ queue, request }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.first({ max_msgs: 1 });
      const body = JSON.stringify({ message: entries(batch.delivered) });
      await request(method, group.path + rest, {
        mayWaitSeconds: 3,
        headers: { 'content-type': 'application/json' },
        ...(method === 'GET' ? {} : { body }),
      });
      await group.acknowledge(entries(batch.delivered));
      await group.drain();
    },
  }),
);

const errorBodies = scenario({
  id: 'http/error-body',
  title: 'The body of a 4xx is a JSON object with a code and a text.',
  clauses: ['http.error-body.object', 'http.error-body.code-and-text', 'http.no-5xx'],
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(1);
    await group.consume({ max_msgs: 11 });
    await group.consume({ ack_wait: 'abc' });
    await group.acknowledgeRaw('{');
    await group.acknowledge([{ handler: 'invented', status: 'success' }]);
    await group.drain();
  },
});

/** Input of every odd kind: nothing of it may be answered with a 5xx. */
const oddInput = scenario({
  id: 'http/odd-input',
  title: 'No input is answered with a 5xx.',
  clauses: ['http.no-5xx'],
  seconds: 17,
  async run({ queue, request }) {
    const group = await queue.group();
    await group.deadLetters(2);
    const batch = await group.first();
    const queries = [
      'max_msgs=%00',
      'time_wait=%FF%FE',
      'ack_wait=%F0%9F%98%80',
      'max_msgs[]=1',
      '=',
      '&&&',
      'max_msgs',
      `ack_wait=${'9'.repeat(400)}`,
      `x=${'y'.repeat(4000)}`,
    ];
    for (const query of queries) {
      const exchange = await request('GET', `${group.path}?${query}`, {
        mayWaitSeconds: 3,
        headers: { 'content-type': 'application/json' },
      });
      void exchange;
    }
    const bodies = [
      '[]',
      '"x"',
      '12',
      '{"message":[null]}',
      '{"message":["x"]}',
      '{"message":[[]]}',
      '{"message":[{"handler":{}}]}',
      `{"message":${'['.repeat(300)}${']'.repeat(300)}}`,
      '{"message":[{"handler":"\\u0000"}]}',
      '{"__proto__":{"message":[]}}',
      `{"message":[{"handler":"${'h'.repeat(20_000)}"}]}`,
    ];
    for (const body of bodies) await group.acknowledgeRaw(body);
    await group.untilBack(batch.delivered, batch);
    await group.drain();
  },
});

const typeOnConsume = scenario({
  id: 'http/content-type-on-consume',
  title: 'A Content-Type on the consume does not break it.',
  clauses: ['consume.request.content-type'],
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters(2);
    const without = await group.first({ max_msgs: 1 }, { headers: {} });
    await group.acknowledge(entries(without.delivered));
    const withIt = await group.first({ max_msgs: 1 }, { headers: { 'content-type': 'application/json' } });
    await group.acknowledge(entries(withIt.delivered));
    await group.drain();
  },
});

const observed = scenario({
  id: 'http/observed',
  title: 'Caching, HEAD and a trailing slash are reported.',
  clauses: ['http.cache', 'http.head'],
  async run({ queue, request }) {
    const group = await queue.group();
    await group.deadLetters(2);
    await request('HEAD', `${group.path}?time_wait=1`, { mayWaitSeconds: 1 });
    await request('GET', `${group.path}/?time_wait=1&ack_wait=15`, { mayWaitSeconds: 1 });
    await group.drain();
  },
});

/** Credentials that are not ours. */
const strangers = [
  { name: 'missing-token', clause: 'auth.missing-token', credentials: 'none' as const },
  { name: 'wrong-token', clause: 'auth.wrong-token', credentials: 'wrong' as const },
].map(({ name, clause, credentials }) =>
  scenario({
    id: `http/credentials/${name}`,
    title: 'Without our credentials neither call succeeds.',
    clauses: [clause, 'auth.status'],
    feature: 'credentials',
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(2);
      const batch = await group.first({ max_msgs: 1 });
      await group.consume({ time_wait: 1 }, { credentials });
      await group.acknowledge(entries(batch.delivered), { credentials });
      await group.acknowledge(entries(batch.delivered));
      await group.drain();
    },
  }),
);

const otherProject = scenario({
  id: 'http/credentials/other-project',
  title: 'Under the id of another project neither call succeeds.',
  clauses: ['auth.other-project'],
  feature: 'credentials',
  async run({ queue, project, request }) {
    const group = await queue.group();
    await group.deadLetters(2);
    const batch = await group.first({ max_msgs: 1 });
    const path = group.path.replace(`/${project}/`, `/${project.slice(0, -1)}0other/`);
    await request('GET', `${path}?time_wait=1`, { mayWaitSeconds: 1 });
    await request('POST', `${path}/ack`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: entries(batch.delivered) }),
    });
    await group.acknowledge(entries(batch.delivered));
    await group.drain();
  },
});

export const chapter: Chapter = {
  name: 'http',
  scenarios: [...wrongMethods, errorBodies, oddInput, typeOnConsume, observed, ...strangers, otherProject],
};
