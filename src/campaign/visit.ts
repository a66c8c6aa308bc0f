import type { Exchange } from '../../schemas/types.ts';
import { monotonicSeconds, type Clock } from '../clock/clock.ts';
import type { Connections } from '../clock/hook.ts';
import { wallClock } from '../clock/wall.ts';
import { secretsIn, type Credentials } from '../endpoint/credentials.ts';
import { connections, endpoint as client, type Endpoint } from '../endpoint/endpoint.ts';
import { lagMeter } from '../endpoint/lag.ts';
import { allowanceFor } from '../endpoint/room.ts';
import { redactor, type Redactor } from '../endpoint/secrets.ts';
import type { Settings } from './settings.ts';

/** What is at hand for requests that are no part of a run. */
export interface Visit {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly connections: Connections;
  readonly redact: Redactor;
}

/** Does something with an endpoint on the wall clock, over connections of its own. `seen` hears of every exchange. */
export async function visit<T>(
  settings: Settings & { readonly endpoint: string },
  credentials: Credentials,
  act: (visit: Visit) => Promise<T>,
  seen: (exchange: Exchange) => void = () => {},
): Promise<T> {
  const agent = connections(settings.transport, credentials);
  const lag = lagMeter();
  const clock = wallClock(monotonicSeconds());
  const redact = redactor(secretsIn(credentials, [settings.project, settings.endpoint, settings.clockUrl]));
  let lastId = 0;
  const endpoint = client({
    url: settings.endpoint,
    agent,
    credentials,
    redact,
    allowance: allowanceFor(1),
    clock,
    lag,
    scenario: 'visit',
    record: seen,
    signal: new AbortController().signal,
    nextId: () => (lastId += 1),
  });
  try {
    return await act({ endpoint, clock, connections: agent, redact });
  } finally {
    clock.close();
    lag.close();
    await agent.destroy();
  }
}
