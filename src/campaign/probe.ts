/** Finds out, before the first scenario, whether the endpoint is there and which optional neighbouring features it has. */
import type { Exchange, Features, Footer } from '../../schemas/types.ts';
import { dmsArranger } from '../arrange/arranger.ts';
import { QuotaRefused, Trouble } from '../arrange/trouble.ts';
import type { Clock } from '../clock/clock.ts';
import { inWords, jsonOf, statusOf, strikes } from '../endpoint/answer.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { queueOf } from './scenario.ts';
import type { Settings } from './settings.ts';

/** Queues at once where the endpoint does not tell its quota. */
const CAUTIOUS_QUEUES = 25;
const MOST_QUEUES = 400;

export interface Probed {
  /** Why there is no point in going on; undefined if there is. */
  readonly unreachable: string | undefined;
  /** Whose doing that is. */
  readonly blame: Footer['blame'] | undefined;
  readonly features: Features;
  /** How many queues may be created. */
  readonly freeQueues: number;
  readonly undeleted: readonly string[];
}

export interface ProbeOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly hasToken: boolean;
  /** Makes names unique. */
  readonly word: string;
}

/** Nothing was found absent: clauses that need it are not exercised, which is not the same as not applicable. */
export const notProbed: Features[keyof Features] = { present: true, reason: 'not probed' };

export async function probe({ endpoint, clock, settings, hasToken, word }: ProbeOptions): Promise<Probed> {
  const root = `/v1.0/${settings.project}`;
  const get = (target: string): Promise<Exchange> =>
    endpoint.send({ consumer: 'probe', method: 'GET', target, headers: { 'content-type': 'application/json' } });
  const arranger = dmsArranger({
    endpoint,
    clock,
    project: settings.project,
    scenario: 'probe',
    signal: new AbortController().signal,
    note() {},
  });
  const undeleted: string[] = [];
  const discard = async (queue: string): Promise<void> => {
    if (!(await arranger.deleteQueue(queue))) undeleted.push(queue);
  };
  const credentials = hasToken
    ? { present: true, reason: 'a token was given' }
    : { present: false, reason: 'no token was given to the suite' };
  const clockHook =
    clock.kind === 'controlled'
      ? { present: true, reason: 'a clock hook was given' }
      : { present: false, reason: 'no clock hook was given, and nobody waits for days' };
  const absent = (reason: string): Features[keyof Features] => ({ present: false, reason });

  const quota = await get(`${root}/quotas/dms`);
  if (quota.outcome.kind === 'failure') {
    return {
      unreachable: `the endpoint cannot be reached: ${inWords(quota)}. Check the URL, and that the endpoint is up.`,
      blame: strikes(quota.outcome),
      features: { kafka: notProbed, counters: notProbed, credentials, clock: clockHook },
      freeQueues: 1,
      undeleted,
    };
  }
  const status = statusOf(quota);
  if (status === 401 || status === 403) {
    return {
      unreachable: `the endpoint refuses our credentials: ${inWords(quota)}. ${hasToken ? 'Check the token and the project id.' : 'Give a token in DMS_TOKEN or --token-file.'}`,
      blame: 'operator',
      features: { kafka: notProbed, counters: notProbed, credentials, clock: clockHook },
      freeQueues: 1,
      undeleted,
    };
  }

  let counters = absent('listing groups shows no available_deadletters');
  try {
    const queue = await arranger.queue(`dmsc-${word}-probe`, queueOf('NORMAL'));
    try {
      await arranger.group(queue, 'probe');
      const listed = jsonOf(await get(`${root}/queues/${queue}/groups?include_deadletter=true`));
      const groups = (listed as { groups?: { available_deadletters?: unknown }[] } | undefined)?.groups;
      if (Array.isArray(groups) && Number.isInteger(Number(groups[0]?.available_deadletters ?? NaN))) {
        counters = { present: true, reason: 'listing groups shows available_deadletters' };
      }
    } finally {
      await discard(queue);
    }
  } catch (error) {
    // A quota that is used up may be free again later; what else keeps us from a queue and a group keeps us from all.
    if (!(error instanceof QuotaRefused)) {
      return {
        unreachable: `dead letters cannot be arranged: ${error instanceof Error ? error.message : String(error)}. Expected the calls for queues, groups and messages beside the two that are tested.`,
        blame: error instanceof Trouble ? error.blame : 'suite',
        features: { kafka: notProbed, counters: notProbed, credentials, clock: clockHook },
        freeQueues: 1,
        undeleted,
      };
    }
    counters = notProbed;
  }

  let kafka: Features['kafka'];
  try {
    await discard(await arranger.queue(`dmsc-${word}-kafka`, queueOf('KAFKA_HA')));
    kafka = { present: true, reason: 'a KAFKA_HA queue could be created' };
  } catch (error) {
    kafka =
      error instanceof QuotaRefused
        ? notProbed
        : absent(`a KAFKA_HA queue could not be created: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {
    unreachable: undefined,
    blame: undefined,
    features: { kafka, counters, credentials, clock: clockHook },
    freeQueues: freeQueues(quota),
    undeleted,
  };
}

/** The free quota by GET quotas/dms, at most 400; a cautious number where that is not offered. */
function freeQueues(quota: Exchange): number {
  if (statusOf(quota) !== 200) return CAUTIOUS_QUEUES;
  const resources = (jsonOf(quota) as { quotas?: { resources?: unknown } } | null | undefined)?.quotas?.resources;
  if (!Array.isArray(resources)) return CAUTIOUS_QUEUES;
  const queue = resources.find((resource: { type?: unknown }) => /queue/i.test(String(resource.type))) as
    { quota?: unknown; used?: unknown } | undefined;
  const free = Number(queue?.quota) - Number(queue?.used ?? 0);
  return Number.isFinite(free) && queue !== undefined ? Math.max(1, Math.min(MOST_QUEUES, free)) : CAUTIOUS_QUEUES;
}
