import { startEmulator, type EmulatorOptions } from '../emulator/emulator.ts';
import type { Target } from './target.ts';

/** How many emulators run beside one another in this process: more would only make each other's timers late. */
const AT_ONCE = 8;

/** The embedded emulator under a controlled clock, one of its own for each scenario. */
export function embeddedTarget(options: EmulatorOptions = {}): Target {
  return {
    name: 'embedded',
    clock: 'controlled',
    atOnce: AT_ONCE,
    async open() {
      const emulator = await startEmulator({ ...options, clock: 'controlled' });
      return { url: emulator.url, clockUrl: emulator.clockUrl, close: () => emulator.close() };
    },
  };
}
