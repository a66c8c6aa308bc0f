/**
 * npm run certified: certification on the wall clock, all the way. Takes minutes, by hand and on a quiet machine; what it
 * records is tested without waiting.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deviants, type Deviant } from '../../fixtures/deviants/gallery.ts';
import { register } from '../../specs/register.ts';
import { runCampaign } from '../../src/campaign/campaign.ts';
import { openEvidence } from '../../src/campaign/evidence-file.ts';
import { linesIn, packed } from '../../src/certify/bundle.ts';
import { thisSuite } from '../../src/cli/certify.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { schemas } from '../../src/history/schemas.ts';
import { version } from '../../src/package.ts';
import { secondsFor } from '../../src/programs/scenario.ts';
import { generated } from '../../src/programs/scenarios.ts';
import { scenariosFor } from '../matrix/subject.ts';
import { command, start } from '../support/command.ts';
import { random } from '../support/random.ts';
import { PROJECT, settings } from '../support/settings.ts';
import { speak } from '../support/terminal.ts';
import { flipped } from './flips.ts';

const USAGE = `npm run certified -- [--record | --deviants CHAPTER]
                       a certify run against the emulator: it is packed, verified, and refused after each of 50 flips
  --record             the same, and keeps the evidence in fixtures/certified
  --deviants CHAPTER   runs against each deviant that breaks a MUST of that chapter: pack has to refuse it and to name what it breaks`;

const RECORDED = new URL('../../fixtures/certified/evidence.ndjson.br', import.meta.url);
const FLIPS = 50;
/** What is kept of a run: a tenth of the programs, and not all that is there for its size. */
const KEPT =
  /^(?!programs\/|delivery\/load\/)|^programs\/1?\d$|^programs\/20$|^delivery\/load\/(?:bytes|single|six-of-100k\/NORMAL)$/;
/** What finds those that no scenario meets; of the gate, so that none of them takes minutes. */
const programs = generated({ seed: 1, count: 60, seconds: secondsFor('gate', 'wall') });
/** Campaigns at the same time; nearly all that they do is wait. */
const AT_ONCE = 6;

const work = await mkdtemp(join(tmpdir(), 'dms-conformance-certified-'));
const product = join(work, 'product.yaml');
await writeFile(product, 'name: The emulator\nversion: 0.1.0\nvendor: dms-conformance\ncontact: nobody\n');
try {
  const { record, deviants: chapter } = asked();
  const wrong = chapter === undefined ? await whole(record) : await refused(chapter);
  for (const problem of wrong) console.log(`WRONG: ${problem}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
} finally {
  await rm(work, { recursive: true, force: true });
}

function asked(): { readonly record: boolean; readonly deviants?: string } {
  try {
    return parseArgs({ options: { record: { type: 'boolean', default: false }, deviants: { type: 'string' } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return process.exit(2);
  }
}

/** A run of five minutes against an emulator in a process of its own, and what becomes of its bundle. */
async function whole(record: boolean): Promise<string[]> {
  const emulator = start(['emulate']);
  const [, url = ''] = /^emulator +(\S+)/m.exec(await emulator.says(/Ctrl\+C/)) ?? [];
  const run = join(work, 'run');
  const what = ['--profile', 'certify', '--seed', '1', '--quiet'];
  const ran = await command(['run', '--endpoint', url, '--project', PROJECT, ...what, '--out', run]);
  emulator.process.kill('SIGTERM');
  await emulator.ended;
  console.log(ran.out);
  if (ran.exitCode !== 0) return [`the run ended with ${ran.exitCode}; run it again on a quiet machine`];

  const key = join(work, 'key.pem');
  await once(spawn('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key]), 'close');
  const bundle = join(work, 'bundle');
  for (const argv of [
    ['pack', run, '--product', product, '--key', key, '--out', bundle],
    ['verify', bundle, '--trust', key],
  ]) {
    const { exitCode, out, err } = await command(['certify', ...argv]);
    console.log(out + err);
    if (exitCode !== 0) return [`certify ${argv[0]} ended with ${exitCode}`];
  }

  const wrong: string[] = [];
  const names = await readdir(bundle);
  const contents = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(bundle, name))] as const)),
  );
  const chance = random(Date.now());
  for (let count = 0; count < FLIPS; count += 1) {
    const { name, at, bytes } = flipped(contents, chance);
    await writeFile(join(bundle, name), bytes);
    const { exitCode, out } = await speak('certify', 'verify', bundle);
    console.log(`${name}, byte ${at}: ${out.trim().replaceAll(/\s+/g, ' ')}`);
    if (exitCode !== 1) wrong.push(`byte ${at} of ${name} was flipped, and verify ended with ${exitCode}`);
    await writeFile(join(bundle, name), contents.get(name) ?? '');
  }
  if (record && wrong.length === 0) {
    await mkdir(new URL('.', RECORDED), { recursive: true });
    await writeFile(RECORDED, packed(partOf(await readFile(join(run, 'evidence.ndjson')))));
  }
  return wrong;
}

/** The evidence of a run that set out to do less. */
function partOf(evidence: Buffer): Buffer {
  const lines = [...linesIn(evidence)].flatMap((text) => {
    if (text === '') return [];
    const line: unknown = JSON.parse(text);
    if (!schemas.evidence.check(line)) throw new TypeError('the run left no evidence');
    if (line.type === 'header')
      return [JSON.stringify({ ...line, selection: line.selection.filter((id) => KEPT.test(id)) })];
    return line.type !== 'footer' && !KEPT.test(line.scenario) ? [] : [text];
  });
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** Runs what is there to find each deviant of a chapter, on the wall clock, and has the run refused. */
async function refused(chapter: string): Promise<string[]> {
  // A broken SHOULD is a warning, and can be certified.
  const own = deviants.filter(({ must }) =>
    must.map((id) => register.clauses.get(id)).some((clause) => clause?.chapter === chapter && clause.level === 'MUST'),
  );
  if (own.length === 0) return [`no deviant breaks a MUST of ${chapter}`];
  const queue = [...own];
  const wrong: string[] = [];
  const since = performance.now();
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) wrong.push(...(await refusal(next)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  console.log(`${own.length} deviants in ${((performance.now() - since) / 1000).toFixed(0)} s, ${wrong.length} wrong`);
  return wrong;
}

async function refusal(deviant: Deviant): Promise<string[]> {
  const { name, must, behaviour, options } = deviant;
  const emulator = await startEmulator({ ...options, project: PROJECT, behaviour });
  const run = join(work, name.replaceAll('/', '-'));
  const evidence = openEvidence(run);
  await runCampaign({
    settings: settings({ endpoint: emulator.url, profile: 'certify' }),
    target: {
      name: emulator.url,
      clock: 'wall',
      atOnce: Infinity,
      open: () =>
        Promise.resolve({ url: emulator.url, hook: undefined, vanishes: false, close: () => Promise.resolve() }),
    },
    credentials: {},
    scenarios: [...thisSuite.scenarios.filter(scenariosFor(deviant)), ...programs],
    register,
    suiteVersion: version,
    write: (line) => evidence.write(line),
  });
  evidence.close();
  await emulator.close();
  const { exitCode, out } = await speak('certify', 'pack', run, '--product', product, '--out', `${run}-bundle`);
  const named = must.filter((id) => out.includes(`it breaks ${id}:`));
  console.log(`${name}: exit code ${exitCode}, names ${named.join(', ') || 'nothing'}`);
  return exitCode === 1 && named.length > 0 ? [] : [`${name} is not refused by name: ${out}`];
}
