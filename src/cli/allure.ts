/** Allure's results of a run, written with the library that allure-vitest is made of; and the HTML that Allure makes of them. */
import type { Stage, Status } from 'allure-js-commons';
import { ReporterRuntime, stringifyEnvInfo, type Writer } from 'allure-js-commons/sdk/reporter';
import { execFile } from 'node:child_process';
import { writeFile as writeWithCallback } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chapters } from '../../specs/chapters.ts';
import type { Verdict } from '../../schemas/types.ts';
import { register } from '../../specs/register.ts';
import { UsageError } from '../campaign/usage-error.ts';
import type { Evidence } from '../history/evidence.ts';
import type { Register } from '../history/register.ts';
import { ALLURE_RESULTS, allureEnvironment, allureResults, withoutAnalytics } from '../report/allure.ts';
import { excerpt } from '../report/plain.ts';
import type { ReportOptions } from './main.ts';
import { readRun } from './report.ts';
import type { Terminal } from './terminal.ts';

/** Files that are written at once: others can be made meanwhile. */
const MOST_UNWRITTEN = 64;

/** Writes Allure's results and its HTML into the directory of a run, the HTML also elsewhere, and names its file. */
export async function reportAllure(
  directory: string,
  { out, history }: ReportOptions,
  terminal: Terminal,
): Promise<void> {
  const { evidence, verdict } = await readRun(directory);
  const results = await writeAllureResults(directory, evidence, verdict, register);
  const report = out === undefined ? join(directory, 'allure-report') : resolve(out);
  const page = join(report, 'index.html');
  const command = [allureCommand(results), 'awesome', resolve(results), '--output', resolve(report), '--single-file'];
  await promisify(execFile)(process.execPath, [
    ...command,
    '--report-name',
    `dms-conformance: ${verdict.verdict}`,
    '--group-by',
    'feature',
    ...(history === undefined ? [] : ['--history-path', resolve(history)]),
  ]).catch((error: unknown) => {
    throw new Error(`allure made no report: ${error instanceof Error ? excerpt(error.message, 2000) : String(error)}`);
  });
  await writeFile(page, withoutAnalytics(await readFile(page, 'utf8')));
  terminal.out(`${page}\n`);
}

/** The package is large, and most runs do without: whoever wants its report has it beside this one, or where the command is run. */
function allureCommand(results: string): string {
  for (const from of [import.meta.filename, join(process.cwd(), 'here')]) {
    try {
      return join(dirname(createRequire(from).resolve('allure')), '..', 'cli.js');
    } catch {
      // Perhaps at the other place.
    }
  }
  throw new UsageError(
    `The package allure, which makes the report, is not installed. Expected it beside dms-conformance: 'npm install --save-dev allure'. The results are in ${results} for any other Allure.`,
  );
}

/** Makes the directory of results anew: what stood there is of another judgement of the run. Resolves to its path. */
export async function writeAllureResults(
  directory: string,
  evidence: Evidence,
  verdict: Verdict,
  register: Register,
): Promise<string> {
  const path = join(directory, ALLURE_RESULTS);
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  const { writer, written } = writerInto(path);
  const runtime = new ReporterRuntime({ writer, environmentInfo: allureEnvironment(verdict) });
  runtime.writeEnvironmentInfo();
  const titles = new Map(chapters.flatMap(({ scenarios }) => scenarios.map(({ id, title }) => [id, title])));
  for (const one of allureResults({ verdict, register, evidence, titles })) {
    const test = runtime.startTest({ name: one.id, fullName: one.id, start: one.start });
    runtime.applyRuntimeMessages(test, [...one.messages]);
    runtime.updateTest(test, (result) => {
      result.status = one.status as Status;
      result.stage = 'finished' as Stage;
      result.labels.push({ name: 'parentSuite', value: one.chapter });
      if (one.message !== undefined) result.statusDetails = { message: one.message };
    });
    runtime.stopTest(test, { stop: one.stop });
    runtime.writeTest(test);
    await written(MOST_UNWRITTEN);
  }
  await written(0);
  return path;
}

/**
 * The library's own writer waits for each of some hundred files, and has the disk confirm it, which takes seconds, and nothing
 * here is that precious. `written` resolves when no more than `most` are still to be written.
 */
function writerInto(directory: string): { readonly writer: Writer; written(most: number): Promise<void> } {
  const pending: Promise<void>[] = [];
  const write = (name: string, content: string | Buffer): void => {
    const file = writeWhole(join(directory, name), content);
    // Whoever awaits it hears of its failure; until then it is not to count as unheard.
    file.catch(() => {});
    pending.push(file);
  };
  const json = (name: string, content: unknown): void => write(name, JSON.stringify(content));
  return {
    writer: {
      writeResult: (result) => json(`${result.uuid}-result.json`, result),
      writeGroup: (group) => json(`${group.uuid}-container.json`, group),
      writeAttachment: write,
      writeAttachmentFromPath: () => {},
      writeEnvironmentInfo: (info) => write('environment.properties', stringifyEnvInfo(info)),
      writeCategoriesDefinitions: (categories) => json('categories.json', categories),
      writeGlobals: json,
    },
    async written(most) {
      if (pending.length > most) await Promise.all(pending.splice(0));
    },
  };
}

/** Cheaper, for so many small files, than what node:fs/promises does. */
const writeWhole = promisify(writeWithCallback);
