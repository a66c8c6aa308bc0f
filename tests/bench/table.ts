/** Figures for a terminal and for the documentation. */
import type { Figure, Measured } from './figures.ts';

/** Where and when figures were measured. */
export interface Machine {
  /** UTC day. */
  readonly day: string;
  readonly suite: string;
  readonly node: string;
  /** How many processors, and which. */
  readonly processors: string;
  readonly gigabytes: number;
}

/** The file that --json writes. */
export interface Report {
  readonly machine: Machine;
  readonly figures: readonly Measured[];
}

const HEAD = ['figure', 'median', 'least', 'most', 'rounds', 'aim', 'met'] as const;

/** One line a figure, and below those that were not reached, why. */
export function tableOf(measured: readonly Measured[]): string {
  const cells = [HEAD, ...measured.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return `${lines.map((line, index) => [line, ...noteOf(measured[index - 1])].join('  ')).join('\n')}\n`;
}

function noteOf(measured: Measured | undefined): string[] {
  return measured?.note === undefined ? [] : [measured.note];
}

function cellsOf(measured: Measured): string[] {
  const { name, summary, met } = measured;
  const said = met === undefined ? '-' : met ? 'yes' : 'NO';
  if (summary === undefined) return [name, 'not reached', '-', '-', '0', aimOf(measured), said];
  const { median, least, most, rounds } = summary;
  return [name, ...[median, least, most].map((value) => valueOf(value, measured)), `${rounds}`, aimOf(measured), said];
}

function aimOf(figure: Figure): string {
  const { aim, good } = figure;
  return aim === undefined ? '-' : `${good === 'low' ? '≤' : '≥'} ${valueOf(aim, figure)}`;
}

function valueOf(value: number, { unit }: Pick<Figure, 'unit'>): string {
  if (unit !== undefined) return `${value.toFixed(unit === 'MB' ? 0 : 1)} ${unit}`;
  return value < 0.1 ? value.toPrecision(2) : value.toFixed(2);
}

/** docs/performance.md: all figures that there are, with what came of those that were measured. */
export function documentOf(figures: readonly Figure[], report: Report | undefined): string {
  const known = new Map(report?.figures.map((measured) => [measured.name, measured]));
  const rows = figures.map((figure) => {
    const [, median, least, most, rounds, , met] = cellsOf({ ...figure, values: [], ...known.get(figure.name) });
    const spread = rounds === '0' ? '' : `${least} – ${most}`;
    const values = known.has(figure.name) ? [median, spread, rounds] : ['', '', ''];
    return `| ${[`\`${figure.name}\``, figure.does, figure.versus, ...values, aimOf(figure), known.has(figure.name) ? met : ''].join(' | ')} |`;
  });
  return [
    '# Performance',
    '',
    '<!-- Made by `npm run bench -- --document`. Edit tests/bench instead. -->',
    '',
    'How long things take depends on the machine, so each figure is a ratio: what is measured divided by something simpler, measured in the same run of the same',
    'machine, in turn with it. What is written here can be measured again anywhere:',
    '',
    '```sh',
    'npm run bench                      # all of it: some forty minutes, on a machine that does nothing else',
    'npm run bench -- judge start       # some groups: those that stand before the first slash',
    'npm run bench -- --small           # what fits into a minute; fails if a ratio is worse by more than half than recorded',
    'npm run bench -- --small --record  # records these: tests/bench/recorded.json',
    'npm run bench -- --json F && npm run bench -- --document F   # makes this page',
    '```',
    '',
    'Without `--small` it exits with 1 if an aim is missed. `--rounds N` says how often each measurement is repeated; `--json FILE` where the figures go, each with its rounds.',
    '',
    '## What the figures mean',
    '',
    '- **gate, certify:** waiting cannot be made shorter. What a run takes beyond its longest chain of waits is start, lateness and judging. The chain is the',
    '  `longestWait` in the header of its evidence; the endpoint is an emulator in a process of its own.',
    '- **controlled:** nothing waits, so this is what an exchange costs: client, recorder, clock, evidence, rules, and the emulator, which is in the same process.',
    '  The bare loop has client and server in one process, too, and takes its sizes from the evidence of the run that it is compared with.',
    '- **judge:** a speed where parsing is 1. The recorded run is that of `fixtures/certified`; synthetic evidence is made anew, the same each time. Judging and',
    '  parsing take turns in one process that is warm; as a command each has a process of its own. What takes more than five minutes is not reached.',
    '- **emulator:** eight clients consume and acknowledge. The client takes processor time of its own, which makes both look more alike than they are;',
    '  `emulator/processor` leaves it out.',
    '- **start:** whole commands. The clause is one that has nothing to wait for.',
    '- **memory:** the peak that the operating system tells of the whole process (`VmHWM`). Nothing to divide it by would say more.',
    '',
    '## The last release',
    '',
    report === undefined ? 'Nothing has been measured yet.' : machineOf(report.machine),
    '',
    'Spread is the least and the greatest of all rounds.',
    '',
    '| figure | what is measured | divided by | median | spread | rounds | aim | met |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function machineOf({ day, suite, node, processors, gigabytes }: Machine): string {
  return `Version ${suite}, on ${day}, Node ${node}, ${processors}, ${gigabytes} GB.`;
}
