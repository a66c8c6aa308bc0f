/** One run: probes, writes the header, runs scenarios, deletes what they made, writes the footer. Judges nothing. */
import type { Counterexample, End, EvidenceLine, Feature, Features, Footer, Header } from '../../schemas/types.ts';
import { dmsArranger } from '../arrange/arranger.ts';
import { QuotaRefused, Short, Trouble } from '../arrange/trouble.ts';
import { monotonicSeconds, type Clock } from '../clock/clock.ts';
import { controlledClock } from '../clock/controlled.ts';
import { ClockHookError } from '../clock/hook.ts';
import { wallClock } from '../clock/wall.ts';
import { connections, endpoint, type Endpoint } from '../endpoint/endpoint.ts';
import { lagMeter } from '../endpoint/lag.ts';
import type { Allowance } from '../endpoint/room.ts';
import { redactor, type Redactor } from '../endpoint/secrets.ts';
import { historyBuilder, type History, type ScenarioLine } from '../history/evidence.ts';
import { SLACK } from '../history/leases.ts';
import type { Register } from '../history/register.ts';
import { patience } from './patience.ts';
import { notProbed, probe, type Probed } from './probe.ts';
import type { Scenario } from './scenario.ts';
import { select, type Selection } from './selection.ts';
import type { Settings } from './settings.ts';
import { slots } from './slots.ts';
import type { Site, Target } from './target.ts';
import { world, type WorldOptions } from './world.ts';

/** Seconds that tidying up after a scenario may take, also after an interrupt. */
const TIDY_SECONDS = 20;

export type Progress =
  | { readonly kind: 'started'; readonly header: Header }
  | { readonly kind: 'running'; readonly scenario: string; readonly seconds: number }
  | { readonly kind: 'shrinking'; readonly scenario: string; readonly clause: string }
  | { readonly kind: 'ended'; readonly scenario: string; readonly outcome: End['outcome']; readonly reason?: string };

export interface CampaignOptions {
  readonly settings: Settings;
  readonly target: Target;
  readonly token: string | undefined;
  readonly scenarios: readonly Scenario[];
  readonly register: Register;
  readonly suiteVersion: string;
  readonly write: (line: EvidenceLine) => void;
  readonly progress?: (event: Progress) => void;
  /** Aborts the run; its reason may be a SignalInterrupt. */
  readonly signal?: AbortSignal;
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
  const { settings, target, write } = options;
  const token = target.token ?? options.token;
  const origin = monotonicSeconds();
  const startedAt = new Date();
  const interrupt = options.signal ?? new AbortController().signal;
  const agent = connections();
  const lag = lagMeter();
  const redact = redactor(token === undefined ? [] : [token]);
  const selected = select(options.scenarios, options.register.clauses, { ...settings, clock: target.clock });
  const runWord = Math.floor(startedAt.getTime() / 1000).toString(36) + settings.seed.toString(36);
  const undeleted: string[] = [];
  const allowance: Allowance = { taken: 0 };
  const now = (): number => Math.round((monotonicSeconds() - origin) * 1e6) / 1e6;

  interface Stage {
    readonly clock: Clock;
    /** A client; what it sends is numbered with all that this scenario sends. */
    client(signal: AbortSignal, limited?: boolean): Endpoint;
  }

  const openStage = async (site: Site, scenario: string, note: (line: ScenarioLine) => void): Promise<Stage> => {
    const clock =
      site.hook === undefined
        ? wallClock(origin)
        : await controlledClock(site.hook(agent), origin, (from, to, at) =>
            note({ type: 'clock', scenario, from, to, at }),
          );
    let lastId = 0;
    const { hear, check } = patience(allowance);
    const nextId = (limited: boolean): number => {
      if (limited) check(lastId);
      lastId += 1;
      return lastId;
    };
    return {
      clock,
      client: (signal, limited = true) =>
        endpoint({
          url: site.url,
          agent,
          token,
          redact,
          clock,
          lag,
          scenario,
          allowance,
          record: (exchange) => {
            hear(exchange);
            note(exchange);
          },
          signal,
          nextId: () => nextId(limited),
        }),
    };
  };

