/** The command line: what can be asked for, and which exit code comes of it. Each command's code is loaded when it is asked for. */
import { Argument, Command, CommanderError, Option } from 'commander';
import type { RunOptions } from '../campaign/configure.ts';
import { SECRET_VARIABLES, VARIABLES } from '../campaign/variables.ts';
import { UsageError } from '../campaign/usage-error.ts';
import { version } from '../package.ts';
import { plain } from '../report/plain.ts';
import { EXIT_MEANINGS, SUITE_FAILED } from '../report/words.ts';
import { processTerminal, type Terminal } from './terminal.ts';

const USAGE_ERROR = 2;

/** Options that say what is run, and how; the others say where, who asks, and who arranges. */
const OF_RUNNING: readonly string[] =
  '--profile --only --shard --seed --programs --out --strict --waivers --clock-url --max-queues --quiet'.split(' ');

const EXAMPLES = `
Examples:
  dms-conformance run                                        self-test against the embedded emulator
  dms-conformance run --endpoint http://127.0.0.1:8080 --project p1
                                                             the gate profile: about a minute
  DMS_TOKEN=... dms-conformance run --endpoint https://dms.example --project p1 --profile certify --out certify
                                                             every clause: about five minutes
  dms-conformance run --endpoint http://127.0.0.1:8080 --only 'ack.order.*'
                                                             only what concerns these clauses
  DMS_ACCESS_KEY=... DMS_SECRET_KEY=... dms-conformance run --endpoint https://dms.example --project p1
                                                             the same with signed requests
  dms-conformance init                                       a configuration file to fill in
  dms-conformance list --level MUST                          what is asked of an endpoint
  dms-conformance explain redelivery.not-before-ack-wait     one clause: place, ruling, scenarios
  dms-conformance judge certify/evidence.ndjson              the same verdict again, without network
  dms-conformance waivers check waivers.yaml certify         what known failures would excuse
  dms-conformance certify pack certify --product product.yaml --out bundle
                                                             a bundle that others can judge again
  dms-conformance replay reports/<run>/cases/programs-17.json
                                                             a counterexample of a run once more
  dms-conformance clean reports/<run>/evidence.ndjson        delete what a run that was killed left behind
  dms-conformance emulate --port 8080                        an endpoint to try it on`;

const EXIT_CODES = `
Exit codes:
${Object.entries(EXIT_MEANINGS)
  .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
  .join('\n')}
`;

/** Runs one command line, given without node and script. Resolves to the exit code, and never rejects. */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  let exitCode = 0;
  try {
    await program(terminal, (code) => (exitCode = code)).parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
    if (error instanceof UsageError) {
      terminal.err(`error: ${error.message}\n`);
      return USAGE_ERROR;
    }
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    terminal.err(`the suite itself failed, which says nothing about the endpoint: ${plain(reason)}\n`);
    return SUITE_FAILED;
  }
}

