import { onTestFinished } from 'vitest';
import type { ClauseRegister, End, EvidenceLine, Footer, Header } from '../../schemas/types.ts';
import { runCampaign, type CampaignOptions, type Progress } from '../../src/campaign/campaign.ts';
import { embeddedTarget } from '../../src/campaign/embedded.ts';
import type { Scenario } from '../../src/campaign/scenario.ts';
import type { Settings } from '../../src/campaign/settings.ts';
import type { Target } from '../../src/campaign/target.ts';
import { startEmulator, type EmulatorOptions } from '../../src/emulator/emulator.ts';
import { joinChapters, type Register } from '../../src/history/register.ts';
import { httpServer, type Asked } from './servers.ts';
import { PROJECT, settings } from './settings.ts';

type ClausePart = Partial<ClauseRegister['clauses'][number]> & { readonly id: string };

/** A register of these clauses, which are MUST and need no waiting unless told otherwise. */
export function registerOf(...clauses: readonly ClausePart[]): Register {
  const full = clauses.map((part) => ({
    level: 'MUST' as const,
    text: `the text of ${part.id}`,
    places: [],
    rulings: [],
    waits: 'none' as const,
    ...part,
  }));
  const [first, ...rest] = full;
  if (first === undefined) throw new RangeError('a register has at least one clause');
  return joinChapters([{ chapter: 'chapter', title: 'A chapter', clauses: [first, ...rest] }]);
}

export interface Ran {
  readonly lines: readonly EvidenceLine[];
  readonly header: Header;
  readonly footer: Footer;
  readonly progress: readonly Progress[];
  /** How each scenario ended, by its id. */
  readonly ends: ReadonlyMap<string, End>;
}

/** A whole run in this process, on the embedded emulator unless told otherwise. */
export async function ran(
  scenarios: readonly Scenario[],
  part: Partial<Omit<CampaignOptions, 'settings'>> & { readonly settings?: Partial<Settings> } = {},
): Promise<Ran> {
  const lines: EvidenceLine[] = [];
  const progress: Progress[] = [];
  await runCampaign({
    target: embeddedTarget(PROJECT),
    credentials: {},
    scenarios,
    register: registerOf({ id: 'a.clause' }),
    suiteVersion: '0.0.0',
    ...part,
    settings: settings(part.settings),
    write: (line) => {
      lines.push(line);
      part.write?.(line);
    },
    progress: (event) => {
      progress.push(event);
      part.progress?.(event);
    },
  });
  const [header] = lines;
  const footer = lines.at(-1);
  if (header?.type !== 'header' || footer?.type !== 'footer') throw new TypeError('the run left no whole evidence');
  const ends = new Map(lines.filter((line) => line.type === 'end').map((line) => [line.scenario, line]));
  return { lines, header, footer, progress, ends };
}

export interface SharedEmulator {
  readonly url: string;
  readonly target: Target;
  /** Names of the queues that are left. */
  queues(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** One emulator for all scenarios of a run, as any endpoint is; under the wall clock, and without a token. */
export async function sharedEmulator(options: EmulatorOptions = {}): Promise<SharedEmulator> {
  const emulator = await startEmulator({ project: PROJECT, ...options });
  onTestFinished(() => emulator.close());
  const { url, clock } = emulator;
  return {
    url,
    target: {
      name: url,
      clock: clock === undefined ? 'wall' : 'controlled',
      atOnce: clock === undefined ? Infinity : 1,
      open: () =>
        Promise.resolve({ url, hook: clock && (() => clock), vanishes: false, close: () => Promise.resolve() }),
    },
    async queues() {
      const listed = (await (await fetch(`${url}/v1.0/${PROJECT}/queues`)).json()) as { queues: { name: string }[] };
      return listed.queues.map(({ name }) => name);
    },
    close: () => emulator.close(),
  };
}

/** A server in front of another one: what `instead` says is answered, all else is passed on. */
export function inFrontOf(url: string, instead: (asked: Asked) => number | undefined): Promise<string> {
  return httpServer(async (asked, reply) => {
    const status = instead(asked);
    if (status !== undefined) return reply.writeHead(status).end('{"error_code":"DMS.10240001"}');
    const answered = await fetch(url + asked.url, {
      method: asked.method,
      headers: { 'content-type': asked.headers['content-type'] ?? 'application/json' },
      ...(asked.method === 'POST' ? { body: asked.body } : {}),
    });
    return reply.writeHead(answered.status).end(await answered.text());
  });
}
