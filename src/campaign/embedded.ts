import { emulatorHost, type EmulatorOptions } from '../emulator/emulator.ts';
import type { Settings } from './settings.ts';
import { remoteTarget, type Target } from './target.ts';

/** How many emulators run beside one another in this process: more would only make each other's timers late. */
const AT_ONCE = 8;

/** Asked for by the embedded emulator, so that the clauses about credentials can be exercised, too. */
const TOKEN = 'token-of-the-embedded-emulator';

/** What a run is told to test. */
export function targetOf({ endpoint, ...settings }: Settings): Target {
  return endpoint === undefined ? embeddedTarget(settings.project) : remoteTarget({ ...settings, endpoint });
}

/** The embedded emulator under a controlled clock, one of its own for each scenario; `optionsOfOne` is asked for each. */
export function embeddedTarget(project: string, optionsOfOne: () => EmulatorOptions = () => ({})): Target {
  const host = emulatorHost();
  return {
    name: 'embedded',
    clock: 'controlled',
    token: TOKEN,
    atOnce: AT_ONCE,
    async open() {
      const emulator = await host.start({ project, token: TOKEN, ...optionsOfOne(), clock: 'controlled' });
      const { url, clock } = emulator;
      return { url, hook: clock && (() => clock), vanishes: true, close: () => emulator.close() };
    },
  };
}