function program(terminal: Terminal, finish: (exitCode: number) => void): Command {
  const program = new Command('dms-conformance')
    .description('Conformance suite for the two dead letter calls (consume, acknowledge) of the DMS v1.0 queue API.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(add --help to see what is possible)')
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      // An option may have been misspelt just where a token was given.
      outputError: (text, write) => write(text.replace(/(--?[A-Za-z-]+)=[^'\s]*/g, '$1=…')),
    })
    .addHelpText('after', `${EXAMPLES}\n${EXIT_CODES}`);

  const runCommand = program
    .command('run')
    .description('Tests an endpoint; without --endpoint the embedded emulator, which is a self-test.')
    .allowExcessArguments(false);
  for (const option of runOptions()) runCommand.addOption(option);
  runCommand
    .option('--json', 'print nothing but progress and result, as a JSON value a line')
    .addHelpText(
      'after',
      `
Each option but --json can also stand in the environment (${VARIABLES.endpoint}, ${VARIABLES.clockUrl}, ...) and, except for --token,
--header, --config, --shard and --quiet, in the configuration file ("endpoint", "clockUrl", ...). An option wins over the environment, the
environment over the file. Only the environment can give ${Object.values(SECRET_VARIABLES).join(', ')}.
HTTP_PROXY, HTTPS_PROXY and NO_PROXY name proxies; this machine itself is never reached through one.
${EXIT_CODES}`,
    )
    .action(async (options: RunOptions & { readonly json?: boolean }) => {
      const { run } = await import('./run.ts');
      finish(await run(options, terminal));
    });

  const doctorCommand = program
    .command('doctor')
    .description('Tries one of everything that a run needs, says what is missing, and how long a run will take.');
  for (const option of runOptions())
    if (
      !['--only', '--shard', '--programs', '--seed', '--out', '--profile', '--strict', '--waivers', '--quiet'].includes(
        option.long ?? '',
      )
    )
      doctorCommand.addOption(option);
  doctorCommand.action(async (options: RunOptions) => {
    const { doctor } = await import('./doctor.ts');
    finish(await doctor(options, terminal));
  });

  program
    .command('list')
    .description('Prints the clauses, the scenarios that provoke them, or the deviants that test the suite itself.')
    .argument('[pattern]', "ids to print; * stands for anything, and 'ack' for all below it")
    .addOption(new Option('--level <level>', 'only clauses of this level').choices(['MUST', 'SHOULD', 'INFO']))
    .addOption(new Option('--profile <profile>', 'only what this profile exercises').choices(['gate', 'certify']))
    .option('--scenarios', 'print scenarios instead of clauses')
    .option('--deviants', 'print the endpoints that emulate --deviant can serve')
    .action(async (pattern: string | undefined, options: ListOptions) => {
      const { list } = await import('./list.ts');
      await list(pattern, options, terminal);
    });

  program
    .command('explain')
    .description('Prints all about one clause: words, place, rulings, and the scenarios that provoke it.')
    .argument('<clause>', 'id of the clause')
    .action(async (clause: string) => {
      const { explain } = await import('./explain.ts');
      explain(clause, terminal);
    });

  program
    .command('judge')
    .description('Makes the verdict again from the evidence of a run, without any network.')
    .argument('<evidence>', 'evidence.ndjson of a run')
    .option('--out <directory>', 'write verdict.json, report.html, junit.xml and summary.md there')
    .option('--json', 'print verdict.json instead of the report')
    .action(async (evidence: string, options: JudgeOptions) => {
      const { judgeFile } = await import('./judge.ts');
      finish(await judgeFile(evidence, options, terminal));
    });

  program
    .command('report')
    .description('Makes a view of a run again, from its evidence.ndjson and verdict.json.')
    .addArgument(
      new Argument('<format>', 'what to make').choices(['html', 'junit', 'summary', 'allure', 'annotations']),
    )
    .argument('<directory>', 'directory of the run')
    .option(
      '--out <path>',
      'file, or directory for allure, to write to (default: in that directory; annotations: printed)',
    )
    .option('--history <file>', 'for allure: history of earlier reports, which is shown and goes on')
    .action(async (format: ReportFormat, directory: string, options: ReportOptions) => {
      if (format === 'allure') {
        const { reportAllure } = await import('./allure.ts');
        return reportAllure(directory, options, terminal);
      }
      const { report } = await import('./report.ts');
      return report(format, directory, options, terminal);
    });

  const waivers = program
    .command('waivers')
    .description('Makes and checks files of waivers: failures that are known and, until a day, do not fail a run.');
  waivers
    .command('write')
    .description('Writes a file with an entry for each failure of a run; entries that it had already stay as they are.')
    .argument('<run>', 'directory of the run, or its evidence.ndjson')
    .addOption(new Option('--kind <kind>', 'what is wrong').choices(WAIVER_KINDS).makeOptionMandatory())
    .requiredOption('--reason <text>', 'why it is excused')
    .requiredOption('--issue <url>', 'the issue that is to end it')
    .requiredOption('--owner <name>', 'who sees to it')
    .requiredOption('--expires <day>', 'the last UTC day on which it is excused, such as 2027-01-31')
    .option('--each-scenario', 'an entry for each scenario that shows a failure, so that any other one is still red')
    .option('--out <file>', 'file to write', 'waivers.yaml')
    .action(async (run: string, options: WaiversWriteOptions) => {
      const { writeWaivers } = await import('./waivers.ts');
      await writeWaivers(run, options, terminal);
    });
  waivers
    .command('check')
    .description(
      'Checks a file of waivers; with the evidence of a run, says what that would have come to with it today.',
    )
    .argument('<file>', 'file of waivers')
    .argument('[run]', 'directory of a run, or its evidence.ndjson')
    .addHelpText('after', '\nExit codes: with a run, those of the run; without, 4 where an entry has expired, else 0.')
    .action(async (file: string, run: string | undefined) => {
      const { checkWaivers } = await import('./waivers.ts');
      finish(await checkWaivers(file, run, terminal));
    });

  const certify = program
    .command('certify')
    .description('Packs a run so that others can judge it again, and verifies that.');
  const certifyCodes = '\nExit codes: 0, done or accepted; 1, refused, with all reasons; 2, usage error.';
  certify
    .command('pack')
    .description('Makes a bundle of a run that was conformant, on the wall clock, with the profile certify.')
    .argument('<run>', 'directory of the run')
    .requiredOption('--product <file>', 'YAML file with name, version, vendor and contact of what was tested')
    .requiredOption('--out <directory>', 'new or empty directory for the bundle')
    .option('--key <file>', 'Ed25519 private key in PEM, to sign it with')
    .addHelpText('after', certifyCodes)
    .action(async (run: string, options: CertifyPackOptions) => {
      const { certifyPack } = await import('./certify.ts');
      finish(await certifyPack(run, options, terminal));
    });
  certify
    .command('verify')
    .description('Checks manifest and signature of a bundle, judges its evidence anew, and says what that proves.')
    .argument('<bundle>', 'directory of the bundle')
    .option('--trust <file>', 'Ed25519 public key in PEM that has to have signed it')
    .addHelpText('after', certifyCodes)
    .action(async (bundle: string, options: CertifyVerifyOptions) => {
      const { certifyVerify } = await import('./certify.ts');
      finish(await certifyVerify(bundle, options, terminal));
    });
  certify
    .command('results')
    .description('Verifies all bundles of a folder and writes a page about them.')
    .argument('<folder>', 'directory of bundles')
    .option('--out <file>', 'page to write, .html or .md', 'results.html')
    .addHelpText('after', certifyCodes)
    .action(async (folder: string, options: { readonly out: string }) => {
      const { certifyResults } = await import('./certify.ts');
      finish(await certifyResults(folder, options, terminal));
    });

  program
    .command('merge')
    .description('Puts the parts of a run together that were run apart with --shard, and judges the whole.')
    .argument('<directories...>', 'directories of all parts, in any order')
    .option('--out <directory>', 'directory for the whole (default: reports/<UTC time>-merged)')
    .action(async (directories: readonly string[], options: MergeOptions) => {
      const { merge } = await import('./merge.ts');
      finish(await merge(directories, options, terminal));
    });

  const replayCommand = program
    .command('replay')
    .description('Runs a counterexample again that a run has found, and shows what came of it.')
    .argument('<case>', 'file in the directory cases of a run')
    .option('--times <number>', 'how often it is run, 1 to 100', '3');
  for (const option of runOptions())
    if (!['--only', '--shard', '--programs', '--seed', '--waivers'].includes(option.long ?? ''))
      replayCommand.addOption(option);
  replayCommand.action(async (path: string, options: ReplayOptions) => {
    const { replay } = await import('./replay.ts');
    finish(await replay(path, options, terminal));
  });

  const cleanCommand = program
    .command('clean')
    .description('Deletes the queues that a run which was killed left behind, and nothing else.')
    .argument('<evidence>', 'evidence.ndjson of the run, which also says where the queues are');
  for (const option of runOptions()) if (!OF_RUNNING.includes(option.long ?? '')) cleanCommand.addOption(option);
  cleanCommand
    .addHelpText('after', '\nExit codes: 0, nothing is left; 2, usage error; 3, something may be left.')
    .action(async (evidence: string, options: RunOptions) => {
      const { clean } = await import('./clean.ts');
      finish(await clean(evidence, options, terminal));
    });

  program
    .command('init')
    .description('Writes a configuration file for run into the working directory, with all that can be set.')
    .addOption(new Option('--format <format>', 'yaml has comments').choices(['yaml', 'json']).default('yaml'))
    .action(async (options: { readonly format: 'yaml' | 'json' }) => {
      const { init } = await import('./init.ts');
      await init(options, terminal);
    });

  program
    .command('emulate')
    .description('Serves the emulator until it is interrupted.')
    .option('--port <number>', 'port to listen on; 0 is any free one', '0')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--clock <kind>', 'controlled: time stands still until the clock hook moves it')
        .choices(['wall', 'controlled'])
        .default('wall'),
    )
    .addOption(
      new Option(
        '--arranging <how>',
        'hook: only the two dead letter calls are offered, and /arrange for what they need',
      )
        .choices(['api', 'hook'])
        .default('api'),
    )
    .option('--token <token>', 'every call must carry it as X-Auth-Token; others can read it in the process list')
    .option('--token-file <file>', 'file that holds the token')
    .option('--deviant <name>', "an endpoint that breaks one rule, or only seems to: see 'list --deviants'")
    .action(async (options: EmulateOptions) => {
      const { emulate } = await import('./emulate.ts');
      await emulate(options, terminal);
    });
  return program;
}

