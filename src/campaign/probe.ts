/** Finds out, before the first scenario, whether the endpoint is there and which optional neighbouring features it has. */
import type { Arranging, Exchange, Failure, Feature, Features, Footer } from '../../schemas/types.ts';
import type { Arrangement } from '../arrange/arrangement.ts';
import { QuotaRefused, Trouble } from '../arrange/trouble.ts';
import type { Clock } from '../clock/clock.ts';
import type { ClockHookError, Connections } from '../clock/hook.ts';
import { inWords, jsonOf, statusOf, strikes } from '../endpoint/answer.ts';
import { authenticates, kindsOf, type Credentials } from '../endpoint/credentials.ts';
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
  /** How many queues may be created now, and how many if nobody else had any. */
  readonly freeQueues: number;
  readonly mostQueues: number;
  readonly undeleted: readonly string[];
}

export interface ProbeOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly arrangement: Arrangement;
  readonly connections: Connections;
  readonly credentials: Credentials;
  /** Makes names unique. */
  readonly word: string;
  readonly note: (line: Arranging) => void;
}

/** Nothing was found absent: clauses that need it are not exercised, which is not the same as not applicable. */
export const notProbed: Feature = { present: true, reason: 'not probed' };

export async function probe(options: ProbeOptions): Promise<Probed> {
  const { endpoint, clock, settings, arrangement, connections, credentials: own, word, note } = options;
  const root = `/v1.0/${settings.project}`;
  const get = (target: string): Promise<Exchange> =>
    endpoint.send({ consumer: 'probe', method: 'GET', target, headers: { 'content-type': 'application/json' } });
  const arranger = arrangement.arranger(
    {
      endpoint,
      clock,
      project: settings.project,
      scenario: 'probe',
      signal: new AbortController().signal,
      note(line) {
        if (line.type === 'arranging') note(line);
      },
    },
    connections,
  );
  const undeleted: string[] = [];
  const discard = async (queue: string): Promise<void> => {
    if (!(await arranger.deleteQueue(queue))) undeleted.push(queue);
  };
  const credentials = authenticates(own)
    ? { present: true, reason: `credentials were given: ${kindsOf(own).join(' and ')}` }
    : { present: false, reason: 'no credentials were given to the suite' };
  const clockHook =
    clock.kind === 'controlled'
      ? { present: true, reason: 'a clock hook was given' }
      : { present: false, reason: 'no clock hook was given, and nobody waits for days' };
  const absent = (reason: string): Feature => ({ present: false, reason });

  // Where only the two calls are offered a group that does not exist has to do.
  const quota = await get(
    root + (arrangement.hasNeighbours ? '/quotas/dms' : '/queues/probe/groups/probe/deadletters?time_wait=1'),
  );
  if (quota.outcome.kind === 'failure') {
    return {
      unreachable: `the endpoint cannot be reached: ${inWords(quota)}. ${remedyFor(quota.outcome, settings.endpoint?.startsWith('https:') === true)}`,
      blame: strikes(quota.outcome),
      features: { kafka: notProbed, counters: notProbed, credentials, clock: clockHook },
      freeQueues: 1,
      mostQueues: 1,
      undeleted,
    };
  }
  const status = statusOf(quota);
  if (status === 401 || status === 403) {
    return {
      unreachable: `the endpoint refuses our credentials: ${inWords(quota)}. ${credentialsToCheck(own)}`,
      blame: 'operator',
      features: { kafka: notProbed, counters: notProbed, credentials, clock: clockHook },
      freeQueues: 1,
      mostQueues: 1,
      undeleted,
    };
  }

  if (!arrangement.deletes) {
    return {
      unreachable: undefined,
      blame: undefined,
      features: { kafka: notProbed, counters: absent('there are no calls but the two'), credentials, clock: clockHook },
      freeQueues: 1,
      mostQueues: 1,
      undeleted,
    };
  }

  const countersOf = async (): Promise<Feature> => {
    try {
      const queue = await arranger.queue(`dmsc-${word}-probe`, queueOf('NORMAL'));
      try {
        await arranger.group(queue, 'probe');
        const listed = arrangement.hasNeighbours
          ? jsonOf(await get(`${root}/queues/${queue}/groups?include_deadletter=true`))
          : undefined;
        const groups = (listed as { groups?: { available_deadletters?: unknown }[] } | undefined)?.groups;
        return Array.isArray(groups) && Number.isInteger(Number(groups[0]?.available_deadletters ?? NaN))
          ? { present: true, reason: 'listing groups shows available_deadletters' }
          : absent('listing groups shows no available_deadletters');
      } finally {
        await discard(queue);
      }
    } catch (error) {
      // A quota that is used up may be free again later; what else keeps us from a queue and a group keeps us from all.
      if (error instanceof QuotaRefused) return notProbed;
      throw error;
    }
  };
  const kafkaOf = async (): Promise<Feature> => {
    try {
      await discard(await arranger.queue(`dmsc-${word}-kafka`, queueOf('KAFKA_HA')));
      return { present: true, reason: 'a KAFKA_HA queue could be created' };
    } catch (error) {
      return error instanceof QuotaRefused
        ? notProbed
        : absent(`a KAFKA_HA queue could not be created: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const early = kafkaOf();
  let counters: Feature;
  let kafka: Feature;
  try {
    counters = await countersOf();
    kafka = await early;
    // Where there is a place for one queue only, it had gone to the other.
    if (counters === notProbed && kafka !== notProbed) counters = await countersOf();
    else if (kafka === notProbed && counters !== notProbed) kafka = await kafkaOf();
  } catch (error) {
    await early;
    return {
      unreachable: `dead letters cannot be arranged: ${error instanceof Error ? error.message : String(error)}. ${
        arrangement.hasNeighbours
          ? 'Expected the calls for queues, groups and messages beside the two that are tested; without them see --arrange.'
          : 'Expected what docs/arranging.md describes.'
      }`,
      blame: error instanceof Trouble ? error.blame : 'suite',
      features: { kafka: notProbed, counters: notProbed, credentials, clock: clockHook },
      freeQueues: 1,
      mostQueues: 1,
      undeleted,
    };
  }
  return {
    unreachable: undefined,
    blame: undefined,
    features: { kafka, counters, credentials, clock: clockHook },
    ...queuesIn(quota),
    undeleted,
  };
}

const CLIENT_CERTIFICATE = 'name one that it trusts in --client-cert and --client-key';

/** Why the clock hook cannot be asked, and what to do. */
export function hookTrouble({ message, cause }: ClockHookError): string {
  const { code, message: why } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : {};
  return why === undefined
    ? message
    : `${message}. ${remedyFor({ code: code ?? '', message: why }, / https:/.test(message))}`;
}

/** What to do where no answer comes, by what the connection or TLS said. */
function remedyFor({ code, message }: Pick<Failure, 'code' | 'message'>, tls: boolean): string {
  if (/SELF_SIGNED|UNABLE_TO_|CERT_UNTRUSTED/.test(code))
    return 'Its certificate is signed by an authority that is not trusted here: name a file with that authority in --ca, or test without certificate checks by --insecure.';
  if (/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|ALTNAME|HOSTNAME_MISMATCH/.test(code))
    return 'Its certificate is not valid for this name and day: have it renewed, or test without certificate checks by --insecure.';
  if (
    /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|ACCESS_DENIED)/.test(
      code,
    )
  )
    return `It may ask for a client certificate, or not accept the one that was shown: ${CLIENT_CERTIFICATE}.`;
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code))
    return 'It does not speak TLS there: check whether the URL is to start with http://.';
  if (/proxy/i.test(message))
    return 'It was asked for through a proxy: check HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and the name and password in their URLs.';
  if (tls && /^(?:UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(code))
    return `It hung up before it answered. It may be down, or may ask for a client certificate: ${CLIENT_CERTIFICATE}.`;
  return 'Check the URL, and that the endpoint is up.';
}

/** What to look at where credentials are refused. */
function credentialsToCheck(own: Credentials): string {
  if (own.signing !== undefined)
    return "Check the access key, the secret key, the project id, and that this machine's clock is right: signatures hold for some minutes.";
  return authenticates(own)
    ? `Check ${kindsOf(own).join(', ')} and the project id.`
    : 'Give a token in DMS_TOKEN or --token-file, an access key and a secret key in DMS_ACCESS_KEY and DMS_SECRET_KEY, or headers in --header-file.';
}

/** The free and the whole quota by GET quotas/dms, each from 1 to 400; a cautious number where that is not offered. */
function queuesIn(quota: Exchange): Pick<Probed, 'freeQueues' | 'mostQueues'> {
  const cautious = { freeQueues: CAUTIOUS_QUEUES, mostQueues: CAUTIOUS_QUEUES };
  if (statusOf(quota) !== 200) return cautious;
  const resources = (jsonOf(quota) as { quotas?: { resources?: unknown } } | null | undefined)?.quotas?.resources;
  if (!Array.isArray(resources)) return cautious;
  const queue = resources.find((resource: { type?: unknown }) => /queue/i.test(String(resource.type))) as
    { quota?: unknown; used?: unknown } | undefined;
  const whole = Number(queue?.quota);
  const free = whole - Number(queue?.used ?? 0);
  if (queue === undefined || !Number.isFinite(free)) return cautious;
  const within = (count: number): number => Math.max(1, Math.min(MOST_QUEUES, count));
  return { freeQueues: within(free), mostQueues: within(whole) };
}
