/** Files of waivers: made from a run, and checked. */
import { stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import waiversSchema from '../../schemas/waivers.schema.json' with { type: 'json' };
import type { Waiver, WaiverVerdict } from '../../schemas/types.ts';
import { EVIDENCE_FILE } from '../campaign/evidence-file.ts';
import { systemCode, UsageError } from '../campaign/usage-error.ts';
import { isDay, readWaivers, refuseUnknown } from '../campaign/waivers-file.ts';
import type { Evidence } from '../history/evidence.ts';
import { schemas } from '../history/schemas.ts';
import { excerpt, plain } from '../report/plain.ts';
import { count, exitMeaning, waiverText } from '../report/words.ts';
import { rules } from '../rules/index.ts';
import { verdictOf } from '../verdict/verdict.ts';
import { failuresIn, type Failure } from '../verdict/waivers.ts';
import { readEvidenceFile } from './judge.ts';
import type { Terminal } from './terminal.ts';
import type { WaiversWriteOptions } from './main.ts';

const EXPIRED = 4;

/** Writes a file in which each failure of a run has an entry; those that the run excused already keep their words. */
export async function writeWaivers(
  source: string,
  { out, eachScenario = false, ...words }: WaiversWriteOptions,
  terminal: Terminal,
): Promise<void> {
  const failures = failuresIn(await evidenceOf(source), register, rules, { eachScenario });
  if (failures.length === 0) {
    terminal.out(
      'Nothing that would fail a run was found broken, so there is nothing to waive. No file was written.\n',
    );
    return;
  }
  const entries = failures
    .map((failure) => ({ failure, waiver: failure.waiver ?? entryFor(failure, words) }))
    // One that is about all scenarios excuses several failures, where each scenario is one.
    .filter(({ waiver }, index, all) => all.findIndex((other) => other.waiver === waiver) === index);
  const { waivers } = waiversSchema.properties;
  for (const { waiver } of entries) {
    if (!schemas.waivers.check({ waivers: [waiver] }))
      throw new UsageError(
        `No entry can be made of this: ${schemas.waivers.problems().replaceAll('/waivers/0/', '--')}. Of an entry: ${Object.keys(waivers.items.properties).join(', ')}.`,
      );
    if (!isDay(waiver.expires)) throw new UsageError(`--expires: there is no day ${waiver.expires}.`);
  }
  const path = resolve(out);
  const text = ['waivers:', ...entries.flatMap(({ failure, waiver }) => entryLines(failure, waiver)), ''].join('\n');
  await writeFile(path, text, { flag: 'wx' }).catch((error: unknown) => {
    throw new UsageError(
      systemCode(error) === 'EEXIST'
        ? `There is a file ${path} already, and what somebody wrote there is not overwritten. Name another one with --out.`
        : `The file ${path} cannot be written (${systemCode(error)}). Name another one with --out.`,
    );
  });
  const kept = entries.map(({ failure }) => failure).filter(({ waiver }) => waiver !== undefined).length;
  terminal.out(
    `${path} has ${count(entries.length, 'entry', 'entries')}${kept > 0 ? `, ${kept} of them as they were` : ''}. Read them, then: npx dms-conformance run --waivers ${path} …\n`,
  );
}

function entryFor(
  { clause, scenario, fingerprint }: Failure,
  words: Pick<Waiver, 'kind' | 'reason' | 'issue' | 'owner' | 'expires'>,
): Waiver {
  const { kind, reason, issue, owner, expires } = words;
  return { clause, ...(scenario === undefined ? {} : { scenario }), fingerprint, kind, reason, issue, owner, expires };
}

function entryLines({ first, findings, scenarios }: Failure, waiver: Waiver): string[] {
  const more = scenarios > 1 ? `, and ${count(scenarios - 1, 'other scenario')}` : '';
  return [
    `  # expected ${excerpt(first.expected, 200)}`,
    `  # observed ${excerpt(first.observed, 200)}`,
    `  # ${count(findings, 'finding')}, in ${plain(first.scenario)}${more}`,
    ...stringify([waiver], { lineWidth: 0 })
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

/**
 * Says what is wrong with a file of waivers; with evidence, what the run would have come to with it today. Resolves to the exit
 * code: with evidence that of the run, without it 4 where an entry has expired.
 */
export async function checkWaivers(path: string, source: string | undefined, terminal: Terminal): Promise<number> {
  const file = await readWaivers(path);
  refuseUnknown(
    file,
    register,
    chapters.flatMap(({ scenarios }) => scenarios),
  );
  const utcDay = new Date().toISOString().slice(0, 10);
  if (source === undefined) {
    const expired = file.waivers.filter(({ expires }) => utcDay > expires);
    for (const waiver of expired) terminal.out(`expired  ${lineOf(waiver)}\n`);
    terminal.out(`${plain(path)}: ${count(file.waivers.length, 'entry', 'entries')}, ${expired.length} expired\n`);
    return expired.length > 0 ? EXPIRED : 0;
  }
  const evidence = await evidenceOf(source);
  const { waivers: _others, ...header } = evidence.header;
  const told = { ...header, utcDay, ...(file.waivers.length === 0 ? {} : { waivers: [...file.waivers] }) };
  const histories = evidence.histories.map((history) => ({ ...history, header: told }));
  const verdict = verdictOf({ ...evidence, header: told, histories }, register, rules);
  for (const waiver of verdict.waivers ?? []) terminal.out(`${stateOf(waiver).padEnd(24)}${lineOf(waiver)}\n`);
  for (const reason of verdict.reasons) terminal.out(`${excerpt(reason)}\n`);
  terminal.out(`with these waivers exit code ${verdict.exitCode}: ${exitMeaning(verdict)}\n`);
  return verdict.exitCode;
}

function stateOf({ state, findings }: WaiverVerdict): string {
  return state === 'excuses' ? `excuses ${count(findings, 'finding')}` : state;
}

function lineOf(waiver: Waiver): string {
  const { clause, scenario, fingerprint } = waiver;
  return excerpt(`${clause}${scenario === undefined ? '' : ` in ${scenario}`} (${fingerprint})  ${waiverText(waiver)}`);
}

/** The evidence of a run, by its file or by its directory. */
async function evidenceOf(source: string): Promise<Evidence> {
  const isDirectory = await stat(source).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return readEvidenceFile(isDirectory ? join(source, EVIDENCE_FILE) : source);
}