const WAIVER_KINDS = ['endpoint-bug', 'suite-bug', 'document-dispute'] as const;

export interface WaiversWriteOptions {
  readonly kind: (typeof WAIVER_KINDS)[number];
  readonly reason: string;
  readonly issue: string;
  readonly owner: string;
  readonly expires: string;
  readonly eachScenario?: boolean;
  readonly out: string;
}

export interface CertifyPackOptions {
  readonly product: string;
  readonly key?: string;
  readonly out: string;
}

export interface CertifyVerifyOptions {
  readonly trust?: string;
}

export type ReplayOptions = RunOptions & { readonly times: string };

export interface ListOptions {
  readonly level?: 'MUST' | 'SHOULD' | 'INFO';
  readonly profile?: 'gate' | 'certify';
  readonly scenarios?: boolean;
  readonly deviants?: boolean;
}

export interface JudgeOptions {
  readonly out?: string;
  readonly json?: boolean;
}

export type ReportFormat = 'junit' | 'summary' | 'allure' | 'annotations';

export interface ReportOptions {
  readonly out?: string;
  readonly history?: string;
}

export interface MergeOptions {
  readonly out?: string;
}

export interface EmulateOptions {
  readonly port: string;
  readonly host: string;
  readonly clock: 'wall' | 'controlled';
  readonly arranging: 'api' | 'hook';
  readonly token?: string;
  readonly tokenFile?: string;
  readonly deviant?: string;
}

