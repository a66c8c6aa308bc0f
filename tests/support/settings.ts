import type { Settings } from '../../src/campaign/settings.ts';

export const PROJECT = 'p1';

export function settings(part: Partial<Settings> = {}): Settings {
  return {
    endpoint: undefined,
    project: PROJECT,
    profile: 'gate',
    only: undefined,
    seed: 7,
    programs: 0,
    shard: undefined,
    strict: false,
    waivers: undefined,
    clockUrl: undefined,
    maxQueues: undefined,
    arrange: { kind: 'dms' },
    transport: { insecure: false },
    out: '',
    ...part,
  };
}
