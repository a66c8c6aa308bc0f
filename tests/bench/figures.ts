/** The figures that npm run bench knows: what each is, what it is compared with, and what it has to be. */
import { summaryOf, type Summary } from './statistics.ts';

/** Each is measured as a whole. */
export const GROUPS = ['controlled', 'judge', 'emulator', 'start', 'gate', 'certify', 'memory'] as const;
export type Group = (typeof GROUPS)[number];

export interface Figure {
  /** Starts with its group. */
  readonly name: string;
  readonly does: string;
  /** What it is divided by; for what has a unit, where its aim comes from. */
  readonly versus: string;
  /** None for a ratio. */
  readonly unit?: 's' | 'MB';
  readonly good: 'low' | 'high';
  /** What the median has to reach; nobody has said so where it is absent. */
  readonly aim?: number;
  /** Whether --small measures it. */
  readonly small?: true;
}

/** How many exchanges the synthetic evidence has; --small keeps to the first. */
export const SIZES = [1_000, 10_000, 100_000, 1_000_000] as const;
export const SMALL_SIZES = SIZES.slice(0, 2);
/** From how many exchanges on `judge` is run as a command: below, it would be a measure of how fast Node starts. */
export const COMMAND_SIZE = 1_000_000;

/** How synthetic evidence is laid out. */
export const SHAPES = {
  many: 'in many scenarios with a group each',
  one: 'all in one group of one scenario',
} as const;
export type Shape = keyof typeof SHAPES;

const MOST_MEGABYTES = 512;
const PARSING = 'parsing the same lines, and the bodies in them that are JSON';

function judging(shape: Shape): Figure[] {
  return [
    ...SIZES.map((size): Figure => ({
      name: `judge/${shape}/${size}`,
      does: `speed of judging ${size} exchanges, ${SHAPES[shape]}`,
      versus: PARSING,
      good: 'high',
      aim: 0.3,
      ...(SMALL_SIZES.includes(size) ? { small: true } : {}),
    })),
    {
      name: `judge/${shape}/exponent`,
      does: `power of the number of exchanges that the time of judging grows with, ${SHAPES[shape]}`,
      versus: 'growing as they do, which is 1',
      good: 'low',
      aim: 1.05,
      small: true,
    },
    {
      name: `judge/${shape}/command`,
      does: `speed of \`judge\` as a command on ${COMMAND_SIZE} exchanges, ${SHAPES[shape]}`,
      versus: `a process of its own ${PARSING}`,
      good: 'high',
      aim: 0.3,
    },
    {
      name: `judge/${shape}/memory`,
      does: `most memory of that command, ${SHAPES[shape]}`,
      versus: 'what it may take',
      unit: 'MB',
      good: 'low',
      aim: MOST_MEGABYTES,
    },
  ];
}