function runOptions(): Option[] {
  return [
    new Option('--endpoint <url>', 'URL of the endpoint up to, and without, /v1.0'),
    new Option('--project <id>', 'project id, the first part of every path (default: dms-conformance)'),
    new Option('--token-file <file>', 'file that holds the X-Auth-Token'),
    new Option(
      '--token <token>',
      'the token itself; better in DMS_TOKEN, since others can read it in the process list',
    ),
    new Option(
      '--header <line>',
      "header that goes with every request, 'Name: value'; repeatable; secrets are better in DMS_HEADERS",
    ).argParser((line: string, before: readonly string[] | undefined) => [...(before ?? []), line]),
    new Option('--header-file <file>', 'file of such headers, one a line'),
    new Option('--signing-file <file>', 'file of DMS_ACCESS_KEY=... and DMS_SECRET_KEY=..., to sign requests with'),
    new Option('--ca <file>', 'PEM file of authorities that are trusted beside the usual ones'),
    new Option('--client-cert <file>', 'PEM file of the certificate that is shown to the endpoint'),
    new Option('--client-key <file>', 'PEM file of its key; a passphrase stands in DMS_CLIENT_KEY_PASSPHRASE'),
    new Option('--insecure', "does not check the endpoint's certificate; such a run cannot be certified"),
    new Option('--profile <name>', 'gate: waits of up to 30 s; certify: every wait, up to 300 s (default: gate)'),
    new Option('--only <pattern>', 'only these scenarios or clauses; * stands for anything'),
    new Option('--seed <number>', 'seed of what is generated, 0 to 4294967295 (default: random)'),
    new Option(
      '--programs <number>',
      'how many programs are generated, from 0 (default: 60 for gate on the wall clock, else 300)',
    ),
    new Option(
      '--shard <part>',
      'only a part of the run, such as 1/3; needs --seed, and merge puts the parts together',
    ),
    new Option('--out <directory>', 'directory for evidence and reports (default: reports/<UTC time>-<profile>)'),
    new Option('--strict', 'a broken SHOULD fails the run'),
    new Option(
      '--waivers <file>',
      'failures that are known and, until a day, do not fail the run: see docs/waivers.md',
    ),
    new Option('--clock-url <url>', "URL of the endpoint's clock hook; then nothing has to be waited for"),
    new Option('--max-queues <number>', 'how many queues may exist at once, 2 to 400 (default: the free quota)'),
    new Option(
      '--arrange <how>',
      'where dead letters come from: dms (the neighbouring calls), hook=URL, command=COMMAND or preloaded=FILE (default: dms)',
    ),
    new Option(
      '--config <file>',
      'configuration file (default: dms-conformance.config.yaml, .yml or .json, if it exists)',
    ),
    new Option('--quiet', 'print only the result'),
  ];
}
