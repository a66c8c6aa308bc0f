/** One run: probes, writes the header, runs scenarios, deletes what they made, writes the footer. Judges nothing. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Counterexample,
  End,
  EvidenceLine,
  Exchange,
  Feature,
  Features,
  Footer,
  Header,
} from '../../schemas/types.ts';
import { dmsArrangement, type Arrangement } from '../arrange/arrangement.ts';
import { QuotaRefused, Short, Trouble } from '../arrange/trouble.ts';
import { monotonicSeconds, type Clock } from '../clock/clock.ts';
import { controlledClock, ticksByItself } from '../clock/controlled.ts';
import { ClockHookError, type ClockHook } from '../clock/hook.ts';
import { wallClock } from '../clock/wall.ts';
import { secretsIn, type Credentials } from '../endpoint/credentials.ts';
import { connections, endpoint, type Endpoint } from '../endpoint/endpoint.ts';
import { lagMeter } from '../endpoint/lag.ts';
import { allowanceFor } from '../endpoint/room.ts';
import { redactor, type Redactor } from '../endpoint/secrets.ts';
import { historyBuilder, type History, type ScenarioLine } from '../history/evidence.ts';
import { SLACK } from '../history/leases.ts';
import type { Register } from '../history/register.ts';
import { patience } from './patience.ts';
import { hookTrouble, notProbed, probe, type Probed } from './probe.ts';
import type { Scenario } from './scenario.ts';
import { select, type Selection } from './selection.ts';
import type { Settings } from './settings.ts';
import { narrow } from './shards.ts';
import { slots } from './slots.ts';
import { queuePrefix, sweep } from './sweep.ts';
import type { Site, Target } from './target.ts';
import { world, type WorldOptions } from './world.ts';

/** Seconds for which a run waits for a queue while others have used up the quota; under a controlled clock nobody shares it. */
const QUOTA_PATIENCE_SECONDS = 60;
/** Seconds after a refusal in which no more queues are tried than were there then. */
const QUOTA_STANDS_SECONDS = 10;
/** Seconds that tidying up after a scenario may take, also after an interrupt. */
const TIDY_SECONDS = 20;
/** Seconds for which an answer that names a new queue is waited for after an interrupt: without it nobody knows what to delete. */
const LAST_ANSWER_SECONDS = 5;

export type Progress =
  /**
   * `unarranged` are the clauses that only scenarios provoke for which the arrangement has nothing; `queues`, how many may be
   * there at once, as far as is known.
   */
  | {
      readonly kind: 'started';
      readonly header: Header;
      readonly unarranged: readonly string[];
      readonly queues: number;
    }
  | { readonly kind: 'running'; readonly scenario: string; readonly seconds: number }
  | { readonly kind: 'shrinking'; readonly scenario: string; readonly clause: string }
  | { readonly kind: 'ended'; readonly scenario: string; readonly outcome: End['outcome']; readonly reason?: string };

export interface CampaignOptions {
  readonly settings: Settings;
  readonly target: Target;
  readonly credentials: Credentials;
  readonly scenarios: readonly Scenario[];
  readonly register: Register;
  readonly suiteVersion: string;
  /** Default: over the public API. */
  readonly arrangement?: Arrangement;
  readonly write: (line: EvidenceLine) => void;
  readonly progress?: (event: Progress) => void;
  /** Aborts the run; its reason may be a SignalInterrupt. */
  readonly signal?: AbortSignal;
  /** Seconds, from 0, for which the run waits for a queue while others have used up the quota. */
  readonly quotaPatience?: number;
}