export const figures: readonly Figure[] = [
  {
    name: 'controlled/seconds',
    does: 'the self-test with 300 programs, as a command',
    versus: 'what it may take',
    unit: 's',
    good: 'low',
    aim: 6,
  },
  {
    name: 'controlled/exchange',
    does: 'seconds an exchange of that whole command',
    versus: 'a bare loop of as many requests of the same sizes, eight at once, to a server that only answers',
    good: 'low',
    aim: 1.5,
    small: true,
  },
  {
    name: 'controlled/scenarios',
    does: 'the same without the start of the command, judging and reports',
    versus: 'the same bare loop',
    good: 'low',
    aim: 1.5,
    small: true,
  },
  {
    name: 'judge/recorded',
    does: 'speed of judging a recorded certify run',
    versus: PARSING,
    good: 'high',
    aim: 0.3,
    small: true,
  },
  ...judging('many'),
  ...judging('one'),
  {
    name: 'emulator/requests',
    does: 'requests a second of the emulator, consumes and acknowledgements in turn, eight at once',
    versus: 'a bare `node:http` server that answers with the same bytes',
    good: 'high',
    aim: 0.6,
    small: true,
  },
  {
    name: 'emulator/processor',
    does: 'requests of the same kind for a second of processor time of the emulator',
    versus: 'the same bare server',
    good: 'high',
  },
  {
    name: 'emulator/p99',
    does: 'the time within which 99 of 100 of these requests are answered',
    versus: 'the same bare server',
    good: 'low',
  },
  {
    name: 'emulator/parked-memory',
    does: 'memory that 1,000 waiting polls take in the emulator',
    versus: 'a bare server that holds 1,000 requests open',
    good: 'low',
  },
  {
    name: 'emulator/parked-wake',
    does: 'the time until 1,000 waiting polls are answered when dead letters for all of them arrive at once',
    versus: 'a bare server that answers 1,000 requests at once',
    good: 'low',
  },
  {
    name: 'emulator/depth',
    does: 'time of a consume from a group with 100,000 dead letters',
    versus: 'a consume from a group with 100',
    good: 'low',
    aim: 1.2,
    small: true,
  },
  {
    name: 'start/run',
    does: '`run --only` of one clause that needs no waiting',
    versus: 'a bare `vitest run` of one empty test',
    good: 'low',
    aim: 2,
    small: true,
  },
  { name: 'start/help', does: '`--help`', versus: '`node -e 0`', good: 'low', aim: 3, small: true },
  { name: 'start/list', does: '`list`', versus: '`node -e 0`', good: 'low', aim: 3, small: true },
  {
    name: 'gate/prompt',
    does: 'a gate run on the wall clock, as a command, against answers that are 0 to 20 ms late',
    versus: 'its longest chain of waits',
    good: 'low',
    aim: 1.08,
  },
  {
    name: 'gate/slow',
    does: 'the same against answers that are 200 ms late',
    versus: 'its longest chain of waits',
    good: 'low',
    aim: 1.15,
  },
  {
    name: 'certify/prompt',
    does: 'a certify run on the wall clock, as a command, against answers that are 0 to 20 ms late',
    versus: 'its longest chain of waits',
    good: 'low',
    aim: 1.02,
  },
  ...(['gate', 'certify'] as const).map((profile): Figure => ({
    name: `memory/${profile}`,
    does: `most memory of that ${profile} run`,
    versus: 'what it may take',
    unit: 'MB',
    good: 'low',
    aim: MOST_MEGABYTES,
  })),
];

/** What was measured of one figure. */
export interface Result {
  readonly name: string;
  /** One a round; none where it was not reached. */
  readonly values: readonly number[];
  /** Why there is no value, or what has to be known about those that are there. */
  readonly note?: string;
}

/** A figure with what came of it, as it stands in the JSON. */
export interface Measured extends Figure {
  readonly values: readonly number[];
  readonly summary?: Summary;
  /** Absent where it has no aim or no value. */
  readonly met?: boolean;
  readonly note?: string;
}

export function measuredOf(figure: Figure, { values, note }: Pick<Result, 'values' | 'note'>): Measured {
  const { aim, good } = figure;
  const known = { ...figure, ...(note === undefined ? {} : { note }), values };
  if (values.length === 0) return known;
  const summary = summaryOf(values);
  if (aim === undefined) return { ...known, summary };
  return { ...known, summary, met: good === 'low' ? summary.median <= aim : summary.median >= aim };
}

/** How many times worse than recorded a ratio may be. */
const WORST = 1.5;

/** Medians by names. */
export type Recorded = Readonly<Record<string, number>>;

/** Seconds and megabytes are those of a machine, so only ratios are recorded. */
export function recordedOf(measured: readonly Measured[]): Recorded {
  return Object.fromEntries(
    measured.flatMap(({ name, unit, summary }) =>
      unit === undefined && summary !== undefined ? [[name, Number(summary.median.toPrecision(3))]] : [],
    ),
  );
}

/**
 * What is worse by more than half than it was recorded, or could not be measured any more, in words; also what could be
 * measured and was never recorded, so that none is forgotten.
 */
export function worsened(measured: readonly Measured[], recorded: Recorded): string[] {
  return measured.flatMap(({ name, unit, good, summary, note }) => {
    if (unit !== undefined) return [];
    const was = recorded[name];
    if (summary === undefined) return was === undefined ? [] : [`${name} was not reached: ${note ?? ''}`];
    if (was === undefined) return [`${name} is not recorded`];
    const times = good === 'low' ? summary.median / was : was / summary.median;
    return times > WORST
      ? [`${name} is ${times.toFixed(2)} times worse than recorded: ${summary.median.toPrecision(3)}, not ${was}`]
      : [];
  });
}
