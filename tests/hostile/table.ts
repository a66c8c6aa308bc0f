/** The table of hostile endpoints, for a terminal and for the documentation. */
import type { Blame, Hostile } from '../../fixtures/hostile/hostile.ts';
import { MOST_MEGABYTES, type Inspected } from './inspection.ts';
import type { Met } from './meeting.ts';

export interface Row {
  readonly hostile: Hostile;
  readonly met: Pick<Met, 'exit' | 'seconds' | 'megabytes'>;
  readonly inspected: Inspected;
}

const HEAD = ['endpoint', 'exit', 'blame', 'seconds', 'MB'] as const;

const named = (blame: Blame | undefined): string => blame ?? '-';

/** One line an endpoint, and below it what is wrong with it. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [
    HEAD,
    ...rows.map(({ hostile: { name }, met, inspected: { blame } }) => [
      name,
      `${met.exit}`,
      named(blame),
      met.seconds.toFixed(1),
      met.megabytes?.toFixed(0) ?? '-',
    ]),
  ];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column > 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  '),
  );
  return [
    ...lines.flatMap((line, index) => [
      line,
      ...(rows[index - 1]?.inspected.problems ?? []).map((problem) => `  ✗ ${problem}`),
    ]),
    '',
  ].join('\n');
}

/** The document. It tells what has to be, so that it is the same whoever makes it. */
export function documentOf(hostiles: readonly Hostile[]): string {
  const rows = hostiles.map(
    ({ name, does, exit, blame, only, seconds }) =>
      `| \`${name}\` | ${does} | ${exit.join(' or ')} | ${blame.map(named).join(' or ')} | ${only === '*' ? 'the whole gate' : `\`${only}\``} | ${seconds} |`,
  );
  return [
    '# Hostile endpoints',
    '',
    '<!-- Made by `npm run hostile`. Edit fixtures/hostile instead. -->',
    '',
    `What the suite does before ${hostiles.length} endpoints that are down, half-built or malicious, each on a real socket. \`npm run hostile\` runs the`,
    `command against each of them. Every run has to end in its time and within ${MOST_MEGABYTES} MB, with the exit code and the blame that stand here, with reports`,
    'that are complete and valid, with a verdict that `judge` makes again byte for byte, and without anything of the endpoint that a terminal or a browser would',
    'obey. The token must be nowhere. Where two exit codes stand, chance or instants decide how much could be exercised.',
    '',
    '| endpoint | what it does | exit | blame | scenarios | seconds at most |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