  const probed: ScenarioLine[] = [];
  let found: Probed;
  const site = await target.open();
  try {
    const { clock, client } = await openStage(site, 'probe', (line) => probed.push(line));
    try {
      found = await probe({
        endpoint: client(interrupt),
        clock,
        settings,
        hasToken: token !== undefined,
        word: runWord,
      });
    } finally {
      clock.close();
    }
  } catch (error) {
    if (!(error instanceof ClockHookError || interrupt.aborted)) throw error;
    found = {
      unreachable: error instanceof Error ? error.message : String(error),
      blame: 'endpoint',
      features: nothingFound(),
      freeQueues: 1,
      undeleted: [],
    };
  } finally {
    await site.close();
  }
  found = maskedProbe(found, redact);
  undeleted.push(...found.undeleted);
  const quota = slots(settings.maxQueues ?? found.freeQueues);
  const turns = slots(target.atOnce);

  const selection: Selection = {
    ...selected,
    scenarios: selected.scenarios.filter(({ feature }) => feature === undefined || found.features[feature].present),
  };
  const header: Header = {
    type: 'header',
    format: 1,
    suite: { version: options.suiteVersion, register: options.register.digest },
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
  };
  write(header);
  for (const line of probed) write(line);
  options.progress?.({ kind: 'started', header });

  const run = async (scenario: Scenario, recorded: boolean): Promise<History> => {
    const builder = historyBuilder(header, scenario.id);
    const note = (line: ScenarioLine): void => {
      builder.add(line);
      if (recorded) write(line);
    };
    const count = scenario.queues.length;
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
      const arrangerFor = (signal: AbortSignal, limited = true): WorldOptions['arranger'] =>
        dmsArranger({
          endpoint: stage.client(signal, limited),
          clock: stage.clock,
          project: settings.project,
          scenario: scenario.id,
          signal,
          note(line) {
            if (line.type === 'group') groups.push(line);
            note(line);
          },
        });
      const tidy = async (): Promise<void> => {
        const arranger = arrangerFor(AbortSignal.timeout(TIDY_SECONDS * 1000), false);
        for (const { queue, group } of groups.splice(0)) await arranger.deleteGroup(queue, group).catch(() => false);
        for (const { id } of made.splice(0))
          if (!(await arranger.deleteQueue(id).catch(() => false))) undeleted.push(id);
      };
      try {
        const arranger = arrangerFor(interrupt);
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
        if (!site.vanishes) await tidy();
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
          const id = await arranger.queue(`dmsc-${runWord}-${serial}-${index}`, spec);
          made.push({ id, spec });
        }
        return;
      } catch (error) {
        if (!(error instanceof QuotaRefused)) throw error;
        await tidy();
        quota.give(count);
        const others = quota.used;
        quota.lowerTo(others);
        if (others === 0) {
          await quota.take(count);
          throw new Trouble('arrangement', `the quota of queues is used up by others: ${error.message}`);
        }
        await quota.take(count);
      }
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
      const reason = interrupt.reason as unknown;
      write({
        type: 'footer',
        outcome: interrupt.aborted ? 'interrupted' : found.unreachable === undefined ? 'completed' : 'unreachable',
        ...(found.unreachable === undefined ? {} : { reason: found.unreachable }),
        ...(found.blame === undefined || interrupt.aborted ? {} : { blame: found.blame }),
        ...(reason instanceof SignalInterrupt ? { signal: reason.signal } : {}),
        undeleted,
        at: now(),
      });
      lag.close();
      await agent.destroy();
    },
  };
}

/** A whole run in this process: every selected scenario, then the footer. */
export async function runCampaign(options: CampaignOptions): Promise<readonly History[]> {
  const campaign = await startCampaign(options);
  const scenarios = campaign.unreachable === undefined ? campaign.selection.scenarios : [];
  const histories = await Promise.all(scenarios.map((scenario) => campaign.run(scenario)));
  await campaign.finish();
  return histories;
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
