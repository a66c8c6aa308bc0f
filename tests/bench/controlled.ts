/** A whole run under a controlled clock, and what its requests alone would take. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvidenceLine } from '../../schemas/types.ts';
import { EVIDENCE_FILE } from '../../src/campaign/evidence-file.ts';
import { linesOf } from '../../src/cli/lines.ts';
import type { LoopRequest } from './bare-loop.ts';
import { BIN, repeated, script, SEED, succeeded, type Bench } from './bench.ts';
import type { Result } from './figures.ts';
import { median } from './statistics.ts';

const PROGRAMS = 300;
const PROGRAMS_SMALL = 20;

export async function measureControlled(bench: Bench): Promise<Result[]> {
  bench.say('a run under a controlled clock');
  const programs = bench.small ? PROGRAMS_SMALL : PROGRAMS;
  const rounds = await repeated(bench.rounds(bench.small ? 2 : 5), async () => {
    const out = join(bench.directory, 'controlled');
    const run = await succeeded([BIN, 'run', '--seed', SEED, '--programs', `${programs}`, '--quiet', '--out', out]);
    const { chains, seconds } = sent(join(out, EVIDENCE_FILE));
    const plan = join(bench.directory, 'requests.json');
    await writeFile(plan, JSON.stringify(chains));
    const bare = Number((await succeeded([script('bare-loop.ts'), plan])).out);
    await rm(out, { recursive: true });
    return { wall: run.seconds, scenarios: seconds, bare, exchanges: chains.flat().length };
  });
  const micros = (median(rounds.map(({ bare, exchanges }) => bare / exchanges)) * 1e6).toFixed(0);
  const note = `${rounds[0]?.exchanges} exchanges and ${programs} programs; the bare loop takes ${micros} µs a request`;
  return [
    // With fewer programs it says nothing about the aim.
    ...(bench.small ? [] : [{ name: 'controlled/seconds', values: rounds.map(({ wall }) => wall) }]),
    { name: 'controlled/exchange', values: rounds.map(({ wall, bare }) => wall / bare), note },
    { name: 'controlled/scenarios', values: rounds.map(({ scenarios, bare }) => scenarios / bare) },
  ];
}

/** What each scenario sent, one after the other, and the seconds from the first one's start to the end of the last. */
function sent(path: string): { readonly chains: readonly (readonly LoopRequest[])[]; readonly seconds: number } {
  const chains = new Map<string, LoopRequest[]>();
  let [first, last] = [Infinity, 0];
  for (const text of linesOf(path)) {
    if (text === '') continue;
    const line = JSON.parse(text) as EvidenceLine;
    if (line.type === 'start') first = Math.min(first, line.at);
    if (line.type === 'end') last = Math.max(last, line.at);
    if (line.type !== 'exchange') continue;
    const { request, outcome, scenario } = line;
    const chain = chains.get(scenario) ?? [];
    chains.set(scenario, chain);
    chain.push({
      method: request.method,
      target: request.target.length,
      body: bytesOf(request.body?.data),
      answer: outcome.kind === 'answer' ? bytesOf(outcome.body.data) : 0,
    });
  }
  return { chains: [...chains.values()], seconds: last - first };
}

function bytesOf(data: string | undefined): number {
  return data === undefined ? 0 : Buffer.byteLength(data);
}
