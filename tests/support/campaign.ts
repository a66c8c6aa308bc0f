import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import type { Footer, Header, Verdict } from '../../schemas/types.ts';
import type { Arrangement } from '../../src/arrange/arrangement.ts';
import { runCampaign } from '../../src/campaign/campaign.ts';
import { embeddedTarget } from '../../src/campaign/embedded.ts';
import type { Scenario } from '../../src/campaign/scenario.ts';
import type { Target } from '../../src/campaign/target.ts';
import { startEmulator, type EmulatorOptions } from '../../src/emulator/emulator.ts';
import type { Evidence, History } from '../../src/history/evidence.ts';
import { rules } from '../../src/rules/index.ts';
import { verdictOf } from '../../src/verdict/verdict.ts';
import { PROJECT, settings } from './settings.ts';

export interface CampaignParts {
  /** Options of the embedded emulators, asked for anew for each scenario, so that what one of them counts is its own. */
  readonly emulator?: () => EmulatorOptions;
  /** What is tested instead of embedded emulators. */
  readonly target?: Target;
  /** Default: over the public API. */
  readonly arrangement?: Arrangement;
  /** Which of all scenarios are run. */
  readonly scenarios?: (scenario: Scenario) => boolean;
  readonly only?: string;
  readonly seed?: number;
  /** Generated programs beside the scenarios, or instead of them. */
  readonly programs?: readonly Scenario[];
}

export interface CampaignResult {
  readonly verdict: Verdict;
  readonly histories: readonly History[];
  readonly evidence: Evidence;
}

/** A run in this process with all rules, by default of every scenario against embedded emulators under controlled clocks. */
export async function campaignOn(parts: CampaignParts = {}): Promise<CampaignResult> {
  const {
    emulator,
    target = embeddedTarget(PROJECT, emulator),
    scenarios = () => true,
    only,
    seed = 1,
    programs = [],
    arrangement,
  } = parts;
  let header: Header | undefined;
  let footer: Footer | undefined;
  const histories = await runCampaign({
    settings: settings({ only, seed }),
    target,
    credentials: {},
    scenarios: [...chapters.flatMap((chapter) => chapter.scenarios).filter(scenarios), ...programs],
    ...(arrangement === undefined ? {} : { arrangement }),
    register,
    suiteVersion: '0.0.0',
    write(line) {
      if (line.type === 'header') header = line;
      if (line.type === 'footer') footer = line;
    },
  });
  if (header === undefined) throw new TypeError('the run left no header');
  const evidence: Evidence = { header, histories, counterexamples: [], footer, problems: [] };
  return { verdict: verdictOf(evidence, register, rules), histories, evidence };
}

/** One emulator for the whole run on the wall clock, as any endpoint is. */
export async function wallTarget(options: EmulatorOptions): Promise<Target & { readonly close: () => Promise<void> }> {
  const emulator = await startEmulator({ project: PROJECT, ...options });
  return {
    name: emulator.url,
    clock: 'wall',
    atOnce: Infinity,
    open: () =>
      Promise.resolve({ url: emulator.url, hook: undefined, vanishes: false, close: () => Promise.resolve() }),
    close: () => emulator.close(),
  };
}

/** Ids of the clauses that are broken at the level of a MUST. */
export function brokenIn(verdict: Verdict): string[] {
  return verdict.clauses.filter((clause) => clause.verdict === 'fail').map(({ id }) => id);
}
