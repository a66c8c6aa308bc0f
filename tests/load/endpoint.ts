/** A process of its own: an emulator on the wall clock with a quota of queues, each of whose answers takes a while. */
import { startEmulator } from '../../src/emulator/emulator.ts';
import { random } from '../support/random.ts';

const [quota = NaN, leastMs = NaN, mostMs = leastMs] = process.argv.slice(2).map(Number);
const chance = random(1);
const half = (): number => (leastMs + (chance(1001) / 1000) * (mostMs - leastMs)) / 2;
const { url } = await startEmulator({
  quota,
  behaviour: () => ({
    receive: () => ({ delayMs: half() }),
    transmit: (answer) => ({ answer, delayMs: half(), chunked: false, close: false }),
  }),
});
process.stdout.write(`${url}\n`);