export class SignalInterrupt extends Error {
  readonly code = 'DMS_INTERRUPTED';
  readonly signal: NonNullable<Footer['signal']>;
  constructor(signal: NonNullable<Footer['signal']>) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

export interface Campaign {
  readonly selection: Selection;
  readonly header: Header;
  /** Why no scenario can be run at all, such as an endpoint that is down. */
  readonly unreachable: string | undefined;
  run(scenario: Scenario): Promise<History>;
  /** Runs a scenario of which nothing is written down: what it sees counts for nothing. */
  attempt(scenario: Scenario): Promise<History>;
  /** Writes down what was found out about a scenario afterwards. */
  note(line: Counterexample): void;
  finish(): Promise<void>;
}

/** Starts a run: probes what the endpoint offers and writes the header. */
export async function startCampaign(options: CampaignOptions): Promise<Campaign> {
  const { settings, target, write, arrangement = dmsArrangement } = options;
  const credentials: Credentials = target.token === undefined ? options.credentials : { token: target.token };
  const origin = monotonicSeconds();
  const startedAt = new Date();
  const interrupt = options.signal ?? new AbortController().signal;
  const agent = connections(settings.transport, credentials);
  const lag = lagMeter();
  const redact = redactor(secretsIn(credentials, [settings.project, settings.endpoint, settings.clockUrl]));
  const whole = select(options.scenarios, options.register.clauses, { ...settings, clock: target.clock });
  const selected = narrow(whole, settings.shard, target.clock);
  // By chance, too: runs that start at the same moment with the same seed must not take each other's queues for their own.
  const runWord =
    Math.floor(startedAt.getTime() / 1000).toString(36) +
    randomInt(36 ** 5)
      .toString(36)
      .padStart(5, '0');
  const undeleted: string[] = [];
  const allowance = allowanceFor(selected.scenarios.length);
  const now = (): number => Math.round((monotonicSeconds() - origin) * 1e6) / 1e6;

  interface Stage {
    readonly clock: Clock;
    /** A client; what it sends is numbered with all that this scenario sends. */
    client(signal: AbortSignal, limited?: boolean): Endpoint;
  }

  const lastAnswers = new AbortController();
  const afterInterrupt = (): void => {
    setTimeout(() => lastAnswers.abort(interrupt.reason), LAST_ANSWER_SECONDS * 1000).unref();
  };
  interrupt.addEventListener('abort', afterInterrupt);
  /** Whether a queue may have been made of which no answer told. */
  let doubtful = false;
  /** Whether the target's clocks also tick by themselves. */
  let ticking: Promise<boolean> | undefined;

  const clockAt = async (hook: ClockHook, scenario: string, note: (line: ScenarioLine) => void): Promise<Clock> => {
    ticking ??= ticksByItself(hook);
    return controlledClock(
      hook,
      origin,
      (from, to, at) => note({ type: 'clock', scenario, from, to, at }),
      await ticking,
    );
  };
  const openStage = async (site: Site, scenario: string, note: (line: ScenarioLine) => void): Promise<Stage> => {
    const clock = site.hook === undefined ? wallClock(origin) : await clockAt(site.hook(agent), scenario, note);
    let lastId = 0;
    const { hear, check } = patience(allowance);
    const nextId = (limited: boolean): number => {
      if (limited) check(lastId);
      lastId += 1;
      return lastId;
    };
    const record = (exchange: Exchange): void => {
      doubtful ||= makesQueue(exchange.request) && mayHaveActed(exchange);
      hear(exchange);
      note(exchange);
    };
    return {
      clock,
      client: (signal, limited = true) =>
        endpoint({
          url: site.url,
          agent,
          credentials,
          redact,
          clock,
          lag,
          scenario,
          allowance,
          record,
          signal,
          nextId: () => nextId(limited),
        }),
    };
  };

  /** A client that an interrupt stops, but for what would leave queues behind. */
  const interruptible = (stage: Stage): Endpoint => {
    const [usual, lasting] = [stage.client(interrupt), stage.client(lastAnswers.signal)];
    return {
      send: (call) =>
        (call.method === 'DELETE' || (makesQueue(call) && !interrupt.aborted) ? lasting : usual).send(call),
    };
  };

  const probed: ScenarioLine[] = [];
  let found: Probed;
  const site = await target.open();
  try {
    const stage = await openStage(site, 'probe', (line) => probed.push(maskedIds(line, redact)));
    try {
      found = await probe({
        endpoint: interruptible(stage),
        clock: stage.clock,
        settings,
        arrangement,
        connections: agent,
        credentials,
        word: runWord,
        note: (line) => probed.push(line),
      });
    } finally {
      stage.clock.close();
    }
  } catch (error) {
    if (!(error instanceof ClockHookError || interrupt.aborted)) throw error;
    found = {
      unreachable:
        error instanceof ClockHookError ? hookTrouble(error) : error instanceof Error ? error.message : String(error),
      blame: 'endpoint',
      features: nothingFound(),
      freeQueues: 1,
      mostQueues: 1,
      undeleted: [],
    };
  } finally {
    await site.close();
  }
  found = maskedProbe(found, redact);
  undeleted.push(...found.undeleted);
  const quota = slots(
    settings.maxQueues ?? arrangement.mostQueues ?? found.freeQueues,
    settings.maxQueues ?? arrangement.mostQueues ?? found.mostQueues,
  );
  const quotaPatience = options.quotaPatience ?? (target.clock === 'wall' ? QUOTA_PATIENCE_SECONDS : 0);
  /** Queues of ours that are there; instants at which the last one was made, and at which one was refused. */
  let standing = 0;
  let lastMade = monotonicSeconds();
  let lastRefused = -Infinity;
  const turns = slots(target.atOnce);

  const isOffered = ({ feature }: Scenario): boolean => feature === undefined || found.features[feature].present;
  const isArranged = ({ id }: Scenario): boolean => arrangement.refusal(id) === undefined;
  const offered = selected.scenarios.filter(isOffered);
  const unarranged = offered.flatMap(({ id, clauses }) => {
    const reason = arrangement.refusal(id);
    return reason === undefined ? [] : [{ scenario: id, provokes: [...clauses], reason }];
  });
  const selection: Selection = { ...selected, scenarios: offered.filter(isArranged) };
  const waivers = settings.waivers?.waivers ?? [];
  const header: Header = {
    type: 'header',
    format: 1,
    suite: { version: options.suiteVersion, register: options.register.digest },
    run: runWord,
    startedAt: startedAt.toISOString(),
    utcDay: startedAt.toISOString().slice(0, 10),
    endpoint: target.name,
    project: settings.project,
    profile: settings.profile,
    clock: target.clock,
    seed: settings.seed,
    strict: settings.strict,
    only: settings.only ?? null,
    selection: selection.scenarios.map(({ id }) => id),
    clauses: [...selection.clauses],
    slack: SLACK,
    features: found.features,
    longestWait: selection.longestWait,
    ...(arrangement.kind === 'dms' ? {} : { arrangement: arrangement.kind }),
    ...(unarranged.length === 0 ? {} : { unarranged }),
    ...(settings.transport.insecure ? { insecure: true as const } : {}),
    ...(waivers.length === 0 ? {} : { waivers: [...waivers] }),
    ...(settings.shard === undefined
      ? {}
      : {
          shard: {
            ...settings.shard,
            selection: whole.scenarios.filter((one) => isOffered(one) && isArranged(one)).map(({ id }) => id),
            clauses: [...whole.clauses],
          },
        }),
  };
  write(header);
  for (const line of probed) write(line);
  const provoked = new Set(selection.scenarios.flatMap(({ clauses }) => clauses));
  options.progress?.({
    kind: 'started',
    header,
    unarranged: [...new Set(unarranged.flatMap(({ provokes }) => provokes))].filter((clause) => !provoked.has(clause)),
    queues: quota.capacity,
  });

  const pauses = pausesOf(selection.scenarios, target.clock === 'wall' ? quota.capacity : 0, roundTripIn(probed));
  const run = async (scenario: Scenario, recorded: boolean): Promise<History> => {
    const builder = historyBuilder(header, scenario.id);
    const note = (arranged: ScenarioLine): void => {
      const line = maskedIds(arranged, redact);
      builder.add(line);
      if (recorded) write(line);
    };
    const count = scenario.queues.length;
    // An interrupt ends it: what is not begun then never is.
    const pause = pauses.get(scenario.id);
    if (pause !== undefined) await sleep(pause * 1000, undefined, { signal: interrupt }).catch(() => {});
    await turns.take(1);
    await quota.take(count);
    if (recorded) options.progress?.({ kind: 'running', scenario: scenario.id, seconds: scenario.seconds });
    note({
      type: 'start',
      scenario: scenario.id,
      provokes: [...scenario.clauses],
      at: now(),
      startedAt: new Date().toISOString(),
    });
    if (scenario.program !== undefined) note({ type: 'program', scenario: scenario.id, program: scenario.program });
    let end: Pick<End, 'outcome' | 'blame' | 'reason'>;
    try {
      interrupt.throwIfAborted();
      end = await perform(scenario, note, count);
    } catch (error) {
      end = howItEnded(error, interrupt);
    } finally {
      quota.give(count);
      turns.give(1);
    }
    // A reason may quote what the endpoint answered.
    if (end.reason !== undefined) end = { ...end, reason: redact.text(end.reason) };
    note({ type: 'end', scenario: scenario.id, ...end, at: now() });
    if (recorded) {
      options.progress?.({
        kind: 'ended',
        scenario: scenario.id,
        outcome: end.outcome,
        ...(end.reason === undefined ? {} : { reason: end.reason }),
      });
    }
    return builder.history();
  };

  // Tags are made of it, so no two scenarios may have one in common, those that were not planned among them.
  let unplanned = header.selection.length;
  const serialOf = (id: string): string => {
    const planned = serials.get(id);
    serials.delete(id);
    return (planned ?? unplanned++).toString(36);
  };
  const serials = new Map(header.selection.map((id, index) => [id, index]));

  const perform = async (
    scenario: Scenario,
    note: (line: ScenarioLine) => void,
    count: number,
  ): Promise<Pick<End, 'outcome' | 'blame' | 'reason'>> => {
    const serial = serialOf(scenario.id);
    const site = await target.open();
    try {
      const stage = await openStage(site, scenario.id, note);
      const groups: { queue: string; group: string }[] = [];
      const made: WorldOptions['queues'][number][] = [];
      const arrangerFor = (signal: AbortSignal, endpoint: Endpoint): WorldOptions['arranger'] =>
        arrangement.arranger(
          {
            endpoint,
            clock: stage.clock,
            project: settings.project,
            scenario: scenario.id,
            signal,
            note(line) {
              if (line.type === 'group') groups.push(line);
              note(line);
            },
          },
          agent,
        );
      const tidy = async (): Promise<void> => {
        const signal = AbortSignal.timeout(TIDY_SECONDS * 1000);
        const arranger = arrangerFor(signal, stage.client(signal, false));
        await Promise.all(
          groups.splice(0).map(({ queue, group }) => arranger.deleteGroup(queue, group).catch(() => false)),
        );
        for (const { id } of made.splice(0)) {
          if (!(await arranger.deleteQueue(id).catch(() => false))) undeleted.push(id);
          standing -= 1;
        }
      };
      try {
        const arranger = arrangerFor(interrupt, interruptible(stage));
        await makeQueues(scenario, arranger, made, tidy, serial, count);
        await scenario.run(
          world({
            queues: [...made],
            arranger,
            endpoint: stage.client(interrupt),
            clock: stage.clock,
            features: header.features,
            project: settings.project,
            tagWords: { run: runWord, serial },
            signal: interrupt,
          }),
        );
        return { outcome: 'completed' };
      } catch (error) {
        return howItEnded(error, interrupt);
      } finally {
        if (!site.vanishes && arrangement.deletes) await tidy();
        stage.clock.close();
      }
    } finally {
      await site.close();
    }
  };

  /** Makes all queues of a scenario or none: one that holds a part of what it needs could wait for another for ever. */
  const makeQueues = async (
    scenario: Scenario,
    arranger: WorldOptions['arranger'],
    made: WorldOptions['queues'][number][],
    tidy: () => Promise<void>,
    serial: string,
    count: number,
  ): Promise<void> => {
    for (;;) {
      try {
        for (const [index, spec] of scenario.queues.entries()) {
          const id = await arranger.queue(`${queuePrefix(runWord)}${serial}-${index}`, spec);
          made.push({ id, spec });
          standing += 1;
        }
        lastMade = monotonicSeconds();
        if (lastMade > lastRefused + QUOTA_STANDS_SECONDS) quota.raise();
        return;
      } catch (error) {
        if (!(error instanceof QuotaRefused)) throw error;
        await tidy();
        lastRefused = monotonicSeconds();
        if (standing > 0) {
          quota.lowerTo(standing);
          quota.give(count);
          await quota.take(count, 'again');
        } else if (lastRefused > lastMade + quotaPatience) {
          throw new Trouble('arrangement', `the quota of queues is used up by others: ${error.message}`);
        } else {
          quota.lowerTo(count);
          await sleep(1000, undefined, { signal: interrupt });
        }
      }
    }
  };

  /** Deletes what no scenario could: queues that resisted, and those of which no answer told. */
  const tidyAll = async (): Promise<void> => {
    if (undeleted.length === 0 && !doubtful) return;
    const site = await target.open();
    try {
      if (site.vanishes) return;
      const stage = await openStage(site, 'tidying', () => {});
      try {
        const { kept } = await sweep({
          endpoint: stage.client(AbortSignal.timeout(TIDY_SECONDS * 1000), false),
          project: settings.project,
          runWord,
          known: undeleted,
        });
        undeleted.splice(0, Infinity, ...kept.map(({ queue }) => queue));
      } finally {
        stage.clock.close();
      }
    } catch (error) {
      if (!(error instanceof ClockHookError)) throw error;
    } finally {
      await site.close();
    }
  };

  return {
    selection,
    header,
    unreachable: found.unreachable,
    run: (scenario) => run(scenario, true),
    attempt: (scenario) => run(scenario, false),
    note: write,
    async finish() {
      await tidyAll();
      const reason = interrupt.reason as unknown;
      write({
        type: 'footer',
        outcome: interrupt.aborted ? 'interrupted' : found.unreachable === undefined ? 'completed' : 'unreachable',
        ...(found.unreachable === undefined ? {} : { reason: found.unreachable }),
        ...(found.blame === undefined || interrupt.aborted ? {} : { blame: found.blame }),
        ...(reason instanceof SignalInterrupt ? { signal: reason.signal } : {}),
        undeleted: undeleted.map((id) => redact.text(id)),
        at: now(),
      });
      interrupt.removeEventListener('abort', afterInterrupt);
      lag.close();
      await agent.destroy();
    },
  };
}

/** The longest pause, in seconds: in that time some hundred scenarios can be begun one after the other. */
const MOST_PAUSE_SECONDS = 6;
/** Requests that a scenario sends one after the other, if it sends many: what they take is not to spare. */
const MANY_REQUESTS = 40;

/**
 * Seconds by which each scenario begins later than it could, so that what they all arrange does not hold up those that wait longest, on which
 * the length of the run depends: a quarter of what there is to spare on an endpoint that answers within `roundTrip` seconds, where so many
 * queues leave something.
 */
export function pausesOf(
  scenarios: readonly Scenario[],
  queues: number,
  roundTrip: number,
): ReadonlyMap<string, number> {
  const longest = Math.max(0, ...scenarios.map(({ seconds }) => seconds));
  const forced = scenarios.reduce((sum, { seconds, queues: own }) => sum + seconds * own.length, 0) / queues;
  if (!(forced <= (longest * 2) / 3)) return new Map();
  const pauseOf = ({ seconds }: Scenario): number =>
    Math.max(0, Math.min(MOST_PAUSE_SECONDS, (longest - seconds - MANY_REQUESTS * roundTrip) / 4));
  return new Map(scenarios.map((scenario) => [scenario.id, pauseOf(scenario)]));
}

/** The median of the seconds that answers took; 0 where there was none. */
function roundTripIn(lines: readonly ScenarioLine[]): number {
  const taken = lines
    .flatMap((line) => (line.type === 'exchange' ? line.received - line.sent : []))
    .toSorted((one, other) => one - other);
  return taken[Math.floor(taken.length / 2)] ?? 0;
}

/** A whole run in this process: every selected scenario, then the footer. */
export async function runCampaign(options: CampaignOptions): Promise<readonly History[]> {
  const campaign = await startCampaign(options);
  const scenarios = campaign.unreachable === undefined ? campaign.selection.scenarios : [];
  const histories = await Promise.all(scenarios.map((scenario) => campaign.run(scenario)));
  await campaign.finish();
  return histories;
}

/** Whether a call may have had its effect though no answer says so. */
function mayHaveActed({ outcome }: Exchange): boolean {
  return outcome.kind === 'answer' ? outcome.status >= 500 : outcome.bytesLeft;
}

function makesQueue({ method, target }: Pick<Exchange['request'], 'method' | 'target'>): boolean {
  return method === 'POST' && target.endsWith('/queues');
}

function howItEnded(error: unknown, interrupt: AbortSignal): Pick<End, 'outcome' | 'blame' | 'reason'> {
  if (interrupt.aborted) return { outcome: 'aborted', blame: 'operator', reason: 'the run was interrupted' };
  if (error instanceof Short) return { outcome: 'short', reason: error.message };
  if (error instanceof Trouble) return { outcome: 'aborted', blame: error.blame, reason: error.message };
  if (error instanceof QuotaRefused) return { outcome: 'aborted', blame: 'arrangement', reason: error.message };
  if (error instanceof ClockHookError) return { outcome: 'aborted', blame: 'endpoint', reason: error.message };
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { outcome: 'aborted', blame: 'suite', reason };
}

/** Ids are the endpoint's to make, and it may make them of what we sent; exchanges are masked where they are recorded. */
function maskedIds<Line extends ScenarioLine>(line: Line, redact: Redactor): Line {
  if (line.type !== 'queue' && line.type !== 'group' && line.type !== 'dead-letter') return line;
  return {
    ...line,
    queue: redact.text(line.queue),
    ...('group' in line ? { group: redact.text(line.group) } : {}),
  };
}

/** What probing found, as it may be written down: reasons may quote what the endpoint answered. */
function maskedProbe(found: Probed, redact: Redactor): Probed {
  const mask = ({ present, reason }: Feature): Feature => ({ present, reason: redact.text(reason) });
  const { kafka, counters, credentials, clock } = found.features;
  return {
    ...found,
    unreachable: found.unreachable === undefined ? undefined : redact.text(found.unreachable),
    features: { kafka: mask(kafka), counters: mask(counters), credentials: mask(credentials), clock: mask(clock) },
  };
}

function nothingFound(): Features {
  return { kafka: notProbed, counters: notProbed, credentials: notProbed, clock: notProbed };
}
