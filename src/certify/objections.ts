/** Why a run cannot be certified. */
import type { Header, Verdict } from '../../schemas/types.ts';
import { select } from '../campaign/selection.ts';
import type { Evidence } from '../history/evidence.ts';
import { excerpt } from '../report/plain.ts';
import { count, shortDigest } from '../report/words.ts';
import type { Suite } from './suite.ts';
import { programsIn } from './texts.ts';

const MOST_IDS = 5;

/** All reasons, in words; empty where there are none. */
export function objectionsTo(evidence: Evidence, verdict: Verdict, suite: Suite): string[] {
  const { header } = evidence;
  const { profile, clock, endpoint, only, insecure, shard, shards } = header;
  const alien = otherSuite(header, suite);
  const programs = programsIn(evidence);
  return [
    ...alien,
    ...(isPrerelease(header.suite.version)
      ? [`prerelease: version ${header.suite.version} of the suite is none of a release`]
      : []),
    ...nonconformances(verdict),
    ...(verdict.waived === undefined
      ? []
      : [`waived: ${count(verdict.waived, 'clause')} ${verdict.waived === 1 ? 'is' : 'are'} broken and waived`]),
    ...(only === null ? [] : [`filtered: --only ${only} narrowed what was exercised`]),
    ...(shard === undefined ? [] : [`filtered: --shard ${shard.index}/${shard.of} is a part of a run`]),
    ...(shards === undefined
      ? []
      : [`merged: it was put together from ${shards.length} runs, and a certificate is about one`]),
    ...(endpoint === 'embedded' ? ['self-test: no endpoint was tested but the embedded emulator'] : []),
    ...(clock === 'wall' ? [] : ['controlled clock: the endpoint was told the time, so nothing is known of real time']),
    ...(insecure === true ? ["insecure: the endpoint's certificate was not checked"] : []),
    ...(profile === 'certify' ? [] : [`profile ${profile}: only certify has every wait`]),
    ...(programs >= suite.programs
      ? []
      : [`programs: ${programs} were generated, of the ${suite.programs} that a certificate needs`]),
    ...(alien.length === 0 && only === null && shard === undefined && profile === 'certify' && clock === 'wall'
      ? leftOut(header, suite)
      : []),
  ];
}

/** Evidence is judged by the suite that made it, and by no other. */
export function otherSuite({ suite: made }: Pick<Header, 'suite'>, { version, register }: Suite): string[] {
  if (made.version !== version) {
    return [
      `other version: it was made with dms-conformance ${made.version}, this is ${version}. Use 'npx dms-conformance@${made.version} certify …'`,
    ];
  }
  return made.register === register.digest
    ? []
    : [
        `altered register: it was made with register ${shortDigest(made.register)}, that of version ${version} is ${shortDigest(register.digest)}`,
      ];
}

/** By Semantic Versioning; a version 0.x is unstable, but a release. */
function isPrerelease(version: string): boolean {
  return /^[^+]*-/.test(version);
}

function nonconformances({ verdict, exitCode, reasons, clauses, strict }: Verdict): string[] {
  if (verdict === 'conformant' && exitCode === 0) return [];
  const broken = clauses.filter(
    ({ verdict: of, waived }) => waived !== true && (of === 'fail' || (strict && of === 'warn')),
  );
  return [
    `${verdict}, exit code ${exitCode}: ${reasons.map((reason) => excerpt(reason, 200)).join('; ')}`,
    ...broken.map(({ id, findings: [first] }) =>
      excerpt(`nonconformant: it breaks ${id}: expected ${first?.expected ?? ''}, observed ${first?.observed ?? ''}`),
    ),
  ];
}

/** What a whole run has to set out to do, and this one did not. */
function leftOut(header: Header, { scenarios, register }: Suite): string[] {
  const whole = select(scenarios, register.clauses, { profile: 'certify', clock: 'wall' });
  const planned = new Set([...header.selection, ...(header.unarranged ?? []).map(({ scenario }) => scenario)]);
  const missing = whole.scenarios
    .filter(({ id, feature }) => !planned.has(id) && (feature === undefined || header.features[feature].present))
    .map(({ id }) => id);
  const clauses = whole.clauses.filter((id) => !header.clauses.includes(id));
  return [
    ...(missing.length === 0 ? [] : [`narrowed: ${count(missing.length, 'scenario')} left out: ${some(missing)}`]),
    ...(clauses.length === 0 ? [] : [`narrowed: ${count(clauses.length, 'clause')} left out: ${some(clauses)}`]),
  ];
}

function some(ids: readonly string[]): string {
  return ids.slice(0, MOST_IDS).join(', ') + (ids.length > MOST_IDS ? ', …' : '');
}
