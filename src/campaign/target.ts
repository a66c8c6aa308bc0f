import { clockHook, type ClockHook, type Connections } from '../clock/hook.ts';
import type { Settings } from './settings.ts';

/** One place to send requests to. */
export interface Site {
  /** URL up to, and without, /v1.0. */
  readonly url: string;
  /** Its clock hook; undefined under the wall clock. */
  readonly hook: ((connections: Connections) => ClockHook) | undefined;
  /** Whether what was arranged there vanishes with it, so that nothing has to be deleted. */
  readonly vanishes: boolean;
  close(): Promise<void>;
}

/** What is tested. */
export interface Target {
  /** As it appears in reports: a URL without credentials, or 'embedded'. */
  readonly name: string;
  readonly clock: 'wall' | 'controlled';
  /** The token that it asks for, where that is not the operator's to give. */
  readonly token?: string;
  /** How many scenarios may be under way at once; one global controlled clock cannot serve two. */
  readonly atOnce: number;
  /** A site for one scenario. */
  open(): Promise<Site>;
}

export function remoteTarget(settings: Settings & { readonly endpoint: string }): Target {
  const url = new URL(settings.endpoint);
  const name = new URL(url);
  name.username = '';
  name.password = '';
  const { clockUrl } = settings;
  const clock = clockUrl === undefined ? 'wall' : 'controlled';
  const hook = clockUrl === undefined ? undefined : (connections: Connections) => clockHook(clockUrl, connections);
  return {
    name: name.href.replace(/\/+$/, ''),
    clock,
    atOnce: clock === 'wall' ? Infinity : 1,
    open: () => Promise.resolve({ url: url.href, hook, vanishes: false, close: () => Promise.resolve() }),
  };
}
