/** Runs the suite against one entry of the gallery, in this process, and says what is wrong with what came of it. */
import type { Deviant, Oddity } from '../../fixtures/deviants/gallery.ts';
import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import type { Verdict } from '../../schemas/types.ts';
import type { Scenario } from '../../src/campaign/scenario.ts';
import { matcher } from '../../src/campaign/selection.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator.ts';
import { campaignOn, wallTarget } from '../support/campaign.ts';

export type Subject = Deviant | Oddity;

export function isDeviant(subject: Subject): subject is Deviant {
  return 'must' in subject;
}

/** What a run against a subject showed. */
export interface Seen {
  readonly name: string;
  readonly verdict: Verdict['verdict'];
  readonly exitCode: number;
  /** Clauses that are broken, of whatever level. */
  readonly red: readonly string[];
  readonly reasons: readonly string[];
  /** MUST clauses that were not exercised, each with the reason. */
  readonly open: readonly string[];
  readonly scenarios: number;
  readonly seconds: number;
}

/**
 * Light scenarios of several chapters that each deviant meets beside those that are to find it: what a rule wrongly says of
 * something else shows there.
 */
const CROSS_SECTION: ReadonlySet<string> = new Set([
  'parameters/max-msgs/range/0',
  'long-poll/arrival/FIFO/30',
  'acknowledge/counts/FIFO/ssf-of-3',
  'redelivery/NORMAL/another-batch/fail',
  'delivery/fifo/in-flight',
]);

/**
 * Which scenarios a subject meets. A deviant: those that provoke its clauses, and the cross-section. An oddity: enough to
 * exercise every clause; on the wall clock, where instants decide what is exercised, everything. `all`: everything.
 */
export function scenariosFor(subject: Subject, all = false): (scenario: Scenario) => boolean {
  if (all) return () => true;
  if (!isDeviant(subject)) return ({ id }) => cover.has(id) || subject.clock === 'wall';
  const more = subject.scenarios === undefined ? () => false : matcher(subject.scenarios);
  return ({ id, clauses }) =>
    CROSS_SECTION.has(id) || more(id) || clauses.some((clause) => subject.must.includes(clause));
}

const scenarios = chapters.flatMap((chapter) => chapter.scenarios);

/** How many scenarios it meets. */
export function sizeOf(subject: Subject, all = false): number {
  return scenarios.filter(scenariosFor(subject, all)).length;
}

/** They take as long as all the others, for the size or the number of their messages. */
const HEAVY = /^delivery\/(?:load|all)\/|^response\/body\/large$|^isolation\/concurrent\//;

/** Few scenarios that together provoke every clause. */
const cover: ReadonlySet<string> = (() => {
  const chosen = new Set<string>();
  const open = new Set(scenarios.flatMap(({ clauses }) => clauses));
  const gain = ({ id, clauses }: Scenario): number =>
    clauses.filter((clause) => open.has(clause)).length * (HEAVY.test(id) ? 0.1 : 1);
  while (open.size > 0) {
    const best = scenarios.reduce((one, other) => (gain(other) > gain(one) ? other : one));
    chosen.add(best.id);
    for (const clause of best.clauses) open.delete(clause);
  }
  return chosen;
})();

function optionsOf({ behaviour, options }: Subject): EmulatorOptions {
  return { ...options, behaviour };
}

/** `all`: every scenario, also for a deviant. */
export async function runAgainst(
  subject: Subject,
  { all, seed }: { all?: boolean; seed?: number } = {},
): Promise<Seen> {
  const start = performance.now();
  const wall = subject.clock === 'wall' ? await wallTarget(optionsOf(subject)) : undefined;
  const { verdict } = await campaignOn({
    ...(wall === undefined ? { emulator: () => optionsOf(subject) } : { target: wall }),
    scenarios: scenariosFor(subject, all),
    ...(seed === undefined ? {} : { seed }),
  });
  await wall?.close();
  return {
    name: subject.name,
    verdict: verdict.verdict,
    exitCode: verdict.exitCode,
    red: verdict.clauses.filter(({ findings }) => findings.length > 0).map(({ id }) => id),
    reasons: verdict.reasons,
    open: verdict.clauses
      .filter(({ level, verdict: said }) => level === 'MUST' && said === 'not-exercised')
      .map(({ id, reason }) => `${id}: ${reason}`),
    scenarios: verdict.scenarios.length,
    seconds: (performance.now() - start) / 1000,
  };
}

const levelOf = (id: string): string | undefined => register.clauses.get(id)?.level;

/** What is wrong with what was seen of a subject; empty where it is as it has to be. */
export function problemsOf(subject: Subject, seen: Seen): string[] {
  return isDeviant(subject) ? deviantProblems(subject, seen) : oddityProblems(subject, seen);
}

function deviantProblems({ must, may = [] }: Deviant, { red, exitCode }: Seen): string[] {
  const problems: string[] = [];
  const missing = must.filter((id) => !red.includes(id));
  if (red.length === 0) problems.push(`is not caught: ${must.join(', ')} should redden`);
  else if (missing.length === must.length)
    problems.push(`is caught by ${red.join(', ')} only, which do not name its fault`);
  else if (missing.length > 0) problems.push(`does not redden ${missing.join(', ')}`);
  const permitted = [...must, ...may].map(matcher);
  const outside = red.filter((id) => !permitted.some((matches) => matches(id)));
  if (outside.length > 0) problems.push(`reddens ${outside.join(', ')}, which it does not break`);
  const fails = red.some((id) => levelOf(id) === 'MUST');
  if (fails !== (exitCode === 1)) problems.push(`ends with exit code ${exitCode}`);
  return problems;
}

function oddityProblems({ warns = [], mayWarn = [] }: Oddity, { red, verdict, reasons, open }: Seen): string[] {
  const problems: string[] = [];
  if (verdict !== 'conformant') problems.push(`is ${verdict}: ${[...reasons, ...open].join('; ')}`);
  const failed = red.filter((id) => !warns.includes(id) && !mayWarn.includes(id));
  if (failed.length > 0) problems.push(`reddens ${failed.join(', ')}, which it keeps`);
  const missing = warns.filter((id) => !red.includes(id));
  if (missing.length > 0) problems.push(`does not warn of ${missing.join(', ')}`);
  return problems;
}
